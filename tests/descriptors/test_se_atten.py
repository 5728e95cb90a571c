"""se_atten against loops written from its formulas: one option at a time, and every step."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.descriptors import SeAtten
from refdp.trace import record
from tests import attention_oracle
from tests.attention_cases import mixed_arguments, se_atten
from tests.helpers import (
    EPS,
    assert_same_bits,
    assert_within,
    cluster,
    relative_error,
    with_random_statistics,
)

SYSTEM = cluster(8, seed=4, nf=2)
STRIP, SMOOTH = {"tebd_input_mode": "strip"}, {"smooth_type_embedding": True}
TENSORFLOW = {"smooth_form": "tensorflow"} | SMOOTH
VARIANTS = {
    "concat": {},
    "strip": STRIP,
    "smooth concat": SMOOTH,
    "smooth strip": STRIP | SMOOTH,
    "one side": {"type_one_side": True},
    "one side, strip": {"type_one_side": True} | STRIP,
    "the old word for strip": {"stripped_type_embedding": True},
    "no attention": {"attn_layer": 0},
    "one layer": {"attn_layer": 1},
    "three layers": {"attn_layer": 3},
    "wide attention": {"attn": 9},
    "no gate": {"attn_dotr": False},
    "not normalized": {"normalize": False},
    "mask": {"attn_mask": True},
    "temperature": {"temperature": 0.7},
    "scaling factor": {"scaling_factor": 2.5},
    "epsilon": {"ln_eps": 0.1},
    "degree 2": {"lmax": 2},
    "degree 4, protection, strip": {"lmax": 4, "env_protection": 0.3} | STRIP,
    "TensorFlow": TENSORFLOW,
    "TensorFlow, strip, protection": TENSORFLOW | STRIP | {"env_protection": 0.3},
    "TensorFlow, exclusion": TENSORFLOW | {"exclude_types": [[0, 1]]},
    "type vector kept out": {"concat_output_tebd": False},
    "type vector as wide as types": {"tebd_dim": 2},
    "type vector twice as wide": {"tebd_dim": 4},
    "electron configurations": {"use_econf_tebd": True},
    "bias of types": {"use_tebd_bias": True},
    "time step": {"resnet_dt": True},
    "axis of one": {"axis_neuron": 1},
    "widths that do not fit": {"neuron": [3, 7, 5]},
    "activation": {"activation_function": "silut:0.1"},
    "exclusion": {"exclude_types": [[0, 1], [1, 1]]},
    "exclusion, smooth strip": {"exclude_types": [[0, 1]]} | STRIP | SMOOTH,
    "protection": {"env_protection": 0.3},
    "no smooth start": {"rcut_smth": 0.0},
    "late switch": {"rcut_smth": 3.9} | SMOOTH,
    "sel as a list": {"sel": [2, 0, 7]},
    "overflow": {"sel": 2},
}
# One layer, since JAX compiles for seconds.
LIBRARY_CASES = {
    "concat": {"attn_layer": 1},
    "smooth strip": STRIP | SMOOTH | {"attn_layer": 1, "lmax": 2, "exclude_types": [[0, 0]]},
}


def largest(x):
    return np.abs(x).max(initial=np.finfo(float).tiny)


class TestDescribe:
    @pytest.mark.parametrize("by_slot", [False, True], ids=["", "statistics by slot"])
    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_every_step_is_its_formula(self, options, by_slot):
        d = with_random_statistics(se_atten(**options), 3, by_slot=by_slot, isotropic=False)
        given = mixed_arguments(d, SYSTEM, seed=2)
        expected = attention_oracle.describe(d, *given)
        with record() as trace:
            out = d.call(*given)
        found = {name: trace.value(name) for name in trace.names if name != "B"}
        found |= {"rot_mat": out.rot_mat, "sw": out.sw, "D": out.descriptor}
        assert expected.keys() - found.keys() == {"real", "direction", "amplitude"} | ({"sw"} - found.keys())
        for name, mine in found.items():
            # Fewer than 256 roundings lie behind an element, each of a number no larger than the largest.
            first = mine[..., :4] if name == "M" else mine
            assert_within(first, expected[name], 256 * EPS * largest(expected[name]))

    def test_steps_in_their_order(self):
        for options, names in [
            ({"attn_layer": 0}, "T r w R E s G0 M D"),
            ({}, "T r w R E s G0 Lambda1 A1 G1 Lambda2 A2 G2 M D"),
            (STRIP | {"attn_layer": 1, "lmax": 2}, "T r w R E s g t G0 Lambda1 A1 G1 B M D"),
        ]:
            d = se_atten(**options)
            with record() as trace:
                d.call(*mixed_arguments(d, SYSTEM))
            assert trace.names == names.split()

    @pytest.mark.parametrize("option", list(VARIANTS)[1:])
    def test_every_option_changes_something(self, option):
        # Of two words for one thing, and of two options that only together do something, one is the other.
        base = {
            "the old word for strip": {"tebd_input_mode": "concat"},
            "TensorFlow": SMOOTH,
            "TensorFlow, exclusion": SMOOTH | {"exclude_types": [[0, 1]]},
            "TensorFlow, strip, protection": SMOOTH | STRIP | {"env_protection": 0.3},
        }.get(option, {})
        plain, changed = (se_atten(**options) for options in (base, VARIANTS[option]))
        one, other = (d.call(*mixed_arguments(d, SYSTEM)).descriptor for d in (plain, changed))
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-6 * np.abs(one).max()

    def test_outputs(self):
        d = se_atten()
        out = d.call(*mixed_arguments(d, SYSTEM))
        shapes = [None if x is None else x.shape for x in out]
        assert shapes == [(2, 8, 27), (2, 8, 8, 3), None, None, (2, 8, 7, 1)]
        assert (d.dim_out, d.mixed_types, d.nnei, d.ntypes) == (27, True, 7, 2)
        assert se_atten(concat_output_tebd=False).dim_out == 24

    def test_the_type_vector_of_the_centre_stands_behind(self):
        d = se_atten(use_tebd_bias=True)
        coord, atype, nlist = mixed_arguments(d, SYSTEM)
        table = d.type_embedding.table()
        expected = table[np.where(atype[:, :8] < 0, 2, atype[:, :8])]
        assert_same_bits(d.call(coord, atype, nlist).descriptor[..., 24:], expected)

    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_virtual_centers(self, options):
        """No statistics, no neighbours: rows of zeros, and the zero vector of no type."""
        d = se_atten(**options)
        out = d.call(*mixed_arguments(d, SYSTEM))
        np.testing.assert_array_equal(out.descriptor[:, -1], 0.0)
        np.testing.assert_array_equal(out.rot_mat[:, -1], 0.0)

    @pytest.mark.parametrize("smooth", [False, True])
    def test_one_atom_alone(self, smooth):
        d = se_atten(smooth_type_embedding=smooth)
        given = mixed_arguments(d, refdp.System([[0.0, 0, 0]], [1]))
        expected = attention_oracle.describe(d, *given)["D"]
        assert_within(d.call(*given).descriptor, expected, 64 * EPS * np.abs(expected).max())
        bare = se_atten(statistics=False, smooth_type_embedding=smooth).call(*given).descriptor
        np.testing.assert_array_equal(bare[..., :24], 0.0)

    def test_coincident_atoms_with_protection_are_finite(self):
        d = se_atten(env_protection=0.25, lmax=4)
        given = mixed_arguments(d, refdp.System(np.zeros((2, 3)), [0, 1]))
        expected = attention_oracle.describe(d, *given)["D"]
        assert_within(d.call(*given).descriptor, expected, 64 * EPS * np.abs(expected).max())

    def test_no_atoms(self):
        d = se_atten(lmax=3)
        empty = (np.zeros((1, 0, 3)), np.zeros((1, 0), int), np.zeros((1, 0, 7), int))
        assert d.call(*empty).descriptor.shape == (1, 0, 27)


class TestLibraries:
    @pytest.mark.parametrize("options", LIBRARY_CASES.values(), ids=LIBRARY_CASES)
    def test_on_any_library(self, library, options):
        d = se_atten(**options)
        given = mixed_arguments(d, SYSTEM, seed=2)
        call = library.compiled(lambda *x: tuple(y for y in d.call(*x) if y is not None))
        found = [library.numpy(x) for x in call(*map(library.array, given))]
        expected = d.call(*given)
        for mine, other in zip(found, (expected.descriptor, expected.rot_mat, expected.sw), strict=True):
            assert_within(mine, other, 256 * EPS * np.abs(other).max())

    def test_float32_is_within_its_budget(self, library):
        d = se_atten(precision="float32", attn_layer=1, **SMOOTH)
        given = mixed_arguments(d, SYSTEM)
        out = library.compiled(lambda *x: d.call(*x).descriptor)(*map(library.array, given))
        # Out of `call` comes what went in, float64, with the digits of float32.
        assert out.dtype == library.namespace.float64
        wide = d.to(refdp.namespaces.array_namespace(given[0]), dtype="float64").call(*given).descriptor
        assert_within(library.numpy(out), wide, 2 * budget(d, *given).descriptor)
        assert relative_error(library.numpy(out), wide) > 1e-9


class TestThreads:
    @pytest.mark.parametrize("options", [{}, STRIP | SMOOTH], ids=["concat", "smooth strip"])
    def test_change_no_bit(self, options):
        d, s = se_atten(sel=24, **options), cluster(24, seed=3)
        one = refdp.describe(d, s, threads=1, block=5)
        for threads in (2, 3):
            assert_same_bits(refdp.describe(d, s, threads=threads, block=5), one)
        given = mixed_arguments(d, s)
        assert_within(one, d.call(*given).descriptor, 2 * budget(d, *given).descriptor)

    def test_nothing_is_expanded(self):
        """Nets of a number and a type have no expansion in one variable: asking for it changes nothing."""
        d, s = se_atten(), cluster(12, seed=3)
        assert_same_bits(refdp.describe(d, s, expand=True), refdp.describe(d, s, expand=False))


class TestInitial:
    def test_neutral_statistics_and_norms(self):
        d = se_atten(statistics=False)
        np.testing.assert_array_equal(d.davg, np.zeros((2, 7, 4)))
        np.testing.assert_array_equal(d.dstd, np.ones((2, 7, 4)))
        for layer in d.attention_layers:
            np.testing.assert_array_equal(layer.norm.w, np.ones(8))
            np.testing.assert_array_equal(layer.norm.b, np.zeros(8))

    def test_parts_and_their_widths(self):
        for options, width, types in [({}, 7, None), ({"type_one_side": True}, 4, None), (STRIP, 1, 6),
                                      (STRIP | {"type_one_side": True}, 1, 3)]:  # fmt: skip
            d = se_atten(**options)
            assert d.embeddings[()].in_dim == width
            assert (d.embeddings_strip[()].in_dim if d.embeddings_strip else None) == types
        assert (len(se_atten(attn_layer=3).attention_layers), se_atten().degree_gain_raw) == (3, None)
        assert se_atten(lmax=4).degree_gain_raw.shape == (3,)

    def test_all_of_it_has_the_precision(self):
        kinds = {x.dtype for x in arrays(se_atten(precision="float32", lmax=3, **STRIP))}
        assert kinds == {np.dtype("float32")}

    def test_settings_reach_every_layer(self):
        d = se_atten(attn_dotr=False, normalize=False, temperature=0.5, scaling_factor=3.0, attn_mask=True,
                     ln_eps=0.25, trainable_ln=False, **SMOOTH)  # fmt: skip
        for layer in d.attention_layers:
            s, norm = layer.settings, layer.norm
            assert (s.dotr, s.normalize, s.smooth, s.do_mask) == (False, False, True, True)
            assert (s.temperature, s.scaling_factor, norm.eps, norm.trainable) == (0.5, 3.0, 0.25, False)

    def test_from_options_alone(self):
        options = msgspec.structs.replace(se_atten().options, seed=1)
        assert SeAtten.initial(options).dim_out == 27


def arrays(x):
    """All arrays of a tree of dataclasses."""
    found = []
    refdp.namespaces.map_arrays(x, lambda a: found.append(a) or a)
    return found


class TestFootprint:
    @pytest.mark.parametrize(("layers", "numbers"), [(0, 9 * 5), (1, 9 * 21), (2, 9 * 21)])
    def test_is_that_of_attention_where_there_is_some(self, layers, numbers):
        section = {"type": "se_atten", "sel": 9, "neuron": [5], "attn": 7, "attn_layer": layers}
        assert refdp.from_config(section, type_map=["O", "H"], seed=1).footprint == numbers
