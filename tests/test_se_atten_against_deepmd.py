"""se_atten and se_atten_v2 beside DeePMD-kit's: numbers within budget, weights, dictionaries, statistics."""

from __future__ import annotations

import copy
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.errors import SelOverflowWarning
from tests.attention_cases import mixed_arguments, with_random_norms
from tests.helpers import assert_same_bits, differences, relative_error, with_random_statistics

pytest.importorskip("flint")
theirs = pytest.importorskip("deepmd.dpmodel.descriptor")

CLASSES = {"se_atten": theirs.DescrptDPA1, "se_atten_v2": theirs.DescrptSeAttenV2}
COUNT = 36
CHOICES = {
    "rcut_smth": [0.5, 2.9, 0.0],
    "sel": [9, [5, 4], 2],
    "neuron": [[4, 8], [2, 4, 8], [5, 7], [1, 2]],
    "axis_neuron": [1, 2],
    "lmax": [1, 1, 2, 3, 4],
    "tebd_dim": [3, 6, 4, 1],
    "type_one_side": [False, True],
    "attn": [5, 1],
    "attn_layer": [0, 1, 2],
    "attn_dotr": [False, True],
    "scaling_factor": [1.0, 2.5],
    "temperature": [None, 1.0, 0.7],
    "normalize": [False, True],
    "trainable_ln": [False, True],
    "ln_eps": [None, 1e-3],
    "concat_output_tebd": [False, True],
    "use_econf_tebd": [False, True],
    "use_tebd_bias": [False, True],
    "resnet_dt": [False, True],
    "activation_function": ["tanh", "gelu", "silut:0.1", "softplus", "none"],
    "exclude_types": [[], [[0, 1]], [[0, 0], [1, 2]]],
    "env_protection": [0.0, 0.1],
    "set_davg_zero": [False, True],
    "trainable": [False, True],
    "seed": [7, [3, 1]],
}
FIRST = {"tebd_input_mode": ["concat", "strip"], "smooth_type_embedding": [False, True]}


def drawn(case, **fixed):
    """Return the name of a descriptor and options of it, each case others."""
    rng = np.random.default_rng(case)
    name = "se_atten_v2" if case % 4 == 3 else "se_atten"
    choices = CHOICES | (FIRST if name == "se_atten" else {})
    options = {key: values[rng.integers(len(values))] for key, values in choices.items()}
    return name, {"rcut": 3.5, "type_map": ["O", "H", "C"], **options, **fixed}


def pair(case, **fixed):
    """Return DeePMD-kit's descriptor and ours, made from the same options and the same seed."""
    name, options = drawn(case, **fixed)
    return CLASSES[name](ntypes=3, **options), refdp.from_config({"type": name, **options})


def ours_for(case, **fixed):
    """Return a descriptor of ours whose statistics and layer norms are random, in one of three ways."""
    name, options = drawn(case, **fixed)
    made = with_random_norms(refdp.from_config({"type": name, **options}), case)
    kind = case // 2 % 3
    return made if kind == 0 else with_random_statistics(made, case, by_slot=kind == 2, isotropic=kind == 1)


def system(case, *, virtual=True):
    """Return two frames of some atoms, crowded or not; one atom is isolated."""
    rng = np.random.default_rng([case, 1])
    natoms = int(rng.integers(2, 9))
    coords = rng.uniform(0.0, rng.choice([3.0, 5.0]), (2, natoms, 3))
    coords[1, 0] += 40.0
    types = rng.integers(-1 if virtual and natoms > 3 else 0, 3, natoms)
    return refdp.System(coords, types, None if rng.integers(3) else 6.0 * np.eye(3))


def arguments(d, case, *, virtual=True):
    """Return arguments of `call`: slots in any order, and a neighbour beyond the cutoff here and there."""
    coord, atype, nlist = mixed_arguments(d, system(case, virtual=virtual), seed=case)
    spare = np.argwhere((nlist < 0) & (atype[:, : nlist.shape[1], None] >= 0))
    for f, i, k in spare[:: 1 + len(spare) // 3]:
        apart = np.linalg.norm(coord[f] - coord[f, i], axis=-1)
        far = np.flatnonzero((apart >= d.rcut) & (atype[f] >= 0))
        nlist[f, i, k] = far[0] if far.size else -1
    return coord, atype, nlist


def assert_within_budget(d, given, found):
    """Fail where descriptor, rotation matrix or switch differ by more than rounding can explain."""
    mine, allowed = d.call(*given), budget(d, *given)
    for field, other in found.items():
        x, bound = getattr(mine, field), getattr(allowed, field)
        off = np.abs(x - np.reshape(other, x.shape))
        assert np.all(off <= bound), f"{field}: {np.max(off - bound):.1e} beyond the budget"


class TestValues:
    @pytest.mark.parametrize("case", range(COUNT))
    def test_numpy(self, case):
        d = ours_for(case)
        its = CLASSES[d.names[0]].deserialize(copy.deepcopy(d.serialize()))
        given = arguments(d, case)
        with np.errstate(invalid="ignore"):  # rows without neighbours are infinity minus infinity there
            out = its.call(*given)
        assert_within_budget(d, given, {"descriptor": out[0], "rot_mat": out[1], "sw": out[4]})

    @pytest.mark.parametrize("case", [1, 2, 3, 4, 7, 14, 22])
    def test_pytorch(self, case):
        torch = pytest.importorskip("torch")
        from parity.backends.deepmd_pytorch import pytorch_class

        d = ours_for(case)
        place = {"se_atten": ("dpa1", "DescrptDPA1"), "se_atten_v2": ("se_atten_v2", "DescrptSeAttenV2")}
        its = pytorch_class(*place[d.names[0]]).deserialize(copy.deepcopy(d.serialize())).to("cpu")
        given = arguments(d, case, virtual=False)
        with torch.no_grad():
            out = [x.numpy() for x in its(*(torch.asarray(np.array(x, order="C")) for x in given))]
        assert_within_budget(d, given, {"descriptor": out[0], "rot_mat": out[1], "sw": out[4]})

    def test_cases_are_alive(self):
        """Every option is drawn; overflow, holes, virtual and isolated centres, neighbours too far occur."""
        seen = set()
        for case in range(COUNT):
            name, options = drawn(case)
            d = ours_for(case)
            coord, atype, nlist = arguments(d, case)
            centers, there = atype[:, : nlist.shape[1], None], nlist >= 0
            frames = np.arange(2)[:, None, None]
            apart = np.linalg.norm(coord[frames, nlist] - coord[:, : nlist.shape[1], None], axis=-1)
            seen |= {(key, str(value)) for key, value in options.items()} | {("type", name)}
            seen |= {("mean", bool(d.davg.any())), ("virtual", bool((centers < 0).any()))}
            seen |= {("far", bool((there & (apart > 3.5)).any())), ("full", bool(there.all(-1).any()))}
            real = (centers >= 0)[..., 0]
            seen |= {("alone", bool((real & ~(there & (apart < 3.5)).any(-1)).any()))}
            seen |= {("hole", bool((~there[..., :-1] & there[..., 1:]).any()))}
        wanted = {(key, str(v)) for key, values in (CHOICES | FIRST).items() for v in values}
        wanted |= {(key, True) for key in ("mean", "virtual", "far", "full", "alone", "hole")}
        assert wanted - seen == set()


class TestWeightsAndDictionaries:
    @pytest.mark.parametrize("case", range(16))
    def test_the_same_seed_gives_the_same_dictionary(self, case):
        its, ours = pair(case)
        assert differences(ours.serialize(), its.serialize()) == []

    @pytest.mark.parametrize("precision", ["float32", "float64", "default", "double"])
    @pytest.mark.parametrize("case", [2, 3])
    def test_in_each_precision(self, case, precision):
        its, ours = pair(case, precision=precision)
        mine, other = ours.serialize(), its.serialize()
        assert [d for d in differences(mine, other) if ".precision: " not in d] == []
        # Inside, DeePMD-kit writes the word as the user spelt it.
        assert mine["precision"] == other["precision"]

    @pytest.mark.parametrize("case", range(10))
    def test_it_reads_ours_and_writes_the_same(self, case):
        data = ours_for(case).serialize()
        its = CLASSES[refdp.deserialize(data).names[0]].deserialize(copy.deepcopy(data))
        assert differences(its.serialize(), data) == []
        assert differences(refdp.deserialize(its.serialize()).serialize(), data) == []

    def test_its_text_is_ours(self):
        texts = [json.dumps(x.serialize(), default=lambda a: a.tolist()) for x in pair(2)]
        assert texts[0] == texts[1]

    @pytest.mark.parametrize("case", [2, 3])
    @pytest.mark.parametrize("version", [1, 2, 3])
    def test_both_read_every_version(self, case, version):
        d = ours_for(case, lmax=1, use_tebd_bias=True)
        data = d.serialize() | {"@version": version}
        if version == 1:
            del data["use_tebd_bias"]
        its, given = CLASSES[d.names[0]].deserialize(copy.deepcopy(data)), arguments(d, case)
        assert_same_bits(refdp.deserialize(data).call(*given).descriptor, d.call(*given).descriptor)
        assert relative_error(its.call(*given)[0], d.call(*given).descriptor) < 1e-13


class TestStatistics:
    @pytest.mark.parametrize("case", range(8))
    def test_same_davg_and_dstd(self, case):
        pairs = [[], [[1, 1]]][case % 2]
        its, ours = pair(case, sel=9, set_davg_zero=case >= 6, lmax=1)
        # The third type is absent.
        systems = [replace_types(system(10 * case + k)) for k in range(3)]
        its.compute_input_stats([sampled(s, pairs) for s in systems])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SelOverflowWarning)
            ours = refdp.with_statistics(ours, systems, [tuple(p) for p in pairs])
        for name in ("davg", "dstd"):
            mine, other = getattr(ours, name), getattr(its.se_atten, "mean" if name == "davg" else "stddev")
            assert mine.shape == other.shape
            assert np.max(np.abs(mine - other)) <= 1e-14 * max(np.max(np.abs(other)), 0.01)
        assert (ours.dstd[2] == 0.1).all()
        assert np.any(ours.davg) != (case >= 6)


def replace_types(s):
    return replace(s, types=np.where(s.types > 1, 0, s.types))


def sampled(s, pairs):
    box = None if s.cell is None else s.cell.reshape(s.nf, 9)
    data = {"coord": s.coords.reshape(s.nf, -1), "atype": s.atype, "box": box, "natoms": None}
    return data | ({"pair_exclude_types": [tuple(p) for p in pairs]} if pairs else {})
