"""The descriptor of a case: random weights, scales and shifts, statistics from data or at random."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refdp.config import from_config
from refdp.descriptors import Hybrid
from refdp.descriptors.single import StandardizedDescriptor
from refdp.errors import SelOverflowWarning
from refdp.namespaces import map_arrays
from refdp.statistics import with_statistics
from refdp.system import System

if TYPE_CHECKING:
    from parity.case import Case

__all__ = ["descriptor_of", "random_statistics", "unlike_initial"]


def descriptor_of(case: Case, system: System) -> Any:
    """Return the descriptor of a case with its statistics."""
    config = {"type": case.family} | case.config
    descriptor = from_config(config, type_map=system.type_map, seed=case.seed)
    return _each(descriptor, lambda child, seed: _dressed(child, case, system, seed), (case.seed,))


def _each(descriptor: Any, dress: Callable[[Any, Any], Any], seed: tuple[int, ...]) -> Any:
    """Return the descriptor, or a hybrid of its children, after `dress`; each with a seed of its own."""
    if not isinstance(descriptor, Hybrid):
        return dress(descriptor, seed)
    children = (_each(child, dress, (*seed, k)) for k, child in enumerate(descriptor.children))
    return replace(descriptor, children=tuple(children))


def _dressed(descriptor: Any, case: Case, system: System, seed: tuple[int, ...]) -> Any:
    descriptor = unlike_initial(descriptor, seed)
    if case.weights == "zero":
        descriptor = replace(descriptor, embeddings=map_arrays(descriptor.embeddings, np.zeros_like))
    if case.weights == "mute":
        muted = (
            replace(x, in_proj=map_arrays(x.in_proj, np.zeros_like)) for x in descriptor.attention_layers
        )
        descriptor = replace(descriptor, attention_layers=tuple(muted))
    if not isinstance(descriptor, StandardizedDescriptor):
        return descriptor
    if case.statistics == "random":
        return random_statistics(descriptor, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        descriptor = with_statistics(descriptor, [system])
    return replace(descriptor, dstd=descriptor.dstd / 100) if case.statistics == "small" else descriptor


def random_statistics(descriptor: Any, seed: tuple[int, ...]) -> Any:
    """Return the descriptor with a mean and a width of its own in each slot and column.

    `set_davg_zero` leaves the mean at zero. The width is log-uniform from 0.1 to 2.
    """
    rng = np.random.default_rng([*seed, 7])
    shape, dtype = descriptor.davg.shape, descriptor.davg.dtype
    davg = 0.2 * rng.normal(size=shape)
    dstd = np.exp(rng.uniform(np.log(0.1), np.log(2.0), size=shape))
    davg = np.zeros(shape) if descriptor.options.set_davg_zero else davg
    return replace(descriptor, davg=davg.astype(dtype), dstd=dstd.astype(dtype))


def unlike_initial(descriptor: Any, seed: tuple[int, ...]) -> Any:
    """Return the descriptor with what initial weights hide, at random.

    Scales and shifts of layer norms begin as 1 and 0, gains of moments near 0.
    """
    rng = np.random.default_rng([*seed, 8])

    def drawn(like: NDArray[Any], low: float, high: float) -> NDArray[Any]:
        return rng.uniform(low, high, size=like.shape).astype(like.dtype)

    changed: dict[str, Any] = {}
    if layers := getattr(descriptor, "attention_layers", ()):
        norms = [replace(x.norm, w=drawn(x.norm.w, 0.5, 1.5), b=drawn(x.norm.b, -1.0, 1.0)) for x in layers]
        changed["attention_layers"] = tuple(
            replace(x, norm=norm) for x, norm in zip(layers, norms, strict=True)
        )
    if (gain := getattr(descriptor, "degree_gain_raw", None)) is not None:
        changed["degree_gain_raw"] = drawn(gain, 0.5, 1.5)
    return replace(descriptor, **changed) if changed else descriptor
