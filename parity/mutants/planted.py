"""Mutants of se_e2_a and se_e2_r: mistakes that were made, or could have been, one each."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import numpy as np

from parity.mutants.mutant import Mutant
from refdp.descriptors import rows as rows_of
from refdp.descriptors import se_e2_r, two_body
from refdp.descriptors.base import DescriptorOutput
from refdp.equations import contraction
from refdp.equations import environment_matrix as matrix
from refdp.nn import activations
from refdp.nn.collection import NetworkCollection

__all__ = ["MUTANTS"]

Plant = Callable[[], AbstractContextManager[Any]]


def _coefficient(changed: int) -> Plant:
    """Change one coefficient of the switch by 1e-9 of itself."""
    a, b, c = (x * (1.0 + 1e-9 * (k == changed)) for k, x in enumerate((-6.0, 15.0, -10.0)))

    def switch(r: Any, rcut_smth: float, rcut: float) -> Any:
        u = (np.clip(r, rcut_smth, rcut) - rcut_smth) / (rcut - rcut_smth)
        return u * u * u * (a * u * u + b * u + c) + 1.0

    return lambda: patch.object(rows_of, "switch", switch)


def _cubic(r: Any, rcut_smth: float, rcut: float) -> Any:
    u = (np.clip(r, rcut_smth, rcut) - rcut_smth) / (rcut - rcut_smth)
    return u * u * (2.0 * u - 3.0) + 1.0


def _after(module: Any, name: str, change: Callable[[Any], Any]) -> Plant:
    """Change the value of a named step."""
    step = module.step
    return lambda: patch.object(module, "step", lambda n, x: step(n, change(x) if n == name else x))


def _one_neighbour_more() -> AbstractContextManager[Any]:
    contract = contraction.embedded_environment
    return patch.object(two_body, "embedded_environment", lambda g, e, n_c: contract(g, e, n_c + 1))


def _one_slot_more() -> AbstractContextManager[Any]:
    describe = se_e2_r.SeE2R.describe

    def wrong(self: se_e2_r.SeE2R, env: Any) -> DescriptorOutput:
        share = self.nnei / (self.nnei + 1)
        with _after(se_e2_r, "D", lambda d: d * share)():
            return describe(self, env)

    return patch.object(se_e2_r.SeE2R, "describe", wrong)


def _counted_neighbours() -> AbstractContextManager[Any]:
    contract = contraction.embedded_environment

    def embedded_environment(g: Any, e: Any, n_c: int) -> Any:
        counted = np.sum(np.any(e != e[..., -1:, :], axis=-1), axis=-1)[..., None, None]
        return contract(g, e, n_c) * (n_c / np.maximum(counted, 1))

    return patch.object(two_body, "embedded_environment", embedded_environment)


def _other_type() -> AbstractContextManager[Any]:
    find = NetworkCollection.__getitem__

    def other(self: NetworkCollection, key: tuple[int, ...]) -> Any:
        return find(self, (*key[:-1], (key[-1] + 1) % self.ntypes))

    return patch.object(NetworkCollection, "__getitem__", other)


def _row_major() -> AbstractContextManager[Any]:
    find = NetworkCollection.__getitem__
    return patch.object(NetworkCollection, "__getitem__", lambda self, key: find(self, key[::-1]))


def _standardized(change: Callable[..., Any]) -> Plant:
    standardize = matrix.standardize
    return lambda: patch.object(rows_of, "standardize", lambda *args: change(standardize, *args))


def _empty_is_zero(standardize: Any, rows: Any, center_type: Any, davg: Any, dstd: Any) -> Any:
    taken = np.any(rows != 0.0, axis=-1, keepdims=True)
    return np.where(taken, standardize(rows, center_type, davg, dstd), 0.0)


def _mean_lost(standardize: Any, rows: Any, center_type: Any, davg: Any, dstd: Any) -> Any:
    return standardize(rows, center_type, np.zeros_like(davg), dstd)


def _last_type(standardize: Any, rows: Any, center_type: Any, davg: Any, dstd: Any) -> Any:
    last = np.where(center_type < 0, davg.shape[0] - 1, center_type)
    return standardize(rows, last, davg, dstd)


def _softened_direction() -> AbstractContextManager[Any]:

    def environment_matrix(displacement: Any, r: Any, w: Any, valid: Any, protection: float = 0.0) -> Any:
        rows = matrix.environment_matrix(displacement, r, w, valid, protection)
        return np.concatenate([rows[..., :1], rows[..., 1:] * (r / (r + 1e-12))[..., None]], axis=-1)

    return patch.object(rows_of, "environment_matrix", environment_matrix)


def _exact_gelu() -> AbstractContextManager[Any]:
    def gelu(x: Any) -> Any:
        return 0.5 * x * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0)))

    return patch.dict(activations.ACTIVATIONS, gelu=gelu, gelu_tf=gelu)


def _swapped_columns() -> AbstractContextManager[Any]:
    def output(descriptor: Any, rot_mat: Any, *rest: Any) -> DescriptorOutput:
        return DescriptorOutput(descriptor, rot_mat[..., [1, 0, 2]], *rest)

    return patch.object(two_body, "DescriptorOutput", output)


def _short_sums(x: Any) -> Any:
    return x.astype(np.float32).astype(x.dtype)


A, R = ("se_e2_a",), ("se_e2_r",)
_new = Mutant.planted

SWITCH_6 = _new("switch-6", "the 6 of the switch is off by 1e-9 of itself", "w", _coefficient(0))
SWITCH_15 = _new("switch-15", "the 15 of the switch is off by 1e-9 of itself", "w", _coefficient(1))
SWITCH_10 = _new("switch-10", "the 10 of the switch is off by 1e-9 of itself", "w", _coefficient(2))
CUBIC = _new("cubic", "a cubic switch", "w", lambda: patch.object(rows_of, "switch", _cubic))
DIRECTION = _new("direction", "1e-12 added to the length of unit vectors", "R", _softened_direction, A)
EMPTY = _new("empty", "empty slots are zero after standardization", "E", _standardized(_empty_is_zero))
MEAN = _new("mean", "`davg` is lost", "E", _standardized(_mean_lost))
LAST_TYPE = _new(
    "last-type", "a virtual centre gets the last type's statistics", "E", _standardized(_last_type)
)
NET = _new("net", "each neighbour gets the net of the next type", "G", _other_type)
ROW_MAJOR = _new(
    "row-major", "nets are found by types of neighbour and centre, exchanged", "G", _row_major, A
)
GELU = _new("gelu", "gelu with the error function", "G", _exact_gelu)
SHORT = _new("short", "embeddings pass through float32", "G", _after(two_body, "G", _short_sums), A)
N_C = _new("n-c", "N_c is one more than there are slots", "A", _one_neighbour_more, A)
COUNTED = _new("counted", "N_c is the number of neighbours", "A", _counted_neighbours, A)
N_C_RADIAL = _new("n-c-radial", "N_c is one more than there are slots", "D", _one_slot_more, R)
FIFTH = _new("fifth", "the factor 1/5 is forgotten", "D", _after(se_e2_r, "D", lambda d: 5.0 * d), R)
COLUMNS = _new("columns", "two columns of the rotation matrix are exchanged", "", _swapped_columns, A)

MUTANTS = {name: value for name, value in list(globals().items()) if isinstance(value, Mutant)}
