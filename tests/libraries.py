"""The array libraries that our mathematics is tested on, strictest variants included."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import pytest

__all__ = ["ALL", "Library"]


class Library(Enum):
    """One way of making arrays; the name is the test id."""

    NUMPY = "numpy"
    READ_ONLY = "numpy, read-only"
    STRICT = "array-api-strict, strictest flags"
    STRICT_DEVICE = "array-api-strict on a device that is not the default one"
    TORCH = "torch"
    JAX = "jax, 64 bits"

    def __str__(self) -> str:
        return self.name.lower()

    @property
    def namespace(self) -> Any:
        """The Array API namespace; the test is skipped where the library is not installed."""
        if self in {Library.STRICT, Library.STRICT_DEVICE}:
            return pytest.importorskip("array_api_strict")
        if self is Library.TORCH:
            pytest.importorskip("torch")
            return pytest.importorskip("array_api_compat.torch")
        if self is Library.JAX:
            jax = pytest.importorskip("jax")
            jax.config.update("jax_enable_x64", True)
            return jax.numpy
        return pytest.importorskip("array_api_compat.numpy")

    @property
    def device(self) -> Any:
        """Where its arrays live; None for the default."""
        return self.namespace.Device("device1") if self is Library.STRICT_DEVICE else None

    def array(self, x: Any) -> Any:
        """Return a NumPy array as one of this library, dtype kept."""
        x = np.array(x)
        made = self.namespace.asarray(x, device=self.device) if self.device else self.namespace.asarray(x)
        if self is Library.READ_ONLY:
            made.setflags(write=False)
        return made

    def numpy(self, x: Any) -> np.ndarray:
        """Return an array of this library as NumPy's; fail where it is another library's, or elsewhere."""
        expected = type(self.array(np.zeros(1)))
        # NumPy's own operators make scalars of arrays without axes.
        x = np.asarray(x) if isinstance(x, np.generic) and expected is np.ndarray else x
        assert isinstance(x, expected), f"{type(x)} came out of {self.value}"
        if self.device is not None:
            assert x.device == self.device
            x = x.to_device(self.namespace.Device("CPU_DEVICE"))
        return np.asarray(x.detach() if self is Library.TORCH else x)

    def compiled(self, function: Any) -> Any:
        """Return the function, for JAX as one compiled program: one operation at a time takes seconds."""
        if self is not Library.JAX:
            return function
        import jax

        return jax.jit(function)

    def gradient(self, function: Any, x: Any) -> np.ndarray:
        """Return the gradient of the sum of `function` at x; only the libraries of `DIFFERENTIABLE` can."""
        xp = self.namespace
        if self is Library.TORCH:
            leaf = self.array(x).requires_grad_()
            xp.sum(function(leaf)).backward()
            return leaf.grad.numpy()
        import jax

        return np.asarray(self.compiled(jax.grad(lambda y: xp.sum(function(y))))(self.array(x)))


ALL = tuple(Library)
