"""Mutants of the descriptors with attention and of three bodies: mistakes that ports are likely to make."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import numpy as np

from parity.mutants.mutant import Mutant
from refdp.descriptors import attention as block
from refdp.descriptors import hybrid, se_atten, se_e3, type_embedded
from refdp.descriptors import rows as rows_of
from refdp.equations import attention, contraction, three_body
from refdp.equations import environment_matrix as matrix
from refdp.neighbors import cut
from refdp.nn.collection import NetworkCollection
from refdp.nn.gated_attention import AttentionSettings, GatedAttention

__all__ = ["MUTANTS"]

ATTENTION, V2, THREE = ("se_atten", "se_atten_v2"), ("se_atten_v2",), ("se_e3",)
TYPES, HYBRID = ("se_e3_tebd",), ("hybrid",)


def _phantoms_masked() -> AbstractContextManager[Any]:
    def standardize(rows: Any, center_type: Any, davg: Any, dstd: Any) -> Any:
        taken = np.any(rows != 0.0, axis=-1, keepdims=True)
        return np.where(taken, matrix.standardize(rows, center_type, davg, dstd), 0.0)

    return patch.object(rows_of, "standardize", standardize)


def _temperature_divides() -> AbstractContextManager[Any]:
    alpha = AttentionSettings.alpha

    def divided(self: AttentionSettings, hidden_dim: int) -> float:
        found = alpha(self, hidden_dim)
        return found if self.temperature is None else 1.0 / found

    return patch.object(AttentionSettings, "alpha", divided)


def _norm_first() -> AbstractContextManager[Any]:
    def update(self: GatedAttention, g: Any, weights: Any, v: Any) -> Any:
        return g + self.norm(self.out_proj(np.matmul(weights, v)))

    return patch.object(GatedAttention, "update", update)


def _without_empty_slots() -> AbstractContextManager[Any]:
    def smooth_weights(logits: Any, s: Any, real: Any) -> Any:
        faded = np.where(real, s, 0.0)
        both = faded[..., :, None] * faded[..., None, :]
        lifted = np.where(real[..., None, :], (logits + attention.SHIFT) * both, -np.inf)
        some = real.any(axis=-1)[..., None, None]
        top = np.where(some, np.max(lifted, axis=-1, keepdims=True), 0.0)
        exponentials = np.exp(lifted - top)
        return exponentials / np.where(some, exponentials.sum(axis=-1, keepdims=True), 1.0) * both

    return patch.object(attention, "smooth_weights", smooth_weights)


def _values_as_they_are() -> AbstractContextManager[Any]:
    project = GatedAttention.project

    def projected(self: GatedAttention, g: Any) -> Any:
        q, k, _ = project(self, g)
        return q, k, self.in_proj(g)[..., 2 * self.hidden_dim :]

    return patch.object(GatedAttention, "project", projected)


def _center_first() -> AbstractContextManager[Any]:
    table = type_embedded.pair_table

    def exchanged(net: Any, vectors: Any) -> Any:
        rows = len(vectors)
        found = np.reshape(table(net, vectors), (rows, rows, -1))
        return np.reshape(np.swapaxes(found, 0, 1), (rows * rows, -1))

    return patch.object(block, "pair_table", exchanged)


def _counted_neighbours() -> AbstractContextManager[Any]:
    contract = contraction.embedded_environment
    return patch.object(se_atten, "embedded_environment", lambda g, e, n_c: contract(g, e, n_c - 1))


def _without_self_terms() -> AbstractContextManager[Any]:
    products = three_body.angular_products

    def others(rows: Any) -> Any:
        theta = products(rows)
        return theta * (1.0 - np.eye(theta.shape[-1]))

    return patch.object(se_e3, "angular_products", others)


def _no_type_where_nobody_is() -> AbstractContextManager[Any]:
    def slot_types(env: Any, real: Any) -> Any:
        return np.where(real, env.neighbor_type, -1)

    return patch.object(type_embedded, "slot_types", slot_types)


def _exchanged_types() -> AbstractContextManager[Any]:
    find = NetworkCollection.__getitem__
    return patch.object(NetworkCollection, "__getitem__", lambda self, key: find(self, key[::-1]))


def _first_columns() -> AbstractContextManager[Any]:
    def blocks(env: Any, sel: Any, narrow: Any) -> Any:
        del sel
        return cut.first_slots(env, sum(narrow))

    return patch.object(hybrid, "narrower_blocks", blocks)


def _new(
    name: str,
    sentence: str,
    step: str,
    plant: Callable[[], AbstractContextManager[Any]],
    families: tuple[str, ...],
) -> Mutant:
    return Mutant.planted(name, sentence, step, plant, families)


PHANTOMS = _new("phantoms", "empty slots are zero after standardization", "E", _phantoms_masked, V2)
DIVISOR = _new("divisor", "the temperature divides the logits", "Lambda1", _temperature_divides, ATTENTION)
NORM = _new("norm", "the layer norm comes before the sum", "G1", _norm_first, ATTENTION)
EMPTY_KEYS = _new("empty-keys", "the softmax leaves out empty slots", "A1", _without_empty_slots, ATTENTION)
VALUES = _new("values", "values are not normalized", "G1", _values_as_they_are, ATTENTION)
ORDER = _new("order", "the vector of the centre comes first", "t", _center_first, V2)
COUNT = _new("count", "N is one less than there are slots", "M", _counted_neighbours, ATTENTION)
NOBODY = _new("nobody", "empty slots have no type", "G", _no_type_where_nobody_is, TYPES)
EXCHANGED = _new("exchanged", "nets are found by types in the other order", "A", _exchanged_types, THREE)
COLUMNS = _new(
    "columns", "a child gets the first columns, not those of each type", "1.r", _first_columns, HYBRID
)
SELF = _new("self", "pairs of a neighbour with itself are left out", "theta", _without_self_terms, THREE)

MUTANTS = {name: value for name, value in list(globals().items()) if isinstance(value, Mutant)}
