"""Sections of hybrids: what is passed down, what is found from data, and where mistakes are."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest

import refdp
from refdp.errors import ConfigError, UnsupportedError
from tests.helpers import assert_same_bits, cluster, differences

A = {"type": "se_e2_a", "rcut": 4.0, "sel": [4, 3], "neuron": [2, 4], "axis_neuron": 2, "seed": 5}
R = {"type": "se_e2_r", "rcut": 3.0, "sel": [2, 5], "neuron": [2, 4], "seed": [6, 7]}
MIXED = {"type": "se_atten", "rcut": 3.5, "sel": 7, "neuron": [2, 4], "axis_neuron": 2, "attn": 4, "seed": 8}


def section(*children, **more):
    return {"type": "hybrid", "list": [*children], **more}


def leaves(d):
    return [leaf for c in d.children for leaf in leaves(c)] if isinstance(d, refdp.Hybrid) else [d]


class TestChildren:
    def test_are_those_of_their_sections(self):
        d = refdp.from_config(section(A, R))
        assert isinstance(d, refdp.Hybrid)
        for made, alone in zip(d.children, (A, R), strict=True):
            assert differences(made.serialize(), refdp.from_config(alone).serialize()) == []

    def test_inside_another(self):
        d = refdp.from_config(section(A, section(R, section(A))))
        assert [type(leaf).__name__ for leaf in leaves(d)] == ["SeE2A", "SeE2R", "SeE2A"]

    def test_a_whole_input_file(self):
        d = refdp.from_config({"model": {"type_map": ["O", "H"], "descriptor": section(A, R)}})
        assert [child.type_map for child in d.children] == [("O", "H")] * 2

    def test_aliases_and_comments(self):
        alias = {"n_axis_neuron": 3, "type": "se_a", "_comment": "x"}
        first = {key: value for key, value in A.items() if key != "axis_neuron"} | alias
        d = refdp.from_config(section(first, R, _comment=["y"]))
        assert d.children[0].options.axis_neuron == 3

    def test_numpy_numbers(self):
        d = refdp.from_config(section(A | {"sel": np.array([4, 3]), "rcut": np.float64(4.0)}, R))
        assert d.sel == (4, 5)

    def test_leaves_the_section_alone(self):
        given = section(A, section(R), type_map=["O", "H"])
        before = msgspec.json.encode(given)
        refdp.from_config(given, type_map=["H", "O"], seed=3)
        assert msgspec.json.encode(given) == before


class TestTypes:
    def test_the_map_of_the_hybrid_is_for_those_without(self):
        d = refdp.from_config(section(A, section(R), type_map=["O", "H"]))
        assert [leaf.type_map for leaf in leaves(d)] == [("O", "H")] * 2

    def test_a_map_that_is_given_overrides_all(self):
        d = refdp.from_config(
            section(A | {"type_map": ["a", "b"]}, section(R), type_map=["O", "H"]), type_map=["Cl", "Na"]
        )
        assert [leaf.type_map for leaf in leaves(d)] == [("Cl", "Na")] * 2

    @pytest.mark.parametrize(
        "given",
        [
            section(A, MIXED),
            section(MIXED, A),
            section(MIXED, ntypes=2),
            section(MIXED, section(A), ntypes=2),
            section(A, section(MIXED)),
            section(MIXED, MIXED | {"ntypes": 2}),
            section(MIXED, A | {"type_map": ["O", "H"]}),
            section(MIXED, type_map=["O", "H"]),
        ],
    )
    def test_a_child_that_needs_their_number_gets_it(self, given):
        assert [leaf.ntypes for leaf in leaves(refdp.from_config(given))] == [2] * len(
            leaves(refdp.from_config(given))
        )

    def test_another_number(self):
        with pytest.raises(ConfigError, match="`ntypes`: expected 2, the number of types of `list`, got 3"):
            refdp.from_config(section(A, ntypes=3))


class TestSeeds:
    def test_a_seed_for_all_gives_each_child_its_own(self):
        d = refdp.from_config(section(A, section(R, A)), seed=3)
        assert [leaf.options.seed for leaf in leaves(d)] == [(0, 3), (0, 1, 3), (1, 1, 3)]
        nets = [leaf.embeddings.networks[0].layers[0].w for leaf in leaves(d)]
        assert not np.array_equal(nets[0], nets[2])
        again = refdp.from_config(A, seed=[0, 3])
        assert_same_bits(again.embeddings.networks[0].layers[0].w, nets[0])

    def test_a_number_of_numpy_is_a_seed(self):
        one, other = (refdp.from_config(section(A, R), seed=seed) for seed in (3, np.int64(3)))
        assert differences(one.serialize(), other.serialize()) == []

    @pytest.mark.parametrize("seed", [-1, 1.5, "a", [2, -3], [1.5], True])
    def test_mistakes_are_shown_as_they_were_given(self, seed):
        wanted = re.escape(f"`seed`: expected an integer of zero or more, or a list of such, got {seed!r}")
        with pytest.raises(ConfigError, match=wanted):
            refdp.from_config(section(A, R), seed=seed)

    def test_children_keep_theirs(self):
        assert [c.options.seed for c in refdp.from_config(section(A, R)).children] == [5, (6, 7)]


class TestSel:
    def test_auto_is_found_with_the_cutoff_of_each_child(self):
        system = cluster(14, seed=4, nf=2)
        listed = [each | {"sel": "auto"} for each in (A, R | {"rcut": 1.5}, MIXED)]
        d = refdp.from_config(section(*listed), systems=[system])
        for made, alone in zip(d.children, listed, strict=True):
            assert made.sel == refdp.from_config(alone, systems=[system]).sel
        assert [made.sel for made in d.children] == [(8, 8), (4, 4), (12,)]

    def test_auto_without_data(self):
        with pytest.raises(ConfigError, match=r"`list\[1\].sel`: expected a list of integers, or data"):
            refdp.from_config(section(A, R | {"sel": "auto"}))


class TestMistakes:
    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (section(), r"`list`: expected at least one descriptor, got \[\]"),
            ({"type": "hybrid"}, r"`list`: expected at least one descriptor, got \[\]"),
            (section(A, section()), r"`list\[1\].list`: expected at least one descriptor"),
            (section(A, R | {"rcut": -1.0}), r"`list\[1\].rcut`: expected a positive, finite number"),
            (section(A, section(R | {"rcut": -1.0})), r"`list\[1\].list\[0\].rcut`: expected a positive"),
            (section(A, R | {"rcutt": 1.0}), r"`list\[1\].rcutt`: unknown key, did you mean `rcut`"),
            (section(A, R | {"sel": ["a", 2]}), r"`list\[1\].sel\[0\]`: expected `int`, got `str`"),
            (section(A, {"rcut": 1.0}), r"`list\[1\].type`: expected one of hybrid, .*, got None"),
            (section(A, 5), r"`list\[1\]`: expected `object`, got `int`: 5"),
            ({"type": "hybrid", "list": A}, "`list`: expected `array`, got `object`"),
            (
                section(A | {"n_axis_neuron": 2}),
                r"`list\[0\].n_axis_neuron`: expected not to be given beside",
            ),
            (section(A, R | {"sel": [1, 2, 3]}), r"`list\[1\].ntypes`: expected 2 as in list\[0\], got 3"),
            (
                section(A, {"type": "se_a_mask", "sel": [1, 2]}),
                r"`list\[1\]`: expected a descriptor with a cut",
            ),
            (section(A, R, seed=3), "`seed`: unknown key; known keys are list, ntypes, type_map"),
            (section(A, R, rcut=3.0), "`rcut`: unknown key"),
        ],
    )
    def test_say_where_they_are(self, given, message):
        with pytest.raises(ConfigError, match=message):
            refdp.from_config(given)

    @pytest.mark.parametrize("given", [{"type": "hybrid"}, {"type": "hybrid", "list": A}])
    def test_a_seed_for_all_hides_no_mistake(self, given):
        with pytest.raises(ConfigError, match="`list`: expected"):
            refdp.from_config(given, seed=1)

    def test_what_a_child_cannot_do(self):
        with pytest.raises(UnsupportedError, match=r"`list\[1\].type_one_side`: expected true for se_e2_r"):
            refdp.from_config(section(A, R | {"type_one_side": False}))

    def test_nested_too_deeply(self):
        given = A
        for _ in range(10_000):
            given = section(given)
        with pytest.raises(ConfigError, match="`list`: expected at most 8 levels of lists"):
            refdp.from_config(given)
