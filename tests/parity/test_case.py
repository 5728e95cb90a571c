from __future__ import annotations

import msgspec
import numpy as np

from parity.case import Case, build
from refdp.io.serialized import deserialize

CONFIG = {"rcut": 3.3, "rcut_smth": 0.5, "sel": [16, 16], "neuron": [2, 4], "axis_neuron": 2}
CASE = Case(name="x", family="se_e2_a", system="virtual", config=CONFIG, statistics="random", seed=3)

MIXED = Case(
    name="y",
    family="se_e3_tebd",
    system="mixture",
    config={"rcut": 3.1, "rcut_smth": 0.5, "sel": [12], "neuron": [2, 4]},
)


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

    def test_neighbours_of_all_types_in_one_list(self):
        nlist = build(MIXED).nlist
        filled = nlist >= 0
        assert np.all(filled[..., :-1] >= filled[..., 1:])

    def test_no_image_is_virtual_where_types_are_mixed(self):
        # Nor in a descriptor that has children of both kinds.
        both = {
            "list": [MIXED.config | {"type": "se_e3_tebd"}, CONFIG | {"type": "se_e2_a", "sel": [4, 4, 4]}]
        }
        for case in (MIXED, msgspec.structs.replace(MIXED, family="hybrid", config=both)):
            assert build(case).atype_ext.min() == 0

    def test_shuffled(self):
        tidy, shuffled = build(MIXED), build(msgspec.structs.replace(MIXED, table="shuffled"))
        assert np.array_equal(np.sort(shuffled.nlist), np.sort(tidy.nlist))
        filled = shuffled.nlist >= 0
        assert np.any(filled[..., :-1] < filled[..., 1:])

    def test_beyond(self):
        inputs = build(msgspec.structs.replace(MIXED, table="beyond"))
        reach = np.take_along_axis(
            inputs.coord_ext[:, None], np.maximum(inputs.nlist, 0)[..., None], axis=2
        ) - np.expand_dims(inputs.coord_ext[:, :6], 2)
        d = np.linalg.norm(reach, axis=-1)[inputs.nlist >= 0]
        assert 3.1 < d.max() <= 4.1

    def test_everybody_sees_everybody_without_a_cutoff(self):
        config = {"sel": [3, 3, 2], "neuron": [2, 4], "axis_neuron": 2}
        inputs = build(Case(name="x", family="se_a_mask", system="masked", config=config))
        seen = np.count_nonzero(inputs.nlist >= 0, axis=-1)
        assert seen.tolist() == [[4, 4, 0, 4, 4, 4], [0, 4, 4, 4, 4, 4]]


class TestPrecision:
    def test_of_a_hybrid_is_that_of_its_children(self):
        case = msgspec.structs.replace(CASE, family="hybrid", config={"list": [{"precision": "float32"}]})
        assert (CASE.precision, case.precision) == ("float64", "float32")
