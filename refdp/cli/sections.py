"""Sections of an input file, down to the children of a hybrid: seeds for all, and what `sel: auto` became."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refdp.descriptors import Descriptor

__all__ = ["automatic", "with_seeds"]


def with_seeds(config: Mapping[str, Any], seed: int | Sequence[int] | None) -> Mapping[str, Any]:
    """Return a configuration with a seed where it has none; child `k` of a hybrid gets the child seed `k`."""
    from refdp.descriptors import Hybrid
    from refdp.initialize import child_seed

    for key in ("model", "descriptor"):
        if isinstance(config.get(key), Mapping):
            return {**config, key: with_seeds(config[key], seed)}
    if isinstance(config.get("list"), list):
        children = [
            with_seeds(child, child_seed(seed, k)) if isinstance(child, Mapping) else child
            for k, child in enumerate(config["list"])
        ]
        return {**config, "list": children}
    if config.get("type") in Hybrid.names or config.get("seed") is not None:
        return config
    return {**config, "seed": seed}


def automatic(
    section: Mapping[str, Any], descriptor: Descriptor, place: str = ""
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield where `sel` was `auto`, `list[1].sel` for example, and what it became."""
    from refdp.descriptors import Hybrid

    if isinstance(descriptor, Hybrid):
        for k, (part, child) in enumerate(zip(section["list"], descriptor.children, strict=True)):
            yield from automatic(part, child, f"{place}list[{k}].")
    elif isinstance(section.get("sel", "auto"), str):
        yield f"{place}sel", descriptor.sel
