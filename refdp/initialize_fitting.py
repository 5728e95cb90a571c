"""Random weights of fitting nets, bit for bit those of DeePMD-kit's NumPy backend."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp.initialize import NetOptions, Seed, child_seed, random_layer, random_linear
from refdp.namespaces import dtype_of
from refdp.nn.collection import NetworkCollection
from refdp.nn.fitting_net import FittingNet

__all__ = ["neutral_parameters", "neutral_scale", "random_fitting_net", "random_fitting_nets", "zeros"]


def random_fitting_net(in_dim: int, out_dim: int, options: NetOptions, seed: Seed) -> FittingNet:
    """Draw a fitting net; layer `k` has child seed `k`, the linear one being the last."""
    widths = [in_dim, *options.neuron]
    hidden = [
        random_layer(n_in, n_out, options, child_seed(seed, k))
        for k, (n_in, n_out) in enumerate(pairwise(widths))
    ]
    linear = random_linear((widths[-1], out_dim), options.precision, child_seed(seed, len(hidden)))
    return FittingNet((*hidden, linear))


def random_fitting_nets(
    ntypes: int, widths: tuple[int, int], options: Any, *, mixed_types: bool
) -> NetworkCollection:
    """Draw a net for each type, or one for all; net `t` has child seed `t` of `options.seed`.

    Parameters
    ----------
    ntypes
        Number of types.
    widths
        Of input and output.
    options
        The options of the fitting net.
    mixed_types
        Whether one net serves all types.
    """
    count = 1 if mixed_types else ntypes
    nets = (random_fitting_net(*widths, options, child_seed(options.seed, t)) for t in range(count))
    return NetworkCollection(0 if mixed_types else 1, ntypes, tuple(nets))


def neutral_parameters(options: Any) -> dict[str, NDArray[Any]]:
    """Return statistics of mean zero and deviation one, and a vector of zeros for the branch.

    Only what the options want is there; the names are those of the fields of a fitting net.
    """
    dtype = dtype_of(xp, options.precision)
    made: dict[str, NDArray[Any]] = {}
    for name, n in (("fparam", options.numb_fparam), ("aparam", options.numb_aparam)):
        made |= {f"{name}_avg": np.zeros(n, dtype), f"{name}_inv_std": np.ones(n, dtype)} if n else {}
    return made | ({"case_embd": np.zeros(options.dim_case_embd, dtype)} if options.dim_case_embd else {})


def neutral_scale(scale: float | tuple[float, ...], ntypes: int) -> dict[str, NDArray[Any]]:
    """Return `scale` of each type, and constants of zero, both `(ntypes,)`."""
    factors = scale if isinstance(scale, tuple) else (scale,) * ntypes
    return {"scale": np.asarray(factors, np.float64), "constant_matrix": zeros(ntypes)}


def zeros(*shape: int) -> NDArray[Any]:
    """Return zeros in float64, the dtype of all biases, whatever that of the weights."""
    return np.zeros(shape)
