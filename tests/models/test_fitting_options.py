"""The options of fitting nets: defaults, and every refusal."""

from __future__ import annotations

import pytest

from refdp.errors import InputError, UnsupportedError
from refdp.models.fitting_options import (
    DipoleOptions,
    DosOptions,
    EnergyOptions,
    FittingOptions,
    InvarOptions,
    PolarOptions,
    PropertyOptions,
)

OWN = {PropertyOptions: {"property_name": "p"}, InvarOptions: {"var_name": "v"}}
ALL = [
    FittingOptions,
    EnergyOptions,
    InvarOptions,
    DosOptions,
    PropertyOptions,
    DipoleOptions,
    PolarOptions,
]


class TestFittingOptions:
    @pytest.mark.parametrize("cls", ALL)
    def test_defaults_of_the_input_file(self, cls):
        o = cls(**OWN.get(cls, {}))
        assert (o.neuron, o.activation_function, o.resnet_dt) == ((120, 120, 120), "tanh", True)
        assert (o.numb_fparam, o.numb_aparam, o.dim_case_embd, o.extra_inputs) == (0, 0, 0, 0)
        assert (o.default_fparam, o.rcond, o.seed, o.type_map) == (None, None, None, None)
        assert o.trainable_layers == (True, True, True, True)

    @pytest.mark.parametrize("cls", ALL)
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"neuron": (3, 0)}, "`neuron`: expected widths, each an integer from 1"),
            ({"neuron": (3, 2**21)}, "`neuron`: expected widths, each an integer from 1"),
            ({"numb_fparam": -1}, "`numb_fparam`: expected an integer from 0"),
            ({"numb_aparam": -1}, "`numb_aparam`: expected an integer from 0"),
            ({"dim_case_embd": -2}, "`dim_case_embd`: expected an integer from 0"),
            ({"activation_function": "swish"}, "`activation_function`: expected one of"),
            ({"precision": "float99"}, "`precision`: expected one of"),
            ({"numb_fparam": 2, "default_fparam": (1.0,)}, "`default_fparam`: expected as many numbers"),
            ({"numb_fparam": 1, "default_fparam": (float("nan"),)}, "`default_fparam`: expected finite"),
            ({"trainable": (True,)}, "`trainable`: expected true, false, or one of them for each of the 4"),
            ({"seed": -1}, "`seed`: expected integers of zero or more"),
            ({"seed": (1, -1)}, "`seed`: expected integers of zero or more"),
            ({"type_map": ("O", "O")}, "`type_map`: expected names that are all different"),
            ({"type_map": ("O", "")}, "`type_map`: expected names that are all different"),
        ],
    )
    def test_impossible(self, cls, options, message):
        with pytest.raises(InputError, match=message):
            cls(**OWN.get(cls, {}), **options)

    @pytest.mark.parametrize("cls", ALL)
    @pytest.mark.parametrize(
        ("name", "value"), [("layer_name", ("a", "b")), ("tot_ener_zero", True), ("spin", {"use": 1})]
    )
    def test_only_of_tensorflow(self, cls, name, value):
        with pytest.raises(UnsupportedError, match=f"`{name}`: only DeePMD-kit's TensorFlow backend has it"):
            cls(**OWN.get(cls, {}), **{name: value})

    def test_trainable_of_each_layer(self):
        assert FittingOptions(neuron=(2,), trainable=(True, False)).trainable_layers == (True, False)
        assert FittingOptions(neuron=(2,), trainable=False).trainable_layers == (False, False)

    def test_no_hidden_layers(self):
        o = FittingOptions(neuron=())
        assert (o.layer_count, o.trainable_layers) == (1, (True,))

    def test_extra_inputs(self):
        assert FittingOptions(numb_fparam=1, numb_aparam=2, dim_case_embd=4).extra_inputs == 7


class TestInvarOptions:
    def test_a_mask_is_no_input(self):
        o = InvarOptions(var_name="v", numb_aparam=1, numb_fparam=2, use_aparam_as_mask=True)
        assert (o.known_aparam, o.extra_inputs) == (0, 2)

    @pytest.mark.parametrize("options", [{"var_name": ""}, {"dim_out": 0}])
    def test_impossible(self, options):
        with pytest.raises(InputError, match=f"`{next(iter(options))}`: expected"):
            InvarOptions(**({"var_name": "v"} | options))


class TestEnergyOptions:
    @pytest.mark.parametrize("options", [{"var_name": "dos"}, {"dim_out": 2}])
    def test_is_one_energy(self, options):
        with pytest.raises(InputError, match="`var_name, dim_out`: expected `energy` and 1"):
            EnergyOptions(**options)


class TestDosOptions:
    def test_at_least_one_point(self):
        assert DosOptions().numb_dos == 300
        with pytest.raises(InputError, match="`numb_dos`: expected an integer from 1"):
            DosOptions(numb_dos=0)


class TestPropertyOptions:
    @pytest.mark.parametrize("options", [{"property_name": ""}, {"task_dim": 0}])
    def test_impossible(self, options):
        with pytest.raises(InputError, match=f"`{next(iter(options))}`: expected"):
            PropertyOptions(**({"property_name": "p"} | options))


class TestTensorOptions:
    @pytest.mark.parametrize("cls", [DipoleOptions, PolarOptions])
    def test_selected_types_are_only_of_tensorflow(self, cls):
        with pytest.raises(UnsupportedError, match=r"`sel_type`: only .* `atom_exclude_types` of the model"):
            cls(sel_type=[0])
