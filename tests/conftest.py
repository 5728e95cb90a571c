"""Fixtures and settings of the whole suite."""

from __future__ import annotations

import os

# Before any library starts its threads: the machine may have few cores, and results must not depend on them.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import pytest
from hypothesis import HealthCheck, settings

from parity.backends.own import HASTY
from tests.libraries import ALL, Library

# Before JAX is imported: of each program that XLA compiles here, a few numbers are wanted, once.
os.environ.setdefault("XLA_FLAGS", HASTY)

TOO_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "fast", derandomize=True, deadline=None, max_examples=25, suppress_health_check=TOO_SLOW
)
settings.register_profile("thorough", deadline=None, max_examples=1000, suppress_health_check=TOO_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "excuse(library, reason): this library cannot pass this test, because ..."
    )


def pytest_generate_tests(metafunc):
    if "library" in metafunc.fixturenames:
        metafunc.parametrize("library", ALL, ids=str, indirect=True)
    if "differentiable" in metafunc.fixturenames:
        metafunc.parametrize("differentiable", [Library.TORCH, Library.JAX], ids=str, indirect=True)


@pytest.fixture
def library(request):
    """Each array library in turn; the strict one with its strictest flags."""
    chosen = request.param
    for marker in request.node.iter_markers("excuse"):
        if marker.kwargs["library"] is chosen:
            request.applymarker(pytest.mark.xfail(reason=marker.kwargs["reason"], strict=True))
    if chosen not in {Library.STRICT, Library.STRICT_DEVICE}:
        _ = chosen.namespace
        yield chosen
        return
    flags = {"boolean_indexing": False, "data_dependent_shapes": False, "enabled_extensions": ()}
    with chosen.namespace.ArrayAPIStrictFlags(**flags):
        yield chosen


@pytest.fixture
def differentiable(request):
    """Each array library that differentiates."""
    _ = request.param.namespace
    return request.param
