"""The loss of a density of states, of frames or atoms, itself or summed up along the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refdp._typing import Array
from refdp.losses.options import DOSLossOptions
from refdp.losses.penalties import atom_mean, frame_mean
from refdp.losses.prefactors import CountingRule, counts, weighted_sum
from refdp.losses.quantities import count_atoms, named
from refdp.losses.tensor import atomic_error, total_error
from refdp.namespaces import array_namespace, device_of

__all__ = ["DOSLoss", "cumulative"]

NEEDED = {"dos": "total", "cdf": "total", "ados": "atomic", "acdf": "atomic"}
"""The label without which a term does not count."""


@dataclass(frozen=True)
class DOSLoss:
    r"""The loss :math:`L = \sum_k p_k L_k` of a density of states; equation {eq}`eq-loss-dos` of the book.

    Attributes
    ----------
    options
        The section `loss` of an input file.
    numb_dos
        Number of grid points.
    rule
        Which prefactors must not be zero for a term to count; see `refdp.losses.prefactors.counts`.
    """

    options: DOSLossOptions
    numb_dos: int
    rule: CountingRule = "either"

    def terms(self, prediction: Any, label: Any, mask: Array | None = None) -> dict[str, Array]:
        """Return the terms that count, by key: `dos cdf ados acdf`.

        Parameters
        ----------
        prediction, label
            `Values`, or what has these attributes.
        mask
            `(nf, natoms)`, the atoms that count; all of them if None.

        Raises
        ------
        InputError
            Shapes do not fit, or something is not predicted that has a label.
        """
        return {
            key: self._term(key, prediction, label, mask)
            for key, name in NEEDED.items()
            if counts(*self.options.prefactors(key), self.rule) and named(label, name) is not None
        }

    def __call__(
        self, prediction: Any, label: Any, lr: Any, start_lr: float, mask: Array | None = None
    ) -> Array:
        """Return the loss, an array without axes; 0.0 where no term counts."""
        found: Array = weighted_sum(self.terms(prediction, label, mask), self.options, lr, start_lr)
        return found

    def _term(self, key: str, prediction: Any, label: Any, mask: Array | None) -> Array:
        summed = cumulative if key.endswith("cdf") else _as_it_is
        if NEEDED[key] == "total":
            error = summed(total_error(prediction, label, self.numb_dos))
            return frame_mean(error * error)
        atoms = count_atoms(prediction, label, mask)
        error = summed(atomic_error(prediction, label, atoms, self.numb_dos))
        return atom_mean(error * error, atoms)


def cumulative(x: Array) -> Array:
    r"""Return :math:`\sum_{l \le k} x_l` along the last axis, as a product with a triangle of ones.

    Parameters
    ----------
    x
        `(..., numb_dos)`.
    """
    xp = array_namespace(x)
    place = xp.arange(x.shape[-1], device=device_of(x))
    one = xp.ones_like(xp.reshape(x, (-1,))[:1])
    return xp.matmul(x, xp.where(place[:, None] <= place[None, :], one, xp.zeros_like(one)))


def _as_it_is(x: Array) -> Array:
    return x
