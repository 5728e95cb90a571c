"""hybrid beside DeePMD-kit's NumPy backend: values within the error budget, dictionaries key for key."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.descriptors.hybrid import Hybrid
from refdp.errors import SelOverflowWarning
from refdp.neighbors import extend, neighbor_list
from tests.helpers import assert_within, differences, with_random_statistics

theirs = pytest.importorskip("deepmd.dpmodel.descriptor")

A = {"type": "se_e2_a", "axis_neuron": 2, "type_one_side": True}
TWO_SIDED = A | {"type_one_side": False}
R = {"type": "se_e2_r"}
T = {"type": "se_e3"}
MIXED = {"type": "se_atten", "axis_neuron": 2, "attn": 3, "attn_layer": 1, "ntypes": 2}
SETS = {
    "A R": [A, R],
    "one-sided two-sided": [A, TWO_SIDED],
    "A R T": [A, R, T],
    "T": [T],
    "A mixed": [A, MIXED],
    "mixed A R": [MIXED, A, R],
    "mixed mixed": [MIXED, MIXED],
    "nested": [R, [A, [MIXED, R]]],
}
COUNT = 8


def sections(kind, rng):
    """Draw the options of one child, or of the children of a hybrid inside."""
    if isinstance(kind, list):
        return {"type": "hybrid", "list": [sections(each, rng) for each in kind]}
    sel = [int(n) for n in rng.integers(1, 5, 2)]
    pairs = [[], [], [[0, 1]], [[0, 0], [1, 1]]]
    return kind | {
        "rcut": float(rng.choice([2.5, 3.5])),
        "rcut_smth": float(rng.choice([0.5, 2.0])),
        "sel": sum(sel) if kind is MIXED else sel,
        "neuron": [2, 4],
        "exclude_types": pairs[rng.integers(4)],
        "env_protection": float(rng.choice([0.0, 0.1])),
        "seed": int(rng.integers(100)),
    }


def with_statistics(d, seed):
    """Give every child random statistics, by slot where it has blocks."""
    if isinstance(d, Hybrid):
        return replace(d, children=tuple(with_statistics(c, 10 * seed + k) for k, c in enumerate(d.children)))
    return with_random_statistics(d, seed, by_slot=not d.mixed_types, isotropic=d.mixed_types)


def build(name, case):
    """Return a descriptor and the arguments of its `call`, two frames of twelve atoms."""
    rng = np.random.default_rng([case, len(name)])
    d = with_statistics(refdp.from_config(sections(SETS[name], rng)), case)
    # Its two-sided form gives wrong rows where there are virtual centres, which models never let it see.
    lowest = 0 if "two-sided" in name else -1
    cell = None if rng.integers(2) else np.diag(rng.uniform(4.0, 6.0, 3))
    types = np.array([0, *rng.integers(lowest, 2, 11)])
    return d, arguments(d, refdp.System(rng.uniform(0.0, 5.0, (2, 12, 3)), types, cell))


def arguments(d, system):
    extended = extend(system, d.rcut)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        nlist = neighbor_list(extended, system.natoms, d.rcut, d.sel, mixed_types=d.mixed_types)
    return extended.coord_ext, extended.atype_ext, nlist, extended.mapping


@pytest.mark.parametrize("name", SETS)
class TestValues:
    @pytest.mark.parametrize("case", range(COUNT))
    def test_within_the_budget(self, name, case):
        d, given = build(name, case)
        its = theirs.DescrptHybrid.deserialize(d.serialize())
        with np.errstate(invalid="ignore"):  # its softmax over no neighbours subtracts infinities
            expected = its.call(*given)
        out, allowed = d.call(*given), budget(d, *given)
        real = given[1][:, : given[2].shape[1]] >= 0
        for mine, theirs_, bound in zip(out, expected, allowed, strict=True):
            assert (mine is None) == (theirs_ is None)
            if mine is not None:
                assert_within(mine[real], theirs_[real], bound[real])

    def test_aggregates(self, name):
        for case in range(COUNT):
            d, _ = build(name, case)
            its = theirs.DescrptHybrid.deserialize(d.serialize())
            assert (d.rcut, d.rcut_smth, list(d.sel), d.nnei, d.ntypes, d.dim_out, d.mixed_types) == (
                its.get_rcut(),
                its.get_rcut_smth(),
                list(its.get_sel()),
                its.get_nsel(),
                its.get_ntypes(),
                its.get_dim_out(),
                its.mixed_types(),
            )

    def test_cases_are_alive(self, name):
        """Full lists and padded ones, neighbours beyond a child's cutoff, exclusion."""
        seen = set()
        for case in range(COUNT):
            d, (_, _, nlist, _) = build(name, case)
            seen |= {("full", bool((nlist >= 0).all(axis=-1).any())), ("padded", bool((nlist < 0).any()))}
            seen |= {("cutoffs", len({c.rcut for c in d.children}) > 1)}
            seen |= {("excluding", any(c.options.exclude_types for c in leaves(d)))}
        wanted = {("full", True), ("padded", True), ("excluding", True)}
        wanted |= {("cutoffs", True)} if len(SETS[name]) > 1 else set()
        assert wanted - seen == set()


def leaves(d):
    return [leaf for c in d.children for leaf in leaves(c)] if isinstance(d, Hybrid) else [d]


@pytest.mark.parametrize("name", SETS)
class TestDictionaries:
    def test_it_reads_ours(self, name):
        # Nets of excluded pairs, and unused ones of se_e3, it sets to zero as it writes.
        d, _ = build(name, unexcluded(name))
        if "T" in name:
            d = refdp.deserialize(theirs.DescrptHybrid.deserialize(d.serialize()).serialize())
        read = theirs.DescrptHybrid.deserialize(d.serialize())
        assert differences(read.serialize(), d.serialize()) == []

    def test_its_dictionary_comes_back_key_for_key(self, name):
        d, _ = build(name, 1)
        data = theirs.DescrptHybrid.deserialize(d.serialize()).serialize()
        again = refdp.deserialize(data)
        assert differences(again.serialize(), data) == []
        texts = [json.dumps(x, default=lambda a: a.tolist()) for x in (again.serialize(), data)]
        assert texts[0] == texts[1]


def unexcluded(name):
    return next(
        case
        for case in range(100)
        if not any(leaf.options.exclude_types for leaf in leaves(build(name, case)[0]))
    )


class TestSections:
    LIST = [A | {"rcut": 4.0, "rcut_smth": 0.5, "sel": [3, 4], "neuron": [2, 4], "seed": 3}] * 2

    def test_each_child_draws_from_its_own_seed(self):
        ours = refdp.from_config({"type": "hybrid", "list": self.LIST}, type_map=["O", "H"])
        its = theirs.DescrptHybrid(list=self.LIST, type_map=["O", "H"])
        assert differences(ours.serialize(), its.serialize()) == []

    def test_it_knows_no_seed_for_all(self):
        with pytest.raises(TypeError, match="seed"):
            theirs.DescrptHybrid(list=self.LIST, seed=1)

    def test_types_are_passed_down(self):
        sections = [
            MIXED | {"rcut": 4.0, "rcut_smth": 0.5, "sel": 7, "neuron": [2, 4], "seed": 3},
            *self.LIST,
        ]
        sections[0] = {key: value for key, value in sections[0].items() if key != "ntypes"}
        ours = refdp.from_config({"type": "hybrid", "list": sections, "ntypes": 2})
        its = theirs.DescrptHybrid(list=sections, ntypes=2)
        assert ours.children[0].ntypes == its.descrpt_list[0].get_ntypes() == 2


class TestStatistics:
    def test_are_those_of_each_child_alone(self):
        rng = np.random.default_rng(0)
        listed = [sections(kind, rng) for kind in (A, R, A)]
        ours = refdp.from_config({"type": "hybrid", "list": listed})
        its = theirs.DescrptHybrid(list=listed)
        system = refdp.System(rng.uniform(0.0, 5.0, (2, 12, 3)), rng.integers(0, 2, 12))
        coord = system.coords.reshape(2, -1)
        its.compute_input_stats([{"coord": coord, "atype": system.atype, "box": None, "natoms": None}])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SelOverflowWarning)
            ours = refdp.with_statistics(ours, [system])
        for mine, theirs_ in zip(ours.children, its.descrpt_list, strict=True):
            assert_within(mine.davg, theirs_.davg, 1e-15)
            assert_within(mine.dstd, theirs_.dstd, 1e-15)
            assert np.any(mine.davg)
