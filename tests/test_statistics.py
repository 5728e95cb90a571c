"""Mean and width of the environment matrix against loops, and where data say nothing."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.statistics import environment_statistics, with_statistics
from tests.helpers import EPS, assert_same_bits, assert_within, call_arguments, cluster, descriptor

NAMES = ["se_e2_a", "se_e2_r"]
CELL = np.array([[4.0, 0, 0], [1.0, 4.5, 0], [-0.5, 1.5, 5.0]])
OPEN, PERIODIC = cluster(8, 4, 2), refdp.System(cluster(6, 2).coords, cluster(6, 2).types, CELL)
ROOM = {"sel": [30, 30]}


def by_hand(d, systems, pairs=()):
    """Loops over atoms and slots; two passes, so that nothing cancels."""
    pools = {(a, c): [] for a in range(d.ntypes) for c in ("radial", "angular")}
    o = d.options
    gone = {x for a, b in pairs for x in ((a, b), (b, a))} | {
        x for a, b in o.exclude_types for x in ((a, b), (b, a))
    }
    for system in systems:
        coord, atype, nlist, _ = call_arguments(d, system)
        for f, i, k in np.ndindex(nlist.shape):
            j, center, row = nlist[f, i, k], atype[f, i], np.zeros(4)
            if center < 0:
                continue
            if j >= 0 and (center, atype[f, j]) not in gone:
                x = coord[f, j] - coord[f, i]
                r = np.linalg.norm(x)
                u = np.clip((r - o.rcut_smth) / (o.rcut - o.rcut_smth), 0, 1)
                w = 1 - 10 * u**3 + 15 * u**4 - 6 * u**5
                row = np.array([w / (r + o.env_protection), *(w * x / (r + o.env_protection) ** 2)])
            pools[center, "radial"].append(row[0])
            pools[center, "angular"].extend(row[1:])
    davg, dstd = np.zeros(d.davg.shape), np.zeros(d.davg.shape)
    for a in range(d.ntypes):
        for name, columns in (("radial", slice(1)), ("angular", slice(1, None))):
            pool = np.array(pools[a, name])
            dstd[a, :, columns] = max(pool.std(), 0.01) if pool.size else 0.1
            if name == "radial" and pool.size:
                davg[a, :, 0] = pool.mean()
    return davg, dstd


@pytest.mark.parametrize("name", NAMES)
class TestEnvironmentStatistics:
    @pytest.mark.parametrize("pairs", [[], [(1, 1)], [(1, 0)]], ids=str)
    @pytest.mark.parametrize("options", [{}, {"exclude_types": [[0, 1]]}, {"env_protection": 0.2}], ids=str)
    def test_is_the_definition(self, name, options, pairs):
        d = descriptor(name, **ROOM, **options)
        davg, dstd = environment_statistics(d, [OPEN, PERIODIC], pairs)
        expected = by_hand(d, [OPEN, PERIODIC], pairs)
        # Mean of squares minus square of mean: numbers below 1 and widths above 0.01 cost a factor 100.
        assert_within(davg, expected[0], 64 * EPS)
        assert_within(dstd, expected[1], 100 * 64 * EPS)

    def test_is_the_same_for_every_slot_and_angular_column(self, name):
        davg, dstd = environment_statistics(descriptor(name, **ROOM), [OPEN])
        np.testing.assert_array_equal(davg, np.broadcast_to(davg[:, :1], davg.shape))
        np.testing.assert_array_equal(davg[..., 1:], 0.0)
        np.testing.assert_array_equal(dstd, np.broadcast_to(dstd[:, :1], dstd.shape))
        np.testing.assert_array_equal(dstd[..., 1:], np.broadcast_to(dstd[..., 1:2], dstd[..., 1:].shape))

    def test_an_absent_type(self, name):
        d = descriptor(name, sel=[8, 8, 8])
        davg, dstd = environment_statistics(d, [OPEN])
        np.testing.assert_array_equal(davg[2], 0.0)
        np.testing.assert_array_equal(dstd[2], 0.1)

    @pytest.mark.parametrize(
        "systems", [[], [refdp.System(np.zeros((1, 0, 3)), [])], [refdp.System(np.zeros((2, 3)), [-1, -1])]]
    )
    def test_no_data(self, name, systems):
        davg, dstd = environment_statistics(descriptor(name), systems)
        np.testing.assert_array_equal(davg, 0.0)
        np.testing.assert_array_equal(dstd, 0.1)

    @pytest.mark.parametrize("apart", np.linspace(0.5, 2.9, 25))
    def test_constant_data_have_the_smallest_width(self, name, apart):
        # One slot, always taken by a neighbour at the same distance: nothing varies but the direction. Of so
        # many distances some round the mean of squares below the square of the mean.
        d = descriptor(name, sel=[1, 0], rcut_smth=3.0)
        davg, dstd = environment_statistics(d, [refdp.System([[[0.0, 0, 0], [apart, 0, 0]]] * 5, [0, 0])])
        assert_within(davg[0, 0, 0], 1 / apart, 16 * EPS)
        assert dstd[0, 0, 0] == 0.01

    def test_atoms_without_neighbors_have_the_smallest_width(self, name):
        davg, dstd = environment_statistics(descriptor(name), [refdp.System([[0.0, 0, 0]], [0])])
        np.testing.assert_array_equal(davg, 0.0)
        np.testing.assert_array_equal(dstd[0], 0.01)

    def test_virtual_atoms_do_not_count(self, name):
        keep = OPEN.atype[0] >= 0
        real = refdp.System(OPEN.coords[:, keep], OPEN.types[:, keep])
        d = descriptor(name, **ROOM)
        for one, other in zip(
            environment_statistics(d, [OPEN]), environment_statistics(d, [real]), strict=True
        ):
            assert_within(one, other, 64 * EPS)

    def test_species_are_matched_by_name(self, name):
        named = refdp.System(OPEN.coords, OPEN.types, type_map=["O", "H"])
        swapped = refdp.System(OPEN.coords, np.where(OPEN.types < 0, -1, 1 - OPEN.types), type_map=["H", "O"])
        d = descriptor(name, type_map=["O", "H"], **ROOM)
        for one, other in zip(
            environment_statistics(d, [named]), environment_statistics(d, [swapped]), strict=True
        ):
            assert_same_bits(one, other)

    def test_float32_descriptors_are_measured_in_double(self, name):
        double, single = (
            environment_statistics(descriptor(name, precision=p, **ROOM), [OPEN])
            for p in ("float64", "float32")
        )
        for one, other in zip(double, single, strict=True):
            assert_same_bits(one, other)

    def test_coincident_atoms_are_refused(self, name):
        with pytest.raises(InputError, match=r"`coords`.* at one"):
            environment_statistics(descriptor(name), [refdp.System(np.zeros((2, 3)), [0, 1])])


@pytest.mark.parametrize("name", NAMES)
class TestWithStatistics:
    def test_replaces_both_and_nothing_else(self, name):
        d = descriptor(name, **ROOM)
        made = with_statistics(d, [OPEN, PERIODIC])
        davg, dstd = environment_statistics(d, [OPEN, PERIODIC])
        assert_same_bits(made.davg, davg)
        assert_same_bits(made.dstd, dstd)
        assert made.embeddings is d.embeddings
        assert made.options is d.options

    def test_set_davg_zero_leaves_the_mean_as_it_is(self, name):
        for statistics in (False, True):
            d = descriptor(name, set_davg_zero=True, statistics=statistics, **ROOM)
            made = with_statistics(d, [OPEN])
            assert_same_bits(made.davg, d.davg)
            assert_same_bits(made.dstd, environment_statistics(d, [OPEN])[1])

    def test_keeps_the_precision_of_the_descriptor(self, name):
        d = descriptor(name, precision="float32", **ROOM)
        made = with_statistics(d, [OPEN])
        assert (made.davg.dtype, made.dstd.dtype) == (np.float32, np.float32)
        assert_same_bits(made.dstd, environment_statistics(d, [OPEN])[1].astype(np.float32))

    def test_an_iterator_is_data(self, name):
        d = descriptor(name, **ROOM)
        assert_same_bits(
            with_statistics(d, iter([OPEN, PERIODIC])).dstd, with_statistics(d, [OPEN, PERIODIC]).dstd
        )

    def test_standardizes(self, name):
        from refdp.trace import record

        made = with_statistics(descriptor(name, **ROOM), [PERIODIC])
        with record() as trace:
            refdp.describe(made, PERIODIC)
        e, center = trace.value("E"), PERIODIC.atype
        for a in range(2):
            assert abs(e[center == a][..., 0].mean()) < 64 * EPS * 10
            assert e[center == a][..., 0].std() == pytest.approx(1.0, abs=1e-12)
