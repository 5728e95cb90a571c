"""The backends by name: ours, DeePMD-kit's, and those that other packages announce."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points

from parity.backends import deepmd_dpmodel, deepmd_jax, deepmd_pytorch, own
from parity.backends.backend import Backend
from parity.localize import PREFIX, localizer
from parity.models.registry import GROUP, find_model
from parity.models.registry import PREFIX as MODEL
from refdp.errors import unexpected

__all__ = ["GROUP", "backends", "find"]


def backends() -> dict[str, Backend]:
    """Return all backends of this installation that compute descriptors, by name.

    A package adds its own under the entry point group `refdp.backends`: each entry is a `Backend`.
    """
    deepmd = (deepmd_dpmodel.BACKEND, deepmd_jax.BACKEND, deepmd_pytorch.BACKEND)
    announced = (entry.load() for entry in entry_points(group=GROUP))
    known = (backend for backend in (*own.BACKENDS, *deepmd, *announced) if not backend.models)
    return {backend.name: backend for backend in known}


def find(name: str) -> Backend:
    """Return a backend by its name, or by its place `package.module:attribute`.

    `localize:` before either gives its localizer; `model:` before a name what evaluates whole models.

    Raises
    ------
    InputError
        There is none.
    """
    if name.startswith(PREFIX):
        return localizer(find(name.removeprefix(PREFIX)))
    if name.startswith(MODEL):
        return find_model(name)
    if ":" in name:
        module, _, attribute = name.partition(":")
        found = getattr(importlib.import_module(module), attribute, None)
        if isinstance(found, Backend):
            return found
        raise unexpected("backend", name, "the place of a Backend, package.module:attribute")
    known = backends()
    if name not in known:
        raise unexpected("backend", name, f"one of {', '.join(known)}")
    return known[name]
