"""The commands on a hybrid."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.neighbors import extend
from refdp.steps import meaning

SECTION = {
    "type": "hybrid",
    "list": [
        {
            "type": "se_e2_a",
            "rcut": 4.0,
            "neuron": [2, 4],
            "n_axis_neuron": 2,
            "type_one_side": False,
            "seed": 9,
        },
        {"type": "hybrid", "list": [{"type": "se_e2_r", "rcut": 3.0, "sel": [8, 12], "neuron": [3]}]},
    ],
}


@pytest.fixture
def hybrid_file(tmp_path):
    path = tmp_path / "hybrid.json"
    path.write_text(json.dumps({"model": {"type_map": ["O", "H"], "descriptor": SECTION}}))
    return str(path)


@pytest.fixture
def expected():
    """The same through the library."""
    inner = SECTION["list"][1]["list"][0] | {"seed": [0, 1, 1]}
    section = SECTION | {"list": [SECTION["list"][0], {"type": "hybrid", "list": [inner]}]}
    return refdp.from_config(section, type_map=["O", "H"], systems=[refdp.examples.water()])


class TestDescribe:
    def test_npz_holds_all_that_is_needed(self, refdp_command, hybrid_file, tmp_path, expected):
        out = tmp_path / "out.npz"
        result = refdp_command("describe", hybrid_file, "example:water", "--statistics", "-o", out)
        assert result.exit_code == 0, result.stderr
        assert "list[0].sel: auto is [16, 28] for this system" in result.stderr
        assert "hybrid: shape (nf, natoms, dim) = (2, 192, 11)" in result.stdout
        water = refdp.examples.water()
        d = refdp.with_statistics(expected, [water])
        with np.load(out) as found:
            assert set(found) == {
                "descriptor", "types", "type_map", "config", "version",
                "0.davg", "0.dstd", "1.0.davg", "1.0.dstd",
            }  # fmt: skip
            assert np.array_equal(found["descriptor"], refdp.describe(d, water))
            assert np.array_equal(found["1.0.davg"], d.children[1].children[0].davg)
            again = refdp.from_config(json.loads(str(found["config"])))
        assert np.array_equal(refdp.describe(again, water), refdp.describe(expected, water))

    def test_a_seed_for_all(self, refdp_command, hybrid_file, tmp_path):
        out = tmp_path / "out.npy"
        assert refdp_command("describe", hybrid_file, "example:water", "--seed", 4, "-o", out).exit_code == 0
        water = refdp.examples.water()
        d = refdp.from_config(SECTION, type_map=["O", "H"], seed=4, systems=[water])
        assert np.array_equal(np.load(out), refdp.describe(d, water))

    def test_a_mistake_in_a_child(self, refdp_command, tmp_path):
        path = tmp_path / "wrong.json"
        path.write_text(json.dumps({"type": "hybrid", "list": [SECTION["list"][0] | {"rcut": -1.0}]}))
        result = refdp_command("describe", path, "example:water")
        assert result.exit_code == 2
        assert "Error: `list[0].rcut`: expected a positive, finite number" in result.stderr


class TestExplain:
    def test_steps_of_each_child_with_their_meanings(self, refdp_command, hybrid_file):
        shown = refdp_command("explain", hybrid_file, "example:water", "--atom", 3).stdout
        lines = {line.split()[0]: line for line in shown.splitlines() if "eq-" in line}
        assert list(lines) == [
            *(f"0.{name}" for name in "rwREGAD"),
            *(f"1.0.{name}" for name in "rwREGAD"),
            "1.D",
            "D",
        ]
        for name, variant in (("0.G", "two-sided"), ("1.0.A", "se_e2_r"), ("1.D", "hybrid"), ("D", "hybrid")):
            sentence, equation = meaning(name, variant)
            assert sentence in lines[name]
            assert equation in lines[name]

    def test_what_each_child_sees(self, refdp_command, hybrid_file):
        shown = refdp_command("explain", hybrid_file, "example:water", "--atom", 3).stdout
        assert "44 slots (16 for O + 28 for H)" in shown
        head = shown.partition("child 1.0: se_e2_r\n")[2].splitlines()[0]
        assert head == "20 slots (8 for O + 12 for H): 11 neighbours within 3 angstrom, 9 beyond, 0 empty"
        coord, _, _ = extend(refdp.examples.water().frame(0), 3.0)
        assert (np.linalg.norm(coord[0] - coord[0, 3], axis=-1) < 3.0).sum() == 12  # itself included

    def test_the_descriptor_is_that_of_describe(self, refdp_command, hybrid_file, expected):
        shown = refdp_command("explain", hybrid_file, "example:water", "--atom", 7, "--frame", 1).stdout
        row = refdp.describe(expected, refdp.examples.water())[1, 7]
        last = [float(x) for x in shown.splitlines()[-1].split()]
        assert last == pytest.approx(row.tolist(), rel=1e-5)


class TestCertify:
    def test_proves_its_digits(self, refdp_command, hybrid_file):
        result = refdp_command("certify", hybrid_file, "example:water", "--elements", 2)
        assert result.exit_code == 0, result.stderr
        assert "hybrid, frame 0 of example:water, at 113 bits" in result.stdout
        assert "numbers enclosed: 11" in result.stdout
