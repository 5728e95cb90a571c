"""The loss of an energy and its derivatives: seven terms, each an average over frames or atoms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from refdp._typing import Array
from refdp.losses import errors
from refdp.losses.options import EnergyLossOptions
from refdp.losses.penalties import atom_mean, frame_mean, huber, magnitude, norm
from refdp.losses.prefactors import CountingRule, counts, weighted_sum
from refdp.losses.quantities import Atoms, count_atoms, named
from refdp.namespaces import array_namespace

__all__ = [
    "EnergyLoss",
    "atom_energy_term",
    "energy_term",
    "force_term",
    "generalized_force_term",
    "hessian_term",
    "virial_term",
    "weighted_force_term",
]

NEEDED = {
    "e": ("energy",),
    "f": ("forces",),
    "v": ("virial",),
    "ae": ("atom_energy",),
    "pf": ("forces", "atom_pref"),
    "gf": ("forces", "drdq"),
    "h": ("hessian",),
}
"""The labels without which a term does not count."""


@dataclass(frozen=True)
class EnergyLoss:
    r"""The loss :math:`L = \sum_k p_k L_k` of an energy model; equation {eq}`eq-loss-total` of the book.

    Attributes
    ----------
    options
        The section `loss` of an input file.
    rule
        Which prefactors must not be zero for a term to count; see `refdp.losses.prefactors.counts`.
    """

    options: EnergyLossOptions
    rule: CountingRule = "either"

    def counting(self, label: Any) -> tuple[str, ...]:
        """Return the keys of the terms whose prefactors count and whose labels are there."""
        return tuple(key for key in NEEDED if self._weighs(key) and self._labelled(key, label))

    def terms(self, prediction: Any, label: Any, mask: Array | None = None) -> dict[str, Array]:
        r"""Return the terms :math:`L_k` that count, by key: `e f v ae pf gf h`.

        Parameters
        ----------
        prediction
            The result of `refdp.evaluate`, a `Prediction`, or anything with these attributes.
        label
            A `Label`, or anything with these attributes.
        mask
            `(nf, natoms)`, the atoms that count; all of them if None.

        Raises
        ------
        InputError
            Shapes do not fit, or something is not predicted that has a label.
        """
        atoms = count_atoms(prediction, label, mask)
        return {key: TERMS[key](prediction, label, atoms, self.options) for key in self.counting(label)}

    def __call__(
        self, prediction: Any, label: Any, lr: Any, start_lr: float, mask: Array | None = None
    ) -> Array:
        """Return the loss, an array without axes; 0.0 where no term counts.

        Parameters
        ----------
        prediction, label, mask
            As in `terms`.
        lr, start_lr
            The learning rate now, and where training starts.

        Raises
        ------
        InputError
            As in `terms`.
        """
        found: Array = weighted_sum(self.terms(prediction, label, mask), self.options, lr, start_lr)
        return found

    def _weighs(self, key: str) -> bool:
        # The Hessian came last, and DeePMD-kit's PyTorch part asks for either of its prefactors.
        return counts(*self.options.prefactors(key), "either" if key == "h" else self.rule)

    def _labelled(self, key: str, label: Any) -> bool:
        absent = [name for name in NEEDED[key] if named(label, name) is None]
        return not absent or (absent == ["atom_pref"] and self.options.use_default_pf)


def energy_term(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    """Return the term of the energy; equation {eq}`eq-loss-e` of the book."""
    error = errors.energy_error(prediction, label, atoms, options)
    return _per_frame(error * atoms.share, atoms.count, options, options.huber_deltas[0])


def virial_term(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    """Return the term of the virial; equation {eq}`eq-loss-v` of the book."""
    error = errors.virial_error(prediction, label, atoms)
    if atoms.mask is not None:
        atoms = atoms._replace(count=atoms.count[:, None], share=atoms.share[:, None])
    return _per_frame(error * atoms.share, atoms.count, options, options.huber_deltas[2])


def force_term(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    """Return the term of the forces; equation {eq}`eq-loss-f` of the book."""
    error = errors.relative_force_error(prediction, label, atoms, options)
    error = norm(error) if options.f_use_norm else error
    return atom_mean(penalty(error, options, options.huber_deltas[1]), atoms)


def atom_energy_term(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    """Return the term of atomic energies; equation {eq}`eq-loss-ae` of the book."""
    error = errors.atom_energy_error(prediction, label, atoms)
    return atom_mean(penalty(error, options, options.huber_deltas[0]), atoms)


def weighted_force_term(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    """Return the term of weighted forces; equation {eq}`eq-loss-pf` of the book.

    The mean is over all components, not over the sum of the weights.
    """
    error = errors.relative_force_error(prediction, label, atoms, options)
    weight = errors.force_weight(label, atoms, options)
    return atom_mean(penalty(error, options, options.huber_deltas[1]) * weight, atoms)


def generalized_force_term(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    """Return the term of generalized forces, squared always; equation {eq}`eq-loss-gf` of the book."""
    error = errors.generalized_force_error(prediction, label, atoms, options)
    return frame_mean(error * error)


def hessian_term(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    """Return the term of the Hessian; equation {eq}`eq-loss-h` of the book."""
    error = errors.hessian_error(prediction, label, atoms)
    total = array_namespace(error).sum(penalty(error, options, options.huber_deltas[1]), axis=-1)
    third = atoms.share / 3.0
    return frame_mean(total * (third * third))


def penalty(error: Array, options: EnergyLossOptions, delta: float) -> Array:
    """Return the square, the size or the Huber function of each error, as the options say."""
    if options.form == "mse":
        return error * error
    return huber(error, delta) if options.form == "huber" else magnitude(error)


def _per_frame(error: Array, count: Any, options: EnergyLossOptions, delta: float) -> Array:
    """Return the average over frames of errors per atom; squares are divided by N once, not twice."""
    values = penalty(error, options, delta)
    once = options.form == "mse" and not options.intensive_ener_virial
    return frame_mean(values * count if once else values)


TERMS: dict[str, Callable[[Any, Any, Atoms, EnergyLossOptions], Array]] = {
    "e": energy_term,
    "f": force_term,
    "v": virial_term,
    "ae": atom_energy_term,
    "pf": weighted_force_term,
    "gf": generalized_force_term,
    "h": hessian_term,
}
