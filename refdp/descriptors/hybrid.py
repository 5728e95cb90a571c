"""hybrid: several descriptors side by side, each with its own cutoff and its own part of one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self

import msgspec
from msgspec import Meta

from refdp._typing import Namespace
from refdp.descriptors.base import Descriptor, DescriptorOutput
from refdp.errors import InputError, unexpected
from refdp.namespaces import array_namespace, dtype_of, precision_name
from refdp.neighbors.cut import first_slots, narrower_blocks, sorted_by_type
from refdp.neighbors.environment import Environment
from refdp.nesting import Nesting
from refdp.trace import prefixed, step

__all__ = ["Hybrid", "HybridOptions", "check_nesting"]

MOST_LEVELS = 8
MOST_CHILDREN = 256
NESTING = Nesting("list", "descriptors", MOST_CHILDREN, "lists", MOST_LEVELS)


class HybridOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section of a hybrid in an input file; the descriptor itself keeps its children only.

    Raises
    ------
    InputError
        `list` is empty.
    """

    list: Annotated[
        tuple[dict[str, Any], ...], Meta(description="Sections of the descriptors that stand side by side.")
    ] = ()
    type_map: Annotated[
        tuple[str, ...] | None, Meta(description="Name of each type, for children that have none.")
    ] = None
    ntypes: Annotated[
        int | None, Meta(description="Number of types, for children that need it and do not say.")
    ] = None

    def __post_init__(self) -> None:
        """Check that there are children."""
        if not self.list:
            raise unexpected("list", [], "at least one descriptor")

    @property
    def type_count(self) -> int | None:
        """Number of types; None where the options do not say."""
        return self.ntypes if self.type_map is None else len(self.type_map)


@dataclass(frozen=True, eq=False)
class Hybrid(Descriptor):
    r"""The descriptors of the children side by side, :math:`D = (D^{(0)}, D^{(1)}, \ldots)`.

    Equation {eq}`eq-hybrid` of the book; doi:10.1063/5.0155600. There is one neighbour list, as long and as
    wide as the largest of the children's, of which each child gets the first slots of each type. It is not
    sorted or filtered again: neighbours beyond a child's own cutoff take slots, though their switch is zero.
    So a child equals the same descriptor alone only where no list overflows, and where its `exclude_types` is
    empty, its mean zero or its cutoff the largest.

    A child computes in its own precision, from displacements in that of the hybrid, the widest of all.

    Attributes
    ----------
    children
        The descriptors, at least one; hybrids are allowed.

    Raises
    ------
    InputError
        There are no children, one has no cutoff, or they differ in their types.
    """

    children: tuple[Descriptor, ...]

    names: ClassVar[tuple[str, ...]] = ("hybrid",)
    written_name: ClassVar[str] = "hybrid"
    options_type: ClassVar[type[HybridOptions]] = HybridOptions

    def __post_init__(self) -> None:
        """Check that the children fit together."""
        if not isinstance(self.children, Iterable) or not tuple(self.children):
            given: Any = [] if isinstance(self.children, Iterable) else self.children
            raise unexpected("list", given, "at least one descriptor")
        object.__setattr__(self, "children", tuple(self.children))
        for k, child in enumerate(self.children):
            _check_child(child, f"list[{k}]")
        _check_agreement("ntypes", [child.ntypes for child in self.children])
        _check_agreement("type_map", [child.type_map for child in self.children])

    @property
    def rcut(self) -> float:
        """The largest cutoff of the children, in angstrom."""
        return max(child.rcut for child in self.children)

    @property
    def rcut_smth(self) -> float:
        """The smallest of the children's, in angstrom, for information; each child uses its own."""
        return min(child.rcut_smth for child in self.children)

    @property
    def sel(self) -> tuple[int, ...]:
        """The most slots that any child has, of each type; in one number where a child mixes types."""
        if self.mixed_types:
            return (max(child.nnei for child in self.children),)
        return _most(child.sel for child in self.children)

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return self.children[0].ntypes

    @property
    def precision(self) -> str:
        """The widest of the children's precisions; float32 where only float16 and bfloat16 meet."""
        names = {precision_name(child.precision) for child in self.children}
        if names == {"float16", "bfloat16"}:
            return "float32"
        return next(name for name in ("float64", "float32", "float16", "bfloat16") if name in names)

    @property
    def env_protection(self) -> float:
        """The least of the children's, in angstrom; that many protect all from atoms at one place."""
        return min(child.env_protection for child in self.children)

    @property
    def type_map(self) -> tuple[str, ...] | None:
        """Name of each type, as the first child has it that has names."""
        return next((child.type_map for child in self.children if child.type_map is not None), None)

    @property
    def mixed_types(self) -> bool:
        """Whether any child mixes types; then the list of all does."""
        return any(child.mixed_types for child in self.children)

    @property
    def dim_out(self) -> int:
        """Width of the descriptor, the sum of the children's."""
        return sum(child.dim_out for child in self.children)

    @property
    def footprint(self) -> int:
        """How many numbers the largest step of any child holds for each centre."""
        return max(child.footprint for child in self.children)

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps of child `k` with the prefix `k.`, and `D`."""
        found = []
        for k, (child, part) in enumerate(zip(self.children, self.cut(env), strict=True)):
            with prefixed(f"{k}."):
                found.append(self._described(child, part))
        xp = array_namespace(env.displacement)
        d = step("D", xp.concat([out.descriptor for out in found], axis=-1))
        turning = [out.rot_mat for out in found if out.rot_mat is not None]
        return DescriptorOutput(d, xp.concat(turning, axis=-2) if turning else None, None, None, None)

    def cut(self, env: Environment) -> tuple[Environment, ...]:
        """Return what each child sees: its first slots of each type, or of all types together."""
        if not self.mixed_types:
            return tuple(narrower_blocks(env, self.sel, child.sel) for child in self.children)
        # A child's are the first of each type in any wider block too: no need for blocks that all share.
        return tuple(
            first_slots(env, child.nnei) if child.mixed_types else sorted_by_type(env, child.sel)
            for child in self.children
        )

    def for_center(self, center_type: int) -> Hybrid:
        """Return a descriptor that equals this one at centres of one type, and may be cheaper there."""
        return replace(self, children=tuple(child.for_center(center_type) for child in self.children))

    def to(self, namespace: Namespace, dtype: str | None = None, device: Any = None) -> Self:
        """Return the same descriptor with its arrays in another library, precision or device.

        Without a `dtype` each child keeps its own.
        """
        return replace(self, children=tuple(child.to(namespace, dtype, device) for child in self.children))

    def _described(self, child: Descriptor, env: Environment) -> DescriptorOutput:
        if precision_name(child.precision) == self.precision:
            return child.describe(env)
        xp = array_namespace(env.displacement)
        dtype, own = env.displacement.dtype, dtype_of(xp, child.precision)
        if own is None:
            return child.describe(env)
        out = child.describe(replace(env, displacement=xp.astype(env.displacement, own, copy=False)))
        wide = (x if x is None else xp.astype(x, dtype, copy=False) for x in out)
        return DescriptorOutput(*wide)  # type: ignore[arg-type]  # None stays where it was


def check_nesting(data: Mapping[str, Any], error: type[InputError] = InputError) -> None:
    """Raise an error where the `list` of a hybrid is nested so deeply, or so long, that it is no accident.

    Parameters
    ----------
    data
        The section of an input file, or the dictionary, of any descriptor.
    error
        The class of the error.
    """
    NESTING.check(data, error)


def _most(sels: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(max(slots) for slots in zip(*sels, strict=True))


def _check_child(child: Any, place: str) -> None:
    if not isinstance(child, Descriptor):
        raise unexpected(place, child, "a descriptor")
    if child.rcut == float("inf"):
        what = "a descriptor with a cutoff: there is one neighbour list for all, and it has an end"
        raise unexpected(place, child.names[0], what)


def _check_agreement(name: str, values: list[Any]) -> None:
    first = next((k for k, value in enumerate(values) if value is not None), 0)
    for k, value in enumerate(values):
        if value is not None and value != values[first]:
            what = f"{_plain(values[first])} as in list[{first}]"
            raise unexpected(f"list[{k}].{name}", _plain(value), what)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
