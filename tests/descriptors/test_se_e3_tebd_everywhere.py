"""se_e3_tebd in every library, precision and blocking, on balls, with gradients; and its parts alone."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.descriptors import se_e3_tebd
from refdp.descriptors.type_embedded import stripped
from refdp.namespaces import map_arrays
from tests.attention_cases import mixed_arguments
from tests.helpers import EPS, assert_same_bits, assert_within, cluster, with_random_statistics
from tests.three_body_cases import se_e3_tebd as tebd

SYSTEM = cluster(8, seed=4, nf=2)
STRIP = {"tebd_input_mode": "strip"}


class TestEverywhere:
    @pytest.mark.parametrize("mode", [{}, STRIP], ids=["concat", "strip"])
    def test_every_library_agrees(self, library, mode):
        options = {"exclude_types": [[0, 1]], "env_protection": 0.25, "resnet_dt": True, "neuron": [4]}
        d = with_random_statistics(tebd(**options, **mode), 2, by_slot=True, isotropic=False)
        given = mixed_arguments(d, SYSTEM, seed=2)
        here = d.call(*given)
        there = library.compiled(d.call)(*(library.array(x) for x in given))
        assert_within(library.numpy(there.descriptor), here.descriptor, 2 * budget(d, *given).descriptor)
        assert_within(library.numpy(there.sw), here.sw, 64 * EPS)

    def test_float32(self, library):
        d = tebd(precision="float32", **STRIP)
        given = mixed_arguments(d, SYSTEM)
        out = library.compiled(d.call)(*(library.array(x) for x in given)).descriptor
        assert library.numpy(out).dtype == np.float64
        assert_within(library.numpy(out), d.call(*given).descriptor, 2 * budget(d, *given).descriptor)

    @pytest.mark.parametrize("mode", [{}, STRIP], ids=["concat", "strip"])
    def test_gradient_is_finite_everywhere_and_the_slope_of_the_value(self, differentiable, mode):
        d = tebd(neuron=[4], exclude_types=[[0, 0]], **mode)
        coord, *rest = mixed_arguments(d, cluster(6, seed=1))
        lists = [differentiable.array(x) for x in rest]
        gradient = differentiable.gradient(lambda x: d.call(x, *lists).descriptor, coord)
        assert np.isfinite(gradient).all()
        # Off by h^2/6 of a third derivative (some 10 at an angstrom) and by eps/h of the value.
        h, direction = 1e-5, np.random.default_rng(3).normal(size=coord.shape)
        ends = [np.sum(d.call(coord + t * direction, *rest).descriptor) for t in (h, -h)]
        assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(np.sum(gradient * direction), abs=1e-7)
        assert np.abs(gradient).max() > 1e-3

    @pytest.mark.parametrize("block", [1, 3, 10**6])
    def test_blocks_and_threads(self, block):
        d = tebd(sel=24, **STRIP)
        one, more = (refdp.describe(d, SYSTEM, block=block, threads=n) for n in (1, 3))
        assert_same_bits(more, one)
        given = mixed_arguments(d, SYSTEM)
        assert_within(one, d.call(*given).descriptor, 2 * budget(d, *given).descriptor)

    @pytest.mark.parametrize("mode", [{}, STRIP], ids=["concat", "strip"])
    @pytest.mark.parametrize("precision", ["float64", "float32"])
    def test_certified(self, precision, mode):
        pytest.importorskip("flint")
        d = tebd(sel=4, precision=precision, **mode)
        system = cluster(5, nf=2)
        enclosure = refdp.certify(d, system)
        off = enclosure.deviation(refdp.describe(d, system))
        allowed = budget(d, *mixed_arguments(d, system)).descriptor
        assert np.all(off <= allowed)
        assert np.median(off[allowed > 0] / allowed[allowed > 0]) > 1e-4
        assert enclosure.radius.max() < 1e-27

    def test_moves_every_array(self, library):
        moved = tebd(**STRIP).to(library.namespace, dtype="float32", device=library.device)
        kinds = set()
        map_arrays(moved, lambda x: kinds.add(str(library.numpy(x).dtype)) or x)
        assert kinds == {"float32"}


class TestStatistics:
    def test_are_those_of_data_and_change_the_descriptor(self):
        d = tebd(statistics=False, set_davg_zero=False)
        system = cluster(8, seed=4, nf=2)
        made = refdp.with_statistics(d, system)
        assert made.davg[..., 0].min() > 0.01
        np.testing.assert_array_equal(made.davg[..., 1:], 0.0)
        one, other = (refdp.describe(x, system) for x in (d, made))
        assert np.abs(one - other).max() > 1e-3

    def test_the_mean_changes_no_bit(self):
        system = cluster(8, seed=4, nf=2)
        zero, mean = (
            refdp.with_statistics(tebd(statistics=False, set_davg_zero=flag), system)
            for flag in (True, False)
        )
        assert np.abs(zero.davg).max() < np.abs(mean.davg).max()
        assert_same_bits(refdp.describe(mean, system), refdp.describe(zero, system))


def features(library, function, d, *arrays):
    out = function(map_arrays(d.embeddings[()], library.array), *(library.array(x) for x in arrays))
    return library.numpy(out)


class TestEmbedPairsConcat:
    def test_number_then_first_then_second(self, library):
        d = tebd()
        rng = np.random.default_rng(0)
        theta, table = rng.normal(size=(1, 2, 2, 3)), rng.normal(size=(3, 3))
        first, second = np.array([[[0, 2], [1, 1]]]), np.array([[[2, 0, 1], [1, 2, 0]]])
        found = features(library, se_e3_tebd.embed_pairs_concat, d, theta, table, first, second)
        net = d.embeddings[()]
        for i, j, k in np.ndindex(2, 2, 3):
            x = [theta[0, i, j, k], *table[first[0, i, j]], *table[second[0, i, k]]]
            expected = net(np.array(x))
            assert_within(found[0, i, j, k], expected, 32 * EPS * np.abs(expected).max())


class TestEmbedPairsStrip:
    @pytest.mark.parametrize("fades", [True, False])
    def test_one_net_times_one_plus_the_other(self, library, fades):
        d = tebd(**STRIP)
        rng = np.random.default_rng(0)
        theta, t, fade = (
            rng.normal(size=(1, 2, 2, 3)),
            rng.normal(size=(1, 2, 2, 3, 8)),
            rng.uniform(size=(1, 2, 2, 3)),
        )
        net = map_arrays(d.embeddings[()], library.array)
        given = [library.array(x) for x in (theta, t)]
        found = library.numpy(stripped(net, *given, library.array(fade) if fades else None))
        g = d.embeddings[()](theta[..., None])
        expected = g * (1.0 + t * (fade[..., None] if fades else 1.0))
        assert_within(found, expected, 32 * EPS * np.abs(expected).max())
