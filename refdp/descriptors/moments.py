"""The moments of se_atten beyond the first: more columns for the contraction, and their weights."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.descriptors.attention_options import AttentionOptions
from refdp.equations.environment_matrix import by_center, distance
from refdp.equations.solid_harmonics import solid_harmonics
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.trace import step

__all__ = ["angular_rows", "weighted"]

FIRST = 4  # columns of the environment matrix, degrees 0 and 1


def angular_rows(
    e: Float[Array, "nf nloc nnei 4"],
    env: Environment,
    s: Float[Array, "nf nloc nnei"],
    options: AttentionOptions,
    dstd: Float[Array, "ntypes nnei 4"],
) -> Float[Array, "nf nloc nnei ncol"]:
    r"""Return the rows :math:`B_j`: the environment matrix, then :math:`a_j Y_l(e_j)` up to `lmax`.

    :math:`e_j = d_j/(r_j + p)` and :math:`a_j = s_j / ((r_j + p)\,\sigma_{t_i j 0})`: no mean is
    subtracted, and only the radial width divides. Equation {eq}`eq-moments` of the book. Step `B` where
    `lmax` is above 1.

    Parameters
    ----------
    e
        `(nf, nloc, nnei, 4)` standardized environment.
    env
        Where the neighbours are.
    s
        `(nf, nloc, nnei)` switch, zero in slots that are not real.
    options
        With `lmax` and `env_protection`.
    dstd
        `(ntypes, nnei, 4)`.
    """
    if options.lmax == 1:
        return e
    xp = array_namespace(e)
    away = distance(env.displacement, env.valid) + options.env_protection
    amplitude = s / (away * by_center(dstd, env.center_type, 1.0)[..., 0])
    direction = env.displacement / away[..., None]
    higher = [amplitude[..., None] * solid_harmonics(direction, k) for k in range(2, options.lmax + 1)]
    return step("B", xp.concat([e, *higher], axis=-1))


def weighted(
    m: Float[Array, "nf nloc ng ncol"], gain: Float[Array, " degrees"] | None
) -> Float[Array, "nf nloc ng ncol"]:
    r"""Return :math:`\sqrt{\omega_c} M_{ac}`, the moments with the gain of their degree.

    Equation {eq}`eq-moments` of the book.

    Parameters
    ----------
    m
        `(nf, nloc, ng, (lmax + 1)^2)`.
    gain
        `(lmax - 1,)` the root of the weight of each degree from 2 on; None for one, where there is none.
    """
    if gain is None:
        return m
    xp = array_namespace(m)
    parts, start = [m[..., :FIRST]], FIRST
    for k in range(gain.shape[0]):
        width = 2 * (k + 2) + 1
        parts.append(m[..., start : start + width] * gain[k])
        start += width
    return xp.concat(parts, axis=-1)
