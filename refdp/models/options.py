"""The options that all kinds of models share, and where they stand in an input file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from refdp.errors import unexpected

__all__ = ["ModelOptions"]


class ModelOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model knows beyond its parts.

    Raises
    ------
    InputError
        A value is impossible; the message names it.
    """

    type_map: Annotated[tuple[str, ...], Meta(description="Name of each type.")] = ()
    atom_exclude_types: Annotated[
        tuple[int, ...], Meta(description="Types of which nothing is predicted; others still see them.")
    ] = ()
    pair_exclude_types: Annotated[
        tuple[tuple[int, int], ...],
        Meta(description="Pairs of types that do not see each other; their slots are left empty."),
    ] = ()
    rcond: Annotated[
        float | None, Meta(description="Kept for training codes, which fit biases with it; changes no value.")
    ] = None
    preset_out_bias: Annotated[
        dict[str, Any] | None,
        Meta(description="Kept for training codes: biases that are not fitted; changes no value."),
    ] = None

    def __post_init__(self) -> None:
        """Check each value."""
        if len(set(self.type_map)) != len(self.type_map) or not all(self.type_map):
            raise unexpected("type_map", list(self.type_map), "names that are all different and not empty")
        if min(self.atom_exclude_types, default=0) < 0:
            raise unexpected("atom_exclude_types", list(self.atom_exclude_types), "types of zero or more")
        for pair in self.pair_exclude_types:
            if min(pair) < 0:
                raise unexpected("pair_exclude_types", list(pair), "types of zero or more")

    def check_types(self, ntypes: int) -> None:
        """Raise InputError where a name or an exclusion is for a type that does not exist."""
        if len(self.type_map) not in (0, ntypes):
            what = f"one name for each of the {ntypes} types"
            raise unexpected("type_map", list(self.type_map), what)
        _check_known("atom_exclude_types", self.atom_exclude_types, ntypes)
        for pair in self.pair_exclude_types:
            _check_known("pair_exclude_types", pair, ntypes)


def _check_known(name: str, types: Sequence[int], ntypes: int) -> None:
    if max(types, default=-1) >= ntypes:
        raise unexpected(name, list(types), f"types from 0 to {ntypes - 1}, of which there are {ntypes}")
