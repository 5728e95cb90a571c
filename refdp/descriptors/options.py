"""The options that descriptors share, each with its default and its meaning."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from refdp.errors import unexpected
from refdp.namespaces import precision_name
from refdp.neighbors.automatic import auto_factor
from refdp.nn.activations import parse_activation

__all__ = ["AxisNeuron", "CutoffOptions", "DescriptorOptions", "TwoBodyOptions", "check_axis_neuron"]

MOST_SLOTS = 2**20

AxisNeuron: TypeAlias = Annotated[int, Meta(description="How many channels the second factor of D has.")]


class DescriptorOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of every descriptor with embedding nets; the defaults are those of the input file.

    Raises
    ------
    InputError
        A value is impossible; the message names it.
    """

    sel: Annotated[
        str | tuple[int, ...],
        Meta(description="Slots for neighbours of each type; `auto` or `auto:1.2` asks the data."),
    ] = "auto"
    neuron: Annotated[tuple[int, ...], Meta(description="Widths of the embedding net.")] = (10, 20, 40)
    activation_function: Annotated[str, Meta(description="Activation of the embedding net.")] = "tanh"
    resnet_dt: Annotated[bool, Meta(description="Give layers with a skip connection a time step.")] = False
    exclude_types: Annotated[
        tuple[tuple[int, int], ...], Meta(description="Pairs of types that do not see each other.")
    ] = ()
    precision: Annotated[str, Meta(description="Floating point format of weights and arithmetic.")] = (
        "default"
    )
    trainable: Annotated[bool, Meta(description="Kept for training codes; changes no value.")] = True
    seed: Annotated[int | tuple[int, ...] | None, Meta(description="Seed of the random weights.")] = None
    type_map: Annotated[tuple[str, ...] | None, Meta(description="Name of each type.")] = None

    def __post_init__(self) -> None:
        """Check each value, and those that must fit together."""
        self.check_sel()
        if not self.neuron or min(self.neuron) < 1:
            raise unexpected("neuron", list(self.neuron), "at least one width, each a positive integer")
        parse_activation(self.activation_function)
        precision_name(self.precision)
        self.check_type_map()
        self.check_exclude_types()
        seeds = (self.seed,) if isinstance(self.seed, int) else self.seed or ()
        if min(seeds, default=0) < 0:
            raise unexpected("seed", self.seed, "integers of zero or more")

    @property
    def slots(self) -> tuple[int, ...]:
        """`sel` as numbers.

        Raises
        ------
        InputError
            `sel` is still `auto`.
        """
        if isinstance(self.sel, str):
            raise unexpected(
                "sel", self.sel, "numbers here; `from_config(..., systems=[...])` finds them from data"
            )
        return self.sel

    @property
    def type_count(self) -> int | None:
        """Number of types; None where the options do not say."""
        return None if isinstance(self.sel, str) else len(self.slots)

    @property
    def known_types(self) -> int:
        """Number of types.

        Raises
        ------
        InputError
            The options do not say.
        """
        if self.type_count is None:
            what = "a name for each type: nothing else says how many types there are"
            raise unexpected("type_map", self.type_map, what)
        return self.type_count

    def check_sel(self) -> None:
        """Raise InputError where `sel` makes no sense."""
        if isinstance(self.sel, str):
            if auto_factor(self.sel) is None:
                what = "a list of integers, `auto`, or `auto:f` with a number f of 1 or more"
                raise unexpected("sel", self.sel, what)
        elif not self.sel or min(self.sel) < 0 or not 0 < sum(self.sel) <= MOST_SLOTS:
            what = f"one integer of zero or more per type, together 1 to {MOST_SLOTS}"
            raise unexpected("sel", list(self.sel), what)

    def check_exclude_types(self) -> None:
        """Raise InputError where a pair names a type that does not exist."""
        ntypes = self.type_count
        for pair in self.exclude_types:
            if ntypes is not None and not all(0 <= t < ntypes for t in pair):
                what = f"types from 0 to {ntypes - 1}, of which there are {ntypes}"
                raise unexpected("exclude_types", list(pair), what)

    def check_type_map(self) -> None:
        """Raise InputError where names are not different, or not one for each type."""
        names = self.type_map
        if names is None:
            return
        if len(set(names)) != len(names) or not all(names):
            raise unexpected("type_map", list(names), "names that are all different and not empty")
        if self.type_count not in (None, len(names)):
            what = f"one name for each of the {self.type_count} types"
            raise unexpected("type_map", list(names), what)


class CutoffOptions(DescriptorOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of every descriptor that sees the neighbours within a cutoff."""

    rcut: Annotated[float, Meta(description="Cutoff radius in angstrom.")] = 6.0
    rcut_smth: Annotated[float, Meta(description="Where the switch begins to fall, in angstrom.")] = 0.5
    env_protection: Annotated[float, Meta(description="Added to distances in denominators, in angstrom.")] = (
        0.0
    )
    set_davg_zero: Annotated[bool, Meta(description="Leave the mean of the environment matrix at zero.")] = (
        False
    )

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if not 0.0 < self.rcut < float("inf"):
            raise unexpected("rcut", self.rcut, "a positive, finite number of angstrom")
        if not 0.0 <= self.rcut_smth < self.rcut:
            raise unexpected("rcut_smth", self.rcut_smth, f"a number from 0 to below `rcut` = {self.rcut}")
        if not 0.0 <= self.env_protection < float("inf"):
            what = "a finite number of angstrom, zero or more"
            raise unexpected("env_protection", self.env_protection, what)


class TwoBodyOptions(CutoffOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_e2_a and se_e2_r."""

    type_one_side: Annotated[
        bool, Meta(description="One net per neighbour type instead of one per pair.")
    ] = False
    spin: Annotated[None, Meta(description="Kept for old files; nothing but null is possible.")] = None


def check_axis_neuron(axis_neuron: int, neuron: tuple[int, ...]) -> None:
    """Raise InputError where `axis_neuron` is not a number of channels."""
    if not 1 <= axis_neuron <= neuron[-1]:
        raise unexpected("axis_neuron", axis_neuron, f"1 to the last of `neuron`, {neuron[-1]}")
