"""Defaults, what is refused, and that every option says what it means."""

from __future__ import annotations

import msgspec
import pytest

from refdp.errors import ConfigError
from refdp.losses import loss_from_config
from refdp.losses.learning_rate_options import CosineOptions, ExponentialOptions, StableOptions
from refdp.losses.options import (
    DOSLossOptions,
    EnergyLossOptions,
    PropertyLossOptions,
    TensorLossOptions,
)
from refdp.models.base import Quantity
from tests.losses.cases import options

ALL = (
    EnergyLossOptions,
    TensorLossOptions,
    DOSLossOptions,
    PropertyLossOptions,
    ExponentialOptions,
    CosineOptions,
    StableOptions,
)


class TestDescriptions:
    @pytest.mark.parametrize("cls", ALL)
    def test_every_option_has_one(self, cls):
        for field in msgspec.inspect.type_info(cls).fields:
            assert field.type.extra_json_schema["description"].endswith("."), field.name


class TestEnergyLossOptions:
    def test_defaults_are_those_of_the_input_file(self):
        argcheck = pytest.importorskip("deepmd.utils.argcheck")
        (kind,) = argcheck.loss_args().sub_variants.values()
        theirs = kind.choice_dict["ener"].sub_fields
        ours = msgspec.to_builtins(EnergyLossOptions())
        assert set(ours) == set(theirs)
        # Of `relative_f` DeePMD-kit says no default: it may be absent.
        assert {k: v.default for k, v in theirs.items() if k != "relative_f"} | {"relative_f": None} == ours

    @pytest.mark.parametrize(
        ("section", "message"),
        [
            ({"start_pref_e": -1.0}, "`start_pref_e`: expected a finite number of zero or more, got -1.0"),
            ({"limit_pref_h": float("nan")}, "`limit_pref_h`: expected a finite"),
            ({"relative_f": 0.0}, "`relative_f`: expected a finite number above zero"),
            ({"huber_delta": [0.1, 0.0, 0.1]}, "`huber_delta`: expected a finite number above zero"),
            ({"huber_delta": [0.1, 0.2]}, "huber_delta"),
            ({"loss_func": "rmse"}, "`loss_func`: expected one of 'mse', 'mae', got 'rmse'"),
            ({"f_use_norm": True}, "`f_use_norm`: expected false: only with"),
            ({"use_huber": True, "start_pref_pf": 1.0}, "`use_huber`: expected false with `relative_f`"),
            ({"use_huber": True, "limit_pref_h": 1.0}, "`use_huber`: expected false with `relative_f`"),
            ({"use_huber": True, "relative_f": 1.0}, "`use_huber`: expected false with `relative_f`"),
            ({"limit_pref_gf": 1.0}, "`numb_generalized_coord`: expected the number of generalized"),
            ({"numb_generalized_coord": -1}, "`numb_generalized_coord`: expected the number of generalized"),
            ({"start_pref": 1.0}, "`start_pref`: unknown key"),
        ],
    )
    def test_refused(self, section, message):
        with pytest.raises(ConfigError, match=message):
            loss_from_config(section)

    def test_mae_wins_over_huber(self):
        assert options(use_huber=True, loss_func="mae").form == "mae"
        assert options(use_huber=True, f_use_norm=True).form == "huber"

    def test_deltas(self):
        assert options(huber_delta=0.5).huber_deltas == (0.5, 0.5, 0.5)
        assert options(huber_delta=[1, 2, 3]).huber_deltas == (1.0, 2.0, 3.0)

    def test_prefactors(self):
        assert EnergyLossOptions().prefactors("f") == (1000.0, 1.0)
        assert EnergyLossOptions().keys == ("e", "f", "v", "ae", "pf", "gf", "h")


class TestTensorLossOptions:
    @pytest.mark.parametrize(
        ("section", "message"),
        [
            ({"pref": 0.0, "pref_atomic": 0.0}, "`pref`: expected a number above zero where"),
            ({"pref": 1.0, "pref_atomic": -1.0}, "`pref_atomic`: expected a finite"),
            ({"pref": 1.0}, "pref_atomic"),
        ],
    )
    def test_refused(self, section, message):
        with pytest.raises(ConfigError, match=message):
            loss_from_config({"type": "tensor"} | section, Quantity("dipole", (3,)))


class TestDOSLossOptions:
    def test_refused(self):
        with pytest.raises(ConfigError, match="`limit_pref_acdf`: expected a finite"):
            loss_from_config({"type": "dos", "limit_pref_acdf": -1.0}, Quantity("dos", (3,)))


class TestPropertyLossOptions:
    def test_refused(self):
        with pytest.raises(ConfigError, match="`beta`: expected a finite number above zero"):
            loss_from_config({"type": "property", "beta": 0.0}, Quantity("gap"))
