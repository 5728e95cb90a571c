"""The way from displacements to the standardized environment."""

from __future__ import annotations

import numpy as np

from refdp.descriptors.rows import (
    exclude,
    raw_environment,
    standardized_environment,
)
from refdp.neighbors.environment import environment
from refdp.trace import record
from tests.helpers import assert_same_bits, call_arguments, cluster, descriptor

SYSTEM = cluster(8, seed=4, nf=2)


def surroundings(d, library=None):
    arguments = call_arguments(d, SYSTEM)
    return environment(*(library.array(x) if library else x for x in arguments))


class TestRawEnvironment:
    def test_empty_slots_are_zero(self, library):
        d = descriptor(env_protection=0.5)
        env = surroundings(d, library)
        rows, w = raw_environment(env, d.options)
        valid = library.numpy(env.valid)
        assert not valid.all()
        np.testing.assert_array_equal(library.numpy(rows)[~valid], 0.0)
        np.testing.assert_array_equal(library.numpy(w)[~valid], 0.0)
        assert (library.numpy(w)[valid] > 0).any()

    def test_radial_is_the_first_column(self):
        d = descriptor(env_protection=0.5)
        env = surroundings(d)
        full, w = raw_environment(env, d.options)
        radial, same = raw_environment(env, d.options, radial=True)
        assert_same_bits(radial, full[..., :1])
        assert_same_bits(w, same)

    def test_steps(self):
        d = descriptor()
        with record() as trace:
            rows, w = raw_environment(surroundings(d), d.options)
        assert trace.names == ["r", "w", "R"]
        assert trace.value("R") is rows
        assert trace.value("w") is w


class TestExclude:
    def test_zeroes_the_rows_of_excluded_pairs_only(self, library):
        d = descriptor(exclude_types=[[0, 1]])
        env = surroundings(d, library)
        rows = np.random.default_rng(0).normal(size=(*env.valid.shape, 4))
        out = library.numpy(exclude(library.array(rows), env, d.options.exclude_types))
        center, neighbor = (library.numpy(x) for x in (env.center_type, env.neighbor_type))
        gone = (neighbor >= 0) & (center[..., None] >= 0) & (center[..., None] != neighbor)
        assert gone.any()
        np.testing.assert_array_equal(out, np.where(gone[..., None], 0.0, rows))

    def test_without_pairs_returns_what_came(self):
        d = descriptor()
        rows = np.ones((1, 1, 7, 4))
        assert exclude(rows, surroundings(d), d.options.exclude_types) is rows


class TestStandardizedEnvironment:
    def test_exclusion_comes_after_standardization(self):
        d = descriptor(exclude_types=[[0, 0], [0, 1], [1, 1]])
        env = surroundings(d)
        e, w = standardized_environment(env, d.options, d.davg, d.dstd)
        np.testing.assert_array_equal(e[env.valid], 0.0)
        empty = ~env.valid & (env.center_type >= 0)[..., None]
        expected = np.broadcast_to((-d.davg / d.dstd)[np.maximum(env.center_type, 0)], e.shape)
        np.testing.assert_array_equal(e[empty], expected[empty])
        assert w[env.valid].max() > 0.9

    def test_virtual_centers_have_zero_rows(self):
        d = descriptor()
        env = surroundings(d)
        e, w = standardized_environment(env, d.options, d.davg, d.dstd)
        np.testing.assert_array_equal(e[env.center_type < 0], 0.0)
        np.testing.assert_array_equal(w[env.center_type < 0], 0.0)

    def test_columns_follow_the_statistics(self):
        d, r = descriptor(), descriptor("se_e2_r")
        assert standardized_environment(surroundings(d), d.options, d.davg, d.dstd)[0].shape[-1] == 4
        assert standardized_environment(surroundings(r), r.options, r.davg, r.dstd)[0].shape[-1] == 1
