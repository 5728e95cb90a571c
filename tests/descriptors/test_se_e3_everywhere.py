"""se_e3 in every library, precision and blocking, on balls and with gradients: the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.certification import budget, certify
from tests.helpers import EPS, assert_same_bits, assert_within, call_arguments, cluster, descriptor
from tests.libraries import Library

SYSTEM = cluster(8, seed=4, nf=2)


def three(**options):
    return descriptor("se_e3", **options)


class TestEverywhere:
    def test_every_library_agrees(self, library):
        d = three(exclude_types=[[0, 1]], env_protection=0.25, resnet_dt=True, neuron=[4])
        arguments = call_arguments(d, SYSTEM)
        here = d.call(*arguments)
        there = library.compiled(d.call)(*(library.array(x) for x in arguments))
        bound = 2 * budget(d, *arguments).descriptor
        assert_within(library.numpy(there.descriptor), here.descriptor, bound)
        assert_within(library.numpy(there.sw), here.sw, 64 * EPS)

    def test_float32(self, library):
        d = three(precision="float32")
        arguments = call_arguments(d, SYSTEM)
        out = library.compiled(d.call)(*(library.array(x) for x in arguments)).descriptor
        assert library.numpy(out).dtype == np.float64
        assert_within(library.numpy(out), d.call(*arguments).descriptor, 2 * budget(d, *arguments).descriptor)

    def test_gradient_is_finite_everywhere_and_the_slope_of_the_value(self, differentiable):
        d = three(neuron=[4])
        coord, *rest = call_arguments(d, cluster(6, seed=1))
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
        d = three(sel=[12, 12])
        one, more = (refdp.describe(d, SYSTEM, block=block, threads=n) for n in (1, 3))
        assert_same_bits(more, one)
        arguments = call_arguments(d, SYSTEM)
        assert_within(one, d.call(*arguments).descriptor, 2 * budget(d, *arguments).descriptor)

    @pytest.mark.parametrize("precision", ["float64", "float32"])
    def test_certified(self, precision):
        pytest.importorskip("flint")
        d = three(sel=[5, 5], precision=precision)
        system = cluster(5, nf=2)
        enclosure = certify(d, system)
        off = enclosure.deviation(refdp.describe(d, system))
        allowed = budget(d, *call_arguments(d, system)).descriptor
        assert np.all(off <= allowed)
        assert np.median(off[allowed > 0] / allowed[allowed > 0]) > 1e-4
        assert enclosure.radius.max() < 1e-27

    def test_moves_every_array(self):
        moved = three().to(Library.STRICT.namespace, dtype="float32")
        arrays = (moved.davg, moved.dstd, moved.embeddings.networks[3].layers[0].w)
        assert {(type(x).__module__.split(".")[0], str(x.dtype)[-7:]) for x in arrays} == {
            ("array_api_strict", "float32")
        }
