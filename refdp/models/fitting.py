"""What all fitting nets share: from the descriptor of an atom to the numbers that make up its share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import msgspec

from refdp._typing import Array, Namespace
from refdp.equations.output import masked
from refdp.initialize_fitting import neutral_parameters, random_fitting_nets, zeros
from refdp.models.base import Conditions, Quantity
from refdp.models.fitting_checks import check_fitting
from refdp.models.fitting_input import fitting_input
from refdp.models.fitting_options import FittingOptions
from refdp.models.fitting_output import fitting_output
from refdp.namespaces import array_namespace, dtype_of, map_arrays, transfer
from refdp.nn.collection import NetworkCollection
from refdp.trace import step

__all__ = ["Fitting"]


@dataclass(frozen=True, eq=False)
class Fitting(ABC):
    r"""A fitting net :math:`y_i = N_{t_i}(z_i)` with what stands around it.

    Equations {eq}`eq-fitting-input` to {eq}`eq-fitting-masked` of the book; doi:10.48550/arXiv.1805.09003.

    Attributes
    ----------
    options
        The frozen options.
    nets
        One net for all types (no index), or one for each.
    bias_atom_e
        `(ntypes, width)` added to the output of the net.
    case_embd
        `(dim_case_embd,)` further inputs, the same everywhere; None if there are none.
    fparam_avg, fparam_inv_std
        `(numb_fparam,)` mean and inverse deviation of the parameters of frames; None if there are none.
    aparam_avg, aparam_inv_std
        `(numb_aparam,)` the same for those of atoms.
    exclude_types
        Types of which the net says nothing.

    Raises
    ------
    InputError
        The parts do not fit together.
    """

    options: Any
    nets: NetworkCollection
    bias_atom_e: Array
    case_embd: Array | None = None
    fparam_avg: Array | None = None
    fparam_inv_std: Array | None = None
    aparam_avg: Array | None = None
    aparam_inv_std: Array | None = None
    exclude_types: tuple[int, ...] = ()

    names: ClassVar[tuple[str, ...]]  # in input files and serialized dictionaries
    written_name: ClassVar[str]  # in serialized dictionaries
    options_type: ClassVar[type[FittingOptions]]  # of its section in an input file

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        check_fitting(self)

    @property
    @abstractmethod
    def quantity(self) -> Quantity:
        """What is predicted."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Width of the output of the net."""

    @classmethod
    def initial(
        cls,
        options: Any,
        *,
        ntypes: int,
        dim_descrpt: int,
        mixed_types: bool,
        embedding_width: int | None = None,
        type_map: tuple[str, ...] | None = None,
        exclude_types: tuple[int, ...] = (),
    ) -> Self:
        """Return a fitting net with random weights from `options.seed`, no biases and neutral statistics.

        Parameters
        ----------
        ntypes, dim_descrpt
            Number of types, and width of the descriptor.
        mixed_types
            Whether one net serves all types, as it does where the descriptor mixes types.
        embedding_width
            How many rows `rot_mat` of the descriptor has; only what rotates needs it.
        type_map, exclude_types
            Name of each type, that of the options by default; types of which the net says nothing.

        Raises
        ------
        InputError
            Values do not fit together.
        """
        if type_map is not None:
            options = msgspec.structs.replace(options, type_map=tuple(type_map))
        width = cls.output_width(options, embedding_width)
        widths = (dim_descrpt + options.extra_inputs, width)
        nets = random_fitting_nets(ntypes, widths, options, mixed_types=mixed_types)
        extras = neutral_parameters(options) | cls.initial_extras(options, ntypes, embedding_width)
        return cls(options, nets, zeros(ntypes, width), exclude_types=tuple(exclude_types), **extras)

    @classmethod
    @abstractmethod
    def output_width(cls, options: Any, embedding_width: int | None) -> int:
        """Return the width of the output of the net that these options want."""

    @classmethod
    def initial_extras(cls, options: Any, ntypes: int, embedding_width: int | None) -> dict[str, Any]:
        """Return the fields that a subclass adds."""
        del options, ntypes, embedding_width
        return {}

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return self.bias_atom_e.shape[0]

    @property
    def mixed_types(self) -> bool:
        """Whether one net serves all types."""
        return self.nets.ndim == 0

    @property
    def dim_descrpt(self) -> int:
        """Width of the descriptor."""
        return int(self.nets.networks[0].in_dim - self.options.extra_inputs)

    @property
    def numb_fparam(self) -> int:
        """How many numbers of each frame the net wants."""
        return int(self.options.numb_fparam)

    @property
    def numb_aparam(self) -> int:
        """How many numbers of each atom the net wants; 0 where they are only a mask."""
        return int(self.options.known_aparam)

    @property
    def default_fparam(self) -> tuple[float, ...] | None:
        """What stands for `fparam` where none is given."""
        return self.options.default_fparam

    @property
    def precision(self) -> str:
        """Format of the arithmetic."""
        return str(self.options.precision)

    @property
    def type_map(self) -> tuple[str, ...] | None:
        """Name of each type."""
        return self.options.type_map

    def atomic(self, descriptor: Array, rot_mat: Array | None, types: Array, conditions: Conditions) -> Array:
        """Return each atom's share, `(nf, nloc, *quantity.shape)`; steps `z y` and those of a tensor.

        Zero for virtual atoms. Calculated in the precision of the fitting net, and returned in that of the
        descriptor where this is wider.

        Parameters
        ----------
        descriptor
            `(nf, nloc, dim_descrpt)`.
        rot_mat
            `(nf, nloc, embedding_width, 3)`, rotates with the atoms; only tensors want it.
        types
            `(nf, nloc)` int, negative for virtual atoms.
        conditions
            Parameters of frames and atoms.

        Raises
        ------
        InputError
            A parameter is missing, or a shape does not fit.
        """
        xp = array_namespace(descriptor)
        dtype = dtype_of(xp, self.precision)
        z = step("z", fitting_input(self, descriptor, conditions, dtype))
        y = step("y", fitting_output(self, z, types))
        share = masked(self.finish(y, rot_mat, types), types >= 0)
        return (
            share if dtype is None else xp.astype(share, xp.result_type(dtype, descriptor.dtype), copy=False)
        )

    def removes_vacuum(self, center_type: int | None) -> bool:
        """Tell whether the output of the net of a type (None: of all) counts from that in vacuum."""
        del center_type
        return False

    @abstractmethod
    def finish(self, y: Array, rot_mat: Array | None, types: Array) -> Array:
        """Return each atom's share of the quantity from the output of the net `(nf, nloc, width)`."""

    def with_output_statistics(self, values: Array, types: Array, out_bias: Array, out_std: Array) -> Array:
        r"""Return the shares with the biases of the model, as this quantity wants them.

        Equation {eq}`eq-fitting-statistics` of the book.

        Parameters
        ----------
        values, types
            `(nf, nloc, *quantity.shape)` and `(nf, nloc)` int, negative for virtual atoms.
        out_bias, out_std
            `(ntypes, size)`, `size` being how many numbers the quantity has.
        """
        del types, out_bias, out_std
        return values

    def for_center(self, center_type: int) -> Fitting:
        """Return a fitting net that equals this one at centres of one type, with only their net."""
        if self.mixed_types or center_type < 0:
            return self
        nets = NetworkCollection(0, self.ntypes, (self.nets[center_type,],))
        return replace(self, nets=nets, options=self.options_for_center(center_type))

    def options_for_center(self, center_type: int) -> Any:
        """Return options that mean for one net what these mean for that of a type."""
        del center_type
        return self.options

    def to(self, namespace: Namespace, dtype: str | None = None, device: Any = None) -> Self:
        """Return the same fitting net with its arrays in another library, precision or device."""
        options = self.options if dtype is None else msgspec.structs.replace(self.options, precision=dtype)
        target = dtype_of(namespace, options.precision)
        return replace(map_arrays(self, lambda x: transfer(x, namespace, target, device)), options=options)

    def serialize(self) -> dict[str, Any]:
        """Return the dictionary that DeePMD-kit 3.2.0 reads back; its arrays are NumPy's."""
        from refdp.io.serialized import serialize

        return serialize(self)
