"""The loss of a property: per atom where it grows with the system, in units of its own spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from refdp._typing import Array
from refdp.losses.options import PropertyLossOptions
from refdp.losses.penalties import huber, magnitude
from refdp.losses.quantities import count_atoms, shaped
from refdp.namespaces import array_namespace

__all__ = ["PropertyLoss"]

SHIFT = 1e-3
"""What `mape` adds to labels in the denominator, sign and all."""


@dataclass(frozen=True, eq=False)
class PropertyLoss:
    """The loss of a property; equation {eq}`eq-loss-property` of the book.

    Attributes
    ----------
    options
        The section `loss` of an input file.
    var_name
        Name of the property.
    task_dim
        Number of its components.
    intensive
        Whether it is the same for a larger piece of the same matter; otherwise it is divided by N.
    out_bias, out_std
        Numbers, one for each component, that are subtracted and divided by; none if None.
    """

    options: PropertyLossOptions
    var_name: str
    task_dim: int = 1
    intensive: bool = False
    out_bias: tuple[float, ...] | None = None
    out_std: tuple[float, ...] | None = None

    def terms(self, prediction: Any, label: Any, mask: Array | None = None) -> dict[str, Array]:
        """Return the one term, by the name of the loss function.

        Parameters
        ----------
        prediction, label
            `Values`, or what has these attributes; `total` counts.
        mask
            `(nf, natoms)`, the atoms that count; all of them if None.

        Raises
        ------
        InputError
            Shapes do not fit, or nothing says how many atoms there are.
        """
        name = self.options.loss_func
        p, q = self._per_atom(prediction, label, mask)
        if name != "mape":
            p, q = self._standardized(p), self._standardized(q)
        return {name: self._summed(name, p, q)}

    def metrics(self, prediction: Any, label: Any, mask: Array | None = None) -> dict[str, Array]:
        """Return what is displayed, the means that option `metric` names, not in units of the spread."""
        p, q = self._per_atom(prediction, label, mask)
        return {name: FORMS[name](p, q, self.options.beta) for name in self.options.metric}

    def __call__(
        self, prediction: Any, label: Any, lr: Any = None, start_lr: Any = None, mask: Array | None = None
    ) -> Array:
        """Return the loss, an array without axes; the learning rate changes nothing."""
        del lr, start_lr
        return self.terms(prediction, label, mask)[self.options.loss_func]

    def _per_atom(self, prediction: Any, label: Any, mask: Array | None) -> tuple[Array, Array]:
        shape = (label.total.shape[0], self.task_dim)
        p = shaped(prediction.total, shape, "prediction.total")
        q = shaped(label.total, shape, "label.total")
        if self.intensive:
            return p, q
        share = count_atoms(prediction, label, mask).share
        share = share if mask is None else share[:, None]
        return p * share, q * share

    def _standardized(self, x: Array) -> Array:
        xp = array_namespace(x)
        for k, constants in enumerate((self.out_bias, self.out_std)):
            if constants is not None:
                row = xp.stack([xp.full_like(x[:, 0], c) for c in constants], axis=-1)
                x = x / row if k else x - row
        return x

    def _summed(self, name: str, p: Array, q: Array) -> Array:
        mean = FORMS[name](p, q, self.options.beta)
        return mean if name in ("rmse", "mape") else mean * float(p.shape[0] * p.shape[1])


def _smooth_mae(p: Array, q: Array, beta: float) -> Array:
    return array_namespace(p).mean(huber(p - q, beta) / beta)


def _mae(p: Array, q: Array, beta: float) -> Array:
    del beta
    return array_namespace(p).mean(magnitude(p - q))


def _mse(p: Array, q: Array, beta: float) -> Array:
    del beta
    return array_namespace(p).mean((p - q) * (p - q))


def _rmse(p: Array, q: Array, beta: float) -> Array:
    mean = _mse(p, q, beta)
    xp = array_namespace(p)
    nothing = mean == 0.0
    root = xp.sqrt(xp.where(nothing, xp.ones_like(mean), mean))
    return xp.where(nothing, xp.zeros_like(mean), root)


def _mape(p: Array, q: Array, beta: float) -> Array:
    del beta
    return array_namespace(p).mean(magnitude((p - q) / (q + SHIFT)))


FORMS: dict[str, Callable[[Array, Array, float], Array]] = {
    "smooth_mae": _smooth_mae,
    "mae": _mae,
    "mse": _mse,
    "rmse": _rmse,
    "mape": _mape,
}
