"""Electron configurations: some written by hand, all counted, and the whole table by its hash."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

from refdp.elements import SYMBOLS, electron_configuration
from refdp.errors import InputError
from tests.helpers import assert_same_bits

ORBITALS = {"s": 1, "p": 3, "d": 5, "f": 7}
ORDER = "1s 2s 2p 3s 3p 3d 4s 4p 4d 4f 5s 5p 5d 5f 6s 6p 6d 7s 7p"
NOBLE = {
    "He": "1s2",
    "Ne": "1s2 2s2 2p6",
    "Ar": "1s2 2s2 2p6 3s2 3p6",
    "Kr": "1s2 2s2 2p6 3s2 3p6 3d10 4s2 4p6",
    "Xe": "1s2 2s2 2p6 3s2 3p6 3d10 4s2 4p6 4d10 5s2 5p6",
    "Rn": "1s2 2s2 2p6 3s2 3p6 3d10 4s2 4p6 4d10 4f14 5s2 5p6 5d10 6s2 6p6",
}
CONFIGURATIONS = {
    "H": "1s1",
    "O": "He 2s2 2p4",
    "Fe": "Ar 3d6 4s2",
    "Cu": "Ar 3d10 4s1",
    "Pd": "Kr 4d10",
    "La": "Xe 5d1 6s2",
    "Gd": "Xe 4f7 5d1 6s2",
    "Au": "Xe 4f14 5d10 6s1",
    "Th": "Rn 6d2 7s2",
    "U": "Rn 5f3 6d1 7s2",
    "Og": "Rn 5f14 6d10 7s2 7p6",
}


def row(configuration):
    """Spins from a configuration as textbooks write it."""
    text = " ".join(NOBLE.get(word, word) for word in configuration.split())
    electrons = {word[:2]: int(word[2:]) for word in text.split()}
    spins = []
    for shell in ORDER.split():
        m, n = ORBITALS[shell[1]], electrons.get(shell, 0)
        double, single = max(n - m, 0), min(n, 2 * m - n)
        spins += [1, 1] * double + [-1, 1] * single + [-1, -1] * (m - double - single)
    return np.array(spins) / np.sqrt(118.0)


class TestElectronConfiguration:
    @pytest.mark.parametrize("name", [*NOBLE, *CONFIGURATIONS])
    def test_as_textbooks_have_it(self, name):
        expected = row({**NOBLE, **CONFIGURATIONS}[name])
        assert_same_bits(electron_configuration([name])[0], expected)

    def test_all_118(self):
        # The table of DeePMD-kit 3.2.0, signs in the order H to Og.
        signs = np.packbits(electron_configuration(SYMBOLS) > 0.0).tobytes()
        assert sha256(signs).hexdigest() == "8a1667c7317bfb7813c7f27de3e61cbfc0e12fac6277271ab26f897e7d14fa6a"

    def test_atoms_are_neutral(self):
        electrons = np.count_nonzero(electron_configuration(SYMBOLS) > 0.0, axis=1)
        np.testing.assert_array_equal(electrons, np.arange(1, 119))

    def test_rows_have_length_one_and_stand_in_the_order_asked_for(self):
        rows = electron_configuration(["Au", "H", "Au"])
        np.testing.assert_allclose(np.sum(rows**2, axis=1), 1.0, rtol=1e-14)
        assert_same_bits(rows[0], rows[2])
        assert_same_bits(rows[1:2], electron_configuration(["H"]))

    def test_no_names(self):
        assert electron_configuration([]).shape == (0, 118)

    @pytest.mark.parametrize("name", ["X", "h", "Uue", "", "O_spin"])
    def test_what_is_no_symbol_is_refused(self, name):
        with pytest.raises(InputError, match=rf"`type_map`: expected chemical symbols.*, got '{name}'"):
            electron_configuration(["O", name])
