"""The loss of a dipole or a polarizability: squared errors of frames, of atoms, or of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refdp._typing import Array
from refdp.losses import errors
from refdp.losses.options import TensorLossOptions
from refdp.losses.penalties import atom_mean, frame_mean
from refdp.losses.quantities import Atoms, count_atoms, masked, named, shaped

__all__ = ["TensorLoss", "atomic_error", "total_error"]


@dataclass(frozen=True)
class TensorLoss:
    r"""The loss :math:`L = p_a \langle w^2 |e_i|^2 \rangle + p\,\overline{|e|^2}`.

    Equation {eq}`eq-loss-tensor` of the book.

    Attributes
    ----------
    options
        The section `loss` of an input file.
    tensor_name, tensor_size
        `dipole` or `polar`, and the number of components, 3 or 9.
    label_name
        What files call the label: `dipole` or `polarizability`.
    """

    options: TensorLossOptions
    tensor_name: str = "dipole"
    tensor_size: int = 3
    label_name: str = "dipole"

    def terms(self, prediction: Any, label: Any, mask: Array | None = None) -> dict[str, Array]:
        """Return the terms that count, by key: `atomic` and `total`.

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
        found = {}
        if self.options.pref_atomic and named(label, "atomic") is not None:
            found["atomic"] = self._atomic(prediction, label, mask)
        if self.options.pref and named(label, "total") is not None:
            error = total_error(prediction, label, self.tensor_size)
            found["total"] = frame_mean(error * error)
        return found

    def __call__(
        self, prediction: Any, label: Any, lr: Any = None, start_lr: Any = None, mask: Array | None = None
    ) -> Array:
        """Return the loss, an array without axes; the learning rate changes nothing."""
        del lr, start_lr
        weights = {"atomic": self.options.pref_atomic, "total": self.options.pref}
        terms = self.terms(prediction, label, mask)
        total: Any = sum(weights[key] * value for key, value in terms.items())
        return total

    def _atomic(self, prediction: Any, label: Any, mask: Array | None) -> Array:
        atoms = count_atoms(prediction, label, mask)
        error = atomic_error(prediction, label, atoms, self.tensor_size)
        weight = named(label, "atomic_weight") if self.options.enable_atomic_weight else None
        if weight is not None:
            error = error * masked(shaped(weight, (atoms.nf, atoms.natoms, 1), "label.atomic_weight"), atoms)
        return atom_mean(error * error, atoms)


def total_error(prediction: Any, label: Any, size: int) -> Array:
    """Return the error of frames, label minus prediction, `(nf, size)`."""
    return errors.difference("total", prediction, label, (label.total.shape[0], size))


def atomic_error(prediction: Any, label: Any, atoms: Atoms, size: int) -> Array:
    """Return the error of atoms, `(nf, natoms, size)`, zero where an atom does not count."""
    return errors.atomic_difference("atomic", prediction, label, atoms, (atoms.nf, atoms.natoms, size))
