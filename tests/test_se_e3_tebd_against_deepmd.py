"""se_e3_tebd: the same numbers, weights, statistics and dictionaries as DeePMD-kit's NumPy backend."""

from __future__ import annotations

import copy
import json
import warnings

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.errors import SelOverflowWarning
from tests.attention_cases import mixed_arguments
from tests.helpers import assert_within, differences, with_random_statistics

theirs = pytest.importorskip("deepmd.dpmodel.descriptor")

COUNT = 80
NAMES = ["O", "H", "C"]
CHOICES = {
    "rcut_smth": [0.5, 2.9, 0.0],
    "sel": [7, [5, 4], [12], [3, 0, 2]],
    "neuron": [[3], [1, 2], [2, 4, 8], [5, 5], [17, 8]],
    "tebd_dim": [1, 3, 6, 8],
    "tebd_input_mode": ["concat", "strip"],
    "smooth": [False, True],
    "resnet_dt": [False, True],
    "activation_function": ["tanh", "gelu", "silut:0.1", "none", "softplus", "relu6", "silu"],
    "exclude_types": [[], [[0, 1]], [[0, 0], [1, 2]]],
    "env_protection": [0.0, 0.1],
    "concat_output_tebd": [False, True],
    "use_tebd_bias": [False, True],
    "use_econf_tebd": [False, True],
    "set_davg_zero": [False, True],
    "trainable": [False, True],
    "precision": ["float64", "float64", "float32"],
    "seed": [7, [3, 1], 0, [5]],
}


def drawn(rng):
    """Draw the options of DeePMD-kit's class, `type_map` and `ntypes` included."""
    chosen = {key: values[rng.integers(len(values))] for key, values in CHOICES.items()}
    return chosen | {"rcut": 3.5, "type_map": NAMES, "ntypes": 3}


def system(rng, *, virtual=True):
    """Draw two frames of up to nine atoms, in a triclinic cell or in none, crowded or not."""
    natoms = int(rng.integers(1, 10))
    skewed = np.diag(rng.uniform(2.5, 6.0, 3)) + np.tril(rng.uniform(-1.0, 1.0, (3, 3)), -1)
    types = rng.integers(-1 if virtual else 0, 3, natoms)
    return refdp.System(rng.uniform(0.0, 5.0, (2, natoms, 3)), types, None if rng.integers(2) else skewed)


def pair(case):
    """Return DeePMD-kit's descriptor, ours from the same options, and a system."""
    rng = np.random.default_rng([case, 3])
    options = drawn(rng)
    ours = refdp.from_config({"type": "se_e3_tebd"} | options)
    return theirs.DescrptSeTTebd(**options), ours, system(rng)


def with_statistics(ours, case):
    """Return ours with random statistics, mostly such as data never give, and DeePMD-kit's with the same."""
    ours = with_random_statistics(ours, case, by_slot=bool(case % 3), isotropic=case % 4 == 0)
    return theirs.DescrptSeTTebd.deserialize(copy.deepcopy(ours.serialize())), ours


class TestValues:
    @pytest.mark.parametrize("case", range(COUNT))
    def test_within_the_budget(self, case):
        _, ours, s = pair(case)
        its, ours = with_statistics(ours, case)
        given = mixed_arguments(ours, s, seed=case)
        out, expected = ours.call(*given), its.call(*given)
        # In the digits that the descriptor has: what rounding may do to one of the two.
        allowed = budget(ours, *given)
        assert_within(out.descriptor, expected[0], allowed.descriptor)
        # It returns switches with frames and atoms on one axis.
        assert_within(out.sw, expected[4].reshape(out.sw.shape), allowed.sw)
        assert expected[1:4] == (None, None, None)

    def test_cases_are_alive(self):
        """Every option is drawn, both kinds of systems, overflow, virtual atoms, switches in their fall."""
        seen = {key: set() for key in [*CHOICES, "cell", "virtual", "full", "padded", "between", "moved"]}
        for case in range(COUNT):
            its, ours, s = pair(case)
            data = its.serialize() | {"use_tebd_bias": ours.options.use_tebd_bias, "seed": ours.options.seed}
            for key in CHOICES:
                seen[key].add(json.dumps(data[key]))
            _, atype, nlist = given = mixed_arguments(ours, s, seed=case)
            out = ours.call(*given)
            ng = ours.options.neuron[-1]
            seen["cell"].add(s.periodic)
            seen["virtual"].add(bool((atype < 0).any()))
            seen["full"].add(bool((nlist >= 0).all(axis=-1).any()))
            seen["padded"].add(bool((nlist < 0).any()))
            seen["between"].add(bool(((out.sw > 0) & (out.sw < 1)).any()))
            seen["moved"].add(bool(np.any(out.descriptor[..., :ng])))
        for key, values in CHOICES.items():
            written = {json.dumps([x] if key == "sel" and isinstance(x, int) else x) for x in values}
            assert seen[key] >= written, key
        assert all({True} <= seen[key] for key in ("cell", "virtual", "full", "padded", "between", "moved"))


class TestWeights:
    @pytest.mark.parametrize("case", range(20))
    def test_the_same_seed_gives_the_same_dictionary(self, case):
        """Key for key and bit for bit: nets, the type embedding, neutral statistics, options."""
        its, ours, _ = pair(case)
        assert differences(ours.serialize(), its.serialize()) == []

    def test_without_the_option_classes_and_input_file_differ_in_the_bias(self):
        options = {"rcut": 4.0, "rcut_smth": 1.0, "sel": 5, "neuron": [2, 4], "type_map": ["O", "H"]}
        its = theirs.DescrptSeTTebd(**options, ntypes=2, seed=3)
        ours = refdp.from_config({"type": "se_e3_tebd"} | options, seed=3)
        assert its.serialize()["type_embedding"]["use_tebd_bias"] is False
        assert ours.options.use_tebd_bias is True


class TestDictionaries:
    @pytest.mark.parametrize("case", range(20))
    def test_its_dictionary_comes_back_key_for_key(self, case):
        _, ours, _ = pair(case)
        its, _ = with_statistics(ours, case)
        data = its.serialize()
        assert differences(refdp.deserialize(data).serialize(), data) == []

    @pytest.mark.parametrize("case", range(20))
    def test_it_reads_ours(self, case):
        _, ours, _ = pair(case)
        its, ours = with_statistics(ours, case)
        assert differences(its.serialize(), ours.serialize()) == []

    def test_its_text_is_ours(self):
        its, ours, _ = pair(1)
        texts = [json.dumps(x.serialize(), default=lambda a: a.tolist()) for x in (its, ours)]
        assert texts[0] == texts[1]

    @pytest.mark.parametrize("version", [1, 2])
    def test_both_read_every_version(self, version):
        its, _, _ = pair(2)
        data = its.serialize() | {"@version": version}
        read = theirs.DescrptSeTTebd.deserialize(copy.deepcopy(data))
        assert differences(refdp.deserialize(data).serialize(), read.serialize()) == []

    def test_neither_reads_a_third(self):
        data = pair(2)[0].serialize() | {"@version": 3}
        with pytest.raises(refdp.errors.SerializationError, match="expected 1 to 2, got 3"):
            refdp.deserialize(data)
        with pytest.raises(ValueError, match="version"):
            theirs.DescrptSeTTebd.deserialize(data)

    @pytest.mark.parametrize(
        "key",
        ["neuron", "tebd_dim", "set_davg_zero", "activation_function", "resnet_dt", "concat_output_tebd",
         "use_econf_tebd", "type_map", "precision", "exclude_types", "env_protection", "smooth", "trainable"],
    )  # fmt: skip
    def test_missing_keys_have_its_defaults(self, key):
        options = {"rcut": 4.0, "rcut_smth": 1.0, "sel": 5, "ntypes": 2, "type_map": ["O", "H"]}
        data = theirs.DescrptSeTTebd(**options, tebd_input_mode="strip").serialize()
        del data[key]
        read = theirs.DescrptSeTTebd.deserialize(copy.deepcopy(data)).serialize()
        assert refdp.deserialize(data).serialize()[key] == read[key]


class TestStatistics:
    @pytest.mark.parametrize("case", range(12))
    def test_same_davg_and_dstd(self, case):
        rng = np.random.default_rng(case)
        config = {
            "rcut": 3.5, "rcut_smth": 0.5, "sel": 12, "neuron": [4], "type_map": [*NAMES, "N"], "ntypes": 4,
            "exclude_types": [[], [[0, 1]]][case % 2], "env_protection": [0.0, 0.05][case // 2 % 2],
            "set_davg_zero": case >= 8, "tebd_input_mode": ["concat", "strip"][case // 4 % 2],
        }  # fmt: skip
        pairs = [[], [[1, 1]], [[0, 1]]][case % 3]
        # The fourth type is absent; the systems differ in size, some have a cell.
        systems = [system(rng) for _ in range(3)]
        its = theirs.DescrptSeTTebd(**config)
        its.compute_input_stats([sampled(s, pairs) for s in systems])
        found = its.serialize()["@variables"]
        ours = refdp.from_config({"type": "se_e3_tebd"} | config, seed=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SelOverflowWarning)
            ours = refdp.with_statistics(ours, systems, [tuple(p) for p in pairs])
        for name in ("davg", "dstd"):
            bound = 1e-14 * max(np.max(np.abs(found[name])), 0.01)
            assert_within(getattr(ours, name), found[name], bound)
        assert (ours.dstd[3] == 0.1).all()
        assert np.any(ours.davg) != config["set_davg_zero"]


def sampled(s, pairs):
    box = None if s.cell is None else s.cell.reshape(s.nf, 9)
    data = {"coord": s.coords.reshape(s.nf, -1), "atype": s.atype, "box": box, "natoms": None}
    return data | ({"pair_exclude_types": [tuple(p) for p in pairs]} if pairs else {})
