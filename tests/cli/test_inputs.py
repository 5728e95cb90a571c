"""Systems, configurations and descriptors from what stands on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

import refdp
from refdp.cli.inputs import (
    called,
    check_index,
    check_output,
    is_data_set,
    read_config,
    read_descriptor,
    read_inputs,
    read_system,
)
from refdp.errors import ConfigError, InputError, unexpected
from refdp.io.ase_atoms import to_atoms
from refdp.io.dataset import save_system
from tests.datasets import to_hdf5
from tests.helpers import assert_within


class TestCalled:
    @pytest.mark.parametrize("name", ["path", "name"])
    def test_renames_what_functions_call_it(self, name):
        with pytest.raises(ConfigError, match="`MODEL`: expected a file, got 'x'"), called("MODEL"):
            raise unexpected(name, "x", "a file", ConfigError)

    def test_leaves_the_rest(self):
        with pytest.raises(InputError, match=r"^`rcut`: expected `path`, got 1$"), called("MODEL"):
            raise unexpected("rcut", 1, "`path`")


class TestReadSystem:
    def test_an_example(self):
        assert read_system("example:water").natoms == 192

    def test_a_folder(self, tmp_path):
        save_system(tmp_path / "data", refdp.examples.pair())
        assert np.array_equal(read_system(str(tmp_path / "data")).coords, refdp.examples.pair().coords)

    def test_nothing_there(self, tmp_path):
        with pytest.raises(InputError, match="the folder of a system"):
            read_system(str(tmp_path / "data"))

    def test_a_group_in_hdf5(self, tmp_path):
        pytest.importorskip("h5py")
        save_system(tmp_path / "data", refdp.examples.pair())
        group = to_hdf5(tmp_path / "data", tmp_path / "all.hdf5", "pair")
        assert np.array_equal(read_system(group).coords, refdp.examples.pair().coords)

    @pytest.mark.parametrize(("index", "frames"), [("", [0, 1]), ("@1", [1]), ("@-1", [1]), ("@:1", [0])])
    def test_a_file_for_ase(self, tmp_path, index, frames):
        ase_io = pytest.importorskip("ase.io")
        water = refdp.examples.water()
        ase_io.write(tmp_path / "w@ter.extxyz", to_atoms(water))
        system = read_system(f"{tmp_path / 'w@ter.extxyz'}{index}")
        assert_within(system.coords, water.coords[frames], 1e-8)
        assert system.type_map == ("O", "H")

    def test_no_index(self, tmp_path):
        pytest.importorskip("ase")
        (tmp_path / "x.xyz").write_text("1\n\nH 0 0 0\n")
        with pytest.raises(InputError, match=r"x.xyz: expected .* with frames at index 'first', got"):
            read_system(f"{tmp_path / 'x.xyz'}@first")

    @pytest.mark.parametrize("name", ["no", "no.hdf5#/no", "example:watr"])
    def test_errors_name_what_the_user_typed(self, tmp_path, name):
        with pytest.raises(InputError, match="`SYSTEM`: expected"):
            read_system(name if ":" in name else str(tmp_path / name))


class TestReadConfig:
    def test_a_file(self, config_file, config):
        assert read_config(config_file)["model"]["descriptor"] == config

    def test_standard_input(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO('{"type": "se_e2_r"}'))
        assert read_config("-") == {"type": "se_e2_r"}

    def test_broken_json_names_line_and_column_and_shows_the_line(self, tmp_path):
        path = tmp_path / "bad.json"
        path.write_text('{\n  "rcut": 6.0\n  "sel": [1]\n}\n')
        with pytest.raises(ConfigError) as caught:
            read_config(str(path))
        assert str(caught.value) == f"{path}, line 3, column 3: Expecting ',' delimiter, in: \"sel\": [1]"

    def test_an_empty_file(self, tmp_path):
        (tmp_path / "empty.json").write_text("")
        with pytest.raises(ConfigError, match="line 1, column 1: Expecting value"):
            read_config(str(tmp_path / "empty.json"))

    def test_a_key_that_stands_there_twice(self, tmp_path):
        (tmp_path / "twice.json").write_text('{"model": {"rcut": 6.0, "sel": [1], "rcut": 5.0}}')
        with pytest.raises(ConfigError, match=r"twice.json: the key `rcut` stands there twice"):
            read_config(str(tmp_path / "twice.json"))

    def test_no_object(self, tmp_path):
        (tmp_path / "list.json").write_text("[1, 2]")
        with pytest.raises(ConfigError, match=r"list.json`: expected a JSON object, \{...\}, got \[1, 2\]"):
            read_config(str(tmp_path / "list.json"))

    def test_no_file(self, tmp_path):
        with pytest.raises(ConfigError, match=r"none.json: No such file or directory"):
            read_config(str(tmp_path / "none.json"))

    def test_no_text(self, tmp_path):
        (tmp_path / "model.bin").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ConfigError, match=r"model.bin: .*can't decode"):
            read_config(str(tmp_path / "model.bin"))


class TestReadDescriptor:
    def test_a_whole_input_file_and_a_bare_section_are_the_same(self, tmp_path, config_file, config):
        (tmp_path / "bare.json").write_text(json.dumps(config | {"type_map": ["O", "H"]}))
        water = refdp.examples.water()
        read = (read_config(name) for name in (config_file, str(tmp_path / "bare.json")))
        whole, bare = (read_descriptor(each, water, 3, False) for each in read)
        assert whole.options == bare.options
        assert np.array_equal(whole.embeddings[(0,)].layers[0].w, bare.embeddings[(0,)].layers[0].w)

    def test_the_seed_is_that_of_the_command_then_of_the_file_then_1(self, config):
        seeded, water = config | {"seed": 7}, refdp.examples.water()
        assert read_descriptor(seeded, water, 5, False).options.seed == 5
        assert read_descriptor(seeded, water, None, False).options.seed == 7
        assert read_descriptor(config, water, None, False).options.seed == 1

    def test_automatic_sel_is_said(self, config, capsys):
        descriptor = read_descriptor(config | {"sel": "auto"}, refdp.examples.water(), 1, False)
        assert descriptor.sel == (40, 80)
        assert capsys.readouterr().err == "sel: auto is [40, 80] for this system\n"

    def test_given_sel_is_not(self, config, capsys):
        read_descriptor(config, refdp.examples.water(), 1, False)
        assert capsys.readouterr().err == ""

    def test_statistics_come_from_the_system(self, config):
        water = refdp.examples.water()
        plain, standardized = (read_descriptor(config, water, 1, s) for s in (False, True))
        assert np.all(plain.davg == 0.0)
        assert np.array_equal(standardized.davg, refdp.with_statistics(plain, [water]).davg)
        assert standardized.davg[0, 0, 0] > 0.01


MASK = {"type": "se_a_mask", "sel": [2, 2]}
OTHER = {"type": "se_e2_a", "sel": [2, 2]}


class TestReadInputs:
    @pytest.fixture
    def folder(self, tmp_path):
        pair = refdp.examples.pair()
        save_system(tmp_path / "data", refdp.System(pair.coords, pair.types, mask=[0, 1]))
        return tmp_path / "data"

    def read(self, config, folder):
        path = folder.parent / "input.json"
        path.write_text(json.dumps(config))
        return read_inputs(str(path), str(folder))

    @pytest.mark.parametrize(
        ("config", "masked"),
        [
            (MASK, True),
            ({"model": {"descriptor": MASK}}, True),
            ({"model": {"descriptor": OTHER, "fitting_net": {"use_aparam_as_mask": True}}}, False),
            ({"model": {"descriptor": OTHER, "fitting_net": {"use_aparam_as_mask": False}}}, False),
            ({"model": {"descriptor": OTHER, "fitting_net": {"numb_aparam": 1}}}, False),
            ({"model": {"descriptor": OTHER, "fitting_net": None}}, False),
            (OTHER, False),
            ({"model": None, "type": "se_e2_a"}, False),
        ],
    )
    def test_the_configuration_says_whether_aparam_is_the_mask(self, folder, config, masked, capsys):
        read, system = self.read(config, folder)
        assert read == config
        assert system.mask.all(axis=0).tolist() == [not masked, True]
        assert capsys.readouterr().err == ""

    def test_a_system_without_it_is_all_real_and_that_is_said(self, folder, capsys):
        (folder / "set.000/aparam.npy").unlink()
        assert self.read(MASK, folder)[1].mask.all()
        assert capsys.readouterr().err == f"no aparam.npy in {folder}: all atoms are real\n"

    def test_a_group_in_hdf5(self, folder, tmp_path, capsys):
        pytest.importorskip("h5py")
        group = to_hdf5(folder, tmp_path / "all.hdf5", "masked")
        config = tmp_path / "input.json"
        config.write_text(json.dumps(MASK))
        assert read_inputs(str(config), group)[1].mask.all(axis=0).tolist() == [False, True]
        (folder / "set.000/aparam.npy").unlink()
        bare = to_hdf5(folder, tmp_path / "all.hdf5", "bare")
        assert read_inputs(str(config), bare)[1].mask.all()
        assert capsys.readouterr().err == f"no aparam.npy in {bare}: all atoms are real\n"

    def test_an_example(self, config_file, capsys):
        assert read_inputs(config_file, "example:pair")[1].natoms == 2
        assert capsys.readouterr().err == ""

    def test_nothing_there(self, folder):
        with pytest.raises(InputError, match="the folder of a system"):
            self.read(MASK, folder / "no")

    def test_standard_input_is_read_once(self, folder, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(MASK)))
        read, system = read_inputs("-", str(folder))
        assert read_descriptor(read, system, 1, False).sel == (2, 2)


class TestIsDataSet:
    def test_what_is_none(self, tmp_path):
        (tmp_path / "x.xyz").write_text("1\n\nH 0 0 0\n")
        assert not any(is_data_set(name) for name in ("example:water", str(tmp_path / "x.xyz")))
        assert is_data_set(str(tmp_path))


class TestCheckIndex:
    def test_fine(self):
        assert [check_index("--atom", k, 3) for k in range(3)] == [0, 1, 2]

    @pytest.mark.parametrize("index", [-1, 3])
    def test_outside(self, index):
        with pytest.raises(InputError, match=rf"`--atom`: expected 0 to 2, got {index}"):
            check_index("--atom", index, 3)

    def test_nothing_to_choose(self):
        with pytest.raises(InputError, match="something to choose from"):
            check_index("--frame", 0, 0)


class TestCheckOutput:
    def test_fine(self, tmp_path):
        check_output("--json", tmp_path / "x.json")
        check_output("--picture", tmp_path / "x.PNG", (".png",))
        check_output("--picture", None, (".png",))

    def test_another_suffix(self, tmp_path):
        with pytest.raises(InputError, match=r"`--picture`: expected a name that ends in .png or .svg, got"):
            check_output("--picture", tmp_path / "x.gif", (".png", ".svg"))

    def test_no_folder(self):
        with pytest.raises(InputError, match="a file in a folder that exists"):
            check_output("--json", Path("no/such/x.json"))


class TestBrokenJson:
    @pytest.mark.parametrize("text", ['{"type":"se_e2_a",\n', "{", "", "\n", '{"a":' * 5000])
    def test_one_line_of_error(self, refdp_command, tmp_path, text):
        path = tmp_path / "broken.json"
        path.write_text(text)
        result = refdp_command("describe", path, "example:water")
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {path}")
        assert result.stderr.count("\n") == 1
