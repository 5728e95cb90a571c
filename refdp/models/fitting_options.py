"""The options of fitting nets, each with its default and its meaning."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from refdp.errors import UnsupportedError, unexpected
from refdp.namespaces import precision_name
from refdp.nn.activations import parse_activation

__all__ = [
    "DipoleOptions",
    "DosOptions",
    "EnergyOptions",
    "FittingOptions",
    "InvarOptions",
    "PolarOptions",
    "PropertyOptions",
]

WIDEST = 2**20  # of what an input file can have meant

Number: TypeAlias = int | float


class FittingOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of every fitting net; the defaults are those of the input file.

    Raises
    ------
    InputError
        A value is impossible; the message names it.
    UnsupportedError
        An option is set that only DeePMD-kit's TensorFlow backend has.
    """

    numb_fparam: Annotated[int, Meta(description="How many numbers of each frame are inputs.")] = 0
    numb_aparam: Annotated[int, Meta(description="How many numbers of each atom are inputs.")] = 0
    default_fparam: Annotated[
        tuple[Number, ...] | None, Meta(description="Numbers of the frame where none are given.")
    ] = None
    dim_case_embd: Annotated[
        int, Meta(description="Length of the vector that tells the branches of a multi-task model apart.")
    ] = 0
    neuron: Annotated[tuple[int, ...], Meta(description="Widths of the hidden layers.")] = (120, 120, 120)
    activation_function: Annotated[str, Meta(description="Activation of the hidden layers.")] = "tanh"
    precision: Annotated[str, Meta(description="Floating point format of weights and arithmetic.")] = (
        "default"
    )
    resnet_dt: Annotated[bool, Meta(description="Give layers with a skip connection a time step.")] = True
    trainable: Annotated[
        bool | tuple[bool, ...], Meta(description="Kept for training codes, of each layer; changes no value.")
    ] = True
    rcond: Annotated[
        float | None, Meta(description="Kept for training codes, which fit biases with it; changes no value.")
    ] = None
    seed: Annotated[int | tuple[int, ...] | None, Meta(description="Seed of the random weights.")] = None
    type_map: Annotated[tuple[str, ...] | None, Meta(description="Name of each type.")] = None
    layer_name: Annotated[Any, Meta(description="Shared layers, of TensorFlow; nothing but null.")] = None
    tot_ener_zero: Annotated[bool, Meta(description="Of TensorFlow; nothing but false.")] = False
    spin: Annotated[Any, Meta(description="Of TensorFlow; nothing but null.")] = None

    def __post_init__(self) -> None:
        """Check each value, and those that must fit together."""
        for name in ("numb_fparam", "numb_aparam", "dim_case_embd"):
            if not 0 <= getattr(self, name) <= WIDEST:
                raise unexpected(name, getattr(self, name), f"an integer from 0 to {WIDEST}")
        if not all(1 <= width <= WIDEST for width in self.neuron):
            raise unexpected("neuron", list(self.neuron), f"widths, each an integer from 1 to {WIDEST}")
        parse_activation(self.activation_function)
        precision_name(self.precision)
        self.check_default_fparam()
        self.check_lists()
        self.check_tensorflow()

    @property
    def known_aparam(self) -> int:
        """How many numbers of each atom the net takes."""
        return self.numb_aparam

    @property
    def extra_inputs(self) -> int:
        """How many inputs the net has beside the descriptor."""
        return self.numb_fparam + self.known_aparam + self.dim_case_embd

    @property
    def trainable_layers(self) -> tuple[bool, ...]:
        """`trainable` for each layer, the linear one included."""
        return self.trainable if isinstance(self.trainable, tuple) else (self.trainable,) * self.layer_count

    @property
    def layer_count(self) -> int:
        """Number of layers, the linear one included."""
        return len(self.neuron) + 1

    def check_default_fparam(self) -> None:
        """Raise InputError where the default is not one number for each of `numb_fparam`."""
        default = self.default_fparam
        if default is None or not self.numb_fparam:
            return
        if len(default) != self.numb_fparam:
            what = f"as many numbers as `numb_fparam` says, {self.numb_fparam}"
            raise unexpected("default_fparam", list(default), what)
        if not all(abs(x) < float("inf") for x in default):
            raise unexpected("default_fparam", list(default), "finite numbers")

    def check_lists(self) -> None:
        """Raise InputError where `trainable`, `seed` or `type_map` is no such list."""
        if len(self.trainable_layers) != self.layer_count:
            what = f"true, false, or one of them for each of the {self.layer_count} layers"
            raise unexpected("trainable", self.trainable, what)
        seeds = (self.seed,) if isinstance(self.seed, int) else self.seed or ()
        if min(seeds, default=0) < 0:
            raise unexpected("seed", self.seed, "integers of zero or more")
        names = self.type_map or ()
        if len(set(names)) != len(names) or not all(names):
            raise unexpected("type_map", list(names), "names that are all different and not empty")

    def check_tensorflow(self) -> None:
        """Raise UnsupportedError where an option is set that only the TensorFlow backend has."""
        for name in ("layer_name", "tot_ener_zero", "spin"):
            if getattr(self, name) not in (None, False):
                message = (
                    f"`{name}`: only DeePMD-kit's TensorFlow backend has it, got {getattr(self, name)!r}"
                )
                raise UnsupportedError(message)


class InvarOptions(FittingOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a fitting net of any numbers that do not rotate with the system."""

    var_name: Annotated[str, Meta(description="Name of what is predicted.")]
    dim_out: Annotated[int, Meta(description="How many numbers are predicted of each atom.")] = 1
    use_aparam_as_mask: Annotated[
        bool, Meta(description="The numbers of each atom only say whether it is real; no inputs of the net.")
    ] = False
    atom_ener: Annotated[
        tuple[Number | None, ...] | None,
        Meta(description="Energies in vacuum of each type; a number takes away what the net says of D = 0."),
    ] = ()

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        _check_name("var_name", self.var_name)
        _check_width("dim_out", self.dim_out)

    @property
    def known_aparam(self) -> int:
        """How many numbers of each atom the net takes."""
        return 0 if self.use_aparam_as_mask else self.numb_aparam


class EnergyOptions(InvarOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a fitting net of energies."""

    var_name: Annotated[str, Meta(description="Nothing but `energy`.")] = "energy"

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if (self.var_name, self.dim_out) != ("energy", 1):
            raise unexpected("var_name, dim_out", (self.var_name, self.dim_out), "`energy` and 1")


class DosOptions(FittingOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a fitting net of densities of states."""

    numb_dos: Annotated[int, Meta(description="Number of grid points of the density of states.")] = 300

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        _check_width("numb_dos", self.numb_dos)


class PropertyOptions(FittingOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a fitting net of properties."""

    property_name: Annotated[str, Meta(description="Name of the property, as in the data.")]
    task_dim: Annotated[int, Meta(description="How many numbers the property has.")] = 1
    intensive: Annotated[bool, Meta(description="The frame has the mean over atoms, not the sum.")] = False
    distinguish_types: Annotated[
        bool, Meta(description="Each type has its own output statistics, not those of type 0.")
    ] = True

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        _check_name("property_name", self.property_name)
        _check_width("task_dim", self.task_dim)


class TensorOptions(FittingOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of fitting nets of what rotates with the system."""

    sel_type: Annotated[Any, Meta(description="Selected types, of TensorFlow; nothing but null.")] = None

    def check_tensorflow(self) -> None:
        """Raise UnsupportedError where an option is set that only the TensorFlow backend has."""
        super().check_tensorflow()
        if self.sel_type is not None:
            message = (
                f"`sel_type`: only DeePMD-kit's TensorFlow backend selects types, got {self.sel_type!r}; "
                "`atom_exclude_types` of the model leaves types out"
            )
            raise UnsupportedError(message)


class DipoleOptions(TensorOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a fitting net of dipoles."""

    r_differentiable: Annotated[bool, Meta(description="Whether forces are made of it.")] = True
    c_differentiable: Annotated[bool, Meta(description="Whether a virial is made of it.")] = True


class PolarOptions(TensorOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a fitting net of polarizabilities."""

    fit_diag: Annotated[bool, Meta(description="The net gives a diagonal, not a whole matrix.")] = True
    scale: Annotated[
        Number | tuple[Number, ...], Meta(description="Factor of the output, one for all types or each.")
    ] = 1.0
    shift_diag: Annotated[bool, Meta(description="Add constants of each type to the diagonal.")] = True


def _check_width(name: str, value: int) -> None:
    if not 1 <= value <= WIDEST:
        raise unexpected(name, value, f"an integer from 1 to {WIDEST}")


def _check_name(name: str, value: str) -> None:
    if not value:
        raise unexpected(name, value, "a name that is not empty")
