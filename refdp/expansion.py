r"""Embedding nets of one variable as Chebyshev expansions: the fast way through large systems.

The net of a two-body descriptor is a function of one number, so it can be written once and for all as
:math:`N(x)_m = \sum_k c_{km} T_k(x)`. The sum over neighbours then needs no net any more,

.. math:: \sum_j N(x_j)_m E_{jc} = \sum_k c_{km} \sum_j T_k(x_j) E_{jc},

and its cost does not depend on the width of the net. The slope has an expansion of its own, as the derivative
of a series that is cut off loses digits. An expansion is used only where it reproduces the net to rounding:
its coefficients must have decayed to the unit roundoff, between its nodes it must be within the error budget
of the net itself, and its slope within rounding of that of the net. Everything else (a kink in the
activation function, a small net over a wide range, a very close pair) goes through the net.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from refdp.derivatives import pullback
from refdp.namespaces import map_arrays
from refdp.namespaces.budgets import radius, to_budgets
from refdp.nn.embedding_net import EmbeddingNet

__all__ = ["Expansion", "expand", "summed"]

Float = NDArray[np.float64]
DEGREES = (32, 64, 128, 256, 512)
ROUNDOFF = 2.0**-53
NOISE = 8 * ROUNDOFF
# Of the steepest output: a derivative through several layers is not known better in float64.
STEEP = 32 * ROUNDOFF
FEW = 4


@dataclass(frozen=True, eq=False)
class Expansion:
    """A net of one variable on `[low, high]`.

    Attributes
    ----------
    low, high
        Ends of the interval.
    coefficients
        `(terms, ng)` in Chebyshev polynomials of the variable scaled to `[-1, 1]`.
    slopes
        `(terms, ng)` those of the derivative of the net.
    """

    low: float
    high: float
    coefficients: Float
    slopes: Float

    def polynomials(self, x: Float) -> Float:
        """Return :math:`T_k(x)`, `(n, nnei, terms)` for `x` of shape `(n, nnei)`."""
        t = self.scaled(x)
        basis = np.empty((self.coefficients.shape[0], *x.shape))
        basis[0] = 1.0
        basis[1] = t
        t = t + t
        for k in range(2, basis.shape[0]):
            np.multiply(t, basis[k - 1], out=basis[k])
            np.subtract(basis[k], basis[k - 2], out=basis[k])
        return np.transpose(basis, (1, 2, 0))

    def scaled(self, x: Any) -> Any:
        """Return the variable on `[-1, 1]`."""
        return (x - 0.5 * (self.low + self.high)) * (2.0 / (self.high - self.low))


class _Sum:
    """The sum over neighbours of one block; what goes forward and what comes back share the polynomials."""

    def __init__(self, expansion: Expansion) -> None:
        self.expansion = expansion
        self.polynomials: Any = None

    def forward(self, x: Float, rows: Float) -> Float:
        """Return `(n, ncol, ng)`."""
        self.polynomials = self.expansion.polynomials(x)
        return (np.swapaxes(rows, 1, 2) @ self.polynomials) @ self.expansion.coefficients

    def slope(self, g: Float, rows: Float) -> Float:
        """Return the gradient of `x` from that of the sum."""
        return np.sum(self._spread(g, self.expansion.slopes) * rows, axis=-1)

    def weight(self, g: Float) -> Float:
        """Return the gradient of the rows from that of the sum."""
        return self._spread(g, self.expansion.coefficients)

    def _spread(self, g: Float, coefficients: Float) -> Float:
        return self.polynomials @ np.swapaxes(g @ coefficients.T, 1, 2)


def summed(expansion: Expansion, x: Any, rows: Any) -> Any:
    r"""Return :math:`\sum_j N(x_j)_m E_{jc}`, `(n, ncol, ng)`.

    Equation {eq}`eq-expansion` of the book.

    Parameters
    ----------
    expansion
        The net.
    x
        `(n, nnei)` within the interval.
    rows
        `(n, nnei, ncol)`; both on NumPy, or on the tape.
    """
    one = _Sum(expansion)
    if isinstance(x, np.ndarray) and isinstance(rows, np.ndarray):
        return one.forward(x, rows)
    return _recorded()(x, rows, sum=one)


@cache
def _recorded() -> Any:
    from refdp.namespaces.tape_record import recorded

    return recorded(
        lambda _, x, rows, *, sum: sum.forward(x, rows),  # noqa: A006  # as `_Sum` is called
        lambda b: b.options["sum"].slope(b.g, b.z),
        lambda b: b.options["sum"].weight(b.g),
    )


def expand(net: EmbeddingNet, low: float, high: float) -> Expansion | None:
    """Expand a net on an interval, or return None where no expansion reproduces it to rounding."""
    for degree in DEGREES:
        series = _series(net, low, high, degree)
        slopes = chebyshev.chebder(series, axis=0) * (2.0 / (np.longdouble(high) - low))
        if _has_decayed(series) and _has_decayed(slopes):
            terms = max(_terms(series), _terms(slopes), 2)
            both = (
                np.ascontiguousarray(c[:terms], np.float64)
                for c in (series, np.pad(slopes, ((0, 1), (0, 0))))
            )
            found = Expansion(low, high, *both)
            return found if _agrees(net, found) else None
    return None


def _series(net: EmbeddingNet, low: float, high: float, degree: int) -> NDArray[np.longdouble]:
    """Return the coefficients by interpolation, in the longest floats there are: slopes need more digits."""
    from scipy.fft import dct

    pi = np.arccos(np.longdouble(-1.0))
    nodes = np.cos((np.arange(degree) + np.longdouble(0.5)) * (pi / degree))
    long: Any = map_arrays(net, lambda w: np.asarray(w).astype(np.longdouble))
    coefficients = dct(np.asarray(long(_stretched(nodes, low, high)[:, None])), type=2, axis=0) / degree
    coefficients[0] *= 0.5
    return coefficients


def _has_decayed(series: NDArray[np.longdouble]) -> bool:
    return bool(np.all(np.abs(series[-series.shape[0] // 8 :]) <= NOISE * np.max(np.abs(series))))


def _terms(series: NDArray[np.longdouble]) -> int:
    """Return how many coefficients count: those behind them are far below rounding."""
    large = np.any(np.abs(series) > 0.5 * ROUNDOFF * np.max(np.abs(series)), axis=1)
    return int(np.max(np.flatnonzero(large), initial=0)) + 1


def _stretched(t: Any, low: float, high: float) -> Any:
    return 0.5 * (low + high) + 0.5 * (high - low) * t


def _agrees(net: EmbeddingNet, expansion: Expansion) -> bool:
    """Tell whether an expansion is no further from the net than rounding may take the net itself."""
    count = expansion.coefficients.shape[0]
    x = _stretched(np.cos(np.arange(count + 1) * (np.pi / count)), expansion.low, expansion.high)
    basis = chebyshev.chebvander(expansion.scaled(x), count - 1)
    exact: Any = map_arrays(net, to_budgets)  # type: ignore[arg-type]
    allowed = radius(exact(to_budgets(x[:, None])))
    values: Any = np.asarray(net(x[:, None]))
    if np.any(np.abs(basis @ expansion.coefficients - values) > allowed):
        return False
    # Each point costs as many as there are outputs.
    slopes = _slopes(net, x[::FEW], values.shape[1])
    return bool(np.all(np.abs(basis[::FEW] @ expansion.slopes - slopes) <= STEEP * np.max(np.abs(slopes))))


def _slopes(net: EmbeddingNet, x: Float, ng: int) -> Float:
    """Return the derivatives of all outputs, `(n, ng)`: each point once for each output."""
    _, back = pullback(net, np.repeat(x, ng)[:, None])
    return np.asarray(back(np.tile(np.eye(ng), (x.size, 1)))).reshape(x.size, ng)
