"""What every descriptor has: `describe`, `call`, `to`, `serialize`, and what callers must know of it."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import msgspec

from refdp._typing import Array, Namespace
from refdp.descriptors.checks import check_call
from refdp.namespaces import array_namespace, device_of, dtype_of
from refdp.neighbors.environment import Environment, environment
from refdp.neighbors.sight import Sight

__all__ = ["Descriptor", "DescriptorOutput"]


class DescriptorOutput(NamedTuple):
    """What a descriptor gives for each local atom; None where it is not defined.

    Attributes
    ----------
    descriptor
        `(nf, nloc, dim)`.
    rot_mat
        `(nf, nloc, ng, 3)`, rotates with the atoms.
    g2, h2
        Pair features of message passing descriptors.
    sw
        `(nf, nloc, nnei, 1)`, the switch of each neighbour, zero in empty slots.
    """

    descriptor: Array
    rot_mat: Array | None
    g2: Array | None
    h2: Array | None
    sw: Array | None


@dataclass(frozen=True, eq=False)
class Descriptor(Sight):
    """A descriptor: one method `describe` that is its derivation, and what callers must know of it."""

    names: ClassVar[tuple[str, ...]]  # in input files and serialized dictionaries, the preferred one first
    written_name: ClassVar[str]  # in serialized dictionaries
    options_type: ClassVar[type[msgspec.Struct]]  # of its section in an input file

    @abstractmethod
    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment, in the namespace and dtype of its displacements."""

    @property
    @abstractmethod
    def rcut_smth(self) -> float:
        """Where the switch begins to fall, in angstrom."""

    @property
    @abstractmethod
    def dim_out(self) -> int:
        """Width of the descriptor."""

    def for_center(self, center_type: int) -> Descriptor:
        """Return a descriptor that equals this one at centres of one type, and may be cheaper there."""
        del center_type
        return self

    def call(
        self, coord_ext: Array, atype_ext: Array, nlist: Array, mapping: Array | None = None
    ) -> DescriptorOutput:
        """Return the descriptor from extended coordinates and a neighbour table, as DeePMD-kit's `call`.

        The arithmetic is done in the precision of the descriptor; the result has the library, dtype and
        device of `coord_ext`.

        Parameters
        ----------
        coord_ext
            `(nf, nall, 3)` or `(nf, nall * 3)` in angstrom.
        atype_ext
            `(nf, nall)` int.
        nlist
            `(nf, nloc, nnei)` int, -1 in empty slots.
        mapping
            `(nf, nall)` int, the local atom behind each extended one.

        Raises
        ------
        InputError
            A shape does not fit, or (on NumPy, where it costs nothing) an index is out of range.
        """
        check_call(self, coord_ext, atype_ext, nlist, mapping)
        xp = array_namespace(coord_ext)
        dtype = dtype_of(xp, self.precision)
        coord = xp.reshape(coord_ext, (*atype_ext.shape, 3))
        coord = coord if dtype is None else xp.astype(coord, dtype, copy=False)
        moved = self.to(xp, device=device_of(coord_ext))
        out = moved.describe(environment(coord, atype_ext, nlist, mapping))
        if dtype is None:
            return out
        back = (x if x is None else xp.astype(x, coord_ext.dtype, copy=False) for x in out)
        return DescriptorOutput(*back)  # type: ignore[arg-type]  # None stays where it was

    @abstractmethod
    def to(self, namespace: Namespace, dtype: str | None = None, device: Any = None) -> Self:
        """Return the same descriptor with its arrays in another library, precision or device.

        Parameters
        ----------
        namespace
            An Array API namespace.
        dtype
            A precision such as `"float32"`; the descriptor's own by default.
        device
            A device of that library; its default one by default.
        """

    def serialize(self) -> dict[str, Any]:
        """Return the dictionary that DeePMD-kit 3.2.0 reads back; its arrays are NumPy's."""
        from refdp.io.serialized import serialize

        return serialize(self)
