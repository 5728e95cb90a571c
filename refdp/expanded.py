"""Two-body descriptors whose nets are expansions: equal to rounding, and several times faster."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.descriptors.base import Descriptor, DescriptorOutput
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.se_e2_a import SeE2A
from refdp.descriptors.se_e2_r import SeE2R
from refdp.expansion import Expansion, expand, summed
from refdp.models.base import Model
from refdp.models.standard import StandardModel
from refdp.namespaces import array_namespace, detached
from refdp.neighbors.environment import Environment

__all__ = ["CLOSEST", "EXPAND_FROM", "ExpandedDescriptor", "expand_descriptor", "expand_model"]

CLOSEST = 0.7
"""Distance in angstrom down to which expansions reach."""

EXPAND_FROM = 100
"""Atoms of a frame beyond which expansions are worth their while."""

KEPT = 64


@dataclass(frozen=True, eq=False)
class ExpandedDescriptor:
    """A two-body descriptor at centres of one type, its nets replaced by expansions.

    Attributes
    ----------
    descriptor
        What is expanded; its nets are by type of neighbour.
    expansions
        One for each type of neighbour that has slots.
    """

    descriptor: Any
    expansions: tuple[Expansion | None, ...]

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return int(self.descriptor.ntypes)

    @property
    def dim_out(self) -> int:
        """Width of the descriptor."""
        return int(self.descriptor.dim_out)

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the output; centres that are not inside the expansions altogether go through the nets."""
        found, inside = self._expanded(env)
        if inside.all():
            return found
        plain, xp = self.descriptor.describe(env), array_namespace(env.displacement)

        def chosen(x: Any, y: Any) -> Any:
            return (
                None
                if x is None
                else xp.where(np.reshape(inside, (*inside.shape, *(1,) * (x.ndim - 2))), x, y)
            )

        return DescriptorOutput(*map(chosen, found, plain))

    def _expanded(self, env: Environment) -> tuple[DescriptorOutput, NDArray[np.bool_]]:
        """Return the output, and which centres `(nf, nloc)` are inside the expansions altogether.

        The rows of the other centres mean nothing. They are calculated all the same: a row must not depend
        on which others are in its block.
        """
        d = self.descriptor
        e, w = standardized_environment(env, d.options, d.davg, d.dstd)
        xp, lead = array_namespace(e), e.shape[:2]
        rows = xp.reshape(e, (lead[0] * lead[1], *e.shape[2:]))
        total: Any = None
        inside = np.ones(rows.shape[0], dtype=np.bool_)
        start = 0
        for width, expansion in zip(d.sel, self.expansions, strict=True):
            if expansion is not None:
                block = rows[:, start : start + width]
                x = xp.clip(block[..., 0], expansion.low, expansion.high)
                inside &= np.all(np.asarray(detached(x) == detached(block[..., 0])), axis=1)
                part = summed(expansion, x, d.pooled_rows(block))
                total = part if total is None else total + part
            start += width
        a = xp.matrix_transpose(total) / d.nnei
        a = xp.reshape(a, (*lead, *a.shape[1:]))
        turning = a[..., 1:] if a.shape[-1] > 1 else None
        out = DescriptorOutput(d.finish(a), turning, None, None, w[..., None])
        return out, np.reshape(inside, lead)


def expand_descriptor(descriptor: Descriptor, center_type: int) -> ExpandedDescriptor | None:
    """Expand the nets that centres of one type use; None where one of them cannot be.

    The interval is that of all distances from `CLOSEST` on, whatever the system. What was found for the same
    numbers before is found again at once.
    """
    d: Any = descriptor.for_center(center_type)
    if not isinstance(d, SeE2A | SeE2R) or d.davg.dtype != np.float64:
        return None
    if np.any(d.dstd[center_type, :, 0] <= 0.0):
        return None
    key = _fingerprint((center_type, d))
    with _LOCK:
        known, expansions = key in _FOUND, _FOUND.get(key)
    if not known:
        expansions = _expansions(d, center_type)
    with _LOCK:
        _FOUND[key] = expansions
        _FOUND.move_to_end(key)
        if len(_FOUND) > KEPT:
            _FOUND.popitem(last=False)
    return None if expansions is None else ExpandedDescriptor(d, expansions)


def expand_model(model: Model, center_type: int) -> Model:
    """Return a model that equals another at centres of one type, its nets expanded where that works."""
    plain = model.for_center(center_type)
    if not isinstance(model, StandardModel) or not isinstance(plain, StandardModel):
        return plain
    found: Any = expand_descriptor(model.descriptor, center_type)
    return plain if found is None else replace(plain, descriptor=found)


# By the numbers of a descriptor, not by the object: arrays may be changed in place.
_LOCK = Lock()
_FOUND: OrderedDict[bytes, tuple[Expansion | None, ...] | None] = OrderedDict()


def _expansions(d: Any, center_type: int) -> tuple[Expansion | None, ...] | None:
    largest = 1.0 / (CLOSEST + d.options.env_protection)
    mean, width = d.davg[center_type, :, 0], d.dstd[center_type, :, 0]
    low, high = -mean / width, (largest - mean) / width
    expansions: list[Expansion | None] = []
    start = 0
    for b, slots in enumerate(d.sel):
        part = slice(start, start + slots)
        start += slots
        if not slots:
            expansions.append(None)
            continue
        # Zero is what the net sees of an excluded neighbour.
        ends = min(float(low[part].min()), 0.0), max(float(high[part].max()), 0.0)
        found = expand(d.embeddings[(b,)], *ends)
        if found is None:
            return None
        expansions.append(found)
    return tuple(expansions)


def _fingerprint(tree: Any) -> bytes:
    """Return a digest of all numbers and options in a tree of dataclasses and tuples."""
    digest = blake2b(digest_size=16)
    for part in _parts(tree):
        digest.update(part)
    return digest.digest()


def _parts(tree: Any) -> Any:
    if is_dataclass(tree):
        for f in fields(tree):
            yield from _parts(getattr(tree, f.name))
    elif isinstance(tree, tuple):
        for item in tree:
            yield from _parts(item)
    elif hasattr(tree, "tobytes"):
        yield repr((tree.shape, tree.dtype)).encode()
        yield tree.tobytes()
    else:
        yield repr(tree).encode()
