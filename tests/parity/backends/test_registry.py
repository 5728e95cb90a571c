from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from parity.backends import registry
from parity.backends.registry import backends, find
from parity.mutants.planted import CUBIC
from refdp.errors import InputError


class TestBackends:
    def test_ours_and_deepmd_kit(self):
        own = [
            f"{n}-{p}"
            for n in ("numpy", "strict", "torch", "torch-cuda", "jax", "jax-jit")
            for p in ("f64", "f32")
        ]
        assert list(backends()) == [*own, "deepmd-dpmodel", "deepmd-jax", "deepmd-pytorch"]

    def test_packages_announce_theirs(self, monkeypatch):
        entry = EntryPoint("cubic", "parity.mutants.planted:CUBIC", registry.GROUP)
        monkeypatch.setattr(
            registry, "entry_points", lambda group: [entry] if group == "refdp.backends" else []
        )
        assert backends()["mutant-cubic"] is CUBIC
        assert find("mutant-cubic") is CUBIC


class TestFind:
    def test_by_name_and_by_place(self):
        assert find("jax-jit-f32").precision == "float32"
        assert find("parity.mutants.planted:CUBIC") is CUBIC

    def test_localizer(self):
        assert find("localize:parity.mutants.planted:CUBIC").name == "localize:mutant-cubic"

    @pytest.mark.parametrize("name", ["parity.mutants.planted:patch", "parity.mutants.planted:NOBODY"])
    def test_a_place_without_backend(self, name):
        with pytest.raises(InputError, match=r"package\.module:attribute"):
            find(name)

    def test_unknown(self):
        with pytest.raises(InputError, match="`backend`: expected one of numpy-f64"):
            find("numpy")
