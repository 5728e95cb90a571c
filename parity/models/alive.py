"""Whether a case of a whole model could have failed: everything it is about must change its numbers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.alive import STEP, Signs
from parity.models.case import ModelInputs
from parity.models.outputs import kind_of
from parity.models.own import numpy_outputs
from refdp.errors import InputError

__all__ = ["signs_of_life", "variants"]

Variant = tuple[str, str, ModelInputs]
NEUTRAL = {"dstd": 1.0, "out_std": 1.0, "fparam_inv_std": 1.0, "aparam_inv_std": 1.0, "scale": 1.0}
STORED = (
    *NEUTRAL,
    *("davg", "out_bias", "bias_atom_e", "fparam_avg", "aparam_avg", "constant_matrix"),
)
# Stored for training only: numbers of these quantities do not depend on it.
UNUSED = {"out_std": ("energy", "dos", "dipole", "polar"), "out_bias": ("dipole",)}
EMPTY = ("pair_exclude_types", "atom_exclude_types", "exclude_types")
OTHERS: dict[str, Callable[[Any], Any]] = {
    "default_fparam": lambda x: [number + 1.0 for number in x],
    "atom_ener": lambda x: [None for _ in x],
    "case_embd": lambda x: np.roll(x, 1),
    "weights": lambda x: x if isinstance(x, str) else [number + 1.0 for number in x],
    "smin_alpha": lambda x: 2.0 * x,
    "sw_rmin": lambda x: 0.9 * x,
    "sw_rmax": lambda x: 1.1 * x,
}


def signs_of_life(inputs: ModelInputs, budget: Mapping[str, NDArray[Any]]) -> Signs:
    """Return whether the numbers depend on what the case is about.

    Parameters
    ----------
    inputs
        A case and its arrays.
    budget
        By output, what rounding may do to it.
    """
    before = numpy_outputs(inputs)
    signs = Signs({}, {})
    for name, told, changed in variants(inputs):
        after = _after(changed)
        moved = {key: after is not None and np.any(_beyond(before, after, budget, key)) for key in before}
        alive = [key for key, value in moved.items() if value]
        if name == "atoms" and "forces" in before and "forces" not in alive:
            alive = []
        (signs.alive if alive else signs.dead)[name] = f"{told}: {', '.join(alive) or 'nothing'} changes"
    return signs


def _after(changed: ModelInputs) -> dict[str, Any] | None:
    try:
        return numpy_outputs(changed)
    except InputError:
        return None


def _beyond(before: Any, after: Any, budget: Any, key: str) -> NDArray[np.bool_]:
    beyond: NDArray[np.bool_] = np.abs(after[key] - before[key]) > 2.0 * budget[key]
    return beyond


def variants(inputs: ModelInputs) -> Iterator[Variant]:
    """Yield what changes, in words, and the case with this change."""
    shift = np.random.default_rng(0).uniform(-STEP, STEP, size=inputs.coords.shape)
    yield "atoms", "atoms move", _with(inputs, coords=inputs.coords + shift)
    if inputs.cell is not None:
        yield "cell", "no periodic images", _with(inputs, cell=None)
    if np.any(inputs.atype < 0):
        real = np.where(inputs.atype < 0, np.max(inputs.atype), inputs.atype)
        yield "virtual", "virtual atoms become real", _with(inputs, atype=real)
    for name in ("fparam", "aparam"):
        value = getattr(inputs, name)
        if value is not None and not _masks(inputs):
            yield name, f"another `{name}`", _with(inputs, **{name: value + 1.0})
    yield from _stored(inputs)


def _stored(inputs: ModelInputs) -> Iterator[Variant]:
    """Yield the case with each option, and each stored array, as if it had not been set."""
    quantity = kind_of(inputs.data or {}).name
    for place, value in _places(inputs.data or {}):
        name = str(place[-1])
        other = _neutral(name, value)
        if other is None or quantity in UNUSED.get(name, ()) or _repeated(inputs, place):
            continue
        data = copy.deepcopy(inputs.data or {})
        _set(data, place, other)
        yield ".".join(map(str, place)), f"`{name}` as if not set", _with(inputs, data=data)


def _repeated(inputs: ModelInputs, place: tuple[Any, ...]) -> bool:
    """Tell whether something says only what the model says, too, or what nobody asks for."""
    if place[-1] == "exclude_types":
        return "fitting" in place
    return str(place[-1]).startswith("aparam") and _masks(inputs)


def _neutral(name: str, value: Any) -> Any:
    """Return what stands there if nobody sets it, None where that is what stands there, or nobody asks."""
    if name in EMPTY:
        return [] if value else None
    if value is None:
        return None
    if name in OTHERS:
        other = OTHERS[name](value)
        return None if isinstance(value, str) else other
    if name not in STORED:
        return None
    neutral = np.full_like(value, NEUTRAL.get(name, 0.0))
    return None if np.array_equal(neutral, value) else neutral


def _places(tree: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield all leaves of dictionaries, nets left out, with the keys that lead to them."""
    if isinstance(tree, dict):
        items = [(k, v) for k, v in tree.items() if k not in ("nets", "embeddings", "tab")]
    elif isinstance(tree, list) and tree and isinstance(tree[0], dict):
        items = list(enumerate(tree))
    else:
        yield place, tree
        return
    for key, value in items:
        yield from _places(value, (*place, key))


def _set(tree: Any, place: tuple[Any, ...], value: Any) -> None:
    for key in place[:-1]:
        tree = tree[key]
    tree[place[-1]] = value


def _masks(inputs: ModelInputs) -> bool:
    return bool((inputs.data or {}).get("fitting", {}).get("use_aparam_as_mask"))


def _with(inputs: ModelInputs, **changes: Any) -> ModelInputs:
    return msgspec.structs.replace(inputs, **changes)
