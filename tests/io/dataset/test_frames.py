"""Tests of refdp.io.dataset.frames."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.io.dataset import Frames

SYSTEM = refdp.System(np.random.default_rng(0).normal(size=(2, 3, 3)), [0, 1, 0])
FORCE = np.arange(18.0)


class TestFrames:
    def test_flat_rows_get_their_shape(self):
        labels = {"energy": [[1], [2]], "force": FORCE.reshape(2, 9), "gap": [3.0, 4.0], "numb_copy": [1, 2]}
        frames = Frames(SYSTEM, labels)
        assert {name: values.shape for name, values in frames.labels.items()} == {
            "energy": (2,),
            "force": (2, 3, 3),
            "gap": (2, 1),
            "numb_copy": (2,),
        }
        assert np.array_equal(frames.labels["force"].ravel(), FORCE)
        assert frames.labels["energy"].dtype == np.float64
        assert frames.labels["numb_copy"].dtype == np.int64
        assert frames.index.tolist() == [0, 1]
        assert len(frames) == 2

    def test_nothing_can_be_written_to(self):
        given = FORCE.reshape(2, 9).copy()
        frames = Frames(SYSTEM, {"force": given})
        given[:] = 0.0
        assert frames.labels["force"][1, 2, 2] == 17.0
        with pytest.raises(ValueError, match="read-only"):
            frames.labels["force"][0] = 1.0
        with pytest.raises(TypeError):
            frames.labels["energy"] = 1.0

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("energy", [1.0], r"`energy`: expected numbers of the shape \(2,\), got 'float64 \(1,\)'"),
            ("force", np.zeros((2, 8)), r"`force`: expected numbers of the shape \(2, 3, 3\)"),
            ("gap", np.zeros((3, 8)), r"`gap`: expected numbers of the shape \(2, any\)"),
            ("atomic_dipole", np.zeros((2, 7)), "`atom_dipole`: expected numbers"),
            ("energy", ["a", "b"], "`energy`: expected numbers"),
            ("energy", 1.0, "`energy`: expected numbers"),
            ("energy", [[1.0], [1.0, 2.0]], "`energy`: expected an array"),
            ("energy", [1.0, np.nan], "`energy`: expected finite numbers"),
        ],
    )
    def test_a_label_that_does_not_go_with_the_atoms(self, name, value, words):
        with pytest.raises(InputError, match=words):
            Frames(SYSTEM, {name: value})

    def test_one_quantity_by_both_names(self):
        labels = {"atomic_dipole": np.zeros((2, 9)), "atom_dipole": np.ones((2, 9))}
        words = r"`labels`: expected one name for each quantity, got \['atom_dipole', 'atomic_dipole'\]"
        with pytest.raises(InputError, match=words):
            Frames(SYSTEM, labels)

    def test_repr(self):
        assert repr(Frames(SYSTEM)).endswith("type 0: 2, type 1: 1), labels: none)")


class TestFind:
    def test_by_either_name(self):
        frames = Frames(SYSTEM, {"atomic_dipole": np.zeros((2, 9))})
        assert frames.find("atom_dipole")
        assert frames.find("atomic_dipole")
        assert not frames.find("energy")


class TestLabel:
    @pytest.mark.parametrize(
        ("name", "shape", "value"),
        [("energy", (), 0.0), ("force", (3, 3), 0.0), ("atom_ener_coeff", (3,), 1.0), ("numb_copy", (), 1.0)],
    )
    def test_what_stands_for_one_that_is_missing(self, name, shape, value):
        assert np.array_equal(Frames(SYSTEM).label(name), np.full((2, *shape), value))

    def test_one_that_is_there(self):
        assert Frames(SYSTEM, {"energy": [1.0, 2.0]}).label("energy").tolist() == [1.0, 2.0]

    def test_nothing_stands_for_a_property(self):
        with pytest.raises(InputError, match="`name`: expected a label that was found: energy, got 'gap'"):
            Frames(SYSTEM, {"energy": [1.0, 2.0]}).label("gap")
