"""Seeds for sections without, and what `sel: auto` became, hybrids included."""

from __future__ import annotations

import refdp
from refdp.cli.sections import automatic, with_seeds
from tests.helpers import cluster

A = {"type": "se_e2_a", "rcut": 4.0, "sel": [4, 3], "neuron": [2, 4], "axis_neuron": 2}


def hybrid(*children):
    return {"type": "hybrid", "list": [*children]}


class TestWithSeeds:
    def test_where_there_is_none(self):
        assert with_seeds(A, 1) == A | {"seed": 1}
        assert with_seeds(A | {"seed": None}, 1) == A | {"seed": 1}
        assert with_seeds(A | {"seed": 0}, 1) == A | {"seed": 0}

    def test_in_a_whole_input_file(self):
        config = {"model": {"type_map": ["O"], "descriptor": A}, "training": {}}
        found = with_seeds(config, 1)
        assert found == {"model": {"type_map": ["O"], "descriptor": A | {"seed": 1}}, "training": {}}

    def test_of_the_children_of_a_hybrid(self):
        found = with_seeds(hybrid(A, A | {"seed": 7}, hybrid(A)), 1)
        assert found == hybrid(A | {"seed": [0, 1]}, A | {"seed": 7}, hybrid(A | {"seed": [0, 2, 1]}))

    def test_are_those_that_a_seed_for_all_gives(self):
        section = hybrid(A, hybrid(A))
        one = refdp.from_config(with_seeds(section, 1)).serialize()
        other = refdp.from_config(section, seed=1).serialize()
        for k in (0, 1):
            assert str(one["list"][k]) == str(other["list"][k])

    def test_leaves_mistakes_to_others(self):
        assert with_seeds(hybrid(5), 1) == hybrid(5)
        for section in ({"type": "hybrid"}, {"type": "hybrid", "list": A}):
            assert with_seeds(section, 1) == section


class TestAutomatic:
    def test_of_a_single_descriptor(self):
        auto = {key: value for key, value in A.items() if key != "sel"}
        d = refdp.from_config(auto, systems=[cluster(8)])
        assert list(automatic(auto, d)) == [("sel", d.sel)]
        assert list(automatic(A, refdp.from_config(A))) == []

    def test_of_children(self):
        section = hybrid(A, hybrid(A, A | {"sel": "auto:1.5"}))
        d = refdp.from_config(section, systems=[cluster(8)])
        assert list(automatic(section, d)) == [("list[1].list[1].sel", d.children[1].children[1].sel)]
