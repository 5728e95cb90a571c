"""Tests of refdp.system."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.system import System, concatenate

COORDS = np.arange(12.0).reshape(2, 2, 3)
CELL = np.asarray([[5.0, 0.0, 0.0], [1.0, 6.0, 0.0], [0.0, 2.0, 7.0]])


class TestSystem:
    def test_one_frame(self):
        system = System([[0, 0, 0], [0, 0, 1]], [0, 1])
        assert (system.nf, system.natoms, system.periodic) == (1, 2, False)
        assert system.coords.shape == (1, 2, 3)
        assert system.coords.dtype == np.float64
        assert system.types.tolist() == [[0, 1]]
        assert system.types.dtype == np.int64
        assert system.mask.tolist() == [[True, True]]
        assert system.cell is None
        assert system.type_map is None

    def test_positional(self):
        system = System(COORDS, [1, 0], CELL, [1, 0], ["O", "H"])
        assert system.cell.shape == (2, 3, 3)
        assert (system.cell == CELL).all()
        assert system.mask.tolist() == [[True, False], [True, False]]
        assert system.type_map == ("O", "H")

    @pytest.mark.parametrize("shape", [(2, 3, 3), (2, 9)])
    def test_cell_a_frame(self, shape):
        both = np.stack([CELL, 2 * CELL]).reshape(shape)
        assert (System(COORDS, [0, 0], both).cell == np.stack([CELL, 2 * CELL])).all()

    def test_left_handed_cell(self):
        assert np.linalg.det(System(COORDS, [0, 0], CELL[::-1]).cell[0]) < 0

    @pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint8, np.longdouble])
    def test_number_types(self, dtype):
        system = System(COORDS.astype(dtype), np.asarray([0, 1], dtype=np.int16), CELL.astype(dtype))
        assert system.coords.dtype == system.cell.dtype == np.float64
        assert (system.coords == COORDS).all()

    def test_strided_and_read_only(self):
        wide = np.arange(24.0).reshape(2, 2, 6)
        wide.setflags(write=False)
        system = System(wide[:, ::-1, ::2], np.asarray([0, 9, 1, 9])[::2])
        assert system.coords[0].tolist() == [[6.0, 8.0, 10.0], [0.0, 2.0, 4.0]]
        assert system.types[0].tolist() == [0, 1]
        assert system.coords.flags.c_contiguous

    def test_own_copies(self):
        coords, types, cell = COORDS.copy(), np.zeros((2, 2), dtype=np.int64), np.stack([CELL, CELL])
        mask = np.ones((2, 2), dtype=bool)
        system = System(coords, types, cell, mask)
        stored = (system.coords, system.types, system.cell, system.mask)
        for given, kept in zip((coords, types, cell, mask), stored, strict=True):
            assert not np.shares_memory(given, kept)
            assert not kept.flags.writeable

    def test_frozen(self):
        system = System(COORDS, [0, 0])
        with pytest.raises(dataclasses.FrozenInstanceError):
            system.coords = COORDS
        with pytest.raises(ValueError, match="read-only"):
            system.coords[0, 0, 0] = 1.0

    @pytest.mark.parametrize(("nf", "natoms"), [(1, 0), (0, 3), (0, 0), (3, 1)])
    def test_empty_and_single(self, nf, natoms):
        system = System(np.zeros((nf, natoms, 3)), [0] * natoms, CELL)
        assert (system.nf, system.natoms) == (nf, natoms)
        assert system.cell.shape == (nf, 3, 3)
        assert system.atype.shape == (nf, natoms)

    def test_pickle(self):
        system = pickle.loads(pickle.dumps(System(COORDS, [0, 1], CELL, type_map=["A", "B"])))
        assert (system.coords == COORDS).all()
        assert system.type_map == ("A", "B")

    @pytest.mark.parametrize(
        ("system", "text"),
        [
            (System(COORDS, [1, -1]), "System(nf=2, natoms=2, cell=None, virtual: 1, type 1: 1)"),
            (System(COORDS, [1, 1], CELL, None, ["O", "H"]), "System(nf=2, natoms=2, cell=periodic, H: 2)"),
            (System(np.zeros((0, 0, 3)), []), "System(nf=0, natoms=0, cell=None)"),
        ],
    )
    def test_repr(self, system, text):
        assert repr(system) == text


NAN = COORDS.copy()
NAN[1, 0, 2] = np.nan


class TestErrors:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"coords": np.zeros((2, 4))}, ["`coords`", "(nf, natoms, 3)", "(2, 4)"]),
            ({"coords": np.zeros(6)}, ["`coords`", "(6,)"]),
            ({"coords": [[0, 0, 0], [0, 0]]}, ["`coords`", "real numbers", "[[0, 0, 0], [0, 0]]"]),
            ({"coords": [["x", "y", "z"]] * 2}, ["`coords`", "real numbers", "x"]),
            ({"coords": COORDS * 1j}, ["`coords`", "complex128"]),
            ({"coords": NAN}, ["`coords`", "finite", "nan", "frame 1", "atom 0", "direction z"]),
            ({"coords": np.where(np.isnan(NAN), np.inf, 0)}, ["`coords`", "inf", "frame 1", "atom 0"]),
            ({"types": [0]}, ["`types`", "(natoms,) = (2,)", "(1,)"]),
            ({"types": [[0, 1]] * 3}, ["`types`", "(nf, natoms) = (2, 2)", "(3, 2)"]),
            ({"types": [0.0, 1.0]}, ["`types`", "integers", "float64"]),
            ({"types": [True, False]}, ["`types`", "integers", "bool"]),
            ({"types": [0, 2], "type_map": ["O", "H"]}, ["`types`", "below 2", "got 2", "frame 0, atom 1"]),
            ({"types": np.asarray([0, 2**64 - 1], dtype=np.uint64)}, ["`types`", "18446744073709551615"]),
            ({"cell": np.eye(2)}, ["`cell`", "(3, 3)", "(2, 2)"]),
            ({"cell": np.tile(np.eye(3), (3, 1, 1))}, ["`cell`", "nf = 2", "(3, 3, 3)"]),
            ({"cell": np.ones((3, 3))}, ["`cell`", "span a volume", "[1.0, 1.0, 1.0]", "frame 0"]),
            ({"cell": np.stack([CELL, 0 * CELL])}, ["`cell`", "span a volume", "frame 1"]),
            ({"cell": CELL * np.nan}, ["`cell`", "nan"]),
            ({"cell": CELL + np.diag([0, 0, np.inf])}, ["`cell`", "inf"]),
            ({"cell": "cubic"}, ["`cell`", "real numbers", "cubic"]),
            ({"mask": [1, 2]}, ["`mask`", "0 or 1", "got 2", "frame 0, atom 1"]),
            ({"mask": [1.0, 0.5]}, ["`mask`", "0 or 1", "got 0.5", "frame 0, atom 1"]),
            ({"mask": [1.0, np.nan]}, ["`mask`", "0 or 1", "got nan"]),
            ({"mask": ["1", "0"]}, ["`mask`", "0 or 1", "<U1"]),
            ({"mask": [1]}, ["`mask`", "(1,)"]),
            ({"type_map": "OH"}, ["`type_map`", "'OH'"]),
            ({"type_map": ["O", "O"]}, ["`type_map`", "different", "['O', 'O']"]),
            ({"type_map": ["O", ""]}, ["`type_map`", "non-empty"]),
            ({"type_map": [1, 2]}, ["`type_map`", "[1, 2]"]),
            ({"type_map": 3}, ["`type_map`", "got 3"]),
        ],
    )
    def test_names_argument_value_and_expectation(self, arguments, words):
        with pytest.raises(InputError) as caught:
            System(**({"coords": COORDS, "types": [0, 1]} | arguments))
        assert [word for word in words if word not in str(caught.value)] == []

    @pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
    def test_flatness_has_no_scale(self, scale):
        """Nor does anything overflow on the way to the answer; pytest makes warnings errors."""
        flat = np.asarray([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1e-13]])
        with pytest.raises(InputError, match="span a volume"):
            System(COORDS, [0, 0], flat * scale)
        flat[2, 2] = 1e-10
        assert System(COORDS, [0, 0], flat * scale).periodic


class TestAtype:
    def test_virtual_and_masked(self):
        system = System(COORDS, [[0, -7], [1, 1]], mask=[[1, 1], [0, 1]])
        assert system.atype.tolist() == [[0, -1], [-1, 1]]
        assert system.types.tolist() == [[0, -7], [1, 1]]


class TestFrame:
    def test_keeps_everything(self):
        cells = np.stack([CELL, 2 * CELL])
        system = System(COORDS, [[0, 1], [1, 0]], cells, [[1, 1], [0, 1]], ["O", "H"])
        for index in (1, -1, np.int64(1)):
            frame = system.frame(index)
            assert frame.nf == 1
            assert (frame.coords == COORDS[1:]).all()
            assert frame.types.tolist() == [[1, 0]]
            assert frame.mask.tolist() == [[False, True]]
            assert (frame.cell == 2 * CELL).all()
            assert frame.type_map == ("O", "H")

    @pytest.mark.parametrize("index", [2, -3])
    def test_out_of_range(self, index):
        with pytest.raises(InputError, match=rf"`index`.*nf = 2, got {index}"):
            System(COORDS, [0, 0]).frame(index)


class TestRepeat:
    def test_cells_one_after_another(self):
        system = System(COORDS, [0, 1], CELL, [1, 0], ["O", "H"]).repeat((1, 2, 3))
        assert (system.nf, system.natoms) == (2, 12)
        assert (system.cell == CELL * [[1], [2], [3]]).all()
        assert (system.coords[:, :2] == COORDS).all()
        # The last lattice vector runs fastest.
        assert (system.coords[:, 2:4] == COORDS + CELL[2]).all()
        assert (system.coords[:, -2:] == COORDS + CELL[1] + 2 * CELL[2]).all()
        assert system.types[1].tolist() == [0, 1] * 6
        assert system.mask[1].tolist() == [True, False] * 6

    @pytest.mark.parametrize("times", [(1, 2), (0, 1, 1), (1, 1, 1.5)])
    def test_bad_times(self, times):
        with pytest.raises(InputError, match="`times`"):
            System(COORDS, [0, 1], CELL).repeat(times)

    def test_needs_a_cell(self):
        with pytest.raises(InputError, match="`cell`"):
            System(COORDS, [0, 1]).repeat((1, 1, 2))


BOTH = System(COORDS, [[0, 1], [1, 0]], np.stack([CELL, 2 * CELL]), [[1, 0], [1, 1]], ["O", "H"])


class TestTake:
    def test_in_any_order(self):
        found = BOTH.take([1, 0, 1])
        assert np.array_equal(found.coords, COORDS[[1, 0, 1]])
        assert found.types.tolist() == [[1, 0], [0, 1], [1, 0]]
        assert np.array_equal(found.cell, [2 * CELL, CELL, 2 * CELL])
        assert found.mask.tolist() == [[True, True], [True, False], [True, True]]
        assert found.type_map == ("O", "H")

    def test_none(self):
        assert System(COORDS, [0, 1]).take([]).nf == 0


class TestConcatenate:
    def test_is_what_was_taken_apart(self):
        found = concatenate([BOTH.take([0]), BOTH.take([1, 0])])
        expected = BOTH.take([0, 1, 0])
        for name in ("coords", "types", "cell", "mask"):
            assert np.array_equal(getattr(found, name), getattr(expected, name)), name
        assert found.type_map == ("O", "H")

    def test_clusters(self):
        assert concatenate([System(COORDS, [0, 1])] * 2).cell is None

    @pytest.mark.parametrize(
        "others",
        [[], [BOTH, System(COORDS, [0, 1], type_map=["O", "H"])], [BOTH, System(COORDS, [0, 1], CELL)]],
    )
    def test_that_do_not_go_together(self, others):
        with pytest.raises(InputError, match="`systems`: expected systems of one number of atoms"):
            concatenate(others)
