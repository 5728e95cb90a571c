"""se_e3_tebd against loops written from its formulas: one option at a time, and every step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.descriptors import SeE3Tebd, se_e3, se_e3_tebd
from refdp.errors import ConfigError
from refdp.namespaces import map_arrays
from refdp.trace import record
from tests.attention_cases import mixed_arguments
from tests.helpers import EPS, assert_same_bits, assert_within, cluster, with_random_statistics
from tests.three_body_cases import SMALL, loops
from tests.three_body_cases import se_e3_tebd as tebd

SYSTEM = cluster(8, seed=4, nf=2)
STRIP = {"tebd_input_mode": "strip"}
HARD = STRIP | {"smooth": False}
VARIANTS = {
    "concat": {},
    "strip": STRIP,
    "strip that does not fade": HARD,
    "type vector kept out": {"concat_output_tebd": False},
    "type vector as wide as types": {"tebd_dim": 2},
    "type vector twice as wide": {"tebd_dim": 4},
    "electron configurations": {"use_econf_tebd": True},
    "no bias of types": {"use_tebd_bias": False},
    "time step": {"resnet_dt": True},
    "time step, strip": {"resnet_dt": True} | STRIP,
    "widths that do not fit": {"neuron": [3, 7, 5]},
    "narrow net, strip": {"neuron": [1, 2]} | STRIP,
    "first layer as wide as its input": {"neuron": [7, 3]},
    "activation": {"activation_function": "silut:0.1"},
    "exclusion": {"exclude_types": [[0, 1], [1, 1]]},
    "exclusion, strip": {"exclude_types": [[0, 1]]} | STRIP,
    "exclusion, strip that does not fade": {"exclude_types": [[0, 0]]} | HARD,
    "protection": {"env_protection": 0.3},
    "no smooth start": {"rcut_smth": 0.0},
    "late switch": {"rcut_smth": 3.9},
    "sel as a list": {"sel": [2, 0, 7]},
    "one slot": {"sel": 1},
}


def zeroed(d, what):
    """Return the descriptor with the mean of some columns at zero."""
    davg = np.array(d.davg)
    davg[..., what] = 0.0
    return replace(d, davg=davg)


class TestDescribe:
    @pytest.mark.parametrize("by_slot", [False, True], ids=["", "statistics by slot"])
    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_every_step_is_its_formula(self, options, by_slot):
        d = with_random_statistics(tebd(**options), 3, by_slot=by_slot, isotropic=False)
        given = mixed_arguments(d, SYSTEM, seed=2)
        expected = loops(d, *given)
        with record() as trace:
            out = d.call(*given)
        for name, value in expected.items():
            # Fewer than 128 roundings lie behind an element, each of a number no larger than the largest.
            assert_within(trace.value(name), value, 128 * EPS * np.abs(value).max())
        assert_same_bits(out.descriptor, trace.value("D"))
        assert_same_bits(out.sw[..., 0], trace.value("s"))
        # Twice: the loops round as well.
        assert_within(out.descriptor, expected["D"], 2 * budget(d, *given).descriptor)

    def test_steps_in_their_order(self):
        for options, names in [({}, "T r w R E s theta G D"), (STRIP, "T r w R E s theta g t G D")]:
            d = tebd(**options)
            with record() as trace:
                d.call(*mixed_arguments(d, SYSTEM))
            assert trace.names == names.split()

    @pytest.mark.parametrize("option", list(VARIANTS)[1:])
    def test_every_option_changes_something(self, option):
        options = VARIANTS[option]
        base = {"tebd_input_mode": options["tebd_input_mode"]} if "tebd_input_mode" in options else {}
        base = {} if options == STRIP else base
        plain, changed = (tebd(**chosen) for chosen in (base, options))
        one, other = (d.call(*mixed_arguments(d, SYSTEM)).descriptor for d in (plain, changed))
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-6 * np.abs(one).max()

    def test_outputs(self):
        d = tebd()
        shapes = [None if x is None else x.shape for x in d.call(*mixed_arguments(d, SYSTEM))]
        assert shapes == [(2, 8, 11), None, None, None, (2, 8, 7, 1)]
        assert (d.dim_out, d.mixed_types, d.nnei, d.ntypes) == (11, True, 7, 2)
        assert tebd(concat_output_tebd=False).dim_out == 8

    def test_the_type_vector_of_the_centre_stands_behind(self):
        d = tebd()
        coord, atype, nlist = mixed_arguments(d, SYSTEM)
        expected = d.type_embedding.table()[np.where(atype[:, :8] < 0, 2, atype[:, :8])]
        assert_same_bits(d.call(coord, atype, nlist).descriptor[..., 8:], expected)

    def test_the_first_column_of_statistics_changes_no_bit(self):
        d = tebd(**STRIP)
        davg, dstd = np.array(d.davg), np.array(d.dstd)
        davg[..., 0] += 0.7
        dstd[..., 0] *= 3.0
        given = mixed_arguments(d, SYSTEM)
        assert_same_bits(replace(d, davg=davg, dstd=dstd).call(*given).descriptor, d.call(*given).descriptor)

    def test_smooth_without_a_net_of_types_changes_no_bit(self):
        given = mixed_arguments(tebd(), SYSTEM)
        assert_same_bits(*(tebd(smooth=smooth).call(*given).descriptor for smooth in (False, True)))

    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_virtual_centers_are_zero(self, options):
        d = with_random_statistics(tebd(**options), 2, isotropic=False)
        out = d.call(*mixed_arguments(d, SYSTEM)).descriptor
        np.testing.assert_array_equal(out[:, -1], 0.0)
        assert np.abs(out[:, :-1]).max() > 0.0

    def test_one_atom_is_zero_unless_the_angular_mean_is_not(self):
        d = tebd()
        alone = mixed_arguments(d, refdp.System([[0.0, 0, 0]], [1]))
        np.testing.assert_array_equal(d.call(*alone).descriptor[..., :8], 0.0)
        spoilt = with_random_statistics(d, 2, isotropic=False)
        assert np.abs(spoilt.call(*alone).descriptor[..., :8]).min() > 1e-4

    def test_a_neighbor_alone_is_paired_with_itself(self):
        d = tebd(statistics=False)
        out = d.call(*mixed_arguments(d, refdp.System([[0.0, 0, 0], [1.25, 0, 0]], [0, 1]))).descriptor[0]
        u = (1.25 - 1.0) / 3.0
        theta = ((u**3 * (-6 * u**2 + 15 * u - 10) + 1) / 1.25) ** 2
        table = d.type_embedding.table()
        for atom, other in ((0, 1), (1, 0)):
            expected = theta * d.embeddings[()](np.array([theta, *table[other], *table[other]])) / 49
            assert_within(out[atom, :8], expected, 64 * EPS * np.abs(expected).max())

    def test_the_first_of_two_types_is_that_of_the_first_slot(self):
        """The sum forgets which of two neighbours was first; the features of a pair do not."""
        for options in ({}, STRIP):
            d = tebd(**options)
            coord, atype, nlist = mixed_arguments(d, SYSTEM)
            with record() as trace:
                d.call(coord, atype, nlist)
            g = trace.value("G")
            assert np.abs(g - np.swapaxes(g, 2, 3)).max() > 1e-3 * np.abs(g).max()

    def test_empty_slots_see_the_type_of_the_first_atom_where_they_see_anything(self):
        d = with_random_statistics(tebd(), 2, isotropic=False)
        coord, atype, nlist = mixed_arguments(d, refdp.System(np.eye(3) * 9.0, [0, 1, 1]))
        other = np.array([[1, 1, 1]])
        one, changed = (d.call(coord, types, nlist).descriptor[0, 1] for types in (atype, other))
        assert np.abs(one - changed).max() > 1e-4
        bare = zeroed(d, slice(1, 4))
        one, changed = (bare.call(coord, types, nlist).descriptor[0, 1] for types in (atype, other))
        assert_same_bits(one, changed)

    def test_coincident_atoms_with_protection_are_finite(self):
        d = tebd(env_protection=0.25, **STRIP)
        out = d.call(*mixed_arguments(d, refdp.System(np.zeros((2, 3)), [0, 1])))
        assert np.isfinite(out.descriptor).all()
        np.testing.assert_array_equal(out.sw[0, 0, 0], [1.0])

    @pytest.mark.parametrize("shape", [(0, 3, 3), (2, 0, 0), (2, 0, 3)])
    def test_nothing_to_describe(self, library, shape):
        nf, nloc, nall = shape
        d = tebd(neuron=[4], **STRIP)
        shapes = [((nf, nall, 3), float), ((nf, nall), np.int64), ((nf, nloc, 7), np.int64)]
        out = library.compiled(d.call)(*(library.array(np.zeros(s, dtype)) for s, dtype in shapes))
        assert library.numpy(out.descriptor).shape == (nf, nloc, 7)


class TestParts:
    @pytest.mark.parametrize(("pairs", "parts"), [(1, 99), (4, 99), (8, 2), (10**6, 1)])
    @pytest.mark.parametrize("options", [{}, HARD, STRIP], ids=["concat", "hard strip", "strip"])
    def test_stay_within_the_budget(self, options, pairs, parts, monkeypatch):
        d = tebd(**options)
        given = mixed_arguments(d, SYSTEM)
        whole = d.call(*given).descriptor
        monkeypatch.setattr(se_e3, "PAIRS", pairs)
        monkeypatch.setattr(se_e3, "PARTS", parts)
        assert_within(d.call(*given).descriptor, whole, 2 * budget(d, *given).descriptor)

    def test_footprint_is_that_of_a_part(self, monkeypatch):
        assert tebd().footprint == 7 * 7 * 8
        monkeypatch.setattr(se_e3, "PAIRS", 21)
        assert tebd().footprint == 3 * 7 * 8
        # Concatenated inputs may be wider than what the net makes of them.
        assert tebd(tebd_dim=10).footprint == 3 * 7 * 21

    def test_features_of_so_many_pairs_exist_at_a_time_unless_someone_listens(self, monkeypatch):
        d = tebd()
        seen = []

        def watched(theta, g, slots):
            seen.append(g.shape[-3])
            return pair_average(theta, g, slots)

        pair_average = se_e3_tebd.pair_average
        monkeypatch.setattr(se_e3_tebd, "pair_average", watched)
        monkeypatch.setattr(se_e3, "PAIRS", 21)
        d.call(*mixed_arguments(d, SYSTEM))
        assert seen == [3, 3, 1]
        with record() as trace:
            d.call(*mixed_arguments(d, SYSTEM))
        assert seen[3:] == [7]
        assert trace.names.count("G") == 1


class TestInitial:
    def test_neutral_statistics(self):
        d = tebd(statistics=False)
        assert_same_bits(d.davg, np.zeros((2, 7, 4)))
        assert_same_bits(d.dstd, np.ones((2, 7, 4)))

    def test_parts_and_their_widths(self):
        for options, width, types in [({}, 7, None), (STRIP, 1, 6)]:
            d = tebd(**options)
            assert d.embeddings[()].in_dim == width
            assert (d.embeddings_strip[()].in_dim if d.embeddings_strip else None) == types
            assert d.type_embedding.table().shape == (3, 3)

    def test_all_of_it_has_the_precision(self):
        kinds = set()
        map_arrays(tebd(precision="float32", **STRIP), lambda x: kinds.add(x.dtype) or x)
        assert kinds == {np.dtype("float32")}

    def test_from_options_alone(self):
        assert SeE3Tebd.initial(tebd(neuron=[5, 9]).options).dim_out == 12


class TestOptions:
    def test_defaults_of_the_input_file(self):
        o = refdp.from_config({"type": "se_e3_tebd", "sel": 3}, type_map=["O", "H"]).options
        assert (o.rcut, o.rcut_smth, o.neuron, o.tebd_dim) == (6.0, 0.5, (10, 20, 40), 8)
        assert (o.tebd_input_mode, o.smooth, o.set_davg_zero) == ("concat", True, True)
        assert (o.use_tebd_bias, o.use_econf_tebd, o.concat_output_tebd) == (True, False, True)

    @pytest.mark.parametrize(
        "key", ["axis_neuron", "type_one_side", "attn", "stripped_type_embedding", "spin"]
    )
    def test_options_of_other_descriptors_are_unknown(self, key):
        with pytest.raises(ConfigError, match=f"`{key}`: unknown key"):
            refdp.from_config(SMALL | {key: None})

    @pytest.mark.parametrize("mode", ["none", None, 1])
    def test_another_mode_is_refused(self, mode):
        with pytest.raises(ConfigError, match="`tebd_input_mode`: expected"):
            refdp.from_config(SMALL | {"tebd_input_mode": mode})
