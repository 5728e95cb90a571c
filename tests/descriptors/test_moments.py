"""The rows beyond the environment matrix, and what weighs them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from refdp.descriptors.moments import angular_rows, weighted
from refdp.neighbors.environment import environment
from refdp.trace import record
from tests.attention_cases import mixed_arguments, se_atten
from tests.helpers import EPS, assert_within, cluster

SYSTEM = cluster(8, seed=4, nf=2)
ROOT = {n: math.sqrt(n) for n in (3, 5, 10, 15, 35, 70)}
# As in the table of the definition, q = x^2 + y^2 + z^2.
BY_HAND = {
    2: lambda x, y, z, q: [
        ROOT[3] * x * y,
        ROOT[3] * y * z,
        (3 * z**2 - q) / 2,
        ROOT[3] * x * z,
        ROOT[3] / 2 * (x**2 - y**2),
    ],
    3: lambda x, y, z, q: [
        math.sqrt(5 / 8) * y * (3 * x**2 - y**2),
        ROOT[15] * x * y * z,
        math.sqrt(3 / 8) * y * (5 * z**2 - q),
        z * (5 * z**2 - 3 * q) / 2,
        math.sqrt(3 / 8) * x * (5 * z**2 - q),
        ROOT[15] / 2 * z * (x**2 - y**2),
        math.sqrt(5 / 8) * x * (x**2 - 3 * y**2),
    ],
    4: lambda x, y, z, q: [
        ROOT[35] / 2 * x * y * (x**2 - y**2),
        ROOT[70] / 4 * y * z * (3 * x**2 - y**2),
        ROOT[5] / 2 * x * y * (7 * z**2 - q),
        ROOT[10] / 4 * y * z * (7 * z**2 - 3 * q),
        (35 * z**4 - 30 * z**2 * q + 3 * q**2) / 8,
        ROOT[10] / 4 * x * z * (7 * z**2 - 3 * q),
        ROOT[5] / 4 * (x**2 - y**2) * (7 * z**2 - q),
        ROOT[70] / 4 * x * z * (x**2 - 3 * y**2),
        ROOT[35] / 8 * (x**4 - 6 * x**2 * y**2 + y**4),
    ],
}


def surroundings(d, library=None, system=SYSTEM):
    given = mixed_arguments(d, system)
    return environment(*(library.array(x) if library else x for x in given))


def by_hand(env, place, s, d):
    """The further columns of one slot."""
    f, i, j = place
    a, p = env.center_type[f, i], d.env_protection
    x = env.displacement[place]
    r = np.linalg.norm(x) + p if env.valid[place] else 1.0 + p
    amplitude = s[place] / (r * (d.dstd[a, j, 0] if a >= 0 else 1.0))
    x, y, z = x / r
    columns = [BY_HAND[degree](x, y, z, x**2 + y**2 + z**2) for degree in range(2, d.options.lmax + 1)]
    return amplitude * np.array([c for degree in columns for c in degree])


class TestAngularRows:
    @pytest.mark.parametrize("lmax", [2, 3, 4])
    @pytest.mark.parametrize("protection", [0.0, 0.3])
    def test_is_the_table(self, lmax, protection):
        d = se_atten(lmax=lmax, env_protection=protection)
        env = surroundings(d)
        rng = np.random.default_rng(0)
        e, s = rng.normal(size=(*env.valid.shape, 4)), rng.uniform(0.2, 1.0, env.valid.shape) * env.valid
        with record() as trace:
            b = angular_rows(e, env, s, d.options, d.dstd)
        assert trace.names == ["B"]
        assert b.shape[-1] == (lmax + 1) ** 2
        np.testing.assert_array_equal(b[..., :4], e)
        expected = np.array([by_hand(env, place, s, d) for place in np.ndindex(s.shape)])
        assert_within(b[..., 4:].reshape(expected.shape), expected, 64 * EPS * np.abs(expected).max())

    def test_degree_one_is_the_environment_itself(self):
        d = se_atten()
        env, e = surroundings(d), np.ones((2, 8, 7, 4))
        with record() as trace:
            assert angular_rows(e, env, e[..., 0], d.options, d.dstd) is e
        assert trace.names == []

    def test_on_any_library(self, library):
        d = se_atten(lmax=4, env_protection=0.3)
        env, near = surroundings(d, library), surroundings(d)
        e, s = np.ones((2, 8, 7, 4)), np.where(near.valid, 0.75, 0.0)
        rows = library.compiled(lambda *x: angular_rows(x[0], env, x[1], d.options, x[2]))
        found = rows(*map(library.array, (e, s, d.dstd)))
        expected = angular_rows(e, near, s, d.options, d.dstd)
        assert_within(library.numpy(found), expected, 64 * EPS * np.abs(expected).max())

    def test_slots_that_are_not_real_have_none(self):
        d = se_atten(lmax=4)
        env = surroundings(d)
        s = np.where(env.valid & (env.neighbor_type == 1), 1.0, 0.0)
        b = angular_rows(np.ones((2, 8, 7, 4)), env, s, d.options, d.dstd)
        np.testing.assert_array_equal(b[s == 0.0][:, 4:], 0.0)
        assert np.abs(b[s > 0.0][:, 4:]).min(axis=1).max() > 0.0

    def test_only_the_radial_width_divides(self):
        """No mean, and of the four widths the first."""
        d = se_atten(lmax=3)
        env = surroundings(d)
        e, s = np.zeros((2, 8, 7, 4)), np.where(env.valid, 1.0, 0.0)
        wide = d.dstd * np.array([2.0, 9.0, 8.0, 7.0])
        one, half = (angular_rows(e, env, s, d.options, width)[:, :7] for width in (d.dstd, wide))
        np.testing.assert_array_equal(one, 2.0 * half)


class TestWeighted:
    def test_each_degree_has_its_gain(self, library):
        m = np.random.default_rng(0).normal(size=(1, 2, 3, 25))
        gain = np.array([0.5, -2.0, 4.0])
        found = library.numpy(weighted(library.array(m), library.array(gain)))
        factors = np.repeat([1.0, 0.5, -2.0, 4.0], [4, 5, 7, 9])
        np.testing.assert_array_equal(found, m * factors)

    @pytest.mark.parametrize("lmax", [2, 3])
    def test_fewer_degrees(self, lmax):
        m = np.ones((1, 1, 2, (lmax + 1) ** 2))
        found = weighted(m, np.arange(2.0, lmax + 1))
        np.testing.assert_array_equal(found[0, 0, 0, 4:], [2.0] * 5 + [3.0] * 7 * (lmax == 3))

    def test_without_gains_returns_what_came(self):
        m = np.ones((1, 1, 2, 4))
        assert weighted(m, None) is m

    def test_the_sign_of_a_gain_does_not_matter(self):
        """Its square weighs the products of two moments."""
        d = se_atten(lmax=3)
        given = mixed_arguments(d, SYSTEM)
        turned = replace(d, degree_gain_raw=-d.degree_gain_raw)
        np.testing.assert_array_equal(turned.call(*given).descriptor, d.call(*given).descriptor)
        more = replace(d, degree_gain_raw=2.0 * d.degree_gain_raw)
        assert np.abs(more.call(*given).descriptor - d.call(*given).descriptor).max() > 1e-6
