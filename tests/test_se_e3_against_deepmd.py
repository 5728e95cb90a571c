"""se_e3: numbers, weights, statistics and dictionaries of DeePMD-kit's NumPy backend."""

from __future__ import annotations

import copy
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.certification import budget, truth
from refdp.errors import SelOverflowWarning
from refdp.namespaces import map_arrays
from refdp.nn.collection import NetworkCollection
from refdp.trace import record
from tests.helpers import assert_same_bits, cluster, descriptor, differences, with_random_statistics
from tests.test_against_deepmd import (
    ACTIVATIONS,
    NEURON,
    SEL,
    arguments,
    assert_close,
    options,
    sampled,
    system,
)

pytest.importorskip("flint")
from refdp.namespaces.balls import deviation

Theirs = pytest.importorskip("deepmd.dpmodel.descriptor").DescrptSeT
COUNT = 120


def pair(case):
    """Return DeePMD-kit's descriptor, ours from the same options, and a system."""
    rng = np.random.default_rng([case, 5])
    drawn = options("se_e3", rng)
    ours = refdp.from_config({"type": "se_e3", **drawn})
    return Theirs(**drawn), ours, system(len(drawn["sel"]), rng, virtual=True)


def standardized(case):
    """Return the same with random statistics of each slot, in every second case such as data give."""
    its, ours, s = pair(case)
    ours = with_random_statistics(ours, case, by_slot=True, isotropic=bool(case % 2))
    its.davg, its.dstd = ours.davg.copy(), ours.dstd.copy()
    return its, ours, s


def cleared(d):
    """Return ours with the nets at zero that DeePMD-kit clears as it writes: a > b, and excluded pairs."""
    pairs = {p for a, b in d.options.exclude_types for p in ((a, b), (b, a))}
    keys = [(a, b) for b in range(d.ntypes) for a in range(d.ntypes)]
    nets = [
        map_arrays(d.embeddings[key], np.zeros_like) if key[0] > key[1] or key in pairs else d.embeddings[key]
        for key in keys
    ]
    return replace(d, embeddings=NetworkCollection(2, d.ntypes, tuple(nets)))


class TestValues:
    @pytest.mark.parametrize("case", range(COUNT))
    def test_both_are_within_the_budget_of_the_truth(self, case):
        its, ours, s = standardized(case)
        given = arguments(ours, s)
        out, expected = ours.call(*given), its.call(*given)
        exact, allowed = truth(ours, *given), budget(ours, *given)
        for mine, its_, right, bound in zip(out, expected, exact, allowed, strict=True):
            assert (mine is None) == (its_ is None) == (right is None)
            if mine is not None:
                assert mine.shape == its_.shape
                assert np.all(deviation(right, mine) <= bound)
                assert np.all(deviation(right, its_) <= bound)

    def test_cases_are_alive(self):
        """Every option is drawn, both kinds of systems, overflow, virtual atoms, switches in their fall."""
        seen = set()
        for case in range(COUNT):
            _, ours, s = standardized(case)
            o, (_, atype, nlist, _) = ours.options, (given := arguments(ours, s))
            with record() as trace:
                w = ours.call(*given).sw
            seen |= {("sel", o.sel), ("neuron", o.neuron), ("activation", o.activation_function)}
            seen |= {("dt", o.resnet_dt), ("cell", s.periodic), ("exclusion", bool(o.exclude_types))}
            seen |= {("protection", o.env_protection > 0), ("virtual", bool((atype < 0).any()))}
            seen |= {("between", bool(((w > 0) & (w < 1)).any()))}
            seen |= {("full", bool((nlist >= 0).all(axis=-1).any())), ("padded", bool((nlist < 0).any()))}
            seen |= {("all pairs of types", bool((trace.value("A") != 0).all(axis=(0, 1, 3)).all()))}
        flags = ("dt", "cell", "exclusion", "protection", "virtual")
        wanted = {(key, flag) for key in flags for flag in (True, False)}
        wanted |= {(key, True) for key in ("between", "full", "padded", "all pairs of types")}
        wanted |= {("sel", tuple(x)) for x in SEL} | {("neuron", tuple(x)) for x in NEURON}
        wanted |= {("activation", x) for x in ACTIVATIONS}
        assert wanted - seen == set()

    def test_a_type_without_slots_divides_it_by_zero_and_gives_us_nothing(self):
        d, s = descriptor("se_e3", sel=[0, 6]), cluster(4, seed=1)
        given = arguments(d, s)
        its = Theirs(4.0, 1.0, [0, 6], neuron=[2, 4, 8], seed=11)
        with pytest.raises(ZeroDivisionError):
            its.call(*given)
        assert np.isfinite(d.call(*given).descriptor).all()


class TestWeights:
    @pytest.mark.parametrize("case", range(20))
    def test_the_same_seed_gives_the_same_bits(self, case):
        its, ours, _ = pair(case)
        # Its nets are asked, not the descriptor: the latter clears nets as it writes.
        assert differences(ours.serialize()["embeddings"], its.embeddings.serialize()) == []

    @pytest.mark.parametrize("precision", ["float32", "default", "float64", "double"])
    def test_in_each_precision(self, precision):
        config = {"rcut": 4.0, "rcut_smth": 1.0, "sel": [3, 2], "seed": 3, "neuron": [2, 4]}
        config |= {"precision": precision}
        ours = refdp.from_config({"type": "se_e3"} | config)
        assert differences(cleared(ours).serialize(), Theirs(**config).serialize()) == []


class TestDictionaries:
    @pytest.mark.parametrize("case", range(20))
    def test_its_dictionary_comes_back_key_for_key(self, case):
        data = standardized(case)[0].serialize()
        assert differences(refdp.deserialize(data).serialize(), data) == []

    def test_its_text_is_ours(self):
        its, ours, _ = pair(1)
        texts = [json.dumps(x.serialize(), default=lambda a: a.tolist()) for x in (its, cleared(ours))]
        assert texts[0] == texts[1]

    @pytest.mark.parametrize("case", range(10))
    def test_it_reads_ours_and_writes_it_back_but_for_the_nets_that_it_clears(self, case):
        _, ours, s = standardized(case)
        read = Theirs.deserialize(ours.serialize())
        assert differences(read.embeddings.serialize(), ours.serialize()["embeddings"]) == []
        given = arguments(ours, s)
        exact, allowed = truth(ours, *given).descriptor, budget(ours, *given).descriptor
        assert np.all(deviation(exact, read.call(*given)[0]) <= allowed)
        assert differences(read.serialize(), cleared(ours).serialize()) == []

    @pytest.mark.parametrize("version", [1, 2, 3])
    def test_both_read_every_version(self, version):
        data = standardized(2)[0].serialize() | {"@version": version}
        mine = refdp.deserialize(copy.deepcopy(data))
        # It takes keys out of what it is given, inside as well.
        assert differences(Theirs.deserialize(data).serialize(), mine.serialize()) == []

    @pytest.mark.parametrize(
        ("pairs", "ntypes", "changes"),
        [([(0, 0)], 2, True), ([(1, 1)], 2, True), ([(0, 1)], 3, True), ([(0, 1)], 2, False), ([], 2, False)],
    )
    def test_writing_changes_its_values_not_ours(self, pairs, ntypes, changes):
        config = {"rcut": 4.0, "rcut_smth": 0.5, "sel": [8] * ntypes, "neuron": [4, 8], "seed": 1}
        config |= {"exclude_types": pairs}
        its, ours = Theirs(**config), refdp.from_config({"type": "se_e3"} | config)
        given = arguments(ours, refdp.System(cluster(9, seed=1).coords, np.arange(9) % ntypes))
        before = its.call(*given)[0], ours.call(*given)[0]
        its.serialize(), ours.serialize()
        assert (np.abs(its.call(*given)[0] - before[0]).max() > 1e-3) == changes
        assert_same_bits(ours.call(*given)[0], before[1])


class TestStatistics:
    @pytest.mark.parametrize("case", range(12))
    def test_same_davg_and_dstd(self, case):
        rng = np.random.default_rng(case)
        config = {
            "rcut": 3.5, "rcut_smth": 0.5, "sel": [5, 4, 3], "neuron": [4],
            "exclude_types": [[], [[0, 1]]][case % 2], "env_protection": [0.0, 0.05][case // 2 % 2],
            "set_davg_zero": case >= 8,
        }  # fmt: skip
        pairs = [[], [[1, 1]], [[0, 1]]][case % 3]
        # The third type is absent; the systems differ in size, one has a cell.
        systems = [system(2, rng, virtual=True) for _ in range(3)]
        its, ours = Theirs(**config), refdp.from_config({"type": "se_e3", **config})
        its.compute_input_stats([sampled(s, pairs) for s in systems])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SelOverflowWarning)
            ours = refdp.with_statistics(ours, systems, [tuple(p) for p in pairs])
        assert_close(ours.davg, its.davg)
        assert_close(ours.dstd, its.dstd)
        assert (ours.dstd[2] == 0.1).all()
        assert np.any(ours.davg) != config["set_davg_zero"]
        assert not ours.davg[..., 1:].any()
