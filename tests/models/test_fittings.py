"""The section of a fitting net in an input file."""

from __future__ import annotations

import pytest

from refdp.errors import ConfigError, InputError, UnsupportedError
from refdp.models.fittings import FITTINGS, fitting_class, fitting_options
from refdp.models.scalar import EnergyFitting
from refdp.models.tensor import DipoleFitting, PolarFitting


class TestFittingClass:
    def test_every_name(self):
        for cls in FITTINGS:
            assert all(fitting_class(name) is cls for name in cls.names)
            assert cls.written_name in cls.names

    @pytest.mark.parametrize("name", ["energy", None, 3, ["ener"]])
    def test_unknown(self, name):
        with pytest.raises(
            InputError, match="`type`: expected one of ener, dipole, polar, dos, property, invar"
        ):
            fitting_class(name)


class TestFittingOptions:
    def test_energy_by_default(self):
        cls, options = fitting_options({"neuron": [4, 4], "_comment": "no option"})
        assert cls is EnergyFitting
        assert (options.neuron, options.atom_ener, options.var_name) == ((4, 4), (), "energy")

    @pytest.mark.parametrize(
        ("kind", "alias", "name"),
        [
            ("ener", "n_neuron", "neuron"),
            ("dipole", "dipole_type", "sel_type"),
            ("polar", "pol_type", "sel_type"),
        ],
    )
    def test_aliases(self, kind, alias, name):
        value = [2, 3] if name == "neuron" else None
        _, options = fitting_options({"type": kind, alias: value})
        assert getattr(options, name) == (tuple(value) if value else None)
        with pytest.raises(ConfigError, match=f"`{alias}`: expected not to be given beside `{name}`"):
            fitting_options({"type": kind, alias: value, name: value})

    def test_names_and_seed_override(self):
        section = {"type_map": ["A"], "seed": 1}
        _, options = fitting_options(section, ["O", "H"], [0, 5])
        assert (options.type_map, options.seed) == (("O", "H"), (0, 5))
        assert section == {"type_map": ["A"], "seed": 1}

    def test_null_among_the_energies_in_vacuum(self):
        assert fitting_options({"atom_ener": [None, -3, 0.5]})[1].atom_ener == (None, -3, 0.5)

    def test_scale_of_one_or_all(self):
        cls, options = fitting_options({"type": "polar", "scale": 2})
        assert (cls, options.scale) == (PolarFitting, 2)
        assert fitting_options({"type": "polar", "scale": [1.0, 2.0]})[1].scale == (1.0, 2.0)
        assert fitting_options({"type": "dipole"})[0] is DipoleFitting

    @pytest.mark.parametrize(
        ("section", "message"),
        [
            (3, "`fitting_net`: expected a mapping"),
            ({"type": "energy"}, "`type`: expected one of"),
            ({"type": None}, "`type`: expected one of"),
            ({"nueron": [3]}, "`nueron`: unknown key, did you mean `neuron`"),
            ({"neuron": "3"}, "`neuron`: expected"),
            ({"neuron": [3.5]}, r"`neuron\[0\]`: expected"),
            ({"resnet_dt": 1}, "`resnet_dt`: expected"),
            ({"numb_fparam": -1}, "`numb_fparam`: expected"),
            ({"type": "dipole", "atom_ener": [1.0]}, "`atom_ener`: unknown key"),
            ({"type": "dos", "use_aparam_as_mask": True}, "`use_aparam_as_mask`: unknown key"),
            ({"type": "property"}, "`property_name`: missing"),
            ({"type": "invar"}, "`var_name`: missing"),
        ],
    )
    def test_mistakes(self, section, message):
        with pytest.raises(ConfigError, match=message):
            fitting_options(section)

    def test_what_only_tensorflow_has(self):
        with pytest.raises(UnsupportedError, match="`layer_name`"):
            fitting_options({"layer_name": ["a", "b", "c", "d"]})
