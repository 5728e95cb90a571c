"""Two questions to any function of arrays: is it within its proven budget, and how does it bend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refdp.namespaces import map_arrays
from tests.libraries import Library

__all__ = ["assert_certified", "curvature"]


def assert_certified(function: Callable[..., Any], *trees: Any, used: float = 1e-4) -> None:
    """Fail where float64 is farther from the truth than the budget allows, or the budget is far too large.

    Parameters
    ----------
    function
        Of the trees, to one array.
    trees
        NumPy arrays, or dataclasses of them.
    used
        The least part of the budget that the worst element must use up.
    """
    pytest.importorskip("flint")
    from refdp.namespaces import balls, budgets

    exact = function(*_moved(trees, lambda x: balls.to_balls(x, 113)))
    off = balls.deviation(exact, function(*trees))
    allowed = budgets.radius(function(*_moved(trees, budgets.to_budgets)))
    assert off.shape == allowed.shape
    assert off.size
    assert np.max(balls.radius(exact)) < 1e-24
    assert np.all(off <= allowed), f"{np.max(off - allowed):.2e} beyond the budget"
    assert np.max(off[allowed > 0.0] / allowed[allowed > 0.0], initial=0.0) >= used


def curvature(library: Library, function: Callable[[Any], Any], x: Any) -> np.ndarray:
    """Return 2 H g of the sum of `function`: g its gradient, H its second derivatives."""
    xp = library.namespace

    def slope(y: Any) -> Any:
        if library is Library.TORCH:
            import torch

            return torch.autograd.grad(xp.sum(function(y)), y, create_graph=True)[0]
        import jax

        return jax.grad(lambda z: xp.sum(function(z)))(y)

    return library.gradient(lambda y: slope(y) ** 2, x)


def _moved(trees: tuple[Any, ...], move: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Move the real arrays; booleans and integers stay."""
    return map_arrays(trees, lambda x: move(x) if x.dtype.kind == "f" else x)
