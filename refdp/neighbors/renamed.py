"""Types by other numbers: how a model inside another sees an environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jaxtyping import Int

from refdp._typing import Array
from refdp.namespaces import array_namespace, device_of
from refdp.neighbors.environment import Environment

__all__ = ["renamed", "renamed_types"]


def renamed(env: Environment, numbers: Sequence[int] | None) -> Environment:
    """Return the environment with type `a` called `numbers[a]`; itself where there are no numbers."""
    if numbers is None:
        return env
    return replace(
        env,
        center_type=renamed_types(env.center_type, numbers),
        neighbor_type=renamed_types(env.neighbor_type, numbers),
        first_type=renamed_types(env.first_type, numbers),
    )


def renamed_types(types: Any, numbers: Sequence[int] | None) -> Int[Array, "*shape"]:
    """Return types in any shape with `a` called `numbers[a]`; negative ones stay what they are."""
    if numbers is None:
        return types
    xp = array_namespace(types)
    table = xp.asarray(list(numbers), dtype=types.dtype, device=device_of(types))
    index = xp.reshape(xp.where(types < 0, 0, types), (-1,))
    return xp.where(types < 0, types, xp.reshape(xp.take(table, index, axis=0), types.shape))
