"""The options that two-body and three-body descriptors share, each with its default and its meaning."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from refdp.errors import unexpected
from refdp.namespaces import precision_name
from refdp.neighbors.automatic import auto_factor
from refdp.nn.activations import parse_activation

__all__ = ["TwoBodyOptions"]


class TwoBodyOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_e2_a, se_e2_r and se_e3; the defaults are those of the input file.

    Raises
    ------
    InputError
        A value is impossible; the message names it.
    """

    sel: Annotated[
        str | tuple[int, ...],
        Meta(description="Slots for neighbours of each type; `auto` or `auto:1.2` asks the data."),
    ] = "auto"
    rcut: Annotated[float, Meta(description="Cutoff radius in angstrom.")] = 6.0
    rcut_smth: Annotated[float, Meta(description="Where the switch begins to fall, in angstrom.")] = 0.5
    neuron: Annotated[tuple[int, ...], Meta(description="Widths of the embedding net.")] = (10, 20, 40)
    activation_function: Annotated[str, Meta(description="Activation of the embedding net.")] = "tanh"
    resnet_dt: Annotated[bool, Meta(description="Give layers with a skip connection a time step.")] = False
    type_one_side: Annotated[
        bool, Meta(description="One net per neighbour type instead of one per pair.")
    ] = False
    exclude_types: Annotated[
        tuple[tuple[int, int], ...], Meta(description="Pairs of types that do not see each other.")
    ] = ()
    env_protection: Annotated[float, Meta(description="Added to distances in denominators, in angstrom.")] = (
        0.0
    )
    set_davg_zero: Annotated[bool, Meta(description="Leave the mean of the environment matrix at zero.")] = (
        False
    )
    precision: Annotated[str, Meta(description="Floating point format of weights and arithmetic.")] = (
        "default"
    )
    trainable: Annotated[bool, Meta(description="Kept for training codes; changes no value.")] = True
    seed: Annotated[int | tuple[int, ...] | None, Meta(description="Seed of the random weights.")] = None
    spin: Annotated[None, Meta(description="Kept for old files; nothing but null is possible.")] = None
    type_map: Annotated[tuple[str, ...] | None, Meta(description="Name of each type.")] = None

    def __post_init__(self) -> None:
        """Check each value, and those that must fit together."""
        _check_cutoffs(self)
        _check_sel(self)
        if not self.neuron or min(self.neuron) < 1:
            raise unexpected("neuron", list(self.neuron), "at least one width, each a positive integer")
        parse_activation(self.activation_function)
        precision_name(self.precision)
        if not 0.0 <= self.env_protection < float("inf"):
            raise unexpected(
                "env_protection", self.env_protection, "a finite number of angstrom, zero or more"
            )
        _check_type_map(self)
        if (
            self.seed is not None
            and min((self.seed,) if isinstance(self.seed, int) else self.seed, default=0) < 0
        ):
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


def _check_cutoffs(options: TwoBodyOptions) -> None:
    if not 0.0 < options.rcut < float("inf"):
        raise unexpected("rcut", options.rcut, "a positive, finite number of angstrom")
    if not 0.0 <= options.rcut_smth < options.rcut:
        raise unexpected("rcut_smth", options.rcut_smth, f"a number from 0 to below `rcut` = {options.rcut}")


def _check_sel(options: TwoBodyOptions) -> None:
    if isinstance(options.sel, str):
        if auto_factor(options.sel) is None:
            raise unexpected(
                "sel", options.sel, "a list of integers, `auto`, or `auto:f` with a number f of 1 or more"
            )
        return
    if not options.sel or min(options.sel) < 0 or sum(options.sel) == 0:
        raise unexpected(
            "sel", list(options.sel), "one integer of zero or more per type, at least one above zero"
        )
    ntypes = len(options.sel)
    for pair in options.exclude_types:
        if not all(0 <= t < ntypes for t in pair):
            raise unexpected(
                "exclude_types", list(pair), f"types from 0 to {ntypes - 1}, one for each entry of `sel`"
            )


def _check_type_map(options: TwoBodyOptions) -> None:
    names = options.type_map
    if names is None:
        return
    if len(set(names)) != len(names) or not all(names):
        raise unexpected("type_map", list(names), "names that are all different and not empty")
    if not isinstance(options.sel, str) and len(names) != len(options.sel):
        what = f"one name for each of the {len(options.sel)} entries of `sel`"
        raise unexpected("type_map", list(names), what)
