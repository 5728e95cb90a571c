"""The dictionaries of models: standard, pairtab, zbl and linear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

import msgspec
import numpy as np

from refdp.descriptors import Descriptor
from refdp.errors import InputError, SerializationError, inside, unexpected
from refdp.io.networks import get, get_floats
from refdp.io.table import read_tab, written_tab
from refdp.models.base import Model
from refdp.models.fitting import Fitting
from refdp.models.linear import LinearModel
from refdp.models.options import ModelOptions
from refdp.models.pair_table import PairTable
from refdp.models.standard import StandardModel
from refdp.models.zbl import ZblModel
from refdp.namespaces import to_numpy
from refdp.neighbors.table import check_sel
from refdp.nesting import Nesting

__all__ = ["MODELS", "ModelCodec", "model_from_dict", "model_to_dict"]

NESTING = Nesting("models", "models", 256, "models", 8)


class ModelCodec(NamedTuple):
    """How one kind of models stands in a dictionary.

    Attributes
    ----------
    kind
        Its class.
    write
        From a model to everything that is not common to all models.
    read
        From a dictionary to the fields that are not common to all models.
    versions
        What is read; the last is written.
    keys
        Of the dictionary, beyond those of all models.
    tags
        In the order in which DeePMD-kit writes them, so that files can be compared as text.
    """

    kind: type[Any]
    write: Callable[[Any], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], dict[str, Any]]
    versions: tuple[int, ...]
    keys: tuple[str, ...]
    tags: tuple[str, ...] = ("@class", "type", "@version")


COMMON = ("type_map", "atom_exclude_types", "pair_exclude_types", "rcond", "preset_out_bias", "@variables")


def model_to_dict(model: Any) -> dict[str, Any]:
    """Return the dictionary of a model; nothing of the model is changed, nor shared with it."""
    name, codec = next((name, codec) for name, codec in MODELS.items() if type(model) is codec.kind)
    name = getattr(model, "written_type", name)
    data = {key: _plain(getattr(model.options, key)) for key in COMMON[:-1]}
    data["@variables"] = {key: to_numpy(getattr(model, key)).copy() for key in ("out_bias", "out_std")}
    tags = {"@class": "Model", "type": name, "@version": codec.versions[-1]}
    return data | {key: tags[key] for key in codec.tags} | codec.write(model)


def model_from_dict(data: Mapping[str, Any]) -> Model:
    """Return the model of a dictionary, with its arrays exactly as they are stored.

    Raises
    ------
    SerializationError
        A key is missing or unknown, a version unknown, a value impossible, or parts do not fit together.
    UnsupportedError
        A part is compressed.
    """
    NESTING.check(data, SerializationError)
    name = data.get("type", "standard")
    if name not in tuple(MODELS):
        raise unexpected("type", name, f"one of {', '.join(MODELS)}", SerializationError)
    codec = MODELS[name]
    _check_head(data, codec)
    options, fields = _options(data), codec.read(data)
    size = prod(fields["fitting"].quantity.shape) if "fitting" in fields else 1
    try:
        found: Model = codec.kind(options=options, **_biases(data, options, size), **fields)
    except InputError as error:
        raise SerializationError(str(error)) from None
    return found


def _check_head(data: Mapping[str, Any], codec: ModelCodec) -> None:
    known = {*COMMON, *codec.tags, *codec.keys}
    if unknown := [key for key in data if key not in known]:
        raise unexpected("data", unknown, f"no keys but {', '.join(sorted(known))}", SerializationError)
    # A linear model without a version is of the first that there was.
    version = data.get("@version", codec.versions[0] if len(codec.versions) > 1 else 1)
    if isinstance(version, bool) or version not in codec.versions:
        what = " or ".join(map(str, codec.versions))
        raise unexpected("data.@version", version, what, SerializationError)


def _options(data: Mapping[str, Any]) -> ModelOptions:
    get(data, "type_map", (list, tuple), "data")
    section = {key: _plain(data[key]) for key in COMMON[:-1] if key in data}
    try:
        return msgspec.convert(section, ModelOptions)
    except (msgspec.ValidationError, InputError) as error:
        raise SerializationError(f"`data`: {error}") from None


def _biases(data: Mapping[str, Any], options: ModelOptions, size: int) -> dict[str, Any]:
    """Return biases and widths as stored; 0 and 1 for what is not there."""
    variables = get(data, "@variables", Mapping, "data")
    found = {}
    for key, neutral in (("out_bias", 0.0), ("out_std", 1.0)):
        found[key] = np.full((1, len(options.type_map), size), neutral)
        if variables.get(key) is not None:
            found[key] = get_floats(variables, key, "data.@variables")
        if not np.all(np.isfinite(found[key])):
            raise unexpected(f"data.@variables.{key}", found[key], "finite numbers", SerializationError)
    return found


def _plain(value: Any) -> Any:
    """Return lists for tuples and arrays, which files hold under `@variables` only."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _write_standard(model: Any) -> dict[str, Any]:
    return {"descriptor": model.descriptor.serialize(), "fitting": model.fitting.serialize()}


def _read_standard(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "descriptor": _part(data, "descriptor", Descriptor, "a descriptor"),
        "fitting": _part(data, "fitting", Fitting, "a fitting net"),
    }


def _write_pair_table(model: Any) -> dict[str, Any]:
    return {"tab": written_tab(model.table), "rcut": model.rcut, "sel": model.nnei}


def _read_pair_table(data: Mapping[str, Any]) -> dict[str, Any]:
    tab = get(data, "tab", Mapping, "data")
    with inside("data"):
        table = read_tab(tab)
    if get(data, "rcut", (int, float), "data") != table.rcut:
        raise unexpected("data.rcut", data["rcut"], f"{table.rcut}, as in `tab`", SerializationError)
    try:
        slots = check_sel(get(data, "sel", (int, list, tuple), "data"))
    except InputError as error:
        raise SerializationError(f"`data`: {error}") from None
    return {"table": table, "slots": sum(slots)}


def _write_zbl(model: Any) -> dict[str, Any]:
    numbers = {key: getattr(model, key) for key in SWITCH}
    return {"models": _written_members(model), "weights": _plain(model.weights)} | numbers


def _read_zbl(data: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {"smin_alpha": 0.1} | {key: data[key] for key in SWITCH if key in data}
    found = {key: float(get(numbers, key, (int, float), "data")) for key in SWITCH}
    return found | {"models": _members(data), "weights": _weights(data)}


def _write_linear(model: Any) -> dict[str, Any]:
    return {"models": _written_members(model), "weights": _plain(model.weights)}


def _read_linear(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"models": _members(data), "weights": _weights(data), "written_type": data.get("type", "linear")}


def _written_members(model: Any) -> list[dict[str, Any]]:
    return [model_to_dict(member) for member in model.models]


def _members(data: Mapping[str, Any]) -> tuple[Any, ...]:
    found = []
    for k, part in enumerate(get(data, "models", (list, tuple), "data")):
        with inside(f"models[{k}]"):
            found.append(model_from_dict(get({"data": part}, "data", Mapping, "models")))
    return tuple(found)


def _weights(data: Mapping[str, Any]) -> Any:
    weights = data.get("weights", "mean")
    if isinstance(weights, str):
        return weights
    try:
        return tuple(msgspec.convert(_plain(weights), list[float], strict=True))
    except msgspec.ValidationError:
        what = "`mean`, `sum` or a list of numbers"
        raise unexpected("data.weights", weights, what, SerializationError) from None


def _part(data: Mapping[str, Any], key: str, kind: type[Any], what: str) -> Any:
    from refdp.io.serialized import deserialize

    part = get(data, key, Mapping, "data")
    with inside(key):
        found = deserialize(part)
        if not isinstance(found, kind):
            raise unexpected("type", part.get("type"), what, SerializationError)
    return found


COMBINED = ("@class", "@version", "type")
SWITCH = ("sw_rmin", "sw_rmax", "smin_alpha")
LINEAR = ModelCodec(LinearModel, _write_linear, _read_linear, (2, 3), ("models", "weights"), COMBINED)

MODELS: dict[str, ModelCodec] = {
    "standard": ModelCodec(StandardModel, _write_standard, _read_standard, (2,), ("descriptor", "fitting")),
    "pairtab": ModelCodec(PairTable, _write_pair_table, _read_pair_table, (2,), ("tab", "rcut", "sel")),
    "zbl": ModelCodec(ZblModel, _write_zbl, _read_zbl, (2,), ("models", "weights", *SWITCH), COMBINED),
    "linear": LINEAR,
    "linear_ener": LINEAR,
}
"""The kinds of models, by the names of their dictionaries."""
