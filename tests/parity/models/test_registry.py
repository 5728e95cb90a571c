from __future__ import annotations

import pytest

from parity.backends.registry import backends, find
from parity.models import registry
from parity.models.registry import find_model, model_backends
from parity.mutants.planted_models import SIGN
from refdp.errors import InputError


class _Announced:
    def __init__(self, value):
        self.value = value

    def load(self):
        return self.value


class TestModelBackends:
    def test_names(self):
        assert set(model_backends()) == {
            "model:numpy-f64",
            "model:torch-f64",
            "model:jax-f64",
            "model:deepmd-dpmodel",
            "model:deepmd-jax",
            "model:deepmd-pytorch",
        }
        assert all(backend.models for backend in model_backends().values())

    def test_those_of_other_packages(self, monkeypatch):
        import parity.backends.registry as of_descriptors

        for module in (registry, of_descriptors):
            monkeypatch.setattr(module, "entry_points", lambda group: [_Announced(SIGN)])
        assert model_backends()["model:mutant-sign"] is SIGN
        assert "mutant-sign" not in backends()


class TestFindModel:
    def test_by_place(self):
        assert find("model:numpy-f64") is find_model("model:numpy-f64")
        assert find("model:numpy-f64").models
        assert not find("numpy-f64").models

    def test_unknown(self):
        with pytest.raises(InputError, match="`backend`: expected one of model:numpy-f64"):
            find_model("model:nobody")
