"""`refdp describe` writes what `refdp.describe` returns."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.io.dataset import save_system
from tests.masks import ZINC, molecule


@pytest.fixture
def expected(config):
    """The same through the library: descriptor and rows."""
    d = refdp.from_config(config, type_map=["O", "H"], seed=4)
    return d, refdp.describe(d, refdp.examples.water())


class TestCommand:
    def test_npz_is_the_library_to_the_bit(self, refdp_command, config_file, tmp_path, expected):
        d, rows = expected
        result = refdp_command(
            "describe", config_file, "example:water", "--seed", 4, "-o", tmp_path / "out.npz"
        )
        assert result.exit_code == 0, result.stderr
        assert result.stdout.endswith(f"wrote {tmp_path / 'out.npz'}\n")
        with np.load(tmp_path / "out.npz") as found:
            assert found["descriptor"].dtype == np.float64
            assert np.array_equal(found["descriptor"], rows)
            assert np.array_equal(found["types"], refdp.examples.water().atype)
            assert found["type_map"].tolist() == ["O", "H"]
            assert np.array_equal(found["davg"], d.davg)
            assert np.array_equal(found["dstd"], d.dstd)
            assert str(found["version"]) == refdp.__version__
            again = refdp.from_config(json.loads(str(found["config"])))
        assert np.array_equal(refdp.describe(again, refdp.examples.water()), rows)

    def test_npy_is_the_array_alone(self, refdp_command, config_file, tmp_path, expected):
        refdp_command("describe", config_file, "example:water", "--seed", 4, "-o", tmp_path / "out.npy")
        assert np.array_equal(np.load(tmp_path / "out.npy"), expected[1])

    def test_threads_change_no_bit(self, refdp_command, config_file, tmp_path, expected):
        arguments = ("--seed", 4, "--threads", 3, "--block", 32, "-o", tmp_path / "out.npy")
        assert refdp_command("describe", config_file, "example:water", *arguments).exit_code == 0
        assert np.array_equal(np.load(tmp_path / "out.npy"), expected[1])

    def test_statistics(self, refdp_command, config_file, tmp_path, expected):
        arguments = ("--seed", 4, "--statistics", "-o", tmp_path / "out.npz")
        refdp_command("describe", config_file, "example:water", *arguments)
        d = refdp.with_statistics(expected[0], [refdp.examples.water()])
        with np.load(tmp_path / "out.npz") as found:
            assert np.array_equal(found["davg"], d.davg)
            assert np.array_equal(found["descriptor"], refdp.describe(d, refdp.examples.water()))

    def test_summary(self, refdp_command, config_file, expected):
        shown = refdp_command("describe", config_file, "example:water", "--seed", 4).stdout
        assert "se_e2_a: shape (nf, natoms, dim) = (2, 192, 12)" in shown
        oxygen = expected[1][refdp.examples.water().atype == 0]
        line = next(line for line in shown.splitlines() if line.strip().startswith("O "))
        figures = (oxygen.mean(), oxygen.std(), oxygen.min(), oxygen.max())
        assert line.split() == ["O", "128", *(f"{x:.6g}" for x in figures)]
        assert "wrote" not in shown

    def test_virtual_atoms_are_called_so(self, refdp_command, config_file):
        shown = refdp_command("describe", config_file, "example:virtual").stdout
        line = next(line for line in shown.splitlines() if "virtual" in line)
        assert line.split() == ["virtual", "16", "0", "0", "0", "0"]

    def test_a_file_is_not_replaced_unless_forced(self, refdp_command, config_file, tmp_path):
        out = tmp_path / "out.npz"
        out.write_bytes(b"precious")
        result = refdp_command("describe", config_file, "example:pair", "-o", out)
        assert result.exit_code == 2
        assert result.stderr == f"Error: `--output`: {out} exists; --force replaces it\n"
        assert out.read_bytes() == b"precious"
        forced = refdp_command("describe", config_file, "example:water", "-o", out, "--force")
        assert forced.exit_code == 0
        assert np.load(out)["descriptor"].shape == (2, 192, 12)

    def test_a_write_that_dies_leaves_nothing(self, refdp_command, config_file, tmp_path, monkeypatch):
        def full(file, **arrays):
            file.write(b"half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(np, "savez", full)
        result = refdp_command("describe", config_file, "example:water", "-o", tmp_path / "out.npz")
        assert result.exit_code == 2
        assert "No space left on device" in result.stderr
        assert [f.name for f in tmp_path.iterdir()] == ["input.json"]

    @pytest.mark.parametrize(
        ("output", "expected"),
        [("out.txt", "a name that ends in .npz or .npy"), ("no/out.npz", "a file in a folder that exists")],
    )
    def test_bad_output(self, refdp_command, config_file, tmp_path, output, expected):
        result = refdp_command("describe", config_file, "example:water", "-o", tmp_path / output)
        assert result.exit_code == 2
        assert expected in result.stderr

    def test_an_unknown_key_is_named_with_the_nearest(self, refdp_command, tmp_path, config):
        (tmp_path / "typo.json").write_text(json.dumps(config | {"axis_neurons": 4}))
        result = refdp_command("describe", tmp_path / "typo.json", "example:water")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `axis_neurons`: unknown key, did you mean `axis_neuron`?")

    def test_a_species_that_the_descriptor_lacks(self, refdp_command, config_file):
        result = refdp_command("describe", config_file, "example:crystal")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `type_map`: expected species")


MASKED = {
    "model": {
        "type_map": ["A", "B", "C"],
        "descriptor": {"type": "se_a_mask", "sel": [5, 4, 3], "neuron": [3, 6], "axis_neuron": 2, "seed": 1},
        "fitting_net": {"neuron": [4], "numb_aparam": 1, "use_aparam_as_mask": True},
    },
    "loss": {"type": "ener", "start_pref_pf": 1.0, "limit_pref_pf": 1.0},
}


class TestMask:
    def test_aparam_is_the_mask(self, refdp_command, tmp_path):
        system = molecule()
        save_system(tmp_path / "data", system)
        (tmp_path / "input.json").write_text(json.dumps(MASKED))
        result = refdp_command(
            "describe", tmp_path / "input.json", tmp_path / "data", "-o", tmp_path / "x.npz"
        )
        assert result.exit_code == 0, result.stderr
        with np.load(tmp_path / "x.npz") as found:
            assert np.array_equal(found["descriptor"], refdp.describe(refdp.from_config(MASKED), system))
            assert np.array_equal(found["types"], system.atype)
            assert "davg" not in found
            section = json.loads(str(found["config"]))
        assert section["type"] == "se_a_mask"
        line = next(line for line in result.stdout.splitlines() if "virtual" in line)
        assert line.split() == ["virtual", "4", "0", "0", "0", "0"]

    @pytest.mark.parametrize("path", ZINC, ids=lambda path: path.name)
    def test_the_documented_data(self, refdp_command, tmp_path, path):
        section = {"type": "se_a_mask", "sel": [36, 16, 24, 64, 6, 1], "neuron": [4, 8], "seed": 1}
        names = ["C", "O", "N", "H", "S", "ZN"]
        (tmp_path / "input.json").write_text(json.dumps({"type_map": names, "descriptor": section}))
        result = refdp_command("describe", tmp_path / "input.json", path, "-o", tmp_path / "x.npy")
        assert result.exit_code == 0, result.stderr
        rows = np.load(tmp_path / "x.npy")
        mask = np.load(path / "set.000" / "aparam.npy")
        assert rows.shape == (*mask.shape, 32)
        assert np.array_equal(np.abs(rows).max(axis=-1) > 0.0, mask == 1)
        auto = json.dumps({"type_map": names, "descriptor": section | {"sel": "auto"}})
        said = refdp_command("describe", "-", path, input=auto).stderr
        assert said == "sel: auto is [36, 16, 24, 64, 6, 1] for this system\n"


class TestSuffixes:
    @pytest.mark.parametrize("name", ["out.NPZ", "out.NPY", "out.npy"])
    def test_a_suffix_in_capitals_is_a_suffix(self, refdp_command, config_file, tmp_path, expected, name):
        result = refdp_command("describe", config_file, "example:water", "--seed", 4, "-o", tmp_path / name)
        assert result.exit_code == 0, result.stderr
        if name.endswith("Z"):
            with np.load(tmp_path / name) as found:
                rows = found["descriptor"]
        else:
            rows = np.load(tmp_path / name)
        assert np.array_equal(rows, expected[1])
        assert [path.name for path in tmp_path.glob("*out*")] == [name]
