"""Energies of pairs from a table."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.io.table_file import table_of_rows
from tests.helpers import assert_same_bits, assert_within
from tests.model_cases import (
    NAMES,
    ROWS,
    arguments,
    atomic,
    atoms,
    model,
    pair_table,
    surroundings,
    write_table,
)


@pytest.fixture
def made(tmp_path):
    return refdp.model_from_config(pair_table(write_table(tmp_path)))


def column(a, b):
    return 1 + a + b  # of two types: 0-0, 0-1, 1-1


def loops(made, system):
    """The formulas, atom by atom, between points of the table by the spline of SciPy."""
    from scipy.interpolate import CubicSpline

    curves = [CubicSpline(ROWS[:, 0], y, bc_type="clamped") for y in ROWS.T]
    out = np.zeros(system.atype.shape)
    for f, i, j in np.ndindex(system.nf, system.natoms, system.natoms):
        a, b = int(system.atype[f, i]), int(system.atype[f, j])
        r = np.linalg.norm(system.coords[f, i] - system.coords[f, j])
        if i != j and min(a, b) >= 0 and r < made.rcut:
            out[f, i] += 0.5 * curves[column(a, b)](r)
    return out


class TestPairTable:
    def test_half_of_the_energy_of_each_pair(self, made):
        system = atoms(3)
        assert_within(atomic(made, system), loops(made, system), 1e-12)

    def test_forces_and_virial(self, made):
        """Of two atoms on the x axis, from the derivative of the spline."""
        from scipy.interpolate import CubicSpline

        r = 1.37
        out = refdp.evaluate(made, refdp.System([[[0.0, 0.0, 0.0], [r, 0.0, 0.0]]], [0, 1], type_map=NAMES))
        slope = CubicSpline(ROWS[:, 0], ROWS[:, 2], bc_type="clamped")(r, 1)
        assert_within(out.forces[0], [[slope, 0.0, 0.0], [-slope, 0.0, 0.0]], 1e-11)
        assert out.virial[0, 0, 0] == pytest.approx(-slope * r, rel=1e-11)

    def test_nothing_from_the_cutoff_on(self, made):
        for r, there in ((np.nextafter(3.0, 0.0), True), (3.0, False), (3.2, False)):
            pair = refdp.System([[[0.0, 0.0, 0.0], [r, 0.0, 0.0]]], [0, 0], type_map=NAMES)
            wide = replace(made, table=replace(made.table, rcut=3.4), slots=4)
            given = arguments(wide, pair)
            found = replace(made, slots=4).call(*given)
            assert (found != 0.0).all() == there

    def test_nothing_behind_the_end_of_a_table_that_is_too_short(self, tmp_path):
        """The continued table ends a step before the cutoff, and so does the energy."""
        rows = ROWS[:40]
        made = refdp.model_from_config(pair_table(write_table(tmp_path, rows), rcut=2.63))
        end = made.table.rmin + made.table.hh * made.table.pieces
        assert 2.0 < end < 2.63
        pairs = [[[0.0, 0.0, 0.0], [r, 0.0, 0.0]] for r in (end - 0.01, end + 0.01)]
        found = atomic(made, refdp.System(pairs, [0, 0], type_map=NAMES))
        assert (found[0] != 0.0).all()
        assert_same_bits(found[1], np.zeros(2))

    def test_no_neighbours(self, made):
        alone = refdp.System([[[0.0, 0.0, 0.0]]], [0], type_map=NAMES)
        out = refdp.evaluate(made, alone)
        assert_same_bits(out.atomic, np.zeros((1, 1)))
        assert_same_bits(out.forces, np.zeros((1, 1, 3)))

    def test_the_same_on_every_library(self, made, library):
        given = arguments(made, atoms(3))
        found = made.call(*(library.array(x) for x in given))
        assert_within(library.numpy(found), made.call(*given), 1e-14)

    def test_proven(self, made):
        balls = pytest.importorskip("refdp.namespaces.balls")
        coord, *others = arguments(made, atoms(3))
        exact = made.call(balls.to_balls(coord, 113), *others)
        assert np.max(balls.radius(exact)) < 1e-30
        assert np.max(balls.deviation(exact, made.call(coord, *others))) < 1e-13

    def test_slots_are_few(self, made):
        few = replace(made, slots=2)
        assert few.sel == (2,)
        assert few.footprint == 8
        assert np.max(np.abs(atomic(few, atoms(3)) - atomic(made, atoms(3)))) > 1e-3

    def test_what_it_is(self, made):
        assert made.mixed_types
        assert (made.rcut, made.sel, made.ntypes, made.precision) == (3.0, (18,), 2, "float64")
        assert made.env_protection == 0.0


class TestCheck:
    NEAR = ((0.0, 0.0, 0.0), (0.04, 0.0, 0.0))

    def test_nearer_than_the_table_begins(self, made):
        near = refdp.System([self.NEAR], [0, 1], type_map=NAMES)
        message = r"expected atoms 0.05 angstrom apart or more, .* got 0.04 between types \[0, 1\] in frame 0"
        with pytest.raises(InputError, match=message):
            atomic(made, near)
        with pytest.raises(InputError, match=message):
            refdp.evaluate(made, near)

    def test_pairs_that_do_not_see_each_other_may_be_nearer(self, made):
        apart = replace(made, options=msgspec.structs.replace(made.options, pair_exclude_types=((0, 1),)))
        near = refdp.System([self.NEAR], [0, 1], type_map=NAMES)
        assert np.array_equal(refdp.evaluate(apart, near).atomic, [[0.0, 0.0]])

    def test_the_first_distance_itself_is_fine(self, made):
        made.check(surroundings(made, refdp.System([[[0.0, 0, 0], [0.05, 0, 0]]], [0, 1], type_map=NAMES)))

    def test_other_libraries_go_on_along_the_first_piece(self, made):
        torch = pytest.importorskip("torch")
        given = arguments(made, refdp.System([self.NEAR], [0, 1], type_map=NAMES))
        found = made.call(*(torch.asarray(np.array(x)) for x in given)).numpy()
        a3, a2, a1, a0 = made.table.coefficients[1, 0]
        x = (0.04 - made.table.rmin) / made.table.hh
        assert_within(found, np.full((1, 2), 0.5 * (((a3 * x + a2) * x + a1) * x + a0)), 1e-12)


class TestTable:
    def test_mistakes(self):
        table = table_of_rows(ROWS, 3.0)
        for change in ({"hh": 0.0}, {"rcut": -1.0}, {"rcut": float("inf")}):
            with pytest.raises(InputError, match=f"`{next(iter(change))}`"):
                replace(table, **change)
        with pytest.raises(InputError, match="`coefficients`"):
            replace(table, coefficients=np.zeros((4, 0, 4)))

    def test_types_must_be_those_of_the_names(self, made):
        with pytest.raises(InputError, match="one name for each of the 2 types"):
            replace(made, options=refdp.models.options.ModelOptions(type_map=("O",)))

    def test_random_biases(self, tmp_path):
        made, system = model(pair_table(write_table(tmp_path))), atoms(3)
        plain = replace(made, out_bias=np.zeros((1, 2, 1)))
        bias = np.where(system.atype < 0, 0.0, made.out_bias[0, :, 0][system.atype])
        assert_within(atomic(made, system) - atomic(plain, system), bias, 1e-12)


class TestOnBudgets:
    def test_empty_slots_are_on_no_grid_point(self, made):
        from refdp.certified_models import model_budget

        # A grid with a point at 1 angstrom, the distance that empty slots are given.
        table = replace(made.table, rmin=0.1, rmax=2.9, hh=0.05)
        apart = refdp.System([[[0.0, 0, 0], [1.83, 0, 0]]], [0, 1], type_map=NAMES)
        assert 0.0 < model_budget(replace(made, table=table), apart).forces.max() < 1e-12
