from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.case import Case, build, descriptor_of, random_statistics
from parity.systems import load
from refdp.config import from_config
from refdp.io.serialized import deserialize

CONFIG = {"rcut": 3.3, "rcut_smth": 0.5, "sel": [16, 16], "neuron": [2, 4], "axis_neuron": 2}
CASE = Case(name="x", family="se_e2_a", system="virtual", config=CONFIG, statistics="random", seed=3)


def _same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.call, b.call, strict=True))


class TestBuild:
    def test_gives_the_same_arrays_every_time(self):
        first, second = build(CASE), build(CASE)
        assert _same(first, second)
        out = [deserialize(each.data).call(*each.call).descriptor for each in (first, second)]
        assert np.array_equal(*out)

    def test_keeps_virtual_atoms_as_centres_and_nobody_sees_them(self):
        inputs = build(CASE)
        virtual = inputs.atype < 0
        assert np.count_nonzero(virtual) == 16
        assert np.all(inputs.nlist[virtual] == -1)
        frames = np.arange(2)[:, None, None]
        assert np.all(inputs.atype_ext[frames, inputs.nlist][inputs.nlist >= 0] >= 0)

    def test_seed_changes_weights_and_statistics_but_not_the_table(self):
        other = build(msgspec.structs.replace(CASE, seed=4))
        assert _same(build(CASE), other)
        before, after = (build(c).data for c in (CASE, other.case))
        assert not np.array_equal(before["@variables"]["davg"], after["@variables"]["davg"])
        w = [d["embeddings"]["networks"][0]["layers"][0]["@variables"]["w"] for d in (before, after)]
        assert not np.array_equal(*w)

    def test_is_silent_where_sel_overflows(self):
        crowded = msgspec.structs.replace(CASE, system="crowded", config=CONFIG | {"sel": [2, 2]})
        assert np.all(build(crowded).nlist >= -1)


class TestDescriptorOf:
    @pytest.mark.parametrize("statistics", ["data", "random", "small"])
    def test_statistics(self, statistics):
        case = msgspec.structs.replace(CASE, statistics=statistics)
        dstd = descriptor_of(case, load("virtual")).dstd
        spread = np.ptp(dstd[0, :, 0])
        assert (spread > 0.5) == (statistics == "random")
        if statistics == "small":
            data = descriptor_of(msgspec.structs.replace(CASE, statistics="data"), load("virtual"))
            assert np.array_equal(100 * dstd, 100 * (data.dstd / 100))

    def test_zero_weights(self):
        case = msgspec.structs.replace(CASE, weights="zero")
        nets = descriptor_of(case, load("virtual")).embeddings.networks
        assert all(not layer.w.any() and not layer.b.any() for net in nets for layer in net.layers)


class TestRandomStatistics:
    def test_every_slot_and_column_has_its_own(self):
        d = random_statistics(from_config({"type": "se_e2_a"} | CONFIG), 1)
        assert len(np.unique(d.davg)) == d.davg.size == 2 * 32 * 4
        assert len(np.unique(d.dstd)) == d.dstd.size
        assert 0.1 <= d.dstd.min() < 0.12
        assert 1.8 < d.dstd.max() <= 2.0

    def test_set_davg_zero(self):
        d = random_statistics(from_config({"type": "se_e2_a", "set_davg_zero": True} | CONFIG), 1)
        assert not d.davg.any()

    def test_keeps_the_precision(self):
        d = random_statistics(from_config({"type": "se_e2_a", "precision": "float32"} | CONFIG), 1)
        assert d.davg.dtype == d.dstd.dtype == np.float32
