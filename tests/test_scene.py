"""A system set up for a model: what its blocks are, who is counted, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.models.config import model_from_config
from refdp.models.options import ModelOptions
from refdp.models.pair_table import PairTable, Table
from refdp.scene import scene
from tests.force_cases import free, model
from tests.helpers import assert_same_bits

MASKED = {
    "type_map": ["O", "H"],
    "descriptor": {"type": "se_a_mask", "sel": [3, 3], "neuron": [2, 4], "axis_neuron": 2},
    "fitting_net": {"neuron": [4], "numb_aparam": 1, "use_aparam_as_mask": True},
}
MOLECULE = refdp.System(np.eye(5, 3), [0, 1, 0, -1, 7], mask=[1, 1, 0, 1, 0])


def masked():
    return model_from_config(MASKED, seed=1)


def table():
    """Return a pair table that begins at one angstrom."""
    rows, coefficients = np.zeros((3, 2)), np.ones((1, 2, 4))
    return PairTable(
        ModelOptions(type_map=("O",)),
        np.zeros((1, 1, 1)),
        np.ones((1, 1, 1)),
        Table(1.0, 3.0, 1.0, 3.0, rows, coefficients),
        4,
    )


class TestPieces:
    def test_real_atoms_by_type(self):
        pieces = list(scene(model(), free(), None, None).pieces(8))
        assert [(p.frame, p.centers.tolist(), p.center_type) for p in pieces] == [(0, [0, 2], 0), (0, [3], 1)]

    def test_without_a_cutoff_masked_ones_of_a_known_type_too(self):
        pieces = list(scene(masked(), MOLECULE, None, None).pieces(8))
        assert [(p.centers.tolist(), p.center_type) for p in pieces] == [([0], 0), ([1], 1), ([2], 0)]


class TestEnvironment:
    def test_of_a_block_and_of_all(self):
        stage = scene(model(), free(), None, None)
        (first, _), whole = stage.pieces(8), stage.environment()
        assert_same_bits(stage.environment(first).displacement, whole.displacement[:, [0, 2]])

    def test_atoms_at_one_place_are_named(self):
        together = refdp.System(np.zeros((2, 3)), [0, 1])
        stage = scene(model(), together, None, None)
        for piece in (None, next(stage.pieces(8))):
            with pytest.raises(InputError, match="atoms 0 and 1 of frame 0 at one"):
                stage.environment(piece)

    def test_so_are_those_nearer_than_a_table_begins(self):
        stage = scene(table(), refdp.System([[0.0, 0, 0], [0.5, 0, 0]], [0, 0]), None, None)
        with pytest.raises(InputError, match=r"expected atoms 1\.0 angstrom apart.* where the table begins"):
            stage.environment(next(stage.pieces(8)))


class TestModelAt:
    def test_is_that_of_the_type_of_the_centres(self):
        stage = scene(model(), free(), None, None)
        for piece in stage.pieces(8):
            assert stage.model_at(piece) is stage.at_center[piece.center_type]

    def test_of_masked_atoms_is_the_whole_one(self):
        stage = scene(masked(), MOLECULE, None, None)
        *_, last = stage.pieces(8)
        assert stage.model_at(last) is stage.model


class TestConditionsAt:
    def test_are_those_of_the_centres(self):
        made = model(fitting={"numb_fparam": 1, "numb_aparam": 1})
        system = refdp.System(np.arange(18.0).reshape(2, 3, 3), [0, 1, 0])
        stage = scene(made, system, [5.0, 6.0], np.arange(6.0).reshape(2, 3))
        found = stage.conditions_at(list(stage.pieces(8))[2])
        np.testing.assert_array_equal(found.fparam, [[6.0]])
        np.testing.assert_array_equal(found.aparam, [[[3.0], [5.0]]])
        assert found.types is None

    def test_masked_atoms_keep_their_type(self):
        stage = scene(masked(), MOLECULE, None, None)
        first, *_, last = stage.pieces(8)
        assert stage.conditions_at(first).types is None
        np.testing.assert_array_equal(stage.conditions_at(last).types, [[0]])


class TestConditionsOfAll:
    def test_types_only_where_masked_ones_have_a_share(self):
        assert scene(model(), free(), None, None).conditions_of_all().types is None
        types = scene(masked(), MOLECULE, None, None).conditions_of_all().types
        np.testing.assert_array_equal(types, [[0, 1, 0, -1, -1]])


class TestCounts:
    def test_real_atoms_of_types_that_are_not_excluded(self):
        system = refdp.System(np.arange(24.0).reshape(2, 4, 3), [[0, 1, 1, -1], [0, 0, 0, 1]])
        assert scene(model(), system, None, None).counts().tolist() == [3, 4]
        assert scene(model(atom_exclude_types=[1]), system, None, None).counts().tolist() == [1, 3]

    def test_nobody_counts_as_one(self):
        assert scene(model(), refdp.System(np.eye(2, 3), [-1, -1]), None, None).counts().tolist() == [1]


class TestScene:
    def test_species_are_matched_by_name(self):
        stage = scene(model(), refdp.System(np.eye(2, 3), [0, 1], type_map=["H", "O"]), None, None)
        assert stage.system.atype.tolist() == [[1, 0]]

    def test_a_model_of_another_library_is_moved_here(self, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        stage = scene(model().to(library.namespace), free(), None, None)
        assert isinstance(stage.model.out_bias, np.ndarray)

    def test_what_is_refused(self):
        with pytest.raises(InputError, match=r"`model`: expected a model, from `load` or `deserialize`"):
            scene(model().descriptor, free(), None, None)
        with pytest.raises(InputError, match="`system`: expected a `System`"):
            scene(model(), free().coords, None, None)
        with pytest.raises(InputError, match="`types`: expected types below 2"):
            scene(model(), refdp.System(np.eye(2, 3), [0, 2]), None, None)
