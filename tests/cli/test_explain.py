"""`refdp explain` prints numbers that one can check by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.io.dataset import save_system
from refdp.steps import meaning
from tests.masks import molecule


@pytest.fixture
def pair_file(tmp_path, config):
    path = tmp_path / "pair.json"
    section = config | {"sel": [2, 2], "rcut": 4.0, "rcut_smth": 1.0, "type_map": ["Cl", "H"]}
    path.write_text(json.dumps(section))
    return str(path)


def row_of(shown, slot):
    """The line of a neighbour in the table of neighbours, in words."""
    table = shown.partition("nearest of")[2].partition("\nE ")[0]
    return next(line.split() for line in table.splitlines() if line.split()[:1] == [slot])


class TestCommand:
    def test_distance_switch_and_environment_by_hand(self, refdp_command, pair_file):
        shown = refdp_command("explain", pair_file, "example:pair", "--atom", 0).stdout
        first, second = refdp.examples.pair().coords[0]
        d = second - first
        r = np.sqrt(d @ d)
        u = (r - 1.0) / 3.0
        w = 1.0 - 10.0 * u**3 + 15.0 * u**4 - 6.0 * u**5
        R = [w / r, *(w / r * d / r)]
        assert row_of(shown, "2") == ["2", "H", "1", *(f"{x:.4f}" for x in (r, w, *R))]
        # Neutral statistics: E is R.
        standardized = shown.partition("\nE ")[2].partition("\nG ")[0]
        assert ["slot", "2", *(f"{x:.4f}" for x in R)] in [line.split() for line in standardized.splitlines()]
        assert "se_e2_a of atom 0 (Cl), frame 0 of example:pair" in shown
        assert "4 slots (2 for Cl + 2 for H): 1 neighbours within 4 angstrom, 3 empty" in shown

    def test_without_a_cutoff_by_the_mask(self, refdp_command, tmp_path):
        system = molecule()
        save_system(tmp_path / "data", system)
        section = json.dumps({"type": "se_a_mask", "sel": [5, 4, 3], "neuron": [2, 4], "axis_neuron": 2})
        shown = refdp_command("explain", "-", tmp_path / "data", "--atom", 3, input=section).stdout
        assert "12 slots (5 for 0 + 4 for 1 + 3 for 2): 5 neighbours, 7 empty" in shown
        d = system.coords[0, 1] - system.coords[0, 3]
        r = np.sqrt(d @ d)
        R = [1 / r, *(d / r / r)]
        assert row_of(shown, "0") == ["0", "0", "1", *(f"{x:.4f}" for x in (r, 1.0, *R))]
        assert meaning("w", "se_a_mask").sentence in shown

    def test_an_empty_slot_is_shown_with_its_standardized_row(self, refdp_command, config_file, config):
        shown = refdp_command("explain", config_file, "example:water", "--atom", 3, "--statistics").stdout
        water = refdp.examples.water()
        d = refdp.with_statistics(refdp.from_config(config, type_map=["O", "H"], seed=1), [water])
        kind = water.types[0, 3]
        slot = next(line.split()[0] for line in shown.splitlines() if line.split()[1:2] == ["empty"])
        rows = shown.partition("\nE ")[2].partition("\nG ")[0].splitlines()
        empty = next(line.split() for line in rows if line.split()[:2] == ["slot", slot])
        assert float(empty[2]) == pytest.approx(-d.davg[kind, 0, 0] / d.dstd[kind, 0, 0], abs=6e-5)

    def test_every_step_with_shape_meaning_and_equation(self, refdp_command, config_file):
        shown = refdp_command("explain", config_file, "example:water", "--atom", 3).stdout
        shapes = ["(138,)", "(138,)", "(138, 4)", "(138, 4)", "(138, 6)", "(6, 4)", "(12,)"]
        for step, shape in zip("rwREGAD", shapes, strict=True):
            line = next(line for line in shown.splitlines() if line.split()[:1] == [step] and "eq-" in line)
            sentence, equation = meaning(step, "se_e2_a")
            assert shape in line
            assert sentence in line
            assert equation in line

    def test_the_descriptor_is_that_of_describe(self, refdp_command, config_file, config):
        arguments = ("--atom", 7, "--frame", 1)
        shown = refdp_command("explain", config_file, "example:water", *arguments).stdout
        d = refdp.from_config(config, type_map=["O", "H"], seed=1)
        row = refdp.describe(d, refdp.examples.water())[1, 7]
        last = [float(x) for x in shown.splitlines()[-1].split()]
        assert last == pytest.approx(row.tolist(), rel=1e-5)
        assert len(last) == 12

    def test_the_number_of_neighbours_shown(self, refdp_command, config_file):
        shown = refdp_command("explain", config_file, "example:water", "--neighbors", 9).stdout
        assert "The 9 nearest of" in shown
        table = shown.partition("nearest of")[2].partition("\nE ")[0]
        rows = [line.split() for line in table.splitlines() if line.split()[1:2] in (["O"], ["H"])]
        distances = [float(row[3]) for row in rows]
        assert len(distances) == 9
        assert distances == sorted(distances)

    def test_radial(self, refdp_command, tmp_path):
        section = {"type": "se_e2_r", "sel": [2, 2], "rcut": 4.0, "neuron": [2, 4], "type_map": ["Cl", "H"]}
        (tmp_path / "r.json").write_text(json.dumps(section))
        shown = refdp_command("explain", tmp_path / "r.json", "example:pair").stdout
        assert "eq-se-e2-r" in shown
        assert len(row_of(shown, "2")) == 6

    def test_two_sided(self, refdp_command, tmp_path, config):
        (tmp_path / "two.json").write_text(
            json.dumps(config | {"type_one_side": False, "type_map": ["O", "H"]})
        )
        shown = refdp_command("explain", tmp_path / "two.json", "example:water").stdout
        assert "eq-embedding-two-side" in shown
        assert "eq-embedding-one-side" not in shown

    def test_a_virtual_atom(self, refdp_command, config_file):
        number = int(np.flatnonzero(refdp.examples.virtual().atype[0] < 0)[0])
        result = refdp_command("explain", config_file, "example:virtual", "--atom", number)
        assert result.exit_code == 0
        assert "(virtual)" in result.stdout
        assert "A virtual atom: it has no neighbours" in result.stdout

    def test_text_is_the_same_each_time(self, refdp_command, config_file):
        texts = {refdp_command("explain", config_file, "example:water").stdout for _ in range(2)}
        assert len(texts) == 1
        assert "\x1b" not in texts.pop()

    @pytest.mark.parametrize(("option", "value", "last"), [("--atom", 192, 191), ("--frame", -1, 1)])
    def test_outside(self, refdp_command, config_file, option, value, last):
        result = refdp_command("explain", config_file, "example:water", option, value)
        assert result.exit_code == 2
        assert result.stderr == f"Error: `{option}`: expected 0 to {last}, got {value}\n"


class TestAttention:
    SECTION = json.dumps({"type": "se_atten", "sel": 14, "rcut": 3.0, "neuron": [2, 4], "attn": 3})

    @pytest.mark.parametrize("atom", [0, 5])
    def test_steps_of_pairs_of_slots(self, refdp_command, atom):
        result = refdp_command("explain", "-", "example:water", "--atom", atom, input=self.SECTION)
        assert result.exit_code == 0, result.stderr
        d = refdp.from_config(json.loads(self.SECTION), type_map=["O", "H"], seed=1)
        water = refdp.examples.water()
        with refdp.trace.record() as trace:
            refdp.describe(d, water.frame(0))
        weights = trace.value("A2")[0, atom]
        shown = result.stdout.partition("\nA2 (14, 14)")[2].partition("\nG2 ")[0].splitlines()
        row = next(
            line.split()
            for line in shown
            if line.split()[:2] == ["slot", "1"] and "slot" not in line.split()[2:]
        )
        assert row[2:5] == [f"{x:.4f}" for x in weights[1, :3]]

    def test_the_type_embedding_is_that_of_all_types(self, refdp_command):
        shown = refdp_command("explain", "-", "example:water", "--atom", 5, input=self.SECTION).stdout
        table = shown.partition("\nT (3, 8)")[2].splitlines()
        assert ["row", "2", *["0.0000"] * 6, "..."] in [line.split() for line in table]
