"""What DeePMD-kit's TensorFlow part computes in its own way where `smooth_type_embedding` is on."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.descriptors.attention_options import AttentionOptions
from refdp.descriptors.rows import raw_environment
from refdp.descriptors.type_embedded import Types
from refdp.equations.environment_matrix import by_center, distance, radial_environment, standardize
from refdp.equations.exclusion import pair_mask
from refdp.equations.switch import cubic_fade
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.nn.type_embedding import type_index
from refdp.trace import step

__all__ = ["tensorflow_environment", "tensorflow_fade", "tensorflow_types"]


def tensorflow_environment(
    env: Environment, options: AttentionOptions, davg: Array, dstd: Array
) -> tuple[Array, Array]:
    r"""Return the standardized environment matrix (step `E`) and the switch.

    As `standardized_environment`, but the row of an excluded pair is :math:`\mu_{t_i 0 0}` in all four
    columns, the mean as it is, where elsewhere it is zero. Without a mean the two are the same.
    """
    rows, w = raw_environment(env, options)
    rows = standardize(rows, env.center_type, davg, dstd)
    mean = by_center(davg, env.center_type, 0.0)[..., :1, :1]
    kept = pair_mask(env.center_type, env.neighbor_type, options.exclude_types)
    return step("E", array_namespace(rows).where(kept[..., None], rows, mean)), w


def tensorflow_fade(
    env: Environment, sw: Float[Array, "nf nloc nnei"], rcut_smth: float
) -> Float[Array, "nf nloc nnei"]:
    """Return what attention and types fade with in place of the switch `sw`; equation {eq}`eq-cubic-fade`."""
    return cubic_fade(radial_environment(distance(env.displacement, env.valid), sw, env.valid), rcut_smth)


def tensorflow_types(env: Environment, table: Float[Array, "rows tebd_dim"]) -> Types:
    """Return the rows of centres and slots in a type embedding.

    An empty slot has the zero row, where elsewhere it borrows the type of extended atom 0; and a neighbour of
    an excluded pair has its own.
    """
    ntypes = table.shape[0] - 1
    return Types(table, type_index(env.center_type, ntypes), type_index(env.neighbor_type, ntypes))
