"""Models with random weights from sections of input files."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import ConfigError, UnsupportedError
from refdp.models.config import model_from_config
from tests.helpers import differences
from tests.model_cases import (
    DESCRIPTORS,
    FITTINGS,
    NAMES,
    atomic,
    atoms,
    linear,
    pair_table,
    standard,
    write_table,
    zbl,
)


def weights(made):
    return made.fitting.nets.networks[0].layers[0].w, made.descriptor.embeddings.networks[0].layers[0].w


class TestStandard:
    @pytest.mark.parametrize("fitting", [*FITTINGS])
    @pytest.mark.parametrize("descriptor", [*DESCRIPTORS])
    def test_any_two_that_fit(self, descriptor, fitting):
        turns = descriptor not in ("se_e2_r", "se_e3", "se_e3_tebd")
        if fitting.partition(",")[0] in ("dipole", "polar") and not turns:
            with pytest.raises(ConfigError, match=r"`fitting_net\.embedding_width`"):
                model_from_config(standard(descriptor, fitting))
            return
        made = model_from_config(standard(descriptor, fitting))
        assert made.out_bias.shape == (1, 2, int(np.prod(made.quantity.shape)))
        inputs = {"fparam": np.ones((2, 2)), "aparam": np.ones((2, 9, 1))} if fitting == "ener" else {}
        assert np.any(atomic(made, atoms(), **inputs))

    def test_a_whole_file(self):
        section = standard()
        whole = {"model": section, "training": {}, "loss": {}, "_comment": "c"}
        assert differences(model_from_config(whole).serialize(), model_from_config(section).serialize()) == []

    def test_what_only_training_wants_and_comments_are_passed_over(self):
        more = {"data_stat_nbatch": 10, "srtab_add_bias": True, "_comment": "c", "info": {}, "spin": None}
        section = standard()
        made, same = model_from_config(section | more), model_from_config(section)
        assert differences(made.serialize(), same.serialize()) == []

    def test_names(self):
        made = model_from_config(standard(), type_map=["C", "N"])
        assert made.type_map == made.descriptor.type_map == made.fitting.type_map == ("C", "N")
        section = standard()
        section.pop("type_map")
        assert model_from_config(section).type_map is None

    def test_the_names_of_the_descriptor_where_there_are_no_others(self):
        section = standard("stripped")
        section["descriptor"] = section["descriptor"] | {"type_map": section.pop("type_map")}
        assert model_from_config(section).type_map == tuple(NAMES)

    def test_seed(self):
        section = standard()
        own, first, second, again = (model_from_config(section, seed=k) for k in (None, 3, 4, 3))
        assert differences(first.serialize(), again.serialize()) == []
        for a, b in ((own, first), (first, second)):
            assert all(np.any(x != y) for x, y in zip(weights(a), weights(b), strict=True))

    def test_sel_from_data(self):
        section = standard()
        section["descriptor"] = section["descriptor"] | {"sel": "auto"}
        made = model_from_config(section, systems=refdp.examples.water())
        assert all(n > 0 for n in made.sel)

    def test_exclusions_reach_the_fitting_net(self):
        assert model_from_config(standard(atom_exclude_types=[1])).fitting.exclude_types == (1,)


class TestZbl:
    def test_net_and_table(self, tmp_path):
        made = model_from_config(zbl(write_table(tmp_path), smin_alpha=0.2, atom_exclude_types=[1]))
        net, table = made.models
        assert (made.smin_alpha, made.sw_rmin, made.sw_rmax) == (0.2, 0.8, 1.6)
        assert (table.rcut, table.nnei) == (net.rcut, net.nnei) == (3.5, 20)
        assert made.options.atom_exclude_types == (1,)
        assert net.options.atom_exclude_types == net.fitting.exclude_types == ()

    def test_the_switch_must_be_told(self, tmp_path):
        section = zbl(write_table(tmp_path))
        section.pop("sw_rmax")
        with pytest.raises(ConfigError, match="`sw_rmax`: expected a number of angstrom"):
            model_from_config(section)


class TestLinear:
    def test_members(self, tmp_path):
        section = linear(write_table(tmp_path), weights=[0.25, 0.5])
        section["models"][1].pop("type_map")
        made = model_from_config(section)
        assert made.weights == (0.25, 0.5)
        assert [type(m).__name__ for m in made.models] == ["StandardModel", "PairTable"]
        assert made.models[1].type_map == tuple(NAMES)

    def test_each_member_has_its_own_seed(self, tmp_path):
        section = linear(write_table(tmp_path))
        section["models"] = [section["models"][0]] * 2
        first, second = model_from_config(section, seed=1).models
        assert np.any(weights(first)[0] != weights(second)[0])


class TestPairTable:
    def test_slots_of_all_types(self, tmp_path):
        made = model_from_config(pair_table(write_table(tmp_path), sel=[3, 4], pair_exclude_types=[[0, 0]]))
        assert (made.sel, made.rcut, made.options.pair_exclude_types) == ((7,), 3.0, ((0, 0),))


class TestMistakes:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"foo": 1}, "`foo`: unknown key"),
            ({"pair_exclude_type": []}, "did you mean `pair_exclude_types`"),
            ({"type": "ener"}, "`type`: expected one of standard, pairtab, linear_ener, got 'ener'"),
            ({"type": {}}, "`type`"),
            ({"pair_exclude_types": [[0, 5]]}, "`pair_exclude_types`: expected types from 0 to 1"),
            ({"atom_exclude_types": "1"}, "`atom_exclude_types`: expected `array`"),
            ({"descriptor": {"type": "se_e2_a", "sel": [4, 4], "rcutt": 3}}, r"`descriptor\.rcutt`"),
            ({"fitting_net": {"type": "energy"}}, r"`fitting_net\.type`"),
            ({"descriptor": 3}, "`descriptor`: expected `object`"),
            ({"use_srtab": "none.txt", "sw_rmin": 1.0, "sw_rmax": 2.0}, "`tab_file`: expected a text file"),
            ({"type_map": ["O", "H", "C"]}, "type_map`: expected one name for each of the 2 types"),
        ],
        ids=str,
    )
    def test_values(self, change, message):
        with pytest.raises(ConfigError, match=message):
            model_from_config(standard() | change)

    @pytest.mark.parametrize(
        "change",
        [
            {"spin": {"use_spin": [True, False]}},
            {"model_dict": {"a": {}}},
            {"shared_dict": {"a": {}}},
            {"modifier": {"type": "dipole_charge"}},
            {"compress": {"model_file": "a"}},
            {"type_embedding": {"neuron": [2]}},
            {"type": "frozen", "model_file": "a.pb"},
            {"type": "pairwise_dprc"},
        ],
        ids=str,
    )
    def test_what_is_not_evaluated(self, change):
        with pytest.raises(UnsupportedError, match=f"`{next(iter(change))}`"):
            model_from_config(standard() | change)

    @pytest.mark.parametrize("config", [None, 3, [], {"model": 3}, {}], ids=str)
    def test_no_section(self, config):
        with pytest.raises(ConfigError):
            model_from_config(config)

    def test_tables_for_types_that_are_not_mixed(self, tmp_path):
        section = standard(fitting_net={"neuron": [5]}) | {"use_srtab": write_table(tmp_path)}
        with pytest.raises(ConfigError, match="expected a model of mixed types"):
            model_from_config(section | {"sw_rmin": 1.0, "sw_rmax": 2.0})

    def test_places_in_lists(self, tmp_path):
        section = linear(write_table(tmp_path))
        section["models"][1] = section["models"][1] | {"rcutt": 1}
        with pytest.raises(ConfigError, match=r"`models\[1\]\.rcutt`: unknown key"):
            model_from_config(section)
        with pytest.raises(ConfigError, match="`models`: expected at least one model"):
            model_from_config(section | {"models": []})

    def test_nesting(self, tmp_path):
        nested = linear(write_table(tmp_path))
        for _ in range(10):
            nested = nested | {"models": [nested]}
        with pytest.raises(ConfigError, match="at most 8 levels"):
            model_from_config(nested)
