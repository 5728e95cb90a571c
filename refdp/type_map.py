"""Another type map for a descriptor that embeds types as vectors: species added, dropped, reordered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from refdp.descriptors import Descriptor, Hybrid
from refdp.descriptors.mixed_options import MixedOptions
from refdp.errors import UnsupportedError, unexpected
from refdp.initialize import Seed
from refdp.initialize_mixed import type_inputs
from refdp.namespaces import array_namespace, device_of, to_numpy, transfer
from refdp.nn.activations import linear, parse_activation
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer, shortcut
from refdp.nn.type_embedding import TypeEmbedding

__all__ = ["change_type_map"]


def change_type_map(descriptor: Any, type_map: Sequence[str], seed: Seed = None) -> Any:
    """Return the descriptor for another list of species; for those it knew it stays what it was.

    A new species gets mean 0 and width 1 of the environment matrix, and in a one-hot type embedding a vector
    of random numbers from 0 to 1; pairs of `exclude_types` of which a member has gone are dropped.

    Parameters
    ----------
    descriptor
        se_atten, se_atten_v2 or se_e3_tebd with a type map, or a hybrid of such.
    type_map
        The names of the new types, in their order.
    seed
        Of the vectors of new species.

    Raises
    ------
    InputError
        There is no descriptor or it has no type map, the names are not different, or the seed is none.
    UnsupportedError
        The descriptor has a net for each type, so that a new list of types would need other nets; or its
        type embedding is none that DeePMD-kit makes, and the vectors of known species would not stay.
    """
    if not isinstance(descriptor, Descriptor):
        raise unexpected("descriptor", descriptor, "a descriptor, from `from_config` or `deserialize`")
    names = _names(type_map)
    if isinstance(descriptor, Hybrid):
        return replace(
            descriptor, children=tuple(change_type_map(c, names, seed) for c in descriptor.children)
        )
    _check(descriptor)
    return _changed(descriptor, names, seed)


def _names(type_map: Any) -> tuple[str, ...]:
    fine = isinstance(type_map, Iterable) and not isinstance(type_map, str)
    names = tuple(type_map) if fine else ()
    if not names or not all(isinstance(name, str) for name in names):
        raise unexpected("type_map", type_map, "a list of names, one for each new type")
    return tuple(map(str, names))


def _check(descriptor: Any) -> None:
    """Raise an error where there is nothing to change, or no way to."""
    if not isinstance(getattr(descriptor, "options", None), MixedOptions):
        message = (
            f"{descriptor.names[0]} has nets for its types and no other type map; se_atten and se_e3_tebd do"
        )
        raise UnsupportedError(message)
    if descriptor.type_map is None:
        raise unexpected("type_map", None, "a descriptor whose types have names")


def _changed(descriptor: Any, type_map: tuple[str, ...], seed: Seed) -> Any:
    index = _index(descriptor.type_map, type_map)
    options = _options(descriptor.options, index, type_map)
    return replace(
        descriptor,
        options=options,
        davg=_rows(descriptor.davg, index, 0.0),
        dstd=_rows(descriptor.dstd, index, 1.0),
        type_embedding=_embedding(descriptor, options, index, seed),
    )


def _index(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """Return the old number of each new type, None for a new species."""
    return [old.index(name) if name in old else None for name in new]


def _options(options: Any, index: Sequence[int | None], type_map: tuple[str, ...]) -> Any:
    number = {old: new for new, old in enumerate(index) if old is not None}
    pairs = tuple((number[a], number[b]) for a, b in options.exclude_types if a in number and b in number)
    ntypes = None if options.ntypes is None else len(type_map)
    return msgspec.structs.replace(options, type_map=type_map, ntypes=ntypes, exclude_types=pairs)


def _rows(x: Any, index: Sequence[int | None], new: float) -> Any:
    values = to_numpy(x)
    rows = [np.full(values.shape[1:], new, values.dtype) if k is None else values[k] for k in index]
    return transfer(np.stack(rows), array_namespace(x), x.dtype, device_of(x))


def _embedding(descriptor: Any, options: Any, index: Sequence[int | None], seed: Seed) -> TypeEmbedding:
    net, old = descriptor.type_embedding.net, descriptor.type_embedding.inputs
    inputs = type_inputs(options)
    moved = transfer(inputs, array_namespace(old), old.dtype, device_of(old))
    if options.use_econf_tebd:
        return TypeEmbedding(net, moved)
    layer, *others = net.layers
    # What the layer adds to its weights depends on the number of types, the vectors must not.
    skips = [_skip(layer, x) for x in (to_numpy(old), inputs)]
    vectors = _plus(to_numpy(layer.w), skips[0])
    fresh = _random(seed).uniform(size=(len(index), vectors.shape[1]))
    rows = [fresh[n] if k is None else vectors[k] for n, k in enumerate(index)]
    w = _plus(np.stack(rows), None if skips[1] is None else -skips[1]).astype(vectors.dtype)
    changed = replace(layer, w=transfer(w, array_namespace(layer.w), layer.w.dtype, device_of(layer.w)))
    return TypeEmbedding(EmbeddingNet((changed, *others)), moved)


def _skip(layer: Layer, inputs: NDArray[Any]) -> Any:
    """Return what the skip connection adds to the weights of a linear layer; None where there is none."""
    skip = shortcut(inputs, layer.w.shape[1]) if layer.resnet else None
    if skip is not None and not (layer.idt is None and parse_activation(layer.activation_function) is linear):
        message = "`type_embedding`: its skip connection cannot follow another type map through an activation"
        raise UnsupportedError(f"{message} or a time step, here {layer.activation_function!r}")
    return skip


def _plus(w: NDArray[Any], skip: NDArray[Any] | None) -> NDArray[Any]:
    return w if skip is None else w + skip


def _random(seed: Seed) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise unexpected("seed", seed, "integers of zero or more, or null") from None
