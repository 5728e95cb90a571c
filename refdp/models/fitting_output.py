"""What the nets of a fitting net say of each atom: each of its own type, and biases behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refdp._typing import Array
from refdp.equations.fitting import of_type
from refdp.equations.output import kept_atoms, masked
from refdp.models.fitting_input import without_descriptor
from refdp.namespaces import array_namespace

if TYPE_CHECKING:
    from refdp.models.fitting import Fitting

__all__ = ["fitting_output"]


def fitting_output(fitting: Fitting, z: Array, types: Array) -> Array:
    r"""Return :math:`y_i = N_{t_i}(z_i) - N_{t_i}(z_i^0) + b_{t_i}`, zero where nothing is said.

    Equations {eq}`eq-fitting-nets` to {eq}`eq-fitting-masked` of the book.

    Parameters
    ----------
    fitting
        The fitting net.
    z
        `(nf, nloc, in_dim)`.
    types
        `(nf, nloc)` int, negative for virtual atoms.
    """
    first, *others = _of_each_net(fitting, z, types)
    y = first
    for other in others:
        y = y + other
    bias = of_type(array_namespace(y).astype(fitting.bias_atom_e, y.dtype, copy=False), types)
    return masked(y + bias, kept_atoms(types, fitting.exclude_types))


def _of_each_net(fitting: Fitting, z: Array, types: Array) -> Iterator[Array]:
    """Yield what each net says of its atoms, zero for those of others."""
    for t, net in enumerate(fitting.nets.networks):
        of = None if fitting.mixed_types else t
        mine = types >= 0 if of is None else types == of
        # The input of other atoms is zero, too: what overflows in a net that is not theirs leaves no trace in
        # the value, but NaN in the gradient.
        own = masked(z, mine)
        said = net(own)
        if fitting.removes_vacuum(of):
            said = said - net(without_descriptor(own, fitting.dim_descrpt))
        yield masked(said, mine)
