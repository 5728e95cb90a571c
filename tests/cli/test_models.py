"""MODEL on the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.cli.models import read_model
from refdp.errors import ConfigError, InputError, ModelFileError
from tests.argon import small_model, small_section


@pytest.fixture
def water():
    return refdp.examples.water().frame(0)


def energy(model, water):
    return refdp.evaluate(model, water, derivatives=False).energy[0]


@pytest.fixture
def write(tmp_path):
    """A section in a file, as part of a whole input file."""

    def make(section):
        path = tmp_path / "input.json"
        path.write_text(json.dumps({"model": {"type_map": ["O", "H"], **section}}))
        return str(path)

    return make


class TestReadModel:
    @pytest.mark.parametrize("name", ["model.dp", "model.yaml", "model.YML"])
    def test_a_model_file(self, tmp_path, name, water):
        refdp.save(tmp_path / name, small_model())
        assert energy(read_model(str(tmp_path / name), "", None), water) == energy(small_model(), water)

    def test_the_seed_is_that_of_the_command_then_of_the_file_then_1(self, write, water):
        plain, seeded = small_section(), small_section(seed=5)
        seeded["descriptor"]["seed"] = 4
        assert energy(read_model(write(plain), "", 3), water) == energy(small_model(seed=3), water)
        assert energy(read_model(write(plain), "", None), water) == energy(small_model(seed=1), water)
        expected = energy(refdp.model_from_config(seeded, type_map=["O", "H"]), water)
        assert energy(read_model(write(seeded), "", None), water) == expected

    def test_members_of_a_linear_model_get_seeds_as_well(self, write, water):
        net = small_section() | {
            "descriptor": {"type": "se_atten", "rcut": 4.0, "sel": 40, "attn_layer": 0, "neuron": [2, 4]}
        }
        path = write({"type": "linear_ener", "models": [net, net]})
        assert energy(read_model(path, "", None), water) == energy(read_model(path, "", 1), water)

    def test_automatic_sel_is_taken_from_the_system_and_said(self, write, capsys):
        section = small_section()
        section["descriptor"]["sel"] = "auto"
        assert read_model(write(section), "example:water", None).sel == (16, 28)
        assert capsys.readouterr().err == "sel: auto is [16, 28] for this system\n"

    def test_a_seed_for_a_model_that_has_weights(self, tmp_path):
        refdp.save(tmp_path / "model.dp", small_model())
        with pytest.raises(InputError, match="`--seed`: expected none: a model file has its weights, got 1"):
            read_model(str(tmp_path / "model.dp"), "", 1)

    def test_another_suffix(self):
        with pytest.raises(InputError, match=r"`MODEL`: expected a model file, \.dp, \.yaml or \.yml, or"):
            read_model("frozen_model.pb", "", None)

    def test_no_file(self, tmp_path):
        with pytest.raises(ModelFileError, match=r"no\.dp"):
            read_model(str(tmp_path / "no.dp"), "", None)
        with pytest.raises(ConfigError, match=r"no\.json: No such file"):
            read_model(str(tmp_path / "no.json"), "", None)

    def test_a_folder(self, tmp_path):
        (tmp_path / "model.dp").mkdir()
        with pytest.raises(InputError, match="`MODEL`: expected a file, got 'a folder'"):
            read_model(str(tmp_path / "model.dp"), "", None)

    def test_no_model_in_it(self, tmp_path):
        (tmp_path / "input.json").write_text('{"model": 3}')
        with pytest.raises(ConfigError, match="`model`"):
            read_model(str(tmp_path / "input.json"), "", None)

    def test_weights_are_random(self, write):
        model = read_model(write(small_section()), "", None)
        assert np.abs(model.fitting.nets.networks[0].layers[0].w).min() > 0.0
