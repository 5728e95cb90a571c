"""The same numbers, weights, statistics and dictionaries as DeePMD-kit's NumPy backend."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

import refdp
from refdp.errors import SelOverflowWarning
from tests.helpers import (
    assert_same_bits,
    call_arguments,
    differences,
    relative_error,
    with_random_statistics,
)

theirs = pytest.importorskip("deepmd.dpmodel.descriptor")

CLASSES = {"se_e2_a": theirs.DescrptSeA, "se_e2_r": theirs.DescrptSeR}
COUNT = 80
SEL = [[7], [5, 4], [2, 3], [4, 1, 6]]
NEURON = [[3], [1, 2], [2, 4, 8], [4, 4, 5]]
ACTIVATIONS = [
    "tanh",
    "gelu",
    "silut:0.1",
    "none",
    "softplus",
    "relu6",
    "sigmoid",
    "silu",
    "GELU_TF",
    "custom_silu:2",
]


def options(name, rng):
    """Draw a descriptor's options, DeePMD-kit's names for them."""
    sel = SEL[rng.integers(len(SEL))]
    pairs = [[0, 0], [0, len(sel) - 1], [len(sel) - 1] * 2]
    drawn = {
        "rcut": 3.5,
        "rcut_smth": float(rng.choice([0.5, 2.9, 0.0])),
        "sel": sel,
        "neuron": NEURON[rng.integers(len(NEURON))],
        "resnet_dt": bool(rng.integers(2)),
        "activation_function": str(rng.choice(ACTIVATIONS)),
        "exclude_types": [pairs[k] for k in np.flatnonzero(rng.integers(0, 3, 3) == 0)],
        "env_protection": float(rng.choice([0.0, 0.1])),
        "set_davg_zero": bool(rng.integers(2)),
        "trainable": bool(rng.integers(2)),
        "type_map": [None, ["O", "H", "C"][: len(sel)]][rng.integers(2)],
        "seed": [7, [3, 1], 0, [5]][rng.integers(4)],
    }
    if name == "se_e2_a":
        drawn |= {
            "axis_neuron": int(rng.integers(1, drawn["neuron"][-1] + 1)),
            "type_one_side": bool(rng.integers(2)),
        }
    return drawn


def system(ntypes, rng, *, virtual):
    """Draw two frames of up to nine atoms, in a triclinic cell or in none, crowded or not."""
    natoms = int(rng.integers(1, 10))
    cell = (
        None
        if rng.integers(2)
        else np.diag(rng.uniform(2.5, 6.0, 3)) + np.tril(rng.uniform(-1.0, 1.0, (3, 3)), -1)
    )
    coords = rng.uniform(0.0, 5.0, (2, natoms, 3))
    types = rng.integers(-1 if virtual else 0, ntypes, natoms)
    return refdp.System(coords, types, cell)


def pair(name, case):
    """Return DeePMD-kit's descriptor, ours from the same options, and a system."""
    rng = np.random.default_rng([case, len(name)])
    drawn = options(name, rng)
    its = CLASSES[name](**drawn)
    ours = refdp.from_config({"type": name, "type_one_side": True, **drawn})
    # Its two-sided form gives wrong rows where there are virtual centres, which models never let it see.
    one_sided = drawn.get("type_one_side", True)
    return its, ours, system(len(drawn["sel"]), rng, virtual=one_sided)


def arguments(d, s):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        return call_arguments(d, s)


@pytest.mark.parametrize("name", CLASSES)
class TestValues:
    @pytest.mark.parametrize("case", range(COUNT))
    def test_descriptor_rot_mat_and_switch(self, name, case):
        its, ours, s = pair(name, case)
        ours = with_random_statistics(ours, case, by_slot=True, isotropic=bool(case % 2))
        its.davg, its.dstd = ours.davg.copy(), ours.dstd.copy()
        given = arguments(ours, s)
        out, expected = ours.call(*given), its.call(*given)
        for mine, theirs_ in zip(out, expected, strict=True):
            assert (mine is None) == (theirs_ is None)
            if mine is not None and np.any(theirs_):
                assert relative_error(mine, theirs_) < 1e-14
            elif mine is not None:
                np.testing.assert_array_equal(mine, theirs_)

    def test_cases_are_alive(self, name):
        """Every option is drawn, both kinds of systems, overflow, virtual atoms, switches in their fall."""
        seen = set()
        for case in range(COUNT):
            _, ours, s = pair(name, case)
            o = ours.options
            _, atype, nlist, _ = given = arguments(ours, s)
            w = ours.call(*given).sw
            seen |= {
                ("sel", o.sel),
                ("neuron", o.neuron),
                ("activation", o.activation_function),
                ("dt", o.resnet_dt),
            }
            seen |= {
                ("cell", s.periodic),
                ("exclusion", bool(o.exclude_types)),
                ("protection", o.env_protection > 0),
            }
            seen |= {("virtual", bool((atype < 0).any())), ("between", bool(((w > 0) & (w < 1)).any()))}
            seen |= {("full", bool((nlist >= 0).all(axis=-1).any())), ("padded", bool((nlist < 0).any()))}
            seen |= {("side", o.type_one_side)}
        wanted = {
            (key, flag)
            for key in ("dt", "cell", "exclusion", "protection", "virtual")
            for flag in (True, False)
        }
        wanted |= {("between", True), ("full", True), ("padded", True), ("side", True)}
        wanted |= {("sel", tuple(x)) for x in SEL} | {("neuron", tuple(x)) for x in NEURON}
        wanted |= {("activation", x) for x in ACTIVATIONS}
        assert wanted - seen == set()


@pytest.mark.parametrize("name", CLASSES)
class TestWeights:
    @pytest.mark.parametrize("case", range(20))
    def test_the_same_seed_gives_the_same_bits(self, name, case):
        its, ours, _ = pair(name, case)
        # Its nets are asked, not the descriptor: the latter sets nets of excluded pairs to zero as it writes.
        assert differences(ours.serialize()["embeddings"], its.embeddings.serialize()) == []

    @pytest.mark.parametrize("precision", ["float32", "default", "float64", "double"])
    def test_in_each_precision(self, name, precision):
        config = {
            "rcut": 4.0,
            "rcut_smth": 1.0,
            "sel": [3, 2],
            "seed": 3,
            "precision": precision,
            "neuron": [2, 4],
        }
        config |= {"axis_neuron": 4} if name == "se_e2_a" else {}
        its, ours = CLASSES[name](**config), refdp.from_config({"type": name, "type_one_side": True} | config)
        assert differences(ours.serialize(), its.serialize()) == []


@pytest.mark.parametrize("name", CLASSES)
class TestDictionaries:
    @pytest.mark.parametrize("case", range(20))
    def test_its_dictionary_comes_back_key_for_key(self, name, case):
        its, ours, _ = pair(name, case)
        stats = with_random_statistics(ours, case, by_slot=True, isotropic=False)
        its.davg, its.dstd = stats.davg.copy(), stats.dstd.copy()
        data = its.serialize()
        assert differences(refdp.deserialize(data).serialize(), data) == []

    def test_its_text_is_ours(self, name):
        its, ours, _ = pair(name, 1)
        texts = [json.dumps(x.serialize(), default=lambda a: a.tolist()) for x in (its, ours)]
        assert texts[0] == texts[1]

    @pytest.mark.parametrize("case", range(10))
    def test_it_reads_ours(self, name, case):
        _, ours, s = pair(name, case)
        ours = with_random_statistics(ours, case, by_slot=True, isotropic=False)
        read = CLASSES[name].deserialize(ours.serialize())
        assert differences(read.embeddings.serialize(), ours.serialize()["embeddings"]) == []
        given = arguments(ours, s)
        expected = read.call(*given)[0]
        if ours.options.type_one_side or not ours.options.exclude_types:  # it sets nets to zero otherwise
            assert differences(read.serialize(), ours.serialize()) == []
        assert not np.any(expected) or relative_error(ours.call(*given).descriptor, expected) < 1e-14

    @pytest.mark.parametrize("version", [1, 2, 3])
    def test_both_read_every_version(self, name, version):
        its, _, _ = pair(name, 2)
        data = its.serialize() | {"@version": version}
        first = refdp.deserialize(data).embeddings.networks[0].layers[0].w
        # It takes keys out of what it is given, inside as well.
        assert_same_bits(
            CLASSES[name].deserialize(its.serialize() | {"@version": version}).embeddings[0].layers[0].w,
            first,
        )


@pytest.mark.parametrize("name", CLASSES)
class TestStatistics:
    @pytest.mark.parametrize("case", range(12))
    def test_same_davg_and_dstd(self, name, case):
        rng = np.random.default_rng(case)
        config = {
            "rcut": 3.5, "rcut_smth": 0.5, "sel": [5, 4, 3], "neuron": [4],
            "exclude_types": [[], [[0, 1]]][case % 2], "env_protection": [0.0, 0.05][case // 2 % 2],
            "set_davg_zero": case >= 8,
        }  # fmt: skip
        if name == "se_e2_a":
            config |= {"axis_neuron": 2, "type_one_side": True}
        pairs = [[], [[1, 1]], [[0, 1]]][case % 3]
        # The third type is absent; the systems differ in size, one has a cell.
        systems = [system(2, rng, virtual=True) for _ in range(3)]
        its, ours = CLASSES[name](**config), refdp.from_config({"type": name, **config})
        its.compute_input_stats([sampled(s, pairs) for s in systems])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SelOverflowWarning)
            ours = refdp.with_statistics(ours, systems, [tuple(p) for p in pairs])
        assert_close(ours.davg, its.davg)
        assert_close(ours.dstd, its.dstd)
        assert (ours.dstd[2] == 0.1).all()
        assert np.any(ours.davg) != config["set_davg_zero"]


def sampled(s, pairs):
    box = None if s.cell is None else s.cell.reshape(s.nf, 9)
    data = {"coord": s.coords.reshape(s.nf, -1), "atype": s.atype, "box": box, "natoms": None}
    return data | ({"pair_exclude_types": [tuple(p) for p in pairs]} if pairs else {})


def assert_close(mine, its):
    assert mine.shape == its.shape
    assert np.max(np.abs(mine - its)) <= 1e-14 * max(np.max(np.abs(its)), 0.01)
