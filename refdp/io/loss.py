"""Losses as DeePMD-kit's dictionaries: what 3.2.0 writes and reads, older versions included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from refdp.config import read_options
from refdp.errors import ConfigError, SerializationError, unexpected
from refdp.io.networks import check_version, get
from refdp.losses.dos import DOSLoss
from refdp.losses.energy import EnergyLoss
from refdp.losses.options import DOSLossOptions, EnergyLossOptions, PropertyLossOptions, TensorLossOptions
from refdp.losses.property import PropertyLoss
from refdp.losses.sections import Loss
from refdp.losses.tensor import TensorLoss

__all__ = ["StoredLoss", "deserialize_loss", "serialize_loss"]

HESSIAN = ("start_pref_h", "limit_pref_h")
RATE = "starter_learning_rate"
TAGS = ("@class", "@version", RATE)


class StoredLoss(NamedTuple):
    """What a dictionary holds.

    Attributes
    ----------
    loss
        The loss.
    start_lr
        The learning rate where training starts, None where the loss does not follow it.
    """

    loss: Loss
    start_lr: float | None


def serialize_loss(loss: Loss, start_lr: float | None = None) -> dict[str, Any]:
    """Return the dictionary of a loss, which DeePMD-kit 3.2.0 reads back.

    Parameters
    ----------
    loss
        The loss; which prefactors let a term count (`rule`) is not written: it is a matter of who reads.
    start_lr
        The learning rate where training starts; the losses of energies and densities of states need it.

    Raises
    ------
    InputError
        `start_lr` is needed and missing.
    """
    if isinstance(loss, EnergyLoss):
        return _energy(loss, start_lr)
    if isinstance(loss, DOSLoss):
        head = _head("DOSLoss", 1, _checked(start_lr))
        return head | {"numb_dos": loss.numb_dos} | _plain(loss.options)
    if isinstance(loss, TensorLoss):
        names = ("tensor_name", "tensor_size", "label_name")
        options = _plain(loss.options)
        prefactors = {key: options[key] for key in ("pref_atomic", "pref", "enable_atomic_weight")}
        return _head("TensorLoss", 1) | {name: getattr(loss, name) for name in names} | prefactors
    head = _head("PropertyLoss", 1) | {"task_dim": loss.task_dim, "var_name": loss.var_name}
    spread = {"out_bias": _listed(loss.out_bias), "out_std": _listed(loss.out_std)}
    return head | _plain(loss.options) | spread | {"intensive": loss.intensive}


def deserialize_loss(data: Mapping[str, Any]) -> StoredLoss:
    """Return the loss of a dictionary, and where its learning rate starts.

    A missing key stands for the default of DeePMD-kit's NumPy class: that of the input file, save for
    densities of states.

    Raises
    ------
    SerializationError
        A key is missing or unknown, a version unknown, or a value impossible.
    """
    name = get(data, "@class", str, "data")
    if name not in READERS:
        raise unexpected("data.@class", name, f"one of {', '.join(READERS)}", SerializationError)
    get(data, "@version", int, "data")
    check_version(data, 5 if name == "EnergyLoss" else 1, "data")
    rate = get(data, RATE, (int, float), "data") if name in ("EnergyLoss", "DOSLoss") else None
    try:
        return StoredLoss(READERS[name](data), rate)
    except ConfigError as error:
        raise SerializationError(str(error)) from None


def _energy(loss: EnergyLoss, start_lr: float | None) -> dict[str, Any]:
    options = _plain(loss.options)
    version = 5 if loss.options.wanted("h") else 4
    if version == 4:
        options = {key: value for key, value in options.items() if key not in HESSIAN}
    return _head("EnergyLoss", version, _checked(start_lr)) | options


def _head(name: str, version: int, start_lr: float | None = None) -> dict[str, Any]:
    head: dict[str, Any] = {"@class": name, "@version": version}
    return head if start_lr is None else head | {RATE: start_lr}


def _checked(start_lr: float | None) -> float:
    if start_lr is None or not 0.0 < start_lr < float("inf"):
        raise unexpected("start_lr", start_lr, "the learning rate where training starts, above zero")
    return float(start_lr)


def _plain(options: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(options)
    return {key: _listed(value) for key, value in found.items()}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _options(data: Mapping[str, Any], options_type: type[Any], own: tuple[str, ...] = ()) -> Any:
    return read_options(options_type, {k: v for k, v in data.items() if k not in (*TAGS, *own)})


def _read_energy(data: Mapping[str, Any]) -> EnergyLoss:
    return EnergyLoss(_options(data, EnergyLossOptions))


def _read_dos(data: Mapping[str, Any]) -> DOSLoss:
    absent = {"start_pref_dos": 1.0, "limit_pref_dos": 1.0, "start_pref_cdf": 1000.0, "limit_pref_cdf": 1.0}
    absent |= {"start_pref_ados": 0.0, "limit_pref_ados": 0.0}
    options = _options(absent | dict(data), DOSLossOptions, ("numb_dos",))
    return DOSLoss(options, _size(data, "numb_dos"))


def _read_tensor(data: Mapping[str, Any]) -> TensorLoss:
    names = {"tensor_name": str, "tensor_size": int, "label_name": str}
    own = {name: get(data, name, kind, "data") for name, kind in names.items()}
    options = _options({"pref": 0.0, "pref_atomic": 0.0} | dict(data), TensorLossOptions, tuple(own))
    return TensorLoss(options, **own)


def _read_property(data: Mapping[str, Any]) -> PropertyLoss:
    own = ("task_dim", "var_name", "intensive", "out_bias", "out_std")
    options = _options(data, PropertyLossOptions, own)
    size = _size(data, "task_dim")
    bias, std = (_constants(data, key, size) for key in ("out_bias", "out_std"))
    intensive = bool(data.get("intensive", False))
    return PropertyLoss(options, get(data, "var_name", str, "data"), size, intensive, bias, std)


def _constants(data: Mapping[str, Any], key: str, size: int) -> tuple[float, ...] | None:
    found = data.get(key)
    if found is None:
        return None
    numbers = found.tolist() if hasattr(found, "tolist") else found
    while isinstance(numbers, list | tuple) and len(numbers) == 1 and isinstance(numbers[0], list | tuple):
        numbers = numbers[0]
    if not isinstance(numbers, list | tuple) or len(numbers) != size or not all(map(_is_real, numbers)):
        raise unexpected(f"data.{key}", found, f"{size} numbers, one a component", SerializationError)
    if key == "out_std" and min(numbers) <= 0.0:
        raise unexpected(f"data.{key}", found, "numbers above zero", SerializationError)
    return tuple(float(x) for x in numbers)


def _is_real(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool) and isfinite(x)


def _size(data: Mapping[str, Any], key: str) -> int:
    found: int = get(data, key, int, "data")
    if found < 1:
        raise unexpected(f"data.{key}", found, "a whole number of 1 or more", SerializationError)
    return found


READERS: dict[str, Callable[[Mapping[str, Any]], Loss]] = {
    "EnergyLoss": _read_energy,
    "TensorLoss": _read_tensor,
    "DOSLoss": _read_dos,
    "PropertyLoss": _read_property,
}
