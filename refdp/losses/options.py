"""The options of the sections `loss` and `learning_rate` of an input file, with defaults and meanings."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from refdp.errors import unexpected

__all__ = ["DOSLossOptions", "EnergyLossOptions", "PropertyLossOptions", "TensorLossOptions"]


def _start(what: str) -> Meta:
    return Meta(description=f"Prefactor of {what} where training starts.")


def _limit(what: str) -> Meta:
    return Meta(description=f"Prefactor of {what} in the limit of a vanishing learning rate.")


class _Prefactors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pairs of options `start_pref_*` and `limit_pref_*`, one for each term."""

    def __post_init__(self) -> None:
        """Check each prefactor."""
        for name in self.__struct_fields__:
            if "_pref_" in name:
                check_nonnegative(name, getattr(self, name))

    @property
    def keys(self) -> tuple[str, ...]:
        """The terms that have prefactors, `e`, `f`, ..."""
        names = self.__struct_fields__
        return tuple(name.removeprefix("start_pref_") for name in names if name.startswith("start_pref_"))

    def prefactors(self, key: str) -> tuple[float, float]:
        """Return the prefactors of a term at the start and in the limit."""
        return getattr(self, f"start_pref_{key}"), getattr(self, f"limit_pref_{key}")


class EnergyLossOptions(_Prefactors, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the loss of an energy and its derivatives; the defaults are those of the input file.

    Raises
    ------
    InputError
        A value is impossible, or values do not fit together; the message names them.
    """

    start_pref_e: Annotated[float, _start("the energy")] = 0.02
    limit_pref_e: Annotated[float, _limit("the energy")] = 1.0
    start_pref_f: Annotated[float, _start("the forces")] = 1000.0
    limit_pref_f: Annotated[float, _limit("the forces")] = 1.0
    start_pref_v: Annotated[float, _start("the virial")] = 0.0
    limit_pref_v: Annotated[float, _limit("the virial")] = 0.0
    start_pref_ae: Annotated[float, _start("atomic energies")] = 0.0
    limit_pref_ae: Annotated[float, _limit("atomic energies")] = 0.0
    start_pref_pf: Annotated[float, _start("forces weighted atom by atom, by `atom_pref`")] = 0.0
    limit_pref_pf: Annotated[float, _limit("forces weighted atom by atom, by `atom_pref`")] = 0.0
    relative_f: Annotated[
        float | None,
        Meta(description="Divide force errors by the size of the label plus this, in eV/angstrom."),
    ] = None
    enable_atom_ener_coeff: Annotated[
        bool, Meta(description="The energy is the sum of atomic ones weighted by `atom_ener_coeff`.")
    ] = False
    start_pref_gf: Annotated[float, _start("generalized forces")] = 0.0
    limit_pref_gf: Annotated[float, _limit("generalized forces")] = 0.0
    numb_generalized_coord: Annotated[int, Meta(description="Number of generalized coordinates.")] = 0
    use_huber: Annotated[
        bool, Meta(description="Quadratic up to `huber_delta`, linear beyond; not with `loss_func` `mae`.")
    ] = False
    huber_delta: Annotated[
        float | tuple[float, float, float],
        Meta(description="Where the linear part begins; or one number each for energy, force, virial."),
    ] = 0.01
    loss_func: Annotated[
        Literal["mse", "mae"], Meta(description="Squared errors (`mse`) or absolute ones (`mae`).")
    ] = "mse"
    f_use_norm: Annotated[
        bool, Meta(description="Take the size of an atom's force error instead of its components.")
    ] = False
    use_default_pf: Annotated[
        bool, Meta(description="Take weights of one where there is no `atom_pref`.")
    ] = False
    intensive_ener_virial: Annotated[
        bool, Meta(description="Divide squared errors of energy and virial by N twice instead of once.")
    ] = False
    start_pref_h: Annotated[float, _start("the Hessian")] = 0.0
    limit_pref_h: Annotated[float, _limit("the Hessian")] = 0.0

    def __post_init__(self) -> None:
        """Check each value, and those that must fit together."""
        super().__post_init__()
        if self.relative_f is not None:
            check_positive("relative_f", self.relative_f)
        for delta in self.huber_deltas:
            check_positive("huber_delta", delta)
        if self.numb_generalized_coord < 0 or (self.wanted("gf") and not self.numb_generalized_coord):
            what = "the number of generalized coordinates, one or more with `start_pref_gf`"
            raise unexpected("numb_generalized_coord", self.numb_generalized_coord, what)
        if self.f_use_norm and self.form == "mse":
            what = "false: only with `use_huber` or `loss_func` 'mae'"
            raise unexpected("f_use_norm", self.f_use_norm, what)
        if self.use_huber and (self.relative_f is not None or any(map(self.wanted, ("pf", "gf", "h")))):
            what = "false with `relative_f` or prefactors of pf, gf, h, which have no Huber form"
            raise unexpected("use_huber", self.use_huber, what)

    @property
    def form(self) -> Literal["mse", "mae", "huber"]:
        """How an error counts, squared, made positive or by the Huber function; `mae` wins over Huber."""
        return "huber" if self.use_huber and self.loss_func == "mse" else self.loss_func

    @property
    def huber_deltas(self) -> tuple[float, float, float]:
        """Where the linear part begins for energy (eV), force (eV/angstrom) and virial (eV)."""
        delta = self.huber_delta
        return delta if isinstance(delta, tuple) else (delta, delta, delta)

    def wanted(self, key: str) -> bool:
        """Tell whether a term has a prefactor other than zero, at the start or in the limit."""
        return any(self.prefactors(key))


class TensorLossOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the loss of a dipole or a polarizability.

    Raises
    ------
    InputError
        A prefactor is negative, or both are zero.
    """

    pref: Annotated[float, Meta(description="Prefactor of the tensor of a frame.")]
    pref_atomic: Annotated[float, Meta(description="Prefactor of the tensors of atoms.")]
    enable_atomic_weight: Annotated[
        bool, Meta(description="Multiply the errors of atoms by `atomic_weight`.")
    ] = False

    def __post_init__(self) -> None:
        """Check both prefactors."""
        check_nonnegative("pref", self.pref)
        check_nonnegative("pref_atomic", self.pref_atomic)
        if not (self.pref or self.pref_atomic):
            raise unexpected("pref", self.pref, "a number above zero where `pref_atomic` is zero")


class DOSLossOptions(_Prefactors, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the loss of a density of states; the defaults are those of the input file.

    Raises
    ------
    InputError
        A prefactor is negative.
    """

    start_pref_dos: Annotated[float, _start("the density")] = 0.0
    limit_pref_dos: Annotated[float, _limit("the density")] = 0.0
    start_pref_cdf: Annotated[float, _start("the cumulative density")] = 0.0
    limit_pref_cdf: Annotated[float, _limit("the cumulative density")] = 0.0
    start_pref_ados: Annotated[float, _start("the densities of atoms")] = 1.0
    limit_pref_ados: Annotated[float, _limit("the densities of atoms")] = 1.0
    start_pref_acdf: Annotated[float, _start("the cumulative densities of atoms")] = 0.0
    limit_pref_acdf: Annotated[float, _limit("the cumulative densities of atoms")] = 0.0


class PropertyLossOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the loss of a property.

    Raises
    ------
    InputError
        `beta` is not positive.
    """

    loss_func: Annotated[
        Literal["smooth_mae", "mae", "mse", "rmse", "mape"], Meta(description="What is made of the errors.")
    ] = "smooth_mae"
    metric: Annotated[
        tuple[Literal["smooth_mae", "mae", "mse", "rmse", "mape"], ...],
        Meta(description="What is displayed."),
    ] = ("mae",)
    beta: Annotated[float, Meta(description="Where `smooth_mae` becomes linear.")] = 1.0

    def __post_init__(self) -> None:
        """Check `beta`."""
        check_positive("beta", self.beta)


def check_nonnegative(name: str, value: float) -> None:
    """Raise InputError where a number is negative or not finite."""
    if not (isfinite(value) and value >= 0.0):
        raise unexpected(name, value, "a finite number of zero or more")


def check_positive(name: str, value: float) -> None:
    """Raise InputError where a number is not above zero, or not finite."""
    if not (isfinite(value) and value > 0.0):
        raise unexpected(name, value, "a finite number above zero")
