"""The dictionaries of fitting nets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.config import read_options
from refdp.errors import ConfigError, InputError, SerializationError, unexpected
from refdp.io.codec import Codec, written_options
from refdp.io.fitting_nets import fitting_nets_from_dict, fitting_nets_to_dict
from refdp.io.networks import floats, get
from refdp.namespaces import precision_name, to_numpy

__all__ = ["FITTING", "POLAR_FITTING", "PROPERTY_FITTING"]

ARRAYS = ("bias_atom_e", "case_embd", "fparam_avg", "fparam_inv_std", "aparam_avg", "aparam_inv_std")
TAGS = frozenset(
    {
        "@class",
        "@version",
        "@variables",
        "type",
        "nets",
        "ntypes",
        "dim_descrpt",
        "mixed_types",
        "exclude_types",
        "embedding_width",
    }
)
MOST = 2**20  # types, or inputs
REQUIRED = ("ntypes", "dim_descrpt", "neuron", "nets", "@variables")

# What a missing key stands for, where DeePMD-kit's classes do not do as its input file does.
MIXED = frozenset({"polar", "property", "invar"})
SINGLE_NAMES = {"dipole": "dipole", "dos": "dos", "ener": "energy", "polar": "polar"}


def _write(fitting: Any) -> dict[str, Any]:
    o, kind = fitting.options, fitting.written_name
    first = {
        "var_name": SINGLE_NAMES.get(kind) or fitting.quantity.name,
        "ntypes": fitting.ntypes,
        "dim_descrpt": fitting.dim_descrpt,
    }
    named = ("neuron", "resnet_dt", "numb_fparam", "numb_aparam", "dim_case_embd", "default_fparam", "rcond")
    precision = {"activation_function": o.activation_function, "precision": precision_name(o.precision)}
    mixed = {"mixed_types": fitting.mixed_types, "exclude_types": list(fitting.exclude_types)}
    return (
        first
        | written_options(o, named)
        | precision
        | mixed
        | {"nets": fitting_nets_to_dict(fitting.nets, o), "@variables": _arrays(fitting, ARRAYS)}
        | _last(fitting)
    )


def _last(fitting: Any) -> dict[str, Any]:
    """Return the keys behind the arrays, those of one kind of fitting nets at the end."""
    o, kind = fitting.options, fitting.written_name
    data: dict[str, Any] = {
        **written_options(o, ("type_map",)),
        "tot_ener_zero": False,
        "trainable": list(o.trainable_layers),
        "layer_name": None,
        "use_aparam_as_mask": getattr(o, "use_aparam_as_mask", False),
        "spin": None,
        "type": kind,
    }
    if hasattr(fitting, "embedding_width"):
        data["embedding_width"] = fitting.embedding_width
    else:
        atom_ener = getattr(o, "atom_ener", None)
        data |= {"dim_out": fitting.width, "atom_ener": None if atom_ener is None else list(atom_ener)}
    own = ("r_differentiable", "c_differentiable", "fit_diag", "shift_diag")
    return data | written_options(o, (*own, "task_dim", "intensive", "distinguish_types"))


def _write_polar(fitting: Any) -> dict[str, Any]:
    data = _write(fitting)
    data["@variables"] |= _arrays(fitting, ("scale", "constant_matrix"))
    data["@variables"]["scale"] = data["@variables"]["scale"][:, None]
    return data


def _arrays(fitting: Any, names: tuple[str, ...]) -> dict[str, NDArray[Any] | None]:
    found = {name: getattr(fitting, name) for name in names}
    return {name: None if x is None else to_numpy(x).copy() for name, x in found.items()}


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    return _made(cls, data, {})


def _read_polar(cls: Any, data: Mapping[str, Any]) -> Any:
    variables, ntypes = get(data, "@variables", Mapping, "data"), _count(data, "ntypes")
    extras = {
        "scale": _read_array(variables, "scale", np.ones(ntypes)),
        "constant_matrix": _read_array(variables, "constant_matrix", np.zeros(ntypes)),
    }
    return _made(cls, data, extras)


def _read_property(cls: Any, data: Mapping[str, Any]) -> Any:
    # Older versions did not tell types apart, and did not say so.
    return _made(cls, {"distinguish_types": False, **data}, {})


def _made(cls: Any, data: Mapping[str, Any], extras: dict[str, Any]) -> Any:
    for key in REQUIRED:
        get(data, key, object, "data")
    options, ntypes = _read_options(cls, data), _count(data, "ntypes")
    mixed = get({"mixed_types": cls.written_name in MIXED, **data}, "mixed_types", bool, "data")
    if "embedding_width" in cls.__dataclass_fields__:
        extras = extras | {"embedding_width": _count(data, "embedding_width")}
    nets = fitting_nets_from_dict(data["nets"], 0 if mixed else 1, ntypes)
    try:
        made = cls(options, nets, **_read_arrays(data), exclude_types=_excluded(data), **extras)
    except SerializationError:
        raise
    except InputError as error:
        raise SerializationError(str(error)) from None
    for key, had in (("ntypes", made.ntypes), ("dim_descrpt", made.dim_descrpt)):
        if _count(data, key) != had:
            raise unexpected(f"data.{key}", data[key], f"{had}, as the arrays say", SerializationError)
    return made


def _read_options(cls: Any, data: Mapping[str, Any]) -> Any:
    """Return the options of a dictionary, whose keys are not all those of an input file."""
    section = {key: value for key, value in data.items() if key not in TAGS}
    known = cls.options_type.__struct_fields__
    for key, name in (("var_name", "property_name"), ("dim_out", "numb_dos"), ("dim_out", "task_dim")):
        if name in known and key in section and key not in known:
            section.setdefault(name, section[key])
    for key in ("var_name", "dim_out", "atom_ener", "use_aparam_as_mask"):
        if key in section and key not in known:
            value = section.pop(key)
            idle = value is None or value is False or (isinstance(value, list | tuple) and not value)
            if key in ("atom_ener", "use_aparam_as_mask") and not idle:
                what = f"nothing for a fitting net of type {cls.written_name}"
                raise unexpected(f"data.{key}", value, what, SerializationError)
    if section.get("activation_function", "") is None:
        section["activation_function"] = "none"
    try:
        return read_options(cls.options_type, section)
    except ConfigError as error:
        raise SerializationError(str(error)) from None


def _read_arrays(data: Mapping[str, Any]) -> dict[str, NDArray[Any] | None]:
    variables = get(data, "@variables", Mapping, "data")
    get(variables, "bias_atom_e", object, "data.@variables")
    found = {name: _read_array(variables, name, None) for name in ARRAYS}
    if (bias := found["bias_atom_e"]) is None or bias.ndim != 2:
        raise unexpected("@variables.bias_atom_e", bias, "an array (ntypes, width)", SerializationError)
    return found


def _read_array(variables: Mapping[str, Any], name: str, default: Any) -> Any:
    if variables.get(name) is None:
        return default
    x = floats(variables[name], f"data.@variables.{name}")
    return x.reshape(-1) if name in {"scale", "constant_matrix"} else x


def _count(data: Mapping[str, Any], key: str) -> int:
    value = get(data, key, (int, np.integer), "data")
    if isinstance(value, bool) or not 1 <= value <= MOST:
        raise unexpected(f"data.{key}", value, f"a whole number from 1 to {MOST}", SerializationError)
    return int(value)


def _excluded(data: Mapping[str, Any]) -> tuple[int, ...]:
    types = () if data.get("exclude_types") is None else data["exclude_types"]
    if not isinstance(types, list | tuple) or not all(type(t) is int for t in types):
        raise unexpected("data.exclude_types", types, "a list of types", SerializationError)
    return tuple(types)


FITTING = Codec(_write, _read, written_version=4, last_version=4)
POLAR_FITTING = Codec(_write_polar, _read_polar, written_version=5, last_version=5)
PROPERTY_FITTING = Codec(_write, _read_property, written_version=6, last_version=6)
