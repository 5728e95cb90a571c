from __future__ import annotations

from parity.models.conversion_report import unit_of


class TestUnitOf:
    def test_of_energies_and_of_what_is_anybodys_guess(self):
        assert [unit_of(name) for name in ("atom_energy", "forces", "gap")] == ["eV", "eV/angstrom", ""]
