"""A net, and a table where atoms come close."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.models.base import real_first_type
from refdp.trace import record
from tests.helpers import assert_within
from tests.model_cases import NAMES, arguments, atomic, atoms, model, surroundings, write_table, zbl


@pytest.fixture
def made(tmp_path):
    return model(zbl(write_table(tmp_path)))


def pair(r):
    return refdp.System([[[0.0, 0.0, 0.0], [r, 0.0, 0.0]]], [0, 1], type_map=NAMES)


def quintic(u):
    u = min(max(u, 0.0), 1.0)
    return -6 * u**5 + 15 * u**4 - 10 * u**3 + 1


class TestZblModel:
    @pytest.mark.parametrize("r", [0.5, 0.8, 1.0, 1.2, 1.5, 1.6, 2.5])
    def test_two_atoms(self, made, r):
        """Of one distance the smooth minimum is that distance."""
        lam = quintic((r - 0.8) / 0.8)
        net, table = (atomic(member, pair(r)) for member in made.models)
        expected = (1.0 - lam) * net + lam * table + made.out_bias[0, :, 0][[0, 1]]
        assert_within(atomic(made, pair(r)), expected, 1e-13)

    def test_many_atoms(self, made):
        system = atoms(8)
        with record() as trace:
            found = made.atomic(real_first_type(surroundings(made, system)))
        r, valid = trace.value("1.r"), made.cut(surroundings(made, system))[1].valid
        weights = np.where(valid, np.exp(-r / 0.1), 0.0)
        sigma = np.sum(weights * r, axis=-1)[:, 3:] / np.sum(weights, axis=-1)[:, 3:]
        assert_within(trace.value("sigma")[:, 3:], sigma, 1e-13)
        lam = trace.value("lambda")
        assert ((lam > 0.05) & (lam < 0.95)).any()
        parts = [trace.value(f"{k}.E_i") for k in range(2)]
        bias = made.out_bias[0, :, 0][system.atype]
        expected = np.where(system.atype < 0, 0.0, (1.0 - lam) * parts[0] + lam * parts[1] + bias)
        assert_within(found, expected, 1e-12)

    def test_the_net_alone_where_there_are_no_neighbours(self, made):
        alone = refdp.System([[[0.0, 0.0, 0.0]]], [0], type_map=NAMES)
        expected = atomic(made.models[0], alone) + made.out_bias[0, 0, 0]
        assert_within(atomic(made, alone), expected, 1e-13)
        assert np.isfinite(refdp.evaluate(made, alone).forces).all()

    def test_forces_join_smoothly_at_both_ends(self, made):
        for end in (0.8, 1.6):
            here, there = (refdp.evaluate(made, pair(end + x)).forces[0, 0, 0] for x in (-1e-6, 1e-6))
            assert abs(here - there) < 1e-3

    @pytest.mark.parametrize(("slots", "longer"), [(8, 0), (20, 1), (25, 1)])
    def test_distances_are_those_of_the_longer_list_of_equal_ones_that_of_the_table(
        self, made, slots, longer
    ):
        net, table = made.models
        short = replace(table, slots=slots, table=replace(table.table, rcut=1.3))
        whole = replace(made, models=(net, short), smin_alpha=2.0)
        env = surroundings(whole, atoms(8))
        with record() as trace:
            whole.atomic(env)
        part = whole.cut(env)[longer]
        r = np.linalg.norm(part.displacement, axis=-1)
        weights = np.where(part.valid, np.exp(-r / 2.0), 0.0)
        total = np.sum(weights, axis=-1)
        sigma = np.where(total > 0, np.sum(weights * r, axis=-1) / np.where(total > 0, total, 1.0), 1.6)
        assert_within(trace.value("sigma"), sigma, 1e-13)

    def test_the_same_on_every_library(self, made, library):
        given = arguments(made, atoms(8))
        found = library.compiled(made.call)(*(library.array(x) for x in given))
        assert_within(library.numpy(found), made.call(*given), 1e-13)

    def test_proven(self, made):
        balls = pytest.importorskip("refdp.namespaces.balls")
        coord, *others = arguments(made, atoms(8, nf=1, natoms=5))
        exact = made.call(balls.to_balls(coord, 113), *others)
        assert np.max(balls.radius(exact)) < 1e-28
        assert np.max(balls.deviation(exact, made.call(coord, *others))) < 1e-12


class TestMistakes:
    def test_members(self, made):
        for models in (made.models[:1], made.models[::-1], (*made.models, made.models[1])):
            with pytest.raises(
                InputError, match="`models`: expected two: a model with a net, then a PairTable"
            ):
                replace(made, models=models)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"sw_rmin": 2.0}, "`sw_rmin`: expected a number from 0 to below `sw_rmax` = 1.6"),
            ({"sw_rmin": -0.1}, "`sw_rmin`"),
            ({"smin_alpha": 0.0}, "`smin_alpha`: expected a positive, finite number"),
        ],
    )
    def test_numbers(self, made, change, message):
        with pytest.raises(InputError, match=message):
            replace(made, **change)
