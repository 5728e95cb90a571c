r"""Embedding nets of one variable as Chebyshev expansions: the fast way through large systems.

The net of a two-body descriptor is a function of one number, so it can be written once and for all as
:math:`N(x)_m = \sum_k c_{km} T_k(x)`. The sum over neighbours then needs no net any more,

.. math:: \sum_j N(x_j)_m E_{jc} = \sum_k c_{km} \sum_j T_k(x_j) E_{jc},

and its cost does not depend on the width of the net. An expansion is used only where it reproduces the net to
rounding: its coefficients must have decayed to the unit roundoff, and between its nodes it must be within the
error budget of the net itself. Budgets add up, so a sum of it is then within that of the sum. Everything else
(a kink in the activation, a small net over a wide range, a pair closer than `CLOSEST`) goes through the net.
Equation {eq}`eq-expansion` of the book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from refdp.descriptors.base import Descriptor
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.se_e2_a import SeE2A
from refdp.descriptors.se_e2_r import SeE2R
from refdp.namespaces import map_arrays
from refdp.namespaces.budgets import radius, to_budgets
from refdp.neighbors.environment import Environment
from refdp.nn.embedding_net import EmbeddingNet

__all__ = ["CLOSEST", "ExpandedDescriptor", "Expansion", "expand", "expand_descriptor"]

CLOSEST = 0.7
"""Distance in angstrom down to which expansions reach."""

Float = NDArray[np.float64]
DEGREES = (32, 64, 128, 256, 512)
ROUNDOFF = 2.0**-53
NOISE = 8 * ROUNDOFF


@dataclass(frozen=True, eq=False)
class Expansion:
    """A net of one variable on `[low, high]`.

    Attributes
    ----------
    low, high
        Ends of the interval.
    coefficients
        `(degree + 1, ng)` in Chebyshev polynomials of the variable scaled to `[-1, 1]`.
    """

    low: float
    high: float
    coefficients: Float

    def moments(self, x: Float, rows: Float) -> Float:
        r"""Return :math:`\sum_j T_k(x_j) E_{jc}`, `(n, ncol, degree + 1)`.

        Parameters
        ----------
        x
            `(n, nnei)`.
        rows
            `(n, nnei, ncol)`.
        """
        t = self._scaled(x)
        basis = np.empty((self.coefficients.shape[0], *x.shape))
        basis[0] = 1.0
        basis[1] = t
        t = t + t
        for k in range(2, basis.shape[0]):
            np.multiply(t, basis[k - 1], out=basis[k])
            np.subtract(basis[k], basis[k - 2], out=basis[k])
        return np.swapaxes(np.transpose(basis, (1, 0, 2)) @ rows, 1, 2)

    def __call__(self, x: Float) -> Float:
        """Return the net at `(n,)` points, `(n, ng)`."""
        return chebyshev.chebvander(self._scaled(x), self.coefficients.shape[0] - 1) @ self.coefficients

    def _scaled(self, x: Float) -> Float:
        return (x - 0.5 * (self.low + self.high)) * (2.0 / (self.high - self.low))


def expand(net: EmbeddingNet, low: float, high: float) -> Expansion | None:
    """Expand a net on an interval, or return None where no expansion reproduces it to rounding."""
    from scipy.fft import dct

    for degree in DEGREES:
        nodes = np.cos((np.arange(degree) + 0.5) * (np.pi / degree))
        values = np.asarray(net(_stretched(nodes, low, high)[:, None]))
        coefficients = dct(values, type=2, axis=0) / degree
        coefficients[0] *= 0.5
        scale = float(np.max(np.abs(values)))
        if np.all(np.abs(coefficients[-degree // 8 :]) <= NOISE * scale):
            return _checked(net, Expansion(low, high, _chopped(coefficients, scale)))
    return None


def _stretched(t: Float, low: float, high: float) -> Float:
    return 0.5 * (low + high) + 0.5 * (high - low) * t


def _chopped(coefficients: Float, scale: float) -> Float:
    """Drop the trailing coefficients that are nothing but rounding."""
    large = np.flatnonzero(np.any(np.abs(coefficients) > NOISE * scale, axis=1))
    return np.ascontiguousarray(coefficients[: max(int(np.max(large, initial=0)) + 1, 2)])


def _checked(net: EmbeddingNet, expansion: Expansion) -> Expansion | None:
    """Return an expansion that is no further from the net than rounding may take the net itself, or None."""
    count = expansion.coefficients.shape[0]
    between = _stretched(np.cos(np.arange(count + 1) * (np.pi / count)), expansion.low, expansion.high)
    exact: Any = map_arrays(net, to_budgets)  # type: ignore[arg-type]
    allowed = radius(exact(to_budgets(between[:, None])))
    error = np.abs(expansion(between) - np.asarray(net(between[:, None])))
    return expansion if np.all(error <= allowed) else None


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

    def describe(self, env: Environment) -> tuple[Float, NDArray[np.bool_]]:
        """Return the descriptor `(nf, nloc, dim)`, and which centres are inside the expansions altogether.

        The rows of the other centres mean nothing. They are calculated all the same: a row must not depend
        on which others are in its block.
        """
        d = self.descriptor
        e, _ = standardized_environment(env, d.options, d.davg, d.dstd)
        rows = np.reshape(np.asarray(e), (-1, *e.shape[2:]))
        total: Any = 0.0
        inside = np.ones(rows.shape[0], dtype=np.bool_)
        start = 0
        for width, expansion in zip(d.sel, self.expansions, strict=True):
            if expansion is not None:
                block = rows[:, start : start + width]
                x = np.clip(block[..., 0], expansion.low, expansion.high)
                inside &= np.all(x == block[..., 0], axis=1)
                total = total + expansion.moments(x, d.pooled_rows(block)) @ expansion.coefficients
            start += width
        a = np.swapaxes(total, 1, 2) / d.nnei
        lead = e.shape[:2]
        return np.asarray(d.finish(np.reshape(a, (*lead, *a.shape[1:])))), np.reshape(inside, lead)


def expand_descriptor(descriptor: Descriptor, center_type: int) -> ExpandedDescriptor | None:
    """Expand the nets that centres of one type use; None where one of them cannot be.

    The interval is that of all distances from `CLOSEST` on, whatever the system.
    """
    plain = descriptor.for_center(center_type)
    if not isinstance(plain, SeE2A | SeE2R):
        return None
    d: Any = plain
    if d.davg.dtype != np.float64 or np.any(d.dstd[center_type, :, 0] <= 0.0):
        return None
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
        found = expand(
            d.embeddings[(b,)], min(float(low[part].min()), 0.0), max(float(high[part].max()), 0.0)
        )
        if found is None:
            return None
        expansions.append(found)
    return ExpandedDescriptor(d, tuple(expansions))
