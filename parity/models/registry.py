"""Who evaluates whole models: DeePMD-kit and we ourselves, by the names of the backends for descriptors."""

from __future__ import annotations

from importlib.metadata import entry_points

from parity.backends.backend import Backend
from parity.models import deepmd_dpmodel, deepmd_jax, deepmd_pytorch, own
from refdp.errors import unexpected

__all__ = ["GROUP", "PREFIX", "find_model", "model_backends"]

GROUP = "refdp.backends"
PREFIX = "model:"


def model_backends() -> dict[str, Backend]:
    """Return the backends by the place that `parity.backends.registry.find` knows: `model:` and a name.

    Packages announce theirs in the entry point group of all backends, with `models=True`.
    """
    deepmd = (deepmd_dpmodel.BACKEND, deepmd_jax.BACKEND, deepmd_pytorch.BACKEND)
    announced = (entry.load() for entry in entry_points(group=GROUP))
    known = (*own.BACKENDS, *deepmd, *(backend for backend in announced if backend.models))
    return {f"{PREFIX}{backend.name}": backend for backend in known}


def find_model(place: str) -> Backend:
    """Return the backend at a place.

    Raises
    ------
    InputError
        There is none.
    """
    known = model_backends()
    if place not in known:
        raise unexpected("backend", place, f"one of {', '.join(known)}")
    return known[place]
