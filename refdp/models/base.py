"""What every model has: a quantity of each atom, and what callers must know to make its environments."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from refdp._typing import Array, Namespace
from refdp.descriptors.checks import check_call
from refdp.namespaces import array_namespace, device_of, dtype_of
from refdp.neighbors.environment import Environment, environment
from refdp.neighbors.sight import Sight

__all__ = ["NO_CONDITIONS", "Conditions", "Model", "Quantity"]


class Quantity(NamedTuple):
    """What a model predicts.

    Attributes
    ----------
    name
        `energy`, `dipole`, `polar`, `dos`, or the name of a property.
    shape
        Of one atom's share: `()` for an energy, `(3,)` for a dipole.
    intensive
        Whether the frame has the mean over its atoms instead of the sum.
    differentiable
        Whether forces and virial are made of it.
    """

    name: str
    shape: tuple[int, ...] = ()
    intensive: bool = False
    differentiable: bool = True


class Conditions(NamedTuple):
    """What a model may want to know beyond the environments.

    Attributes
    ----------
    fparam
        `(nf, numb_fparam)` of each frame, or None.
    aparam
        `(nf, nloc, numb_aparam)` of each centre, or None.
    types
        `(nf, nloc)` int, the types that the fitting net and the biases go by; those of the environment if
        None. They differ where a masked atom of se_a_mask keeps its energy.
    """

    fparam: Array | None = None
    aparam: Array | None = None
    types: Array | None = None


NO_CONDITIONS = Conditions()


@dataclass(frozen=True, eq=False)
class Model(Sight):
    """A model: one method `atomic`, and what its environments are made from."""

    @property
    @abstractmethod
    def quantity(self) -> Quantity:
        """What is predicted."""

    @abstractmethod
    def atomic(self, env: Environment, conditions: Conditions = NO_CONDITIONS) -> Array:
        """Return each atom's share of the quantity, `(nf, nloc, *quantity.shape)`, in the widest precision.

        Zero for virtual atoms (negative type) and those of an excluded type. Neighbours are as the table has
        them; pairs that the model excludes are taken out here.
        """

    @property
    def numb_fparam(self) -> int:
        """How many numbers of each frame the model wants."""
        return 0

    @property
    def numb_aparam(self) -> int:
        """How many numbers of each atom the model wants; 0 where they are only a mask."""
        return 0

    @property
    def default_fparam(self) -> tuple[float, ...] | None:
        """What stands for `fparam` where none is given."""
        return None

    def counted(self, types: Array) -> Array:
        """Return which atoms, by their types, the mean of an intensive quantity is taken over."""
        return types >= 0

    def for_center(self, center_type: int) -> Model:
        """Return a model that equals this one at centres of one type, and may be cheaper there."""
        del center_type
        return self

    def check(self, env: Environment) -> None:
        """Raise InputError where an environment is beyond what the model knows; only on NumPy."""
        del env

    @abstractmethod
    def to(self, namespace: Namespace, dtype: str | None = None, device: Any = None) -> Self:
        """Return the same model with its arrays in another library, precision or device."""

    def call(
        self,
        coord_ext: Array,
        atype_ext: Array,
        nlist: Array,
        mapping: Array | None = None,
        conditions: Conditions = NO_CONDITIONS,
    ) -> Array:
        """Return `atomic` from extended coordinates and a neighbour table, in the library of `coord_ext`.

        Parameters
        ----------
        coord_ext
            `(nf, nall, 3)` or `(nf, nall * 3)` in angstrom.
        atype_ext
            `(nf, nall)` int, negative for virtual atoms.
        nlist
            `(nf, nloc, nnei)` int, -1 in empty slots.
        mapping
            `(nf, nall)` int, the local atom behind each extended one.
        conditions
            Frame and atomic parameters.

        Raises
        ------
        InputError
            A shape does not fit, or (on NumPy, where it costs nothing) an index is out of range, or atoms are
            nearer than a pair table begins.
        """
        check_call(self, coord_ext, atype_ext, nlist, mapping)
        xp = array_namespace(coord_ext)
        dtype = dtype_of(xp, self.precision)
        coord = xp.reshape(coord_ext, (*atype_ext.shape, 3))
        coord = coord if dtype is None else xp.astype(coord, dtype, copy=False)
        moved = self.to(xp, device=device_of(coord_ext))
        env = environment(coord, atype_ext, nlist, mapping)
        self.check(env)
        return moved.atomic(real_first_type(env), conditions)

    def serialize(self) -> dict[str, Any]:
        """Return the dictionary that DeePMD-kit 3.2.0 reads back; its arrays are NumPy's."""
        from refdp.io.serialized import serialize

        return serialize(self)


def real_first_type(env: Environment) -> Environment:
    """Return the environment with type 0 for a first atom that is virtual: models lend it to empty slots."""
    xp = array_namespace(env.first_type)
    return replace(env, first_type=xp.where(env.first_type < 0, 0, env.first_type))
