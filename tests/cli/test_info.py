"""`refdp info` counts neighbours."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.cli.info import _lengths_and_angles
from refdp.io.dataset import save_system
from refdp.neighbors import neighbor_statistics
from tests.argon import small_model
from tests.masks import molecule


class TestCommand:
    def test_the_table_holds_the_statistics(self, refdp_command):
        found = neighbor_statistics(refdp.examples.water(), 6.0)
        shown = refdp_command("info", "example:water", "--rcut", 6).stdout
        rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if len(line.split()) == 6}
        for k, name in enumerate(("O", "H")):
            figures = (found.most[k], f"{found.mean[k]:.2f}", found.least[k], found.sel[k])
            assert rows[name] == [str((64, 128)[k]), *map(str, figures)]
        assert f'"sel": {list(found.sel)}, or 116 where types are mixed' in shown
        assert f"smallest distance within the cutoff: {found.min_distance:.4f} angstrom" in shown

    def test_frames_atoms_and_cell(self, refdp_command):
        shown = refdp_command("info", "example:water").stdout.splitlines()
        side = refdp.examples.water().cell[0, 0, 0]
        assert shown[0] == "example:water: 2 frames of 192 atoms"
        sides = " x ".join([f"{side:.4f}"] * 3)
        assert shown[1] == f"cell: {sides} angstrom, angles 90.00, 90.00, 90.00 degrees"

    def test_no_cell_and_lonely_atoms(self, refdp_command):
        shown = refdp_command("info", "example:isolated", "--rcut", 3).stdout
        assert "cell: none, so no periodic images" in shown
        assert "atoms without a neighbour: 2" in shown
        assert "nobody's neighbour: He; a `sel` of 0 makes no room for it" in shown

    def test_virtual_atoms(self, refdp_command):
        assert "2 frames of 32 atoms, 8 virtual" in refdp_command("info", "example:virtual").stdout

    def test_a_mask_is_read_on_request_and_mentioned_otherwise(self, refdp_command, tmp_path):
        save_system(tmp_path / "data", molecule())
        plain, masked = (refdp_command("info", tmp_path / "data", *m).stdout for m in ((), ("--mask",)))
        assert "2 frames of 8 atoms\n" in plain
        assert "aparam.npy: not read; where it is a mask, as se_a_mask has it, --mask reads it" in plain
        assert "2 frames of 8 atoms, 2 virtual\n" in masked
        assert "aparam.npy" not in masked + refdp_command("info", "example:water").stdout

    def test_a_neighbour_at_the_cutoff(self, refdp_command, tmp_path):
        system = refdp.System([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0]], [0, 0], type_map=["Ar"])
        save_system(tmp_path / "data", system)
        shown = refdp_command("info", tmp_path / "data", "--rcut", 3).stdout
        assert "neighbours exactly at the cutoff, uncounted: 2; each takes a slot" in shown
        assert "smallest distance within the cutoff: no two atoms" in shown

    def test_json(self, refdp_command):
        found = json.loads(refdp_command("info", "example:water", "--json").stdout)
        assert found["frames"] == 2
        assert found["atoms"] == 192
        assert found["sel"] == [40, 80]
        assert found["min_distance"] == neighbor_statistics(refdp.examples.water(), 6.0).min_distance
        assert np.array_equal(found["cell"], refdp.examples.water().cell)

    @pytest.mark.parametrize("rcut", ["0", "-1", "nan", "inf"])
    def test_a_bad_cutoff(self, refdp_command, rcut):
        result = refdp_command("info", "example:water", "--rcut", rcut)
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `rcut`: expected a positive number of angstrom, got ")

    @pytest.mark.parametrize("option", [("--rcut", 3), ("--mask",)])
    def test_a_model_has_no_neighbours(self, refdp_command, tmp_path, option):
        refdp.save(tmp_path / "model.dp", small_model())
        result = refdp_command("info", tmp_path / "model.dp", *option)
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `SYSTEM`: expected a system, for --rcut and --mask")
        assert refdp_command("info", tmp_path / "model.dp").exit_code == 0

    @pytest.mark.parametrize("name", ["input.json", "frozen.pb"])
    def test_neither_system_nor_model(self, refdp_command, tmp_path, name):
        (tmp_path / name).write_text("{}")
        result = refdp_command("info", tmp_path / name)
        assert result.exit_code == 2
        assert result.stderr == (
            "Error: `SYSTEM`: expected a system, or a model file, .dp, .yaml or .yml, "
            f"got '{tmp_path / name}'\n"
        )

    @pytest.mark.parametrize(("name", "got"), [("no", "/no'"), ("example:watr", "'watr'")])
    def test_nothing_there(self, refdp_command, tmp_path, name, got):
        result = refdp_command("info", name if ":" in name else tmp_path / name)
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `SYSTEM`: expected ")
        assert result.stderr.endswith(f"{got}\n")


class TestLengthsAndAngles:
    def test_a_hexagonal_cell(self):
        cell = np.array([[2.0, 0.0, 0.0], [-1.0, np.sqrt(3.0), 0.0], [0.0, 0.0, 5.0]])
        lengths, angles = _lengths_and_angles(cell)
        assert np.allclose(lengths, [2.0, 2.0, 5.0], rtol=1e-15)
        assert np.allclose(angles, [90.0, 90.0, 120.0], rtol=1e-14)
