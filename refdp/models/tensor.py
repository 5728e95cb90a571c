"""Fitting nets of what rotates with the system: dipoles and polarizabilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from refdp._typing import Array
from refdp.equations.fitting import dipole, isotropic, of_type, polarizability, polarizability_diagonal
from refdp.errors import unexpected
from refdp.initialize_fitting import neutral_scale
from refdp.models.base import Quantity
from refdp.models.fitting import Fitting
from refdp.models.fitting_options import DipoleOptions, FittingOptions, PolarOptions
from refdp.namespaces import array_namespace
from refdp.trace import step

__all__ = ["DipoleFitting", "PolarFitting"]


@dataclass(frozen=True, eq=False)
class TensorFitting(Fitting):
    """What fitting nets of tensors share: rows that rotate with the atoms, weighed by the output of the net.

    Attributes
    ----------
    embedding_width
        How many rows `rot_mat` has.
    """

    embedding_width: int = field(kw_only=True)

    @property
    def width(self) -> int:
        """Width of the output of the net."""
        return self.output_width(self.options, self.embedding_width)

    @classmethod
    def initial_extras(cls, options: Any, ntypes: int, embedding_width: int | None) -> dict[str, Any]:
        """Return the number of rows of `rot_mat`."""
        del options, ntypes
        return {"embedding_width": embedding_width}

    def rows(self, rot_mat: Array | None, y: Array) -> Array:
        """Return `rot_mat` in the precision of the output of the net.

        Raises
        ------
        InputError
            It is missing, or its shape is another.
        """
        nf, nloc, _ = y.shape
        shape = (nf, nloc, self.embedding_width, 3)
        if rot_mat is None or tuple(rot_mat.shape) != shape:
            had = None if rot_mat is None else tuple(rot_mat.shape)
            what = f"shape (nf, nloc, embedding_width, 3) = {shape}; a descriptor without it has no direction"
            raise unexpected("rot_mat", had, what)
        return array_namespace(y).astype(rot_mat, y.dtype, copy=False)


@dataclass(frozen=True, eq=False)
class DipoleFitting(TensorFitting):
    """A fitting net of dipoles; doi:10.1103/PhysRevB.102.041121."""

    names: ClassVar[tuple[str, ...]] = ("dipole",)
    written_name: ClassVar[str] = "dipole"
    options_type: ClassVar[type[FittingOptions]] = DipoleOptions

    @property
    def quantity(self) -> Quantity:
        """A vector."""
        return Quantity("dipole", (3,), differentiable=bool(self.options.r_differentiable))

    @classmethod
    def output_width(cls, options: Any, embedding_width: int | None) -> int:
        """Return a number for each row of `rot_mat`."""
        del options
        return _checked_width(embedding_width)

    def finish(self, y: Array, rot_mat: Array | None, types: Array) -> Array:
        """Return the dipole of each atom; step `mu`."""
        del types
        return step("mu", dipole(y, self.rows(rot_mat, y)))


@dataclass(frozen=True, eq=False)
class PolarFitting(TensorFitting):
    """A fitting net of polarizabilities; doi:10.1039/D0CP01893G.

    Attributes
    ----------
    scale
        `(ntypes,)` factor of the output of the net, and of the constants.
    constant_matrix
        `(ntypes,)` what `shift_diag` adds to the diagonal, before the factor.
    """

    scale: Array = field(kw_only=True)
    constant_matrix: Array = field(kw_only=True)

    names: ClassVar[tuple[str, ...]] = ("polar",)
    written_name: ClassVar[str] = "polar"
    options_type: ClassVar[type[FittingOptions]] = PolarOptions

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        super().__post_init__()
        for name, x in (("scale", self.scale), ("constant_matrix", self.constant_matrix)):
            if tuple(x.shape) != (self.ntypes,):
                raise unexpected(name, tuple(x.shape), f"one number for each of the {self.ntypes} types")

    @property
    def quantity(self) -> Quantity:
        """A matrix of three rows and columns."""
        return Quantity("polar", (3, 3), differentiable=False)

    @classmethod
    def output_width(cls, options: Any, embedding_width: int | None) -> int:
        """Return a number for each row of `rot_mat`, or each pair of rows."""
        n = _checked_width(embedding_width)
        return n if options.fit_diag else n * n

    @classmethod
    def initial_extras(cls, options: Any, ntypes: int, embedding_width: int | None) -> dict[str, Any]:
        """Return `scale` of each type, and constants of zero."""
        extras = super().initial_extras(options, ntypes, embedding_width)
        return extras | neutral_scale(options.scale, ntypes)

    def finish(self, y: Array, rot_mat: Array | None, types: Array) -> Array:
        """Return the polarizability of each atom; step `alpha`."""
        xp, rows, n = array_namespace(y), self.rows(rot_mat, y), self.embedding_width
        scale = of_type(xp.astype(self.scale, y.dtype, copy=False), types)
        c = scale[..., None] * y
        if self.options.fit_diag:
            alpha = polarizability_diagonal(c, rows)
        else:
            alpha = polarizability(xp.reshape(c, (*c.shape[:-1], n, n)), rows)
        if self.options.shift_diag:
            constant = of_type(xp.astype(self.constant_matrix, y.dtype, copy=False), types)
            alpha = alpha + isotropic(scale * constant)
        return step("alpha", alpha)

    def with_output_statistics(self, values: Array, types: Array, out_bias: Array, out_std: Array) -> Array:
        r"""Return :math:`\alpha_i + s_{t_i}\,\tfrac13\mathrm{tr}(b_{t_i})\, I` if `shift_diag`.

        Equation {eq}`eq-fitting-statistics` of the book.
        """
        del out_std
        if not self.options.shift_diag:
            return values
        xp = array_namespace(values)
        diagonal = (out_bias[:, 0] + out_bias[:, 4] + out_bias[:, 8]) / 3.0
        shift = of_type(diagonal * xp.astype(self.scale, diagonal.dtype, copy=False), types)
        return values + isotropic(shift)


def _checked_width(embedding_width: int | None) -> int:
    if embedding_width is None or embedding_width < 1:
        what = "the number of rows of `rot_mat`, which this descriptor has to have"
        raise unexpected("embedding_width", embedding_width, what)
    return int(embedding_width)
