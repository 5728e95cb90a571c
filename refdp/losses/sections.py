"""From the sections `loss` and `learning_rate` of an input file to what they describe."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, TypeAlias

from refdp.config import read_options
from refdp.errors import ConfigError, InputError, UnsupportedError, unexpected
from refdp.losses.dos import DOSLoss
from refdp.losses.energy import EnergyLoss
from refdp.losses.learning_rate import LearningRate
from refdp.losses.learning_rate_options import CosineOptions, ExponentialOptions, StableOptions
from refdp.losses.options import DOSLossOptions, EnergyLossOptions, PropertyLossOptions, TensorLossOptions
from refdp.losses.property import PropertyLoss
from refdp.losses.tensor import TensorLoss
from refdp.models.base import Quantity

__all__ = ["Loss", "learning_rate_from_config", "loss_from_config"]

Loss: TypeAlias = EnergyLoss | TensorLoss | DOSLoss | PropertyLoss

OPTIONS = {
    "ener": EnergyLossOptions,
    "ener_hess": EnergyLossOptions,
    "tensor": TensorLossOptions,
    "dos": DOSLossOptions,
    "property": PropertyLossOptions,
}
OTHERS = ("dens", "ener_spin", "population")
SCHEDULES = {"exp": ExponentialOptions, "cosine": CosineOptions, "wsd": StableOptions}
LABELS = {"polar": "polarizability"}


def loss_from_config(section: Mapping[str, Any], quantity: Quantity | None = None) -> Loss:
    """Return the loss that the section `loss` of an input file describes.

    Parameters
    ----------
    section
        `{"type": "ener", "start_pref_e": 0.02, ...}`; the type is `ener` by default, and keys that begin with
        `_` are comments. A whole input file is fine too: its `loss` is taken.
    quantity
        What the model predicts: names and sizes that losses other than that of the energy need.

    Raises
    ------
    ConfigError
        A key is unknown, a type is wrong, a value is impossible, or the quantity is missing.
    UnsupportedError
        The loss is that of spins, of noise, or of populations.
    """
    kind, options = _read(section, "loss", OPTIONS, "ener")
    if isinstance(options, EnergyLossOptions):
        return EnergyLoss(options)
    if quantity is None:
        raise unexpected(
            "quantity", None, f"what the model predicts, for a loss of type {kind!r}", ConfigError
        )
    size = prod(quantity.shape)
    if isinstance(options, TensorLossOptions):
        return TensorLoss(options, quantity.name, size, LABELS.get(quantity.name, quantity.name))
    if isinstance(options, DOSLossOptions):
        return DOSLoss(options, size)
    return PropertyLoss(options, quantity.name, size, quantity.intensive)


def learning_rate_from_config(section: Mapping[str, Any], num_steps: int) -> LearningRate:
    """Return the learning rate that the section `learning_rate` of an input file describes.

    Parameters
    ----------
    section
        `{"type": "exp", "start_lr": 1e-3, "stop_lr": 1e-8, ...}`; the type is `exp` by default, and keys that
        begin with `_` are comments. A whole input file is fine too: its `learning_rate` is taken.
    num_steps
        Number of steps of the training: `training.numb_steps` of the input file.

    Raises
    ------
    ConfigError
        A key is missing or unknown, a type is wrong, or a value is impossible.
    """
    _, options = _read(section, "learning_rate", SCHEDULES, "exp")
    try:
        return LearningRate(options, num_steps)
    except InputError as error:
        raise ConfigError(str(error)) from None


def _read(
    section: Mapping[str, Any], key: str, kinds: Mapping[str, type[Any]], usual: str
) -> tuple[str, Any]:
    if not isinstance(section, Mapping):
        raise unexpected(key, section, "a mapping of option names to values", ConfigError)
    section = section[key] if isinstance(section.get(key), Mapping) else section
    plain = {k: v for k, v in section.items() if not str(k).startswith("_")}
    kind = plain.pop("type", usual)
    if kind in OTHERS and key == "loss":
        message = f"`type`: the loss {kind!r} is not evaluated; known are {', '.join(kinds)}"
        raise UnsupportedError(message)
    if not isinstance(kind, str) or kind not in kinds:
        raise unexpected("type", kind, f"one of {', '.join(kinds)}", ConfigError)
    return kind, read_options(kinds[kind], plain)
