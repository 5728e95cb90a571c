"""hybrid: what it says of itself, what each child sees, and where a child is not what it is alone."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.certification import budget, certify, truth
from refdp.description import describe
from refdp.descriptors.hybrid import Hybrid, HybridOptions
from refdp.errors import InputError, SelOverflowWarning
from refdp.namespaces import balls
from refdp.neighbors import extend, neighbor_list
from refdp.neighbors.environment import environment
from refdp.steps import meaning
from refdp.trace import record
from tests.helpers import EPS, assert_same_bits, assert_within, cluster, descriptor
from tests.properties.strategies import ROTATIONS, UNIT

A = {"name": "se_e2_a", "sel": [4, 3], "rcut": 4.0}
A2 = {"name": "se_e2_a", "sel": [2, 6], "rcut": 3.0, "type_one_side": False, "exclude_types": [[0, 1]]}
R = {"name": "se_e2_r", "sel": [1, 5], "rcut": 3.5}
MIXED = {
    "type": "se_atten", "sel": 6, "rcut": 3.8, "rcut_smth": 1.0, "neuron": [2, 4], "axis_neuron": 2,
    "attn": 4, "attn_layer": 1, "ntypes": 2, "seed": 3, "tebd_dim": 3,
}  # fmt: skip
SYSTEM = cluster(14, seed=4, nf=2)
SETS = {
    "A R": [A, R],
    "A A2": [A, A2],
    "mixed A R": [MIXED, A, R],
    "A mixed mixed": [A, MIXED, {"sel": 3, "rcut": 2.8}],
}


def child(options):
    if "name" in options:
        return descriptor(**options)
    made = refdp.from_config(MIXED | options)
    rng = np.random.default_rng(5)
    davg = np.zeros(made.davg.shape) + rng.uniform(-0.2, 0.4, (2, 1, 1)) * np.eye(4)[0]
    return replace(made, davg=davg, dstd=made.dstd * rng.uniform(0.3, 0.7, (2, 1, 1)))


def hybrid(*options, **more):
    return Hybrid(tuple(child(each | more) for each in options))


def arguments(d, system=SYSTEM):
    """Return the arguments of `call`, overflow and all."""
    extended = extend(system, d.rcut)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        nlist = neighbor_list(extended, system.natoms, d.rcut, d.sel, mixed_types=d.mixed_types)
    return extended.coord_ext, extended.atype_ext, nlist, extended.mapping


def quietly(function, *given, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        return function(*given, **options)


class TestConstruction:
    def test_no_children(self):
        with pytest.raises(InputError, match=r"`list`: expected at least one descriptor, got \[\]"):
            Hybrid(())
        with pytest.raises(InputError, match="`list`"):
            HybridOptions()

    def test_no_descriptor(self):
        with pytest.raises(InputError, match=r"`list\[1\]`: expected a descriptor, got 5"):
            Hybrid((descriptor(), 5))

    def test_other_numbers_of_types(self):
        with pytest.raises(InputError, match=r"`list\[1\].ntypes`: expected 2 as in list\[0\], got 3"):
            hybrid(A, A | {"sel": [1, 1, 1]})

    def test_other_names_of_types(self):
        with pytest.raises(
            InputError, match=r"`list\[2\].type_map`: expected \['O', 'H'\] as in list\[1\], got"
        ):
            hybrid(A, A | {"type_map": ["O", "H"]}, A | {"type_map": ["H", "O"]})

    def test_no_cutoff(self):
        mask = refdp.from_config({"type": "se_a_mask", "sel": [2, 2], "seed": 1})
        with pytest.raises(InputError, match=r"`list\[1\]`: expected a descriptor with a cutoff"):
            Hybrid((descriptor(), mask))


class TestProperties:
    def test_without_mixed_types(self):
        d = hybrid(A | {"type_map": ["O", "H"]}, A2 | {"rcut_smth": 0.4, "env_protection": 0.1}, R)
        assert (d.rcut, d.rcut_smth, d.sel, d.nnei) == (4.0, 0.4, (4, 6), 10)
        assert (d.ntypes, d.type_map, d.mixed_types) == (2, ("O", "H"), False)
        assert d.dim_out == sum(each.dim_out for each in d.children) == 24 + 24 + 8
        assert d.env_protection == 0.0

    def test_with_mixed_types(self):
        d = hybrid(A, MIXED, A2)
        assert (d.sel, d.nnei, d.mixed_types) == ((8,), 8, True)

    def test_the_least_protection_counts(self):
        assert hybrid(A, R, env_protection=0.2).env_protection == 0.2

    def test_names_of_a_later_child(self):
        assert hybrid(A, R | {"type_map": ["O", "H"]}).type_map == ("O", "H")
        assert hybrid(A, R).type_map is None

    @pytest.mark.parametrize(
        ("given", "widest"),
        [
            (("float32", "default"), "float64"),
            (("bfloat16", "float32"), "float32"),
            (("half", "half"), "float16"),
            (("float16", "bfloat16"), "float32"),
        ],
    )
    def test_the_widest_precision(self, given, widest):
        d = Hybrid(tuple(descriptor(precision=p, statistics=False) for p in given))
        assert d.precision == widest

    def test_inside_another(self):
        inner = hybrid(MIXED, R)
        d = Hybrid((child(A), inner))
        assert (d.sel, d.mixed_types, d.rcut) == ((7,), True, 4.0)


class TestCut:
    """`describe` gives each child a part of the list; what part, in terms of columns."""

    def seen(self, d, nlist):
        """Return, of an environment whose owners are the indices, those that each child sees."""
        coord, atype = SYSTEM.coords, SYSTEM.atype
        parts = d.cut(environment(coord, atype, nlist))
        return [np.where(part.valid, part.owner, -1) for part in parts]

    def test_starts_of_blocks_are_the_hybrids(self):
        d = hybrid(A, R)
        _, _, nlist, _ = arguments(d)
        assert d.sel == (4, 5)
        seen = self.seen(d, nlist)
        assert_same_bits(seen[0], nlist[..., [0, 1, 2, 3, 4, 5, 6]])
        assert_same_bits(seen[1], nlist[..., [0, 4, 5, 6, 7, 8]])
        assert (nlist[..., 7:] >= 0).any()

    def test_mixed_children_see_the_nearest(self):
        d = hybrid(MIXED, A, R | {"sel": [3, 9]})
        _, _, nlist, _ = arguments(d)
        assert d.sel == (12,)
        assert_same_bits(self.seen(d, nlist)[0], nlist[..., :6])

    def test_others_see_blocks_of_the_list_that_was_cut_already(self):
        # Of the 9 nearest; blocks of 4 and 5, in which the 9 slots of the mixed child have no say.
        d = hybrid(MIXED | {"sel": 9}, A, R)
        _, atype, nlist, _ = arguments(d)
        by_type = np.full((*nlist.shape[:2], 9), -1)
        for f, i in np.ndindex(nlist.shape[:2]):
            for start, kind, slots in ((0, 0, 4), (4, 1, 5)):
                of_kind = [j for j in nlist[f, i] if j >= 0 and atype[f, j] == kind][:slots]
                by_type[f, i, start : start + len(of_kind)] = of_kind
        _, first, second = self.seen(d, nlist)
        assert_same_bits(first, by_type[..., :7])
        assert_same_bits(second, by_type[..., [0, 4, 5, 6, 7, 8]])

    def test_is_not_filtered_by_a_childs_own_cutoff(self):
        d = hybrid(A, R | {"rcut": 1.2})
        coord, atype, nlist, _ = arguments(d)
        part = d.cut(environment(coord, atype, nlist))[1]
        r = np.linalg.norm(part.displacement, axis=-1)
        assert (part.valid & (r > 1.2)).any()


@pytest.mark.parametrize("name", SETS)
class TestDescribe:
    def test_children_side_by_side(self, name):
        d = hybrid(*SETS[name])
        coord, atype, nlist, mapping = arguments(d)
        out = d.call(coord, atype, nlist, mapping)
        parts = d.cut(environment(coord, atype, nlist, mapping))
        each = [c.describe(part) for c, part in zip(d.children, parts, strict=True)]
        assert_same_bits(out.descriptor, np.concatenate([x.descriptor for x in each], axis=-1))
        turning = [x.rot_mat for x in each if x.rot_mat is not None]
        assert_same_bits(out.rot_mat, np.concatenate(turning, axis=-2))
        assert out[2:] == (None, None, None)

    def test_every_library_agrees(self, library, name):
        d = hybrid(*SETS[name])
        given = arguments(d)
        out = d.call(*given)
        there = library.compiled(d.call)(*(library.array(x) for x in given))
        for mine, its in zip(out[:2], there[:2], strict=True):
            assert_within(library.numpy(its), mine, 64 * EPS * np.abs(mine).max())

    def test_nobody_to_describe(self, library, name):
        d = hybrid(*SETS[name])
        shapes = [((0, 3, 3), float), ((0, 3), np.int64), ((0, 3, d.nnei), np.int64)]
        out = d.call(*(library.array(np.zeros(shape, dtype)) for shape, dtype in shapes))
        assert library.numpy(out.descriptor).shape == (0, 3, d.dim_out)

    def test_gradient_is_finite_where_nobody_is(self, differentiable, name):
        d = hybrid(*SETS[name])
        coord, atype, nlist, _ = arguments(d, cluster(6, seed=1))
        rest = (differentiable.array(x) for x in (atype, nlist))
        atype, nlist = rest
        gradient = differentiable.gradient(lambda x: d.call(x, atype, nlist).descriptor, coord)
        assert np.isfinite(gradient).all()
        np.testing.assert_array_equal(gradient[0, -1], np.zeros(3))
        assert np.abs(gradient[0, 0]).max() > 1e-6

    def test_within_the_budget_of_the_truth(self, name):
        d = hybrid(*SETS[name])
        given, real = arguments(d), SYSTEM.atype >= 0
        off = balls.deviation(truth(d, *given).descriptor, d.call(*given).descriptor)[real]
        # Measured 0.10 of the budget at most; a wrong slot costs twelve orders of magnitude more.
        assert_within(off, np.zeros(off.shape), budget(d, *given).descriptor[real])

    def test_at_one_type_of_center(self, name):
        d = hybrid(*SETS[name])
        coord, atype, nlist, _ = arguments(d)
        out, allowed = d.call(coord, atype, nlist).descriptor, budget(d, coord, atype, nlist).descriptor
        for a in range(2):
            here = atype[:, : nlist.shape[1]] == a
            found = d.for_center(a).call(coord, atype, nlist).descriptor
            assert_within(found[here], out[here], 2 * allowed[here])


class TestNoRotMat:
    def test_is_none_where_no_child_has_one(self):
        d = hybrid(R, R | {"sel": [2, 2]})
        assert d.call(*arguments(d)).rot_mat is None


class TestNesting:
    def test_of_children_with_blocks_changes_no_bit(self):
        a, b, r = child(A), child(A2), child(R)
        flat, nested = Hybrid((a, b, r)), Hybrid((a, Hybrid((b, Hybrid((r,))))))
        given = arguments(flat)
        assert nested.sel == flat.sel
        for mine, its in zip(flat.call(*given)[:2], nested.call(*given)[:2], strict=True):
            assert_same_bits(its, mine)

    def test_of_a_mixed_hybrid(self):
        inner = hybrid(MIXED, R)
        d = Hybrid((child(A), inner))
        coord, atype, nlist, mapping = arguments(d)
        alone = inner.call(coord, atype, nlist[..., : inner.nnei], mapping)
        assert_same_bits(d.call(coord, atype, nlist, mapping).descriptor[..., 24:], alone.descriptor)

    def test_of_blocks_inside_a_mixed_one(self):
        """The inner hybrid counts as one plain child, whose blocks are as wide as its widest child's."""
        inner = hybrid(A, R)
        d = Hybrid((child(MIXED | {"sel": 9}), inner))
        coord, atype, nlist, mapping = arguments(d)
        flat = hybrid(MIXED | {"sel": 9}, A, R)
        assert_same_bits(
            d.call(coord, atype, nlist, mapping).descriptor,
            flat.call(coord, atype, nlist, mapping).descriptor,
        )


class TestPrecision:
    def test_a_child_computes_in_its_own(self):
        narrow, wide = child(A | {"precision": "float32"}), child(R)
        d = Hybrid((narrow, wide))
        coord, atype, nlist, mapping = arguments(d)
        out = d.call(coord, atype, nlist, mapping)
        assert out.descriptor.dtype == out.rot_mat.dtype == np.float64
        first, second = d.cut(environment(coord, atype, nlist, mapping))
        single = replace(first, displacement=first.displacement.astype(np.float32))
        assert_same_bits(out.descriptor[..., :24], narrow.describe(single).descriptor.astype(np.float64))
        assert_same_bits(out.descriptor[..., 24:], wide.describe(second).descriptor)

    def test_budgets_are_those_of_each_child(self):
        d = hybrid(A | {"precision": "float32"}, R)
        plain = hybrid(A, R)
        given = arguments(d)
        allowed, fine = budget(d, *given).descriptor, budget(plain, *given).descriptor
        real = SYSTEM.atype >= 0
        assert_same_bits(allowed[..., 24:], fine[..., 24:])
        # 2**-24 instead of 2**-53; second order terms are no more than per cent.
        ratio = allowed[real][:, :24] / fine[real][:, :24]
        assert ratio.min() > 0.5 * 2.0**29
        assert ratio.max() < 2 * 2.0**29
        off = balls.deviation(truth(d, *given).descriptor, d.call(*given).descriptor)[real]
        assert_within(off, np.zeros(off.shape), allowed[real])
        assert off[:, :24].max() > 1e-9

    def test_float16_beside_bfloat16(self):
        pytest.importorskip("ml_dtypes")
        d = hybrid(A | {"precision": "float16"}, R | {"precision": "bfloat16"})
        given = arguments(d)
        off = np.abs(d.call(*given).descriptor - hybrid(A, R).call(*given).descriptor)
        assert 1e-4 < off.max() < 0.1

    def test_every_library(self, library):
        d = hybrid(A | {"precision": "float32"}, R)
        given = arguments(d)
        there = library.compiled(d.call)(*(library.array(x) for x in given)).descriptor
        here = d.call(*given).descriptor
        assert_within(library.numpy(there)[..., 24:], here[..., 24:], 64 * EPS * np.abs(here).max())
        single = 64 * np.finfo(np.float32).eps * np.abs(here).max()
        assert_within(library.numpy(there)[..., :24], here[..., :24], single)


class TestTo:
    def test_moves_every_child(self, library):
        moved = hybrid(A | {"precision": "float32"}, R).to(library.namespace, device=library.device)
        assert [library.numpy(c.davg).dtype for c in moved.children] == [np.float32, np.float64]

    def test_precision_of_all(self, library):
        moved = hybrid(A, R).to(library.namespace, dtype="float32", device=library.device)
        assert moved.precision == "float32"
        assert {library.numpy(c.embeddings.networks[0].layers[0].w).dtype for c in moved.children} == {
            np.dtype(np.float32)
        }


class TestNotTheChildAlone:
    """Where a child is not what it is alone, and that it is where nothing of this applies."""

    def difference(self, first, second, system):
        """Return by how much the first child's block and the first alone differ at most, and its size."""
        d, alone = hybrid(first, second), child(first)
        inside = d.call(*arguments(d, system)).descriptor[..., : alone.dim_out]
        outside = alone.call(*arguments(alone, system)).descriptor
        return np.abs(inside - outside).max(), np.abs(outside).max()

    @pytest.mark.parametrize("second", [A, R | {"sel": [6, 6]}, MIXED | {"sel": 14}])
    def test_without_overflow_exclusion_and_another_cutoff_they_are_the_same_bits(self, second):
        room = A | {"sel": [8, 8], "exclude_types": [[0, 1]]}
        second = second | {"rcut": 4.0}
        assert self.difference(room, second, cluster(8, seed=2))[0] == 0.0

    def test_an_overflowing_list_gives_the_child_neighbours_that_it_would_not_have(self):
        """Alone the 4 nearest are taken before they are sorted by type, here the 12 nearest."""
        small, large = A | {"sel": [2, 2]}, A | {"sel": [6, 6]}
        assert self.difference(small, large, SYSTEM) == pytest.approx((0.383, 2.685), rel=0.01)
        assert self.difference(A | {"sel": [8, 8]}, A | {"sel": [14, 14]}, cluster(8, seed=2))[0] == 0.0

    def test_excluded_neighbours_beyond_its_cutoff_turn_empty_slots_into_zero_rows(self):
        """Alone such a slot is empty, and its row is minus mean over width."""
        room = {"sel": [14, 14]}
        excluding = A | room | {"rcut": 2.0, "exclude_types": [[0, 1]]}
        found = self.difference(excluding, R | room | {"rcut": 3.0}, SYSTEM)
        assert found == pytest.approx((0.2036, 0.4949), rel=0.01)
        # Not so without exclusion, with the cutoff of the hybrid, or with a mean of zero.
        assert self.difference(excluding | {"exclude_types": []}, R | room | {"rcut": 3.0}, SYSTEM)[0] == 0.0
        assert self.difference(excluding | {"rcut": 3.0}, R | room | {"rcut": 3.0}, SYSTEM)[0] == 0.0
        neutral = excluding | {"statistics": False}
        assert self.difference(neutral, R | room | {"rcut": 3.0}, SYSTEM)[0] == 0.0


class TestSystems:
    @pytest.mark.parametrize("name", SETS)
    def test_blocks_and_threads(self, name):
        d = hybrid(*SETS[name])
        given = arguments(d)
        out, allowed = d.call(*given).descriptor, budget(d, *given).descriptor
        real = SYSTEM.atype >= 0
        found = quietly(describe, d, SYSTEM, threads=2, block=3)
        assert_within(found[real], out[real], 2 * allowed[real])
        np.testing.assert_array_equal(found[~real], 0.0)
        assert_same_bits(quietly(describe, d, SYSTEM, threads=1, block=3), found)

    @pytest.mark.parametrize("name", SETS)
    def test_certified(self, name):
        d = hybrid(*SETS[name])
        enclosure = quietly(certify, d, SYSTEM, atoms=[0, 3])
        assert np.max(enclosure.radius) < 1e-28
        off = enclosure.deviation(quietly(describe, d, SYSTEM)[:, [0, 3]])
        assert np.all(off <= budget(d, *arguments(d)).descriptor[:, [0, 3]])

    def test_atoms_at_one_place(self):
        system = refdp.System(np.zeros((2, 3)), [0, 1])
        with pytest.raises(InputError, match="atoms 0 and 1 of frame 0 at one"):
            describe(hybrid(A | {"env_protection": 0.1}, R), system)
        assert np.isfinite(describe(hybrid(A, R, env_protection=0.1), system)).all()

    def test_species_by_name(self):
        d = hybrid(A, R | {"type_map": ["O", "H"]})
        named = refdp.System(
            SYSTEM.coords, np.where(SYSTEM.atype < 0, -1, 1 - SYSTEM.atype), type_map=["H", "O"]
        )
        assert_same_bits(quietly(describe, d, named), quietly(describe, d, SYSTEM))


class TestTrace:
    def test_names_and_meanings(self):
        d = Hybrid((child(A), hybrid(R, MIXED)))
        with record() as trace:
            quietly(describe, d, SYSTEM)
        names = trace.names
        assert len(set(names)) == len(names)
        assert {"0.r", "0.E", "0.D", "1.0.G", "1.0.D", "1.1.D", "1.D", "D"} <= set(names)
        assert names[-1] == "D"
        assert_same_bits(trace.value("D")[..., :24], trace.value("0.D"))
        assert meaning("1.0.D", "se_e2_r") == meaning("D", "se_e2_r")
        assert meaning("D", "hybrid").equation == "eq-hybrid"
        assert meaning("0.E", "hybrid") == meaning("E")


class TestInvariances:
    """With the error budgets of both sides as the only tolerance; coordinates as in `tests.properties`."""

    SYSTEM = refdp.System(np.rint(SYSTEM.coords / UNIT) * UNIT, SYSTEM.atype)

    def both(self, d, system):
        given = arguments(d, system)
        return d.call(*given), budget(d, *given)

    @pytest.mark.parametrize("name", SETS)
    @pytest.mark.parametrize("turn", range(len(ROTATIONS)))
    def test_rotation(self, name, turn):
        d, (numerator, denominator) = hybrid(*SETS[name]), ROTATIONS[turn]
        coord, atype, nlist, mapping = arguments(d, self.SYSTEM)
        turned = coord / denominator @ numerator.T
        out, there = (d.call(x, atype, nlist, mapping) for x in (coord, turned))
        allowed = [budget(d, x, atype, nlist, mapping) for x in (coord, turned)]
        assert_within(there.descriptor, out.descriptor, allowed[0].descriptor + allowed[1].descriptor)
        q = numerator / denominator
        here = 6 * EPS * (np.abs(out.rot_mat) @ np.abs(q).T)
        bound = allowed[1].rot_mat + allowed[0].rot_mat @ np.abs(q).T + here
        assert_within(there.rot_mat, out.rot_mat @ q.T, bound)

    @pytest.mark.parametrize("name", SETS)
    def test_permutation(self, name):
        d = hybrid(*SETS[name])
        # Atom 0 stays: its type is lent to the empty slots of the mixed children.
        order = np.array([0, *np.random.default_rng(1).permutation(np.arange(1, SYSTEM.natoms))])
        system = refdp.System(SYSTEM.coords[:, order], SYSTEM.atype[:, order])
        (out, allowed), (there, bound) = self.both(d, SYSTEM), self.both(d, system)
        real = (SYSTEM.atype >= 0)[:, order]
        assert_within(
            there.descriptor[real],
            out.descriptor[:, order][real],
            allowed.descriptor[:, order][real] + bound.descriptor[real],
        )

    @pytest.mark.parametrize("name", SETS)
    def test_virtual_atoms(self, name):
        d = hybrid(*SETS[name])
        keep = np.flatnonzero(SYSTEM.atype[0] >= 0)
        without = refdp.System(SYSTEM.coords[:, keep], SYSTEM.atype[:, keep])
        (out, allowed), (there, bound) = self.both(d, SYSTEM), self.both(d, without)
        assert len(keep) == SYSTEM.natoms - 1
        assert_within(
            there.descriptor, out.descriptor[:, keep], allowed.descriptor[:, keep] + bound.descriptor
        )


class TestChildren:
    def test_are_no_list_of_the_caller(self):
        children = [descriptor("se_e2_a"), descriptor("se_e2_r")]
        hybrid = Hybrid(children)
        children.clear()
        assert len(hybrid.children) == 2

    def test_one_is_not_a_list(self):
        with pytest.raises(InputError, match="`list`: expected at least one descriptor"):
            Hybrid(descriptor("se_e2_a"))
