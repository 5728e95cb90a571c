from __future__ import annotations

import numpy as np
import pytest

from parity.models.fittings import Described, fitting

DESCRIBED = Described(dim=10, rows=4, mixed=False, type_map=("O", "H"))
KINDS = [
    ({}, 1),
    ({"type": "dipole"}, 4),
    ({"type": "polar"}, 4),
    ({"type": "polar", "fit_diag": False}, 16),
    ({"type": "dos", "numb_dos": 5}, 5),
    ({"type": "property", "property_name": "gap", "task_dim": 2}, 2),
]


def _made(config, described=DESCRIBED, excluded=()):
    return fitting(config, described, excluded, np.random.default_rng(1))


class TestFitting:
    @pytest.mark.parametrize(("config", "width"), KINDS)
    def test_width_of_the_net(self, config, width):
        made = _made(config)
        assert [net["out_dim"] for net in made["nets"]["networks"]] == [width, width]
        assert made["nets"]["networks"][0]["layers"][-1]["@variables"]["w"].shape == (5, width)
        assert made["@variables"]["bias_atom_e"].shape == (2, width)

    @pytest.mark.parametrize("kind", ["ener", "dipole", "polar", "dos", "property"])
    def test_keys_are_those_that_deepmd_writes(self, kind):
        pytest.importorskip("deepmd")
        from deepmd.dpmodel.model.model import get_model

        descriptor = {"type": "se_e2_r", "rcut": 3.0, "rcut_smth": 0.5, "sel": [4, 4], "neuron": [2, 4]}
        if kind in ("dipole", "polar"):
            descriptor |= {"type": "se_e2_a", "axis_neuron": 2}
        section = {"type": kind, "neuron": [5, 5], "seed": 1}
        section |= {"property": {"property_name": "gap"}, "dos": {"numb_dos": 3}}.get(kind, {})
        config = {"type_map": ["O", "H"], "descriptor": descriptor, "fitting_net": section}
        theirs = get_model(config).serialize()["fitting"]
        ours = _made(section)
        assert list(ours) == list(theirs)
        assert sorted(ours["@variables"]) == sorted(theirs["@variables"])
        for key in ("@class", "@version", "type", "var_name", "layer_name", "tot_ener_zero", "rcond"):
            assert ours[key] == theirs[key], key
        assert ours["nets"].keys() == theirs["nets"].keys()
        net, their_net = ours["nets"]["networks"][0], theirs["nets"]["networks"][0]
        assert net.keys() == their_net.keys()
        assert net["layers"][0].keys() == their_net["layers"][0].keys()

    def test_parameters_widen_the_input_unless_they_are_a_mask(self):
        counted = {"numb_fparam": 2, "numb_aparam": 3, "dim_case_embd": 4}
        assert _made(counted)["nets"]["networks"][0]["in_dim"] == 19
        masked = _made(counted | {"use_aparam_as_mask": True})
        assert masked["nets"]["networks"][0]["in_dim"] == 16
        assert masked["@variables"]["aparam_avg"].shape == (3,)
        assert masked["@variables"]["case_embd"].tolist() == [0.0, 0.0, 0.0, 1.0]

    def test_one_net_where_types_are_mixed(self):
        made = _made({}, DESCRIBED._replace(mixed=True), (1,))
        assert (made["mixed_types"], made["nets"]["ndim"], len(made["nets"]["networks"])) == (True, 0, 1)
        assert made["exclude_types"] == [1]

    def test_time_steps_where_widths_allow_a_skip(self):
        made = _made({"neuron": [10, 20, 7]})
        steps = [layer["use_timestep"] for layer in made["nets"]["networks"][0]["layers"]]
        assert steps == [True, True, False, False]
        without = _made({"neuron": [10, 20, 7], "resnet_dt": False})
        assert not any(layer["use_timestep"] for layer in without["nets"]["networks"][0]["layers"])

    def test_precision_is_that_of_the_weights(self):
        layer = _made({"precision": "float32"})["nets"]["networks"][0]["layers"][0]
        assert {layer["@variables"][key].dtype for key in ("w", "b")} == {np.dtype(np.float32)}
