"""The options of descriptors that embed types as vectors and keep all neighbours in one list."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from refdp.descriptors.options import MOST_SLOTS, CutoffOptions
from refdp.errors import unexpected

__all__ = ["MixedOptions", "TebdInputMode"]

WIDEST = 2**20  # of what an input file can have meant

TebdInputMode: TypeAlias = Annotated[
    Literal["concat", "strip"],
    Meta(description="Types as further inputs of the net, or in a net of their own that multiplies it."),
]


class MixedOptions(CutoffOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_atten, se_atten_v2 and se_e3_tebd."""

    # One number is enough where types are mixed.
    sel: Annotated[
        str | int | tuple[int, ...],
        Meta(description="Slots for neighbours, all types together; of a list the sum counts; or `auto`."),
    ] = "auto"  # type: ignore[assignment]
    ntypes: Annotated[int | None, Meta(description="Number of types; by default that of `type_map`.")] = None
    tebd_dim: Annotated[int, Meta(description="Width of the type embedding.")] = 8
    concat_output_tebd: Annotated[
        bool, Meta(description="Append the type embedding of the centre to the descriptor.")
    ] = True
    use_econf_tebd: Annotated[
        bool, Meta(description="Embed electron configurations of the elements instead of one-hot types.")
    ] = False
    use_tebd_bias: Annotated[bool, Meta(description="Give the type embedding a bias.")] = False

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if self.ntypes is not None and self.ntypes < 1:
            raise unexpected("ntypes", self.ntypes, "at least one type, or null")
        if self.type_map is not None and not self.type_map:
            raise unexpected("type_map", list(self.type_map), "at least one name, or null")
        if not 1 <= self.tebd_dim <= WIDEST:
            raise unexpected("tebd_dim", self.tebd_dim, f"a positive integer, {WIDEST} or less")
        if self.use_econf_tebd and self.type_map is None:
            what = "the symbols of the elements, whose electron configurations `use_econf_tebd` embeds"
            raise unexpected("type_map", None, what)

    @property
    def slots(self) -> tuple[int, ...]:
        """`sel` as numbers, of which only the sum counts."""
        return (self.sel,) if isinstance(self.sel, int) else super().slots

    @property
    def type_count(self) -> int | None:
        """Number of types, from `ntypes` or `type_map`."""
        if self.ntypes is not None:
            return self.ntypes
        return None if self.type_map is None else len(self.type_map)

    def check_sel(self) -> None:
        """Raise InputError where `sel` makes no sense."""
        if not isinstance(self.sel, int):
            super().check_sel()
        elif not 1 <= self.sel <= MOST_SLOTS:
            raise unexpected("sel", self.sel, f"1 to {MOST_SLOTS} slots")
