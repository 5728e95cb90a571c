"""From sections of an input file to losses and learning rates."""

from __future__ import annotations

import subprocess
import sys

import pytest

from refdp.errors import ConfigError, UnsupportedError
from refdp.losses import (
    DOSLoss,
    EnergyLoss,
    PropertyLoss,
    TensorLoss,
    learning_rate_from_config,
    loss_from_config,
)
from refdp.losses.learning_rate_options import CosineOptions, ExponentialOptions, StableOptions
from refdp.models.base import Quantity


class TestLossFromConfig:
    def test_energy_by_default(self):
        found = loss_from_config({"_comment": 1, "start_pref_v": 1})
        assert isinstance(found, EnergyLoss)
        assert found.options.start_pref_v == 1.0
        assert found.rule == "either"
        assert loss_from_config({"loss": {"type": "ener_hess", "start_pref_v": 1}, "model": {}}) == found

    def test_others(self):
        tensor = loss_from_config({"type": "tensor", "pref": 1, "pref_atomic": 0}, Quantity("polar", (3, 3)))
        assert isinstance(tensor, TensorLoss)
        assert (tensor.tensor_name, tensor.tensor_size, tensor.label_name) == ("polar", 9, "polarizability")
        dos = loss_from_config({"type": "dos"}, Quantity("dos", (250,)))
        assert isinstance(dos, DOSLoss)
        assert dos.numb_dos == 250
        prop = loss_from_config({"type": "property"}, Quantity("gap", (2,), intensive=True))
        assert isinstance(prop, PropertyLoss)
        assert (prop.var_name, prop.task_dim, prop.intensive) == ("gap", 2, True)

    @pytest.mark.parametrize(
        ("section", "message"),
        [
            ("ener", "`loss`: expected a mapping"),
            ({"type": "energy"}, "`type`: expected one of ener, "),
            ({"type": []}, "`type`: expected one of ener, "),
            ({"type": "dos"}, "`quantity`: expected what the model predicts, for a loss of type 'dos'"),
            ({"start_pref_e": "much"}, "`start_pref_e`: expected"),
            ({"loss_function": "mae"}, "`loss_function`: unknown key, did you mean `loss_func`?"),
        ],
    )
    def test_refused(self, section, message):
        with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
            loss_from_config(section)

    @pytest.mark.parametrize("kind", ["dens", "ener_spin", "population"])
    def test_not_here(self, kind):
        with pytest.raises(UnsupportedError, match=f"`type`: the loss '{kind}' is not evaluated"):
            loss_from_config({"type": kind})


class TestLearningRateFromConfig:
    @pytest.mark.parametrize(
        ("kind", "cls"),
        [({}, ExponentialOptions), ({"type": "cosine"}, CosineOptions), ({"type": "wsd"}, StableOptions)],
    )
    def test_kinds(self, kind, cls):
        section = {"start_lr": 1e-3, "stop_lr": 1e-5, "_comment": 1} | kind
        for given in (section, {"learning_rate": section}):
            found = learning_rate_from_config(given, 100)
            assert isinstance(found.options, cls)
            assert (found(0), found.num_steps) == (1e-3, 100)

    def test_refused(self):
        with pytest.raises(ConfigError, match="`num_steps`: expected a whole number"):
            learning_rate_from_config({"start_lr": 1e-3, "stop_lr": 1e-5}, 0)
        with pytest.raises(ConfigError, match="start_lr"):
            learning_rate_from_config({"stop_lr": 1e-5}, 10)


def test_importing_is_light():
    code = "import sys, refdp.losses\nprint(*sorted({'torch', 'jax', 'scipy', 'deepmd'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
