from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.models.deviations import Chunk, deviations, mismatch


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
