"""Peak memory of a process of its own."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from parity.bench import CONFIGS
from parity.memory import peak_above_import


class TestPeakBytes:
    def test_it_grows_by_what_is_touched(self):
        program = (
            "import numpy\n"
            "from parity.memory import peak_bytes\n"
            "before = peak_bytes()\n"
            "block = numpy.ones(200_000_000, dtype=numpy.uint8)\n"
            "print(peak_bytes() - before)\n"
        )
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        assert 190e6 < int(done.stdout) < 210e6


class TestPeakAboveImport:
    def test_a_larger_result_takes_more(self):
        small, wide = (
            peak_above_import(CONFIGS["se_e2_a"] | {"neuron": neuron, "axis_neuron": axis}, 1)
            for neuron, axis in (([2], 1), ([400], 32))
        )
        assert wide - small > 192 * 400 * 32 * 8

    def test_the_parent_does_not_count(self):
        # A counter that a process inherits would stand at these 500 MB before and after, and tell nothing.
        block = np.ones(500_000_000, dtype=np.uint8)
        assert (
            5e6 < peak_above_import(CONFIGS["se_e2_a"] | {"neuron": [2], "axis_neuron": 1}, 1) < block.nbytes
        )
