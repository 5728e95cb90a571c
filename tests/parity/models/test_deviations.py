from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.models.deviations import Chunk, deviations, mismatch, sizes, wrong_frames


def _chunk(start=0, **other):
    """Return two frames of three atoms in which everything is 1, within 0.5, and what another gives."""
    value = {"energy": np.ones(2), "forces": np.ones((2, 3, 3))}
    budget = {name: np.full_like(x, 0.5) for name, x in value.items()}
    species = np.asarray([["O", "H", "H"]] * 2)
    return Chunk(value, budget, value | other, np.arange(start, start + 2), species)


def _forces(frame, atom, by):
    forces = np.ones((2, 3, 3))
    forces[frame, atom, 1] += by
    return forces


class TestMismatch:
    def test_what_is_missing_or_misshaped(self):
        good = _chunk()
        poor = good._replace(other={"energy": np.ones(2)})
        assert mismatch([good], ()) == ""
        assert mismatch([good, poor], ()) == "`forces` is missing"
        assert mismatch([poor], ("forces",)) == ""
        flat = _chunk(forces=np.ones((2, 9)))
        assert mismatch([flat], ()) == "`forces` has shape (2, 9) instead of (2, 3, 3)"


class TestDeviations:
    def test_both_may_err(self):
        found = deviations([_chunk(energy=np.asarray([1.0, 1.9]))])
        energy = found[0]
        assert (energy.output, energy.unit, energy.beyond) == ("energy", "eV", 0)
        assert energy.used == pytest.approx(0.9)
        assert (energy.largest, energy.allowed) == (pytest.approx(0.9), 1.0)
        assert (energy.frame, energy.atom, energy.species) == (1, None, "")
        assert found[1].used == 0.0

    def test_the_place_is_in_the_first_frame_that_is_wrong(self):
        chunks = [_chunk(), _chunk(2, forces=_forces(1, 2, -3.0)), _chunk(4, forces=_forces(0, 0, 9.0))]
        forces = deviations(chunks)[1]
        assert (forces.beyond, forces.used, forces.largest) == (2, 9.0, 9.0)
        assert (forces.frame, forces.atom, forces.species) == (3, 2, "H")
        assert (forces.deviation, forces.allowed) == (3.0, 1.0)

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_what_is_no_number_is_beyond_everything(self, value):
        energy = deviations([_chunk(energy=np.asarray([value, 1.0]))])[0]
        assert (energy.used, energy.largest, energy.beyond, energy.frame) == (np.inf, np.inf, 1, 0)

    def test_no_budget_allows_nothing(self):
        chunk = _chunk(energy=np.asarray([1.0, 1.0 + 1e-12]))
        chunk.budget["energy"][:] = 0.0
        energy = deviations([chunk])[0]
        assert (energy.used, energy.beyond, energy.frame) == (np.inf, 1, 1)
        assert msgspec.json.decode(msgspec.json.encode(energy))["used"] is None

    def test_no_number_is_beyond_no_budget_too(self):
        chunk = _chunk(energy=np.asarray([1.0, np.nan]))
        chunk.budget["energy"][:] = 0.0
        energy = deviations([chunk])[0]
        assert (energy.used, energy.beyond, energy.frame) == (np.inf, 1, 1)

    def test_a_budget_without_end_accepts_nothing(self):
        chunk = _chunk()
        chunk.budget["energy"][1] = np.inf
        energy = deviations([chunk])[0]
        assert (energy.used, energy.beyond, energy.frame) == (np.inf, 1, 1)


class TestWrongFrames:
    def test_of_any_output(self):
        assert wrong_frames(_chunk(forces=_forces(1, 2, 3.0))).tolist() == [False, True]
        assert wrong_frames(_chunk(energy=np.asarray([np.nan, 1.0]))).tolist() == [True, False]


class TestSizes:
    def test_of_all_chunks(self):
        other = _chunk()
        other.value["forces"][0, 1, 2] = -7.0
        other.budget["forces"][1, 1, 2] = 2.0
        energy, forces = sizes([_chunk(), other])
        assert (energy.output, energy.largest, energy.allowed) == ("energy", 1.0, 1.0)
        assert (forces.output, forces.unit, forces.largest, forces.allowed) == (
            "forces",
            "eV/angstrom",
            7.0,
            4.0,
        )
        assert sizes([]) == ()
