"""se_a_mask against DeePMD-kit's TensorFlow numbers, against se_e2_a, and against what a mask means."""

from __future__ import annotations

import contextlib
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refdp
from refdp.blocks import environments, find_neighbors
from refdp.certification import certify
from refdp.descriptors.se_a_mask import SeAMask
from refdp.errors import ConfigError, InputError
from refdp.trace import record
from tests.helpers import EPS, assert_same_bits, assert_within, relative_error
from tests.masks import ENVIRONMENTS, GOLDEN, OWN, allowed, call_arguments, descriptor, golden, molecule
from tests.properties.strategies import ROTATIONS, UNIT, systems

SYSTEM = molecule()
VARIANTS = {
    "plain": {},
    "one side": {"type_one_side": True},
    "time step": {"resnet_dt": True},
    "axis as wide as the net": {"axis_neuron": 8},
    "axis of one": {"axis_neuron": 1},
    "widths that do not fit": {"neuron": [3, 7, 5]},
    "exclusion": {"exclude_types": [[0, 1], [2, 2]]},
    "exclusion, one side": {"exclude_types": [[0, 1], [2, 2]], "type_one_side": True},
    "nobody left for type 0": {"exclude_types": [[0, 0], [0, 1], [0, 2]]},
    "activation": {"activation_function": "gelu"},
    "more places": {"sel": [9, 4, 3]},
}


class TestGolden:
    """DeePMD-kit's TensorFlow backend, the only one that has this descriptor."""

    @pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
    def test_descriptor_and_rot_mat(self, path):
        d, system, arrays = golden(path)
        assert relative_error(refdp.describe(d, system), arrays["descriptor"]) < 1e-12
        found = d.describe(environments(d, system)).rot_mat
        assert relative_error(found, arrays["rot_mat"]) < 1e-12

    @pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
    def test_environment_matrix_in_their_order(self, path):
        d, system, arrays = golden(path)
        # Their lists hold the centre itself too, and atoms that the mask takes out.
        nlist = np.where(arrays["nlist"] == np.arange(system.natoms)[:, None], -1, arrays["nlist"])
        with record() as trace:
            d.call(system.coords, system.atype, nlist.astype(np.int64))
        assert relative_error(trace.value("R"), arrays["env_mat"]) < 1e-12

    def test_some_are_part_of_the_repository(self):
        assert len(OWN) >= 2


class TestDescribe:
    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_is_se_e2_a_far_inside_its_switch(self, options):
        d = descriptor(**options)
        same = descriptor(**options, type="se_e2_a", rcut=1e9, rcut_smth=1e8)
        arguments = call_arguments(d, SYSTEM)
        for mine, its in zip(d.call(*arguments), same.call(*arguments), strict=True):
            assert (mine is None) == (its is None)
            if mine is not None:
                assert_same_bits(mine, its)

    @pytest.mark.parametrize("option", list(VARIANTS)[1:])
    def test_every_option_changes_something(self, option):
        one, other = (refdp.describe(descriptor(**options), SYSTEM) for options in ({}, VARIANTS[option]))
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-6 * np.abs(one).max()

    def test_outputs(self):
        d = descriptor()
        out = d.describe(environments(d, SYSTEM))
        assert (out.descriptor.shape, out.rot_mat.shape) == ((2, 8, 24), (2, 8, 8, 3))
        assert (out.g2, out.h2) == (None, None)
        assert out.sw.shape == (2, 8, 12, 1)
        real = np.array([1, 1, 0, 1, 1, 1, 0, 1])
        # Five others for each of the six real atoms.
        np.testing.assert_array_equal(out.sw.sum(axis=(2, 3)), np.tile(5.0 * real, (2, 1)))

    def test_steps(self):
        with record() as trace:
            refdp.describe(descriptor(exclude_types=[[0, 1]]), SYSTEM)
        assert trace.names == ["r", "w", "R", "E", "G", "A", "D"]
        assert np.abs(trace.value("R") - trace.value("E")).max() > 0.1

    def test_virtual_centers_are_zero_on_either_side(self):
        for one_side in (False, True):
            d = descriptor(type_one_side=one_side)
            out = d.describe(environments(d, SYSTEM))
            for x in (out.descriptor, out.rot_mat):
                np.testing.assert_array_equal(x[:, [2, 6]], 0.0)
                assert np.abs(x[:, [0, 1, 3, 4, 5, 7]]).max(axis=(0, 2)).min() > 1e-6

    @pytest.mark.parametrize("one_side", [False, True])
    def test_virtual_centers_see_nobody_whatever_their_list_says(self, one_side):
        d = descriptor(type_one_side=one_side)
        # Atom 1 is virtual, stands where atom 0 does, and has it in its list.
        nlist = np.full((1, 2, d.nnei), -1)
        nlist[0, 1, 0] = 0
        out = d.call(np.zeros((1, 2, 3)), np.array([[0, -1]]), nlist)
        for x in out[:2]:
            np.testing.assert_array_equal(x, 0.0)

    def test_a_single_atom_is_zero(self):
        np.testing.assert_array_equal(refdp.describe(descriptor(), refdp.System(np.ones((1, 3)), [1])), 0.0)

    def test_every_library_agrees(self, library):
        d = descriptor(resnet_dt=True, exclude_types=[[0, 1]])
        arguments = call_arguments(d, SYSTEM)
        here, there = d.call(*arguments), library.compiled(d.call)(*(library.array(x) for x in arguments))
        for mine, its in zip(here, there, strict=True):
            assert (mine is None) == (its is None)
            if mine is not None:
                assert_within(library.numpy(its), mine, 64 * EPS * np.abs(mine).max())

    def test_forces_are_finite_and_those_of_virtual_atoms_zero(self, differentiable):
        d = descriptor(neuron=[3], type_one_side=True)
        coord, *rest = call_arguments(d, SYSTEM)
        coord = np.where(SYSTEM.mask[..., None], coord, 0.0)
        rest = [differentiable.array(x) for x in rest]
        slope = differentiable.gradient(lambda x: d.call(x, *rest).descriptor, coord)
        assert np.isfinite(slope).all()
        np.testing.assert_array_equal(slope[~SYSTEM.mask], 0.0)
        assert np.abs(slope[SYSTEM.mask]).min() > 1e-9
        assert_within(slope.sum(axis=1), np.zeros((2, 3)), 64 * EPS * np.abs(slope).max())

    def test_certified_digits(self):
        pytest.importorskip("flint")
        d = descriptor(exclude_types=[[0, 1]])
        enclosure = certify(d, SYSTEM)
        assert 0.0 < enclosure.radius.max() < 1e-27
        assert np.all(enclosure.deviation(refdp.describe(d, SYSTEM)) <= allowed(d, SYSTEM).descriptor)

    def test_float32(self):
        exact = refdp.describe(descriptor(), SYSTEM)
        out = refdp.describe(descriptor(precision="float32"), SYSTEM)
        assert 1e-9 < relative_error(out, exact) < 1e-5


class TestTwoWaysIn:
    """Padded to `sel` and sorted, as the documentation page describes it; or just the atoms there are."""

    SEL = (5, 4, 3)

    def padded(self, system, fill):
        """Return the real atoms of one frame sorted by type, with `fill` as virtual ones up to `sel`."""
        real = [np.flatnonzero(system.atype[0] == b) for b in range(3)]
        parts = [
            np.concatenate([system.coords[0, r], np.tile(fill, (n - r.size, 1))])
            for r, n in zip(real, self.SEL, strict=True)
        ]
        mask = np.concatenate([np.arange(n) < r.size for r, n in zip(real, self.SEL, strict=True)])
        made = refdp.System(np.concatenate(parts), np.repeat([0, 1, 2], self.SEL), mask=mask.astype(float))
        return made, np.concatenate(real)

    @pytest.mark.parametrize("fill", [np.zeros(3), np.array([1e3, -7.0, 0.5])], ids=["origin", "elsewhere"])
    @pytest.mark.parametrize("one_side", [True, False])
    def test_are_the_same_to_the_bit(self, fill, one_side):
        d, bare = descriptor(type_one_side=one_side), SYSTEM.frame(0)
        system, order = self.padded(bare, fill)
        out = refdp.describe(d, system)
        assert_same_bits(out[system.mask][None], refdp.describe(d, bare)[:, order])
        np.testing.assert_array_equal(out[~system.mask], 0.0)

    def test_frames_of_different_sizes_are_a_list(self):
        d = descriptor()
        many = [molecule(k, nf=k + 1) for k in range(2)]
        many.append(refdp.System(SYSTEM.coords[0, :3], SYSTEM.types[0, :3]))
        found = refdp.describe(d, many)
        assert [x.shape for x in found] == [(1, 8, 24), (2, 8, 24), (1, 3, 24)]
        for x, system in zip(found, many, strict=True):
            assert_same_bits(x, refdp.describe(d, system))

    @pytest.mark.parametrize("wrong", [[SYSTEM, None], "water", 3, None, {0: SYSTEM}])
    def test_a_list_of_something_else(self, wrong):
        with pytest.raises(InputError, match="`system`: expected a `System`, or a list of them, got "):
            refdp.describe(descriptor(), wrong)

    def test_species_are_matched_by_name(self):
        names = refdp.System(SYSTEM.coords, 2 - SYSTEM.types, mask=SYSTEM.mask, type_map=["C", "B", "A"])
        d = descriptor(type_map=["A", "B", "C"])
        assert_same_bits(refdp.describe(d, names), refdp.describe(descriptor(), SYSTEM))


@st.composite
def descriptors(draw):
    """Descriptors with drawn options and room for eight atoms of each of three types."""
    pairs = [(a, b) for a in range(3) for b in range(a, 3)]
    return descriptor(
        sel=[8 + draw(st.integers(0, 2)), 8, 8],
        neuron=draw(st.sampled_from([[3], [2, 4], [1, 2, 5]])),
        axis_neuron=draw(st.integers(1, 3)),
        type_one_side=draw(st.booleans()),
        resnet_dt=draw(st.booleans()),
        activation_function=draw(st.sampled_from(["tanh", "gelu", "none"])),
        exclude_types=draw(st.lists(st.sampled_from(pairs), max_size=2)),
        seed=draw(st.integers(0, 2**32)),
    )


SYSTEMS = systems(ntypes=3, max_atoms=8)


def assert_agree(d, one, other, order=slice(None)):
    """Fail where atoms `order` of one system differ from those of another by more than both budgets."""
    bound = allowed(d, one).descriptor[:, order] + allowed(d, other).descriptor
    assert_within(refdp.describe(d, one)[:, order], refdp.describe(d, other), bound)


class TestInvariances:
    @given(descriptors(), SYSTEMS, st.lists(st.integers(-(2**20), 2**20), min_size=3, max_size=3))
    def test_translation_changes_no_bit(self, d, system, shift):
        moved = refdp.System(system.coords + UNIT * np.array(shift), system.types)
        assert_same_bits(refdp.describe(d, moved), refdp.describe(d, system))

    @given(descriptors(), SYSTEMS, st.sampled_from(ROTATIONS))
    def test_rotation_and_reflection(self, d, system, rotation):
        numerator, denominator = rotation
        q = numerator / denominator
        turned = refdp.System(system.coords / denominator @ numerator.T, system.types)
        assert_agree(d, turned, system)
        one, other = (d.describe(environments(d, s)).rot_mat for s in (turned, system))
        # The product is rounded here: q once, three products and two sums.
        here = 6 * EPS * (np.abs(other) @ np.abs(q).T)
        bound = allowed(d, turned).rot_mat + allowed(d, system).rot_mat @ np.abs(q).T + here
        assert_within(one, other @ q.T, bound)

    @given(descriptors(), SYSTEMS, st.randoms(use_true_random=False))
    def test_permutation_of_atoms(self, d, system, random):
        order = np.array(random.sample(range(system.natoms), system.natoms))
        mixed = refdp.System(system.coords[:, order], system.types[:, order])
        bound = allowed(d, mixed).descriptor + allowed(d, system).descriptor[:, order]
        assert_within(refdp.describe(d, mixed), refdp.describe(d, system)[:, order], bound)

    @given(descriptors(), systems(ntypes=3, max_atoms=8, nf=2))
    def test_frames_do_not_see_each_other(self, d, system):
        together = refdp.describe(d, system)
        for f in range(2):
            assert_same_bits(together[f : f + 1], refdp.describe(d, system.frame(f)))

    @given(descriptors(), SYSTEMS, st.integers(1, 9))
    def test_more_places_make_it_smaller(self, d, system, more):
        """N_c, the number of places, divides the sum: what is not there still counts."""
        sel = (*d.sel[:2], d.sel[2] + more)
        wide = SeAMask(msgspec.structs.replace(d.options, sel=sel), d.embeddings)
        factor = (d.nnei / wide.nnei) ** 2
        expected = refdp.describe(d, system) * factor
        bound = allowed(wide, system).descriptor + factor * allowed(d, system).descriptor
        assert_within(refdp.describe(wide, system), expected, bound + 4 * EPS * np.abs(expected))

    def test_an_atom_far_away_is_almost_a_masked_one(self):
        """It goes like 1/r: never quite."""
        d, places = descriptor(), SYSTEM.coords[:1].copy()
        keep = SYSTEM.mask[0] & (np.arange(8) != 3)
        masked = refdp.describe(d, refdp.System(places, SYSTEM.types[:1], mask=keep[None]))
        off = []
        for r in (1e5, 1e6):
            places[0, 3] = [r, 0.0, 0.0]
            far = refdp.describe(d, refdp.System(places, SYSTEM.types[:1], mask=SYSTEM.mask[:1]))
            off.append(np.abs(far - masked)[0, keep].max())
        assert off[0] / off[1] == pytest.approx(10.0, rel=1e-3)


class TestMask:
    @given(descriptors(), SYSTEMS, st.data())
    def test_flipping_it_off_is_deleting_the_atom(self, d, system, data):
        flags = st.lists(st.booleans(), min_size=system.natoms, max_size=system.natoms)
        keep = np.array(data.draw(flags))
        masked = refdp.describe(d, refdp.System(system.coords, system.types, mask=keep))
        deleted = refdp.describe(d, refdp.System(system.coords[:, keep], system.types[:, keep]))
        assert_same_bits(masked[:, keep], deleted)
        np.testing.assert_array_equal(masked[:, ~keep], 0.0)

    @given(descriptors(), SYSTEMS, st.data())
    def test_virtual_atoms_change_nothing_wherever_they_stand(self, d, system, data):
        """In any order between the others, at any place, also at that of a real atom, of any type."""
        gaps = data.draw(st.lists(st.integers(0, system.natoms), max_size=5))
        coords = np.insert(system.coords, gaps, data.draw(st.sampled_from([0.0, 1e6, UNIT])), axis=1)
        types = np.insert(system.types, gaps, data.draw(st.sampled_from([0, 2, -1, 17])), axis=1)
        real = np.insert(np.ones(system.natoms, bool), gaps, False)
        out = refdp.describe(d, refdp.System(coords, types, mask=real))
        assert_same_bits(out[:, real], refdp.describe(d, system))
        np.testing.assert_array_equal(out[:, ~real], 0.0)

    def test_a_flip_is_a_jump(self):
        d, mask = descriptor(), SYSTEM.mask[0].copy()
        mask[3] = False
        before, after = (
            refdp.describe(d, refdp.System(SYSTEM.coords, SYSTEM.types, mask=m)) for m in (None, mask)
        )
        others = mask.copy()
        assert np.abs(before - after)[:, others].max() > 1e-3 * np.abs(before).max()


class TestExclusion:
    PAIRS = ((0, 1), (2, 2))

    @pytest.mark.parametrize("one_side", [True, False])
    def test_removes_the_pair(self, one_side):
        d, bare = (descriptor(exclude_types=x, type_one_side=one_side) for x in (self.PAIRS, ()))
        coord, atype, nlist, _ = call_arguments(d, SYSTEM)
        both = {pair for a, b in self.PAIRS for pair in ((a, b), (b, a))}
        block = np.repeat([0, 1, 2], d.sel)
        gone = np.array([[[(int(a), int(b)) in both for b in block] for a in row] for row in atype])
        out = d.call(coord, atype, nlist).descriptor
        assert_same_bits(out, bare.call(coord, atype, np.where(gone, -1, nlist)).descriptor)
        assert np.abs(out - bare.call(coord, atype, nlist).descriptor).max() > 1e-3 * np.abs(out).max()

    def test_of_all_pairs_leaves_zero(self):
        d = descriptor(exclude_types=[[0, 0], [0, 1], [0, 2]])
        out = refdp.describe(d, SYSTEM)
        np.testing.assert_array_equal(out[:, SYSTEM.types[0] == 0], 0.0)
        assert np.abs(out).max() > 0.0


class TestMistakes:
    def test_more_atoms_than_places(self):
        crowd = refdp.System([[[9.0, 0, 0], [0, 0, 0]], [[0, 0, 0], [1, 0, 0]]], [[0, -1], [0, 0]])
        with pytest.raises(
            InputError, match=r"`sel`: expected room for the 2 real atoms of type 0, in frame 1"
        ):
            refdp.describe(descriptor(sel=[1, 4, 3]), crowd)

    def test_a_cell(self):
        with pytest.raises(InputError, match=r"`cell`: expected no cell .*`nopbc`.*, got \[\[\[3.0, 0.0"):
            refdp.describe(descriptor(), refdp.System(SYSTEM.coords, SYSTEM.types, 3 * np.eye(3)))

    @pytest.mark.parametrize("listen", [contextlib.nullcontext, record])
    def test_two_real_atoms_at_one_place(self, listen):
        places = SYSTEM.coords.copy()
        places[1, 4] = places[1, 1]
        message = "`coords`: expected real atoms at different places, got atoms 1 and 4 of frame 1 at one"
        with listen(), pytest.raises(InputError) as caught:
            refdp.describe(descriptor(), refdp.System(places, SYSTEM.types, mask=SYSTEM.mask), block=1)
        # Either of the two may be met first; no option is advised that is not there.
        assert str(caught.value) in (message, message.replace("1 and 4", "4 and 1"))

    def test_a_virtual_atom_may_be_there(self):
        places = SYSTEM.coords.copy()
        places[:, 2] = places[:, 1]
        places[:, 6] = places[:, 2]
        moved = refdp.System(places, SYSTEM.types, mask=SYSTEM.mask)
        assert_same_bits(refdp.describe(descriptor(), moved), refdp.describe(descriptor(), SYSTEM))

    @pytest.mark.parametrize(
        ("mask", "said"),
        [
            ([1, 2, 0, 1, 1, 1, 0, 1], "expected 0 or 1, got 2 in frame 0, atom 1"),
            ([1, 0.5, 0, 1, 1, 1, 0, 1], "expected 0 or 1, got 0.5 in frame 0, atom 1"),
            ([1, 1], r"expected the shape \(natoms,\) = \(8,\) or \(nf, natoms\) = \(2, 8\), got \(2,\)"),
        ],
    )
    def test_a_mask_of_something_else(self, mask, said):
        with pytest.raises(InputError, match=f"`mask`: {said}"):
            refdp.System(SYSTEM.coords, SYSTEM.types, mask=mask)

    def test_an_unknown_type(self):
        with pytest.raises(InputError, match=r"`types`: expected types below 3, .*got 3"):
            refdp.describe(descriptor(), refdp.System(np.eye(2, 3), [0, 3]))

    def test_a_list_of_another_width(self):
        coord, atype, nlist, _ = call_arguments(descriptor(), SYSTEM)
        with pytest.raises(InputError, match=r"`nlist`: expected shape \(nf, nloc, nnei\) = \(2, nloc, 12\)"):
            descriptor().call(coord, atype, nlist[..., 1:])


class TestForCenter:
    @pytest.mark.parametrize("center", [0, 1, 2])
    def test_equals_the_two_sided_one_at_its_centers(self, center):
        d = descriptor()
        env = find_neighbors(d, SYSTEM).environment()
        both, one = d.describe(env).descriptor, d.for_center(center).describe(env).descriptor
        mine = SYSTEM.atype == center
        assert_within(one[mine], both[mine], 32 * EPS * np.abs(both).max())
        assert isinstance(d.for_center(center), SeAMask)
        assert d.for_center(center).options.type_one_side

    def test_of_a_one_sided_one_is_itself(self):
        d = descriptor(type_one_side=True)
        assert d.for_center(1) is d


PAGE = {
    "_comment": "the documented input file",
    "model": {
        "type_map": ["C", "O", "N", "H", "S", "ZN"],
        "descriptor": {
            "type": "se_a_mask",
            "sel": [36, 16, 24, 64, 6, 1],
            "neuron": [25, 50, 100],
            "axis_neuron": 16,
            "type_one_side": False,
            "resnet_dt": False,
            "seed": 1,
        },
        "fitting_net": {
            "neuron": [240, 240, 240],
            "resnet_dt": True,
            "numb_aparam": 1,
            "use_aparam_as_mask": True,
            "seed": 1,
        },
    },
    "loss": {
        "type": "ener",
        "start_pref_e": 0.0,
        "limit_pref_e": 0.0,
        "start_pref_f": 0.0,
        "limit_pref_f": 0.0,
        "start_pref_pf": 1.0,
        "limit_pref_pf": 1.0,
    },
    "training": {"training_data": {"systems": ["train_data_dp_mask/"], "batch_size": "auto"}},
}


class TestFromConfig:
    def test_the_documented_page(self):
        d = refdp.from_config(PAGE)
        assert isinstance(d, SeAMask)
        assert (d.sel, d.nnei, d.dim_out, d.ntypes) == ((36, 16, 24, 64, 6, 1), 147, 1600, 6)
        assert (d.type_map, len(d.embeddings.networks)) == (("C", "O", "N", "H", "S", "ZN"), 36)
        assert (d.rcut, d.rcut_smth, d.env_protection, d.mixed_types) == (math.inf, math.inf, 0.0, False)

    def test_defaults_are_those_of_the_input_file(self):
        o = refdp.from_config({"type": "se_a_mask", "sel": [4]}).options
        assert (o.neuron, o.axis_neuron, o.type_one_side, o.resnet_dt) == ((10, 20, 40), 4, False, False)
        assert (o.activation_function, o.precision, o.exclude_types) == ("tanh", "default", ())
        assert (o.trainable, o.seed, o.spin, o.type_map) == (True, None, None, None)

    def test_alias_of_axis_neuron(self):
        section = {"type": "se_a_mask", "sel": [4], "n_axis_neuron": 2}
        assert refdp.from_config(section).options.axis_neuron == 2

    @pytest.mark.parametrize("key", ["rcut", "rcut_smth", "env_protection", "set_davg_zero"])
    def test_what_belongs_to_a_cutoff_is_unknown(self, key):
        with pytest.raises(ConfigError, match=f"`{key}`: unknown key"):
            descriptor(**{key: 1})

    @pytest.mark.parametrize(
        ("key", "value", "said"),
        [
            ("axis_neuron", 9, "expected 1 to the last of `neuron`, 8, got 9"),
            ("axis_neuron", 0, "expected 1 to the last of `neuron`, 8, got 0"),
            ("type_one_side", None, "expected `bool`"),
            ("exclude_types", [[0, 3]], "expected types from 0 to 2"),
            ("sel", [0, 0, 0], "together 1 to"),
            ("spin", {}, "expected `null`"),
        ],
    )
    def test_mistakes(self, key, value, said):
        with pytest.raises(ConfigError, match=rf"`{key}`: .*{said}"):
            descriptor(**{key: value})

    def test_automatic_sel_is_the_largest_number_of_atoms(self):
        few = refdp.System(np.eye(3), [2, 2, 0])
        section = {"type": "se_a_mask", "sel": "auto", "seed": 1}
        assert refdp.from_config(section, systems=[SYSTEM, few]).sel == (3, 3, 2)

    def test_automatic_sel_without_data_says_how_to_give_them(self):
        with pytest.raises(ConfigError, match=r"`sel`: expected .*systems=.*, got 'auto'"):
            descriptor(sel="auto")


class TestStatistics:
    def test_there_are_none(self):
        d = descriptor()
        assert refdp.with_statistics(d, [SYSTEM]) is d
