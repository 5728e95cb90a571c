"""`refdp evaluate` tells and writes what `refdp.evaluate` returns."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import refdp
from refdp.io.dataset import Frames, open_data, write_data
from tests.argon import small_model, small_section
from tests.helpers import assert_within


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture
def model_file(tmp_path, model):
    refdp.save(tmp_path / "model.dp", model)
    return tmp_path / "model.dp"


@pytest.fixture
def expected(model):
    return refdp.evaluate(model, refdp.examples.virtual())


def labelled(folder, found, system, **shift):
    """A data set whose labels are predictions, shifted."""
    labels = {"energy": found.energy, "force": found.forces, "virial": found.virial}
    write_data(folder, system, {name: x + shift.get(name, 0.0) for name, x in labels.items()})
    return folder


def figures(shown, name):
    """The numbers of a line of a table, the unit left out."""
    line = next(line for line in shown.splitlines() if line.startswith(f" {name} "))
    words = line.split()[1:]
    return [float(word) for word in words if word[0] in "-0123456789"]


class TestSummary:
    def test_figures(self, refdp_command, model_file, expected):
        shown = refdp_command("evaluate", model_file, "example:virtual").stdout
        assert shown.startswith("energy of 2 frames of example:virtual, 48 atoms in all\n")
        energies = expected.energy / 24
        forces = np.linalg.norm(expected.forces, axis=-1)[refdp.examples.virtual().atype >= 0]
        volume = np.linalg.det(refdp.examples.virtual().cell)
        pressures = 160.2176634 * np.trace(expected.virial, axis1=1, axis2=2) / (3 * volume)
        for name, x in (("energy", energies), ("force", forces), ("pressure", pressures)):
            assert figures(shown, name) == pytest.approx([x.mean(), x.std(), x.min(), x.max()], rel=1e-4)
        frame, atom = np.argwhere(np.linalg.norm(expected.forces, axis=-1) == forces.max())[0]
        assert f"largest force: frame {frame}, atom {atom}\n" in shown
        assert "against labels" not in shown
        assert "wrote" not in shown

    def test_json(self, refdp_command, model_file, expected):
        facts = json.loads(refdp_command("evaluate", model_file, "example:virtual", "--json").stdout)
        assert (facts["quantity"], facts["frames"], facts["atoms"]) == ("energy", 2, 48)
        assert facts["predictions"]["energy"]["mean"] == pytest.approx(expected.energy.mean() / 24, rel=1e-14)
        assert facts["errors"] == {}

    def test_no_cell_no_pressure_no_forces_no_derivatives(self, refdp_command, model_file, tmp_path):
        write_data(tmp_path / "one", refdp.System([[0.0, 0, 0], [0, 0, 1]], [0, 1], type_map=["O", "H"]))
        names = json.loads(refdp_command("evaluate", model_file, tmp_path / "one", "--json").stdout)
        assert list(names["predictions"]) == ["energy", "force"]
        names = refdp_command("evaluate", model_file, "example:virtual", "--no-forces", "--json").stdout
        assert list(json.loads(names)["predictions"]) == ["energy"]
        assert json.loads(names)["largest_force"] is None

    def test_frames(self, refdp_command, model_file):
        shown = refdp_command("evaluate", model_file, "example:virtual", "--frames", 1).stdout
        assert shown.startswith("energy of 1 frames of example:virtual, 24 atoms in all\n")

    def test_threads_and_blocks(self, refdp_command, model_file):
        first, second = (
            refdp_command("evaluate", model_file, "example:virtual", "--json", *more).stdout
            for more in ((), ("--threads", 2, "--block", 64))
        )
        assert first == second


class TestErrors:
    def test_against_labels(self, refdp_command, model_file, tmp_path, expected):
        shift = np.zeros((2, 32, 3))
        shift[1, 1] = [0.3, 0.0, 0.4]
        system = refdp.examples.virtual()
        folder = labelled(tmp_path / "data", expected, system, energy=[0.24, -0.48], force=shift, virial=2.4)
        shown = refdp_command("evaluate", model_file, folder).stdout.partition("against labels")[2]
        assert figures(shown, "energy") == pytest.approx([np.sqrt(0.00025), 0.015, 0.02, 2], rel=1e-5)
        assert figures(shown, "force") == pytest.approx([0.5 / 12, 0.7 / 144, 0.4, 144], rel=1e-5)
        assert figures(shown, "virial") == pytest.approx([0.1, 0.1, 0.1, 18], rel=1e-5)

    def test_virtual_atoms_have_none(self, refdp_command, model_file, tmp_path, expected):
        system = refdp.examples.virtual()
        shift = np.where(system.atype[..., None] < 0, 5.0, 0.0)
        folder = labelled(tmp_path / "data", expected, system, force=shift)
        facts = json.loads(refdp_command("evaluate", model_file, folder, "--json").stdout)
        assert facts["errors"]["force"]["largest"] < 1e-15

    @pytest.mark.parametrize(
        "options",
        [{"type": "dos", "numb_dos": 5}, {"type": "property", "property_name": "dos", "task_dim": 5}],
    )
    def test_those_of_atoms(self, refdp_command, tmp_path, options):
        system, model = refdp.examples.virtual(), small_model(**options)
        refdp.save(tmp_path / "model.dp", model)
        found = refdp.evaluate(model, system)
        write_data(tmp_path / "data", system, {"dos": found.total, "atom_dos": found.atomic - 0.25})
        result = refdp_command("evaluate", tmp_path / "model.dp", tmp_path / "data", "--json")
        assert result.exit_code == 0, result.stderr
        errors = json.loads(result.stdout)["errors"]
        assert errors["dos"]["largest"] == 0.0
        assert errors["atom_dos"]["rmse"] == pytest.approx(0.25, rel=1e-14)
        assert errors["atom_dos"]["numbers"] == 48 * 5
        assert result.stderr == ""

    def test_labels_of_another_size_are_told(self, refdp_command, tmp_path):
        refdp.save(tmp_path / "model.dp", small_model(type="dos", numb_dos=5))
        write_data(tmp_path / "data", refdp.examples.virtual(), {"dos": np.zeros((2, 8))})
        result = refdp_command("evaluate", tmp_path / "model.dp", tmp_path / "data", "--json")
        assert result.exit_code == 0
        assert json.loads(result.stdout)["errors"] == {}
        assert result.stderr == (
            f"the label `dos` of {tmp_path / 'data'} is not compared: a frame of it has the shape (8,), "
            "of the predictions (5,)\n"
        )

    def test_labels_of_an_ase_file(self, refdp_command, model_file, tmp_path, expected):
        pytest.importorskip("ase")
        from ase.io import write

        from refdp.io.ase_files import to_atoms

        labels = {"energy": expected.energy, "force": expected.forces, "virial": expected.virial}
        write(tmp_path / "water.extxyz", to_atoms(Frames(refdp.examples.virtual(), labels)))
        result = refdp_command("evaluate", model_file, tmp_path / "water.extxyz@1:", "--json")
        assert result.exit_code == 0, result.stderr
        facts = json.loads(result.stdout)
        assert facts["frames"] == 1
        assert facts["errors"]["force"]["largest"] < 1e-7
        assert facts["errors"]["virial"]["numbers"] == 9


class TestOutput:
    def test_a_table(self, refdp_command, model_file, tmp_path, expected):
        result = refdp_command("evaluate", model_file, "example:virtual", "-o", tmp_path / "out.npz")
        assert result.stdout.endswith(f"wrote {tmp_path / 'out.npz'}\n")
        with np.load(tmp_path / "out.npz") as found:
            assert np.array_equal(found["energy"], expected.energy)
            assert np.array_equal(found["atom_ener"], expected.atom_energy)
            assert np.array_equal(found["force"], expected.forces)
            assert np.array_equal(found["virial"], expected.virial)
            assert np.array_equal(found["types"], refdp.examples.virtual().atype)
            assert found["type_map"].tolist() == list(refdp.examples.virtual().type_map)
            assert str(found["version"]) == refdp.__version__

    def test_a_data_set(self, refdp_command, model_file, tmp_path, expected):
        result = refdp_command("evaluate", model_file, "example:virtual", "-o", tmp_path / "out")
        assert result.exit_code == 0, result.stderr
        data = open_data(tmp_path / "out")
        assert data.labels == ("atom_ener", "energy", "force", "virial")
        assert np.array_equal(data.label("force"), expected.forces)
        assert np.array_equal(data.system().coords, refdp.examples.virtual().coords)
        facts = json.loads(refdp_command("evaluate", model_file, tmp_path / "out", "--json").stdout)
        assert [each["largest"] for each in facts["errors"].values()] == [0.0] * 4

    @pytest.fixture
    def by_four(self, monkeypatch):
        monkeypatch.setattr("refdp.cli.frames.MOST_FRAMES", 4)

    @pytest.mark.usefixtures("by_four")
    def test_a_large_set_goes_by_chunks(self, refdp_command, model_file, tmp_path, model):
        coords = np.random.default_rng(0).uniform(0.0, 4.0, (10, 3, 3))
        system = refdp.System(coords, [0, 1, 1], type_map=["O", "H"])
        write_data(tmp_path / "data", system)
        result = refdp_command("evaluate", model_file, tmp_path / "data", "-o", tmp_path / "out")
        assert result.exit_code == 0, result.stderr
        assert [path.name[-2:] for path in sorted(tmp_path.glob("out/set.*"))] == ["00", "01", "02"]
        found = open_data(tmp_path / "out").label("force")
        assert_within(found, refdp.evaluate(model, system).forces, 1e-15)

    @pytest.mark.parametrize("name", ["out.npz", "out"])
    def test_what_is_there_stays_unless_forced(self, refdp_command, model_file, tmp_path, name):
        arguments = ("evaluate", model_file, "example:virtual", "-o", tmp_path / name)
        assert refdp_command(*arguments, "--frames", 1).exit_code == 0
        refused = refdp_command(*arguments)
        assert refused.exit_code == 2
        assert refused.stderr == f"Error: `--output`: {tmp_path / name} exists; --force replaces it\n"
        assert refdp_command(*arguments, "--force").exit_code == 0
        where = tmp_path / name
        energies = np.load(where)["energy"] if name == "out.npz" else open_data(where).label("energy")
        assert len(energies) == 2

    @pytest.mark.usefixtures("by_four")
    @pytest.mark.parametrize("name", ["out.npz", "out"])
    def test_an_error_leaves_what_was_there(self, refdp_command, model_file, tmp_path, name):
        arguments = (tmp_path / "data", "-o", tmp_path / name, "--force")
        coords = np.random.default_rng(0).uniform(0.0, 4.0, (6, 2, 3))
        write_data(tmp_path / "data", refdp.System(coords, [0, 1], type_map=["O", "H"]))
        assert refdp_command("evaluate", model_file, *arguments).exit_code == 0
        coords[5] = 0.0
        shutil.rmtree(tmp_path / "data")
        write_data(tmp_path / "data", refdp.System(coords, [0, 1], type_map=["O", "H"]))
        before = sorted(path.name for path in tmp_path.iterdir())
        result = refdp_command("evaluate", model_file, *arguments)
        assert result.exit_code == 2
        assert "atoms 0 and 1" in result.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        where = tmp_path / name
        energies = np.load(where)["energy"] if name == "out.npz" else open_data(where).label("energy")
        assert len(energies) == 6

    def test_system_is_not_replaced(self, refdp_command, model_file, tmp_path):
        write_data(tmp_path / "data", refdp.examples.virtual())
        result = refdp_command("evaluate", model_file, tmp_path / "data", "-o", tmp_path / "data", "--force")
        assert result.exit_code == 2
        assert "expected another place than SYSTEM, which would be lost" in result.stderr
        assert open_data(tmp_path / "data").labels == ()


class TestModel:
    def section(self, tmp_path, section, type_map=("O", "H")):
        path = tmp_path / "input.json"
        path.write_text(json.dumps({"model": {"type_map": list(type_map), **section}, "training": {}}))
        return path

    def test_an_input_file(self, refdp_command, tmp_path, expected):
        path = self.section(tmp_path, small_section())
        arguments = ("evaluate", path, "example:virtual", "-o", tmp_path / "out.npz")
        assert refdp_command(*arguments, "--seed", 1).exit_code == 0
        assert np.array_equal(np.load(tmp_path / "out.npz")["energy"], expected.energy)

    def test_parameters_are_those_of_the_data(self, refdp_command, tmp_path):
        options = {"numb_fparam": 2, "numb_aparam": 1}
        path, system = self.section(tmp_path, small_section(**options)), refdp.examples.virtual()
        rng = np.random.default_rng(0)
        given = {"fparam": rng.normal(size=(2, 2)), "aparam": rng.normal(size=(2, 32, 1))}
        write_data(tmp_path / "data", system, given)
        result = refdp_command("evaluate", path, tmp_path / "data", "-o", tmp_path / "out")
        assert result.exit_code == 0, result.stderr
        found = open_data(tmp_path / "out")
        expected = refdp.evaluate(small_model(**options), system, **given)
        assert np.array_equal(found.label("energy"), expected.energy)
        assert np.array_equal(found.label("fparam"), given["fparam"])
        missing = refdp_command("evaluate", path, "example:virtual")
        assert missing.exit_code == 2
        assert missing.stderr.startswith("Error: `fparam`: expected numbers of the shape (2, 2)")

    @pytest.mark.parametrize(
        ("options", "names"),
        [
            ({"type": "dipole"}, ("dipole", "atom_dipole")),
            ({"type": "polar"}, ("polarizability", "atom_polarizability")),
            ({"type": "dos", "numb_dos": 3}, ("dos", "atom_dos")),
            ({"type": "property", "property_name": "gap", "intensive": True}, ("gap", "atom_gap")),
        ],
    )
    def test_other_quantities(self, refdp_command, tmp_path, options, names):
        path, system = self.section(tmp_path, small_section(**options)), refdp.examples.virtual()
        found = refdp.evaluate(small_model(**options), system)
        write_data(tmp_path / "data", system, {names[0]: found.total.reshape(2, -1) + 0.5})
        arguments = ("evaluate", path, tmp_path / "data", "-o", tmp_path / "out")
        facts = json.loads(refdp_command(*arguments, "--json").stdout)
        assert list(facts["predictions"]) == list(names)
        assert facts["predictions"][names[0]]["mean"] == pytest.approx(found.total.mean(), rel=1e-12)
        assert facts["errors"][names[0]]["rmse"] == pytest.approx(0.5, rel=1e-12)
        data = open_data(tmp_path / "out")
        assert np.array_equal(data.label(names[0]), found.total)
        assert np.array_equal(data.label(names[1]).ravel(), found.atomic.ravel())

    @pytest.mark.parametrize(
        "name", ["force_constant", "atom_count", "energy", "virial", "coord", "band gap"]
    )
    def test_properties_of_any_name(self, refdp_command, tmp_path, name):
        options = {"type": "property", "property_name": name, "task_dim": 2}
        path = self.section(tmp_path, small_section(**options))
        found = refdp.evaluate(small_model(**options), refdp.examples.virtual())
        result = refdp_command("evaluate", path, "example:virtual", "--json")
        assert result.exit_code == 0, result.stderr
        figures = json.loads(result.stdout)["predictions"]
        assert list(figures) == [name, f"atom_{name}"]
        assert "unit" not in figures[name]
        assert figures[name]["mean"] == pytest.approx(found.total.mean(), rel=1e-12)

    @pytest.mark.parametrize("out", ["out", "out.npz"])
    def test_a_name_that_cannot_be_written_is_refused_before_the_work(
        self, refdp_command, tmp_path, monkeypatch, out
    ):
        path = self.section(tmp_path, small_section(type="property", property_name="band gap"))
        monkeypatch.setattr("refdp.evaluation.evaluate", None)
        result = refdp_command("evaluate", path, "example:virtual", "-o", tmp_path / out)
        assert result.exit_code == 2
        assert result.stderr == (
            "Error: `MODEL`: expected a property whose name can be that of a file, of 1 numbers a frame, "
            "to write, got 'band gap'\n"
        )

    def test_masked_atoms(self, refdp_command, tmp_path):
        section = small_section() | {
            "descriptor": {"type": "se_a_mask", "sel": [16, 32], "neuron": [2, 4], "axis_neuron": 2}
        }
        mask = np.ones((2, 6), dtype=np.int64)
        mask[1, 3:] = 0
        coords = np.random.default_rng(0).uniform(0.0, 4.0, (2, 6, 3))
        system = refdp.System(coords, [0, 1, 1, 0, 1, 1], mask=mask, type_map=["O", "H"])
        write_data(tmp_path / "data", system)
        path = self.section(tmp_path, section)
        result = refdp_command("evaluate", path, tmp_path / "data", "-o", tmp_path / "out")
        assert result.exit_code == 0, result.stderr
        assert "9 atoms in all" in result.stdout
        model = refdp.model_from_config(json.loads(path.read_text()), seed=1)
        assert np.array_equal(
            open_data(tmp_path / "out").label("energy"), refdp.evaluate(model, system).energy
        )
        (tmp_path / "data/set.000/aparam.npy").unlink()
        result = refdp_command("evaluate", path, tmp_path / "data")
        assert result.stderr == f"no aparam.npy in {tmp_path / 'data'}: all atoms are real\n"

    def test_types_without_names_are_told(self, refdp_command, tmp_path):
        refdp.save(tmp_path / "model.yaml", small_model(None))
        result = refdp_command("evaluate", tmp_path / "model.yaml", "example:water", "--frames", 1)
        assert result.exit_code == 0
        assert result.stderr == (
            "the types of the model have no names and are taken by number: 0 is O, 1 is H\n"
        )

    def test_a_species_that_the_model_lacks(self, refdp_command, model_file):
        result = refdp_command("evaluate", model_file, "example:crystal")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `type_map`: expected species among O, H, got ")

    def test_nothing_there(self, refdp_command, model_file, tmp_path):
        result = refdp_command("evaluate", tmp_path / "no.dp", "example:water")
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        result = refdp_command("evaluate", model_file, tmp_path / "no")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `SYSTEM`: expected the folder of a system")
