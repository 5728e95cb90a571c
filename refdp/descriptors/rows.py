"""What descriptors with a cutoff share: the way from displacements to the standardized environment."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.descriptors.options import CutoffOptions
from refdp.equations.environment_matrix import distance, environment_matrix, radial_environment, standardize
from refdp.equations.exclusion import pair_mask
from refdp.equations.switch import switch
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.trace import step

__all__ = ["exclude", "raw_environment", "standardized_environment"]


def raw_environment(env: Environment, options: CutoffOptions, *, radial: bool = False) -> tuple[Array, Array]:
    """Return the environment matrix before standardization, and the switch.

    Steps `r`, `w`, `R` of the book.

    Returns
    -------
    tuple
        `(nf, nloc, nnei, 4)`, or `(nf, nloc, nnei, 1)` where `radial`, in 1/angstrom; and `(nf, nloc, nnei)`.
    """
    xp = array_namespace(env.displacement)
    r = step("r", distance(env.displacement, env.valid))
    w = switch(r, options.rcut_smth, options.rcut)
    w = step("w", xp.where(env.valid, w, xp.zeros_like(w)))
    if radial:
        return step("R", radial_environment(r, w, env.valid, options.env_protection)[..., None]), w
    return step("R", environment_matrix(env.displacement, r, w, env.valid, options.env_protection)), w


def exclude(
    rows: Float[Array, "nf nloc nnei ncol"], env: Environment, exclude_types: tuple[tuple[int, int], ...]
) -> Float[Array, "nf nloc nnei ncol"]:
    """Return `rows` with those of excluded pairs set to zero."""
    if not exclude_types:
        return rows
    xp = array_namespace(rows)
    kept = pair_mask(env.center_type, env.neighbor_type, exclude_types)
    return xp.where(kept[..., None], rows, xp.zeros_like(rows))


def standardized_environment(
    env: Environment, options: CutoffOptions, davg: Array, dstd: Array
) -> tuple[Array, Array]:
    """Return the standardized, masked environment matrix (step `E`) and the switch."""
    rows, w = raw_environment(env, options, radial=davg.shape[-1] == 1)
    rows = standardize(rows, env.center_type, davg, dstd)
    return step("E", exclude(rows, env, options.exclude_types)), w
