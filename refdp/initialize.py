"""Random weights, bit for bit those that DeePMD-kit's NumPy backend draws from the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any, Protocol, TypeAlias

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp.namespaces import dtype_of
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer

__all__ = [
    "NetOptions",
    "Seed",
    "child_seed",
    "neutral_statistics",
    "random_collection",
    "random_embedding_net",
    "random_layer",
    "random_linear",
]

Seed: TypeAlias = int | Sequence[int] | None


class NetOptions(Protocol):
    """The options of a descriptor that shape its nets."""

    @property
    def neuron(self) -> tuple[int, ...]:
        """Widths of the layers."""

    @property
    def activation_function(self) -> str:
        """Of every layer."""

    @property
    def resnet_dt(self) -> bool:
        """Whether layers have time steps."""

    @property
    def precision(self) -> str:
        """Format of the weights."""


def child_seed(seed: Seed, k: int) -> Seed:
    """Return the seed of child number `k`: `k` put in front of the parent's; None stays None."""
    if seed is None:
        return None
    return [k, seed] if isinstance(seed, int) else [k, *seed]


def random_layer(n_in: int, n_out: int, options: NetOptions, seed: Seed) -> Layer:
    r"""Draw a layer with skip connection: `w` of variance :math:`1/(n_{in}+n_{out})`, then `b`, then `idt`.

    Equation {eq}`eq-initial-weights` of the book. The time step, about 0.1, is drawn with `resnet_dt` and
    only where the widths allow a skip connection.
    """
    rng = np.random.default_rng(seed)
    w, b = _weights((n_in, n_out), options.precision, rng)
    stepped = options.resnet_dt and n_out in (n_in, 2 * n_in)
    idt = rng.normal(loc=0.1, scale=0.001, size=n_out).astype(w.dtype) if stepped else None
    return Layer(w, b, idt, options.activation_function, resnet=True)


def random_linear(
    shape: tuple[int, int],
    precision: str,
    seed: Seed,
    *,
    bias: bool = True,
    name: str = "none",
    resnet: bool = False,
) -> Layer:
    """Draw a linear layer `(n_in, n_out)` as `random_layer` does; `name` is one of those of no activation."""
    w, b = _weights(shape, precision, np.random.default_rng(seed))
    return Layer(w, b if bias else None, None, name, resnet)


def _weights(
    shape: tuple[int, int], precision: str, rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[Any]]:
    dtype = dtype_of(xp, precision)
    w = rng.normal(scale=1.0 / np.sqrt(sum(shape)), size=shape)
    return w.astype(dtype), rng.normal(size=shape[1]).astype(dtype)


def random_embedding_net(in_dim: int, options: NetOptions, seed: Seed) -> EmbeddingNet:
    """Draw an embedding net; layer `k` has child seed `k`."""
    widths = [in_dim, *options.neuron]
    pairs = enumerate(pairwise(widths))
    return EmbeddingNet(tuple(random_layer(a, b, options, child_seed(seed, k)) for k, (a, b) in pairs))


def random_collection(ndim: int, ntypes: int, options: NetOptions, seed: Seed) -> NetworkCollection:
    """Draw a collection of scalar-input nets.

    Seeds count the nets with the last type index fastest, although they are stored with the first fastest.
    """
    keys = product(range(ntypes), repeat=ndim)
    nets = {key: random_embedding_net(1, options, child_seed(seed, n)) for n, key in enumerate(keys)}
    storage = sorted(nets, key=lambda key: key[::-1])
    return NetworkCollection(ndim, ntypes, tuple(nets[key] for key in storage))


def neutral_statistics(
    sel: Sequence[int], ncol: int, precision: str, ntypes: int | None = None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return `davg` of zeros and `dstd` of ones, both `(ntypes, nnei, ncol)`; a type an entry by default."""
    shape = (len(sel) if ntypes is None else ntypes, sum(sel), ncol)
    dtype = dtype_of(xp, precision)
    return np.zeros(shape, dtype), np.ones(shape, dtype)
