"""`refdp parity --model`: what it asks for, prints, writes and returns."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from parity.models.own import model_of
from refdp.cli.conversion import load_converted
from refdp.errors import InputError
from refdp.io.model_files import read_tree, write_tree
from tests.parity.models.few import inputs_of

LAST = "errors of the model against the labels (RMSE): energy "


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model, another that is not the same, a text, and two frames of data with energies."""
    folder = tmp_path_factory.mktemp("conversion")
    inputs = inputs_of("free")
    refdp.save(folder / "model.dp", model_of(inputs))
    tree = read_tree(folder / "model.dp")
    tree["model"]["@variables"]["out_bias"] = tree["model"]["@variables"]["out_bias"] + 1e-3
    write_tree(folder / "other.yaml", tree)
    (folder / "frozen.pb").write_text("graph")
    data = folder / "data" / "set.000"
    data.mkdir(parents=True)
    np.savetxt(data.parent / "type.raw", inputs.atype[0], fmt="%d")
    (data.parent / "type_map.raw").write_text("O H C")
    (data.parent / "nopbc").touch()
    np.save(data / "coord.npy", np.repeat(inputs.coords[:1], 2, axis=0).reshape(2, -1))
    np.save(data / "energy.npy", np.zeros(2))
    return folder


@pytest.fixture
def check(refdp_command, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments, model="model.dp"):
        return refdp_command(
            "parity", "--model", str(folder / model), "--data", str(folder / "data"), *arguments
        )

    return call


class TestCheckConversion:
    def test_faithful(self, check, tmp_path):
        result = check("--backend", "numpy-f64", "--frames", "1", "--json", "found.json")
        assert result.exit_code == 0, result.output
        *_, errors, last = result.stdout.strip().splitlines()
        assert last == (
            "faithful: numpy-f64 agrees with model.dp on 1 frame of 6 atoms; "
            "at most 0 % of what rounding may do"
        )
        assert errors.startswith(LAST)
        row = next(line.split() for line in result.stdout.splitlines() if line.strip().startswith("numpy"))
        assert row[:3] == ["numpy-f64", "agrees", "0"]
        assert [file.name for file in tmp_path.iterdir()] == ["found.json"]
        found = json.loads((tmp_path / "found.json").read_text())
        assert (found["faithful"], found["sentence"], found["extent"]["frames"]) == (True, last, 1)
        assert found["errors"]["energy"] > 0.0

    def test_not_faithful(self, check, folder):
        result = check("--backend", "numpy-f64", "--against", str(folder / "other.yaml"))
        assert result.exit_code == 1
        last = result.stdout.strip().splitlines()[-1]
        assert last.startswith(
            "not faithful: energies of atoms of other.yaml differ first at frame 0, atom 5 (C): 1.0e-03 eV"
        )

    def test_a_file_that_cannot_be_read_fails_its_row(self, check, folder):
        result = check("--backend", "numpy-f64", "--against", str(folder / "frozen.pb"))
        assert result.exit_code == 2
        assert "\nfrozen.pb fails: " in result.stdout
        last = result.stdout.strip().splitlines()[-1]
        assert last.startswith("nothing is shown: frozen.pb could not be asked: ")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--family", "se_e2_a"), "`--family`: expected none beside --model"),
            (("--html", "x.html"), "`--html`: expected none beside --model"),
            (("--against", "nobody.dp"), "`--against`: expected a model file, got 'nobody.dp'"),
            (("--backend", "nonsense"), "`--backend`: expected a name or pattern of numpy-f64"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, check, arguments, message):
        result = check(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr

    def test_data_is_needed_and_belongs_to_a_model(self, refdp_command, folder):
        result = refdp_command("parity", "--model", str(folder / "model.dp"))
        assert (result.exit_code, "`--data`: expected a data set" in result.stderr) == (2, True)
        result = refdp_command("parity", "--data", "example:water")
        assert (result.exit_code, "`--data`: expected --model with it" in result.stderr) == (2, True)

    def test_frames_of_virtual_atoms_show_nothing(self, refdp_command, folder, tmp_path):
        data = tmp_path / "virtual" / "set.000"
        data.mkdir(parents=True)
        (data.parent / "type.raw").write_text("0\n1\n")
        (data.parent / "type_map.raw").write_text("O H C")
        (data.parent / "nopbc").touch()
        np.save(data / "coord.npy", np.zeros((1, 6)))
        np.save(data / "real_atom_types.npy", np.full((1, 2), -1))
        model, place = str(folder / "model.dp"), str(data.parent)
        result = refdp_command("parity", "--model", model, "--data", place, "--backend", "numpy-f64")
        assert result.exit_code == 2
        assert result.stdout.strip().splitlines()[-1] == "nothing is shown: no frame has a real atom"


class TestLoadConverted:
    def test_reads_what_refdp_reads(self, folder):
        assert load_converted(folder / "model.dp").rcut == 2.6

    @pytest.mark.parametrize("name", ["frozen.pb", "model.pth", "model"])
    def test_says_how_to_convert_the_others(self, folder, name):
        stem = name.partition(".")[0]
        with pytest.raises(InputError, match=rf"run `dp convert-backend {name} {stem}\.dp` first"):
            load_converted(folder / name)
