"""The form of `smooth_type_embedding` of DeePMD-kit's TensorFlow part, function by function."""

from __future__ import annotations

import numpy as np

from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.tensorflow_form import tensorflow_environment, tensorflow_fade, tensorflow_types
from refdp.descriptors.type_embedded import real_slots
from refdp.neighbors.environment import environment
from refdp.trace import record
from tests.attention_cases import mixed_arguments, se_atten
from tests.helpers import EPS, assert_same_bits, assert_within, cluster

SYSTEM = cluster(8, seed=4, nf=2)
EXCLUDE = {"exclude_types": [[0, 1]]}


def surroundings(d, library=None):
    given = mixed_arguments(d, SYSTEM, seed=1)
    return environment(*(library.array(x) if library else x for x in given))


class TestTensorflowEnvironment:
    def test_rows_of_excluded_pairs_are_the_mean_of_the_first_slot(self, library):
        d = se_atten(**EXCLUDE)
        env, near = surroundings(d, library), surroundings(d)
        given = [library.array(x) for x in (d.davg, d.dstd)]
        found = library.compiled(lambda *x: tensorflow_environment(env, d.options, *x))(*given)
        rows, w = (library.numpy(x) for x in found)
        usual, switch = standardized_environment(near, d.options, d.davg, d.dstd)
        excluded = near.valid & ~real_slots(near, d.options.exclude_types)
        assert excluded.any()
        mean = d.davg[near.center_type, 0, 0][..., None, None]
        expected = np.where(excluded[..., None], mean, usual)
        assert_within(rows, expected, 8 * EPS * np.abs(usual).max())
        assert_within(w, switch, 8 * EPS)

    def test_without_exclusion_it_is_the_usual_one(self):
        d = se_atten()
        env = surroundings(d)
        with record() as trace:
            mine = tensorflow_environment(env, d.options, d.davg, d.dstd)
        for x, y in zip(mine, standardized_environment(env, d.options, d.davg, d.dstd), strict=True):
            assert_same_bits(x, y)
        assert trace.names == ["r", "w", "R", "E"]


class TestTensorflowFade:
    def test_is_a_cubic_of_the_radial_column(self, library):
        d = se_atten()
        env, near = surroundings(d, library), surroundings(d)
        r = np.linalg.norm(near.displacement, axis=-1) + ~near.valid
        sw = np.where(near.valid, np.clip(2.0 - r / 2.0, 0.0, 1.0), 0.0)
        s = sw / r
        expected = 1.0 - (1.0 - np.minimum(1.25 * s, 1.0)) ** 3
        found = library.compiled(lambda x: tensorflow_fade(env, x, 1.25))(library.array(sw))
        assert_within(library.numpy(found), expected, 16 * EPS)
        np.testing.assert_array_equal(expected[~near.valid], 0.0)


class TestTensorflowTypes:
    def test_empty_slots_have_no_type_and_excluded_neighbours_their_own(self, library):
        d = se_atten(**EXCLUDE)
        env, near = surroundings(d, library), surroundings(d)
        types = tensorflow_types(env, library.array(np.zeros((3, 3))))
        slot, center = library.numpy(types.slot), library.numpy(types.center)
        np.testing.assert_array_equal(slot, np.where(near.valid, near.neighbor_type, 2))
        np.testing.assert_array_equal(center, np.where(near.center_type < 0, 2, near.center_type))
        assert (~near.valid).any()
