"""Forces and virials of every descriptor against difference quotients of the energy on balls."""

from __future__ import annotations

import numpy as np
import pytest
from array_api_compat import numpy as xp

import refdp
from refdp.evaluation import evaluate
from refdp.forces import Forces, Sums, forces_of
from refdp.models.config import model_from_config
from refdp.neighbors.environment import environment
from tests import model_cases
from tests.force_cases import DESCRIPTORS, LEFT_HANDED, TRICLINIC, free, jacobian, model, periodic, quotients
from tests.helpers import assert_same_bits, assert_within
from tests.masks import molecule

pytest.importorskip("flint")


def check(made, system, bound=1e-13, **given):
    """Assert that forces and virial are the difference quotients, and return the evaluation."""
    e = evaluate(made, system, **given)
    forces, virial = quotients(made, system, **given)
    scale = max(np.abs(forces).max(), np.abs(virial).max())
    assert scale > 1e-3
    assert_within(e.forces[0], forces, bound * scale)
    assert_within(e.virial[0], virial, bound * scale)
    assert_within(e.atom_virial.sum(axis=1), e.virial, 1e-15 * max(1.0, np.abs(e.atom_virial).max()))
    return e


@pytest.mark.parametrize("name", DESCRIPTORS)
class TestEveryDescriptor:
    def test_in_free_space(self, name):
        e = check(model(name, narrow=True), free())
        assert np.all(np.abs(e.forces[0, [0, 2, 3]]).max(axis=-1) > 1e-6)
        np.testing.assert_array_equal(e.forces[0, 1], 0.0)

    def test_in_a_cell_shorter_than_the_cutoff(self, name):
        check(model(name), periodic(LEFT_HANDED if len(name) % 2 else TRICLINIC))


class TestVirial:
    """Which index is which: a symmetric virial, as data give it, would hide it."""

    @pytest.mark.parametrize("cell", [TRICLINIC, LEFT_HANDED, None], ids=["triclinic", "left-handed", "free"])
    def test_is_not_symmetric_with_an_angular_mean(self, cell):
        system = free(4, seed=1) if cell is None else periodic(cell)
        e = check(model(isotropic=False), system)
        virial = e.virial[0]
        assert np.abs(virial - virial.T).max() > 0.02 * np.abs(virial).max()

    def test_is_symmetric_without(self):
        for system in (free(), periodic()):
            virial = evaluate(model(), system).virial[0]
            assert_within(virial, virial.T, 1e-14 * np.abs(virial).max())

    def test_in_free_space_it_is_the_sum_of_places_times_forces(self):
        for isotropic in (True, False):
            system = free()
            e = evaluate(model(isotropic=isotropic), system)
            virial = np.einsum("ia,ib->ab", e.forces[0], system.coords[0])
            assert_within(e.virial[0], virial, 1e-14 * np.abs(virial).max())

    def test_without_and_with_a_cell_too_large_to_matter(self):
        coords, types = free().coords, free().types
        alone = evaluate(model(), refdp.System(coords, types))
        boxed = evaluate(model(), refdp.System(coords, types, 64.0 * np.eye(3)))
        for name in ("total", "forces", "virial", "atom_virial"):
            expected = getattr(alone, name)
            assert_within(getattr(boxed, name), expected, 1e-12 * np.abs(expected).max())

    @pytest.mark.parametrize(
        ("name", "system"),
        [
            ("se_e2_a", periodic(LEFT_HANDED)),
            ("se_e2_a", free()),
            ("se_atten smooth", free()),
            ("se_e3", free()),
        ],
        ids=["se_e2_a left-handed", "se_e2_a", "se_atten", "se_e3"],
    )
    def test_of_atoms(self, name, system):
        made = model(name, isotropic=False, narrow=not system.periodic)
        slopes, coord, mapping = jacobian(made, system)
        # The term of each pair goes to the owner of the neighbour.
        away = coord[None, :, :] - coord[: system.natoms, None, :]
        by_neighbor = -np.einsum("ika,ikb->kab", slopes, away)
        expected = np.zeros((system.natoms, 3, 3))
        np.add.at(expected, mapping, by_neighbor)
        found = evaluate(made, system).atom_virial[0]
        assert_within(found, expected, 1e-13 * np.abs(expected).max())
        assert np.abs(expected[0] - expected[-1]).max() > 1e-4


class TestModels:
    @pytest.mark.parametrize("system", [free(), periodic()], ids=["free", "periodic"])
    def test_excluded_pairs_and_atoms(self, system):
        made = model(pair_exclude_types=[[0, 1]], atom_exclude_types=[1])
        e = check(made, system)
        np.testing.assert_array_equal(e.atomic[:, system.types[0] == 1], 0.0)

    def test_excluded_atoms_are_pushed_by_others(self):
        made, system = model(atom_exclude_types=[1], narrow=True), free()
        e = check(made, system)
        assert e.atomic[0, 3] == 0.0
        assert np.abs(e.forces[0, 3]).max() > 1e-3

    def test_parameters_of_frames_and_atoms(self):
        made = model(fitting={"numb_fparam": 2, "numb_aparam": 1})
        for system in (free(), periodic()):
            aparam = np.linspace(-1.0, 1.0, system.natoms)[:, None]
            check(made, system, fparam=np.array([0.5, -0.25]), aparam=aparam)
            other = evaluate(made, system, fparam=[0.5, -0.5], aparam=aparam)
            assert np.abs(other.forces - evaluate(made, system, [0.5, -0.25], aparam).forces).max() > 1e-5

    @pytest.mark.parametrize("name", ["se_e2_a two-sided", "se_atten smooth"])
    def test_dipoles(self, name):
        for system in (free(), periodic()):
            e = check(model(name, narrow=not system.periodic, fitting={"type": "dipole"}), system)
            natoms = system.natoms
            assert e.total.shape == (1, 3)
            # [i, c, k]: atom, component of the dipole, component of the place.
            assert e.forces.shape == (1, natoms, 3, 3)
            assert e.virial.shape == (1, 3, 3, 3)
            assert e.atom_virial.shape == (1, natoms, 3, 3, 3)
            assert np.abs(e.forces[0, 0] - e.forces[0, 0].T).max() > 1e-5

    def test_a_dipole_may_be_without_forces(self):
        e = evaluate(model(fitting={"type": "dipole", "r_differentiable": False}), free())
        assert e.forces is e.virial is e.atom_virial is None

    def test_a_mask_instead_of_a_cutoff(self):
        for excluded in ([], [[0, 1], [2, 2]]):
            section = {
                "descriptor": {
                    "type": "se_a_mask",
                    "sel": [5, 4, 3],
                    "neuron": [2, 4],
                    "axis_neuron": 2,
                    "type_one_side": not excluded,
                    "exclude_types": excluded,
                },
                "fitting_net": {"neuron": [4], "numb_aparam": 1, "use_aparam_as_mask": True},
                "type_map": ["H", "C", "O"],
            }
            system = molecule(nf=1)
            e = check(model_from_config(section, seed=3), system)
            np.testing.assert_array_equal(e.forces[~system.mask], 0.0)
            assert np.all(e.atomic != 0.0)

    @pytest.mark.parametrize("section", [model_cases.pair_table, model_cases.zbl, model_cases.linear])
    def test_tables_and_what_is_made_of_them(self, section, tmp_path):
        made = model_cases.model(section(model_cases.write_table(tmp_path)))
        # Two atoms where the net gives way to the table, another farther away.
        coords = [[0.0, 0, 0], [0.3, -0.8, 0.5], [1.5, 0.7, 1.0]]
        check(made, refdp.System(coords, [0, 1, 1], type_map=["O", "H"]))

    def test_float32_is_within_its_precision(self):
        exact = model()
        rough = exact.to(xp, "float32")
        for system in (free(), periodic()):
            e, expected = evaluate(rough, system), evaluate(exact, system)
            assert e.forces.dtype == np.float64
            for name in ("forces", "virial", "atom_virial"):
                scale = np.abs(expected.virial).max()
                assert_within(getattr(e, name), getattr(expected, name), 1e-5 * scale)
                assert np.abs(getattr(e, name) - getattr(expected, name)).max() > 1e-10 * scale


class TestForcesOf:
    def test_two_neighbours_of_one_owner_and_an_empty_slot(self):
        # Atom 0 sees atom 1 and its image; atom 1 sees atom 0.
        coord = np.array([[[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [-4.0, 1.0, 0.5]]])
        types, mapping = np.zeros((1, 3), int), np.array([[0, 1, 1]])
        env = environment(coord, types, np.array([[[1, 2], [0, -1]]]), mapping)
        g = np.zeros((1, 2, 2, 1, 3))
        g[0, :, :, 0] = [[[0.5, 1.0, -2.0], [0.25, -1.0, 3.0]], [[1.5, 0.0, 1.0], [0.0, 0.0, 0.0]]]
        found = forces_of(g, env, np.array([0, 1]))
        np.testing.assert_array_equal(found.atoms, [0, 1])
        total = g[0, 0, :, 0].sum(axis=0) - g[0, 1, 0, 0]
        np.testing.assert_array_equal(found.columns[0, 0, :3], total)
        np.testing.assert_array_equal(found.columns[1, 0, :3], -total)
        on_zero = -np.outer(g[0, 1, 0, 0], [-1.0, -2.0, -3.0])
        on_one = -np.outer(g[0, 0, 0, 0], [1.0, 2.0, 3.0]) - np.outer(g[0, 0, 1, 0], [-4.0, 1.0, 0.5])
        np.testing.assert_array_equal(found.columns[0, 0, 3:], on_zero.reshape(-1))
        np.testing.assert_array_equal(found.columns[1, 0, 3:], on_one.reshape(-1))

    def test_centres_are_those_of_the_block(self):
        coord = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 1.0]]])
        centers = np.array([3])
        env = environment(coord, np.zeros((1, 4), int), np.array([[[1]]]), None, centers)
        found = forces_of(np.ones((1, 1, 1, 2, 3)), env, centers)
        np.testing.assert_array_equal(found.atoms, [1, 3])
        np.testing.assert_array_equal(found.columns[:, :, :3], [-np.ones((2, 3)), np.ones((2, 3))])

    def test_no_centres(self):
        env = environment(np.zeros((1, 0, 3)), np.zeros((1, 0), int), np.zeros((1, 0, 4), int))
        found = forces_of(np.zeros((1, 0, 4, 3, 3)), env, np.zeros(0, int))
        assert found.columns.shape == (0, 3, 12)


class TestSums:
    def test_blocks_add_up_frame_by_frame(self):
        sums = Sums(2, 3, (2,))
        columns = np.arange(48.0).reshape(2, 2, 12)
        sums.add(0, Forces(np.array([0, 2]), columns))
        sums.add(0, Forces(np.array([2]), columns[:1]))
        sums.add(1, Forces(np.array([1]), columns[1:]))
        forces, virial, by_atom = sums.results()
        assert (forces.shape, virial.shape, by_atom.shape) == ((2, 3, 2, 3), (2, 2, 3, 3), (2, 3, 2, 3, 3))
        assert_same_bits(forces[0, 2], columns[1, :, :3] + columns[0, :, :3])
        assert_same_bits(by_atom[1, 1], columns[1, :, 3:].reshape(2, 3, 3))
        assert_same_bits(virial, by_atom.sum(axis=1))
        np.testing.assert_array_equal(forces[1, [0, 2]], 0.0)
