"""Another type map: what a descriptor knew it keeps, what it did not know has a place."""

from __future__ import annotations

import copy
import logging

import numpy as np
import pytest

import refdp
from refdp.errors import InputError, UnsupportedError
from refdp.type_map import change_type_map
from tests.helpers import assert_same_bits, relative_error, with_random_statistics

OLD, NEW = ["O", "H"], ["H", "C", "O"]
SECTION = {"rcut": 4.0, "rcut_smth": 1.0, "sel": 9, "neuron": [4, 8], "exclude_types": [[0, 1], [1, 1]]}
# The type embedding has a skip connection where this is once or twice the number of types, before or after.
WIDTHS = [2, 3, 4, 5, 6]


def before(name="se_atten", **options):
    more = {"attn": 5, "axis_neuron": 3} if name != "se_e3_tebd" else {}
    d = refdp.from_config(SECTION | more | {"type": name, "use_tebd_bias": True} | options, OLD, seed=3)
    return with_random_statistics(d, 2)


def water(type_map=None):
    coords = np.random.default_rng(1).uniform(0.0, 4.0, (6, 3))
    return refdp.System(coords, [0, 1, 0, 1, 1, 0], type_map=type_map or OLD)


@pytest.mark.parametrize("name", ["se_atten", "se_atten_v2", "se_e3_tebd"])
class TestChangeTypeMap:
    @pytest.mark.parametrize("tebd_dim", WIDTHS)
    @pytest.mark.parametrize("econf", [False, True])
    def test_known_species_stay(self, name, tebd_dim, econf):
        d = before(name, tebd_dim=tebd_dim, use_econf_tebd=econf)
        e = change_type_map(d, NEW, seed=1)
        assert relative_error(refdp.describe(e, water()), refdp.describe(d, water())) < 4e-16

    def test_pairs_are_renumbered(self, name):
        assert change_type_map(before(name), NEW).options.exclude_types == ((2, 0), (0, 0))

    def test_pairs_of_what_has_gone_are_dropped(self, name):
        assert change_type_map(before(name), ["C", "O"]).options.exclude_types == ()
        assert change_type_map(before(name), ["H"]).options.exclude_types == ((0, 0),)

    def test_statistics_of_a_new_species(self, name):
        d = before(name)
        e = change_type_map(d, NEW)
        assert_same_bits(e.davg, np.stack([d.davg[1], np.zeros_like(d.davg[0]), d.davg[0]]))
        assert_same_bits(e.dstd, np.stack([d.dstd[1], np.ones_like(d.dstd[0]), d.dstd[0]]))

    def test_vectors_of_a_new_species(self, name):
        d = before(name, use_tebd_bias=False, tebd_dim=3)
        one, same, other = (change_type_map(d, NEW, seed=k).type_embedding.table()[1] for k in (1, 1, 2))
        assert np.all((one >= 0.0) & (one <= 1.0))
        assert_same_bits(one, same)
        assert np.abs(one - other).max() > 0.01

    def test_there_and_back(self, name):
        d = before(name, tebd_dim=4)
        back = change_type_map(change_type_map(d, NEW), OLD)
        assert back.options == d.options
        assert relative_error(back.type_embedding.net.layers[0].w, d.type_embedding.net.layers[0].w) < 4e-16

    def test_is_written_and_read(self, name):
        e = change_type_map(before(name), NEW, seed=1)
        data = e.serialize()
        assert data["ntypes"] == 3
        back = refdp.deserialize(copy.deepcopy(data))
        assert_same_bits(refdp.describe(back, water()), refdp.describe(e, water()))

    @pytest.mark.parametrize("tebd_dim", WIDTHS)
    def test_as_deepmd(self, name, tebd_dim):
        base = pytest.importorskip("deepmd.dpmodel.descriptor.base_descriptor").BaseDescriptor
        d = before(name, tebd_dim=tebd_dim)
        theirs = base.deserialize(d.serialize())
        logging.disable(logging.WARNING)
        try:
            theirs.change_type_map(NEW)
        finally:
            logging.disable(logging.NOTSET)
        theirs, ours = theirs.serialize(), change_type_map(d, NEW).serialize()
        for key in ("davg", "dstd"):
            assert_same_bits(ours["@variables"][key], theirs["@variables"][key])
        w, v = (x["type_embedding"]["embedding"]["layers"][0]["@variables"]["w"] for x in (ours, theirs))
        assert_same_bits(w[[0, 2]], v[[0, 2]])
        assert (theirs["ntypes"], sorted(map(tuple, theirs["exclude_types"]))) == (
            ours["ntypes"],
            sorted(map(tuple, ours["exclude_types"])),
        )

    @pytest.mark.parametrize("type_map", [["O", "O"], ["O", ""], [], "OH", [1, 2], [["O"]], 5, None])
    def test_names_must_be_different(self, name, type_map):
        with pytest.raises(InputError, match="`type_map`"):
            change_type_map(before(name), type_map)

    @pytest.mark.parametrize("type_map", [tuple(NEW), np.array(NEW)])
    def test_any_sequence_of_names(self, name, type_map):
        options = change_type_map(before(name), type_map).options
        assert options == change_type_map(before(name), NEW).options
        assert [type(each) for each in options.type_map] == [str, str, str]


class TestOtherTypeEmbeddings:
    """What a dictionary may hold and DeePMD-kit never draws: more layers, no skip connection, activations."""

    @staticmethod
    def read(tebd_dim=2, layers=(), **changes):
        data = before(tebd_dim=tebd_dim).serialize()
        net = data["type_embedding"]["embedding"]
        net["layers"][0] |= changes
        net["layers"] += layers
        return refdp.deserialize(data)

    def assert_known_species_stay(self, d):
        e = change_type_map(d, NEW, seed=1)
        assert relative_error(refdp.describe(e, water()), refdp.describe(d, water())) < 4e-16

    def test_a_second_layer(self):
        second = copy.deepcopy(before(tebd_dim=2).serialize()["type_embedding"]["embedding"]["layers"][0])
        second["@variables"] |= {"w": np.array([[1.0, 0.3], [0.2, 0.5]])}
        self.assert_known_species_stay(self.read(layers=[second]))

    def test_no_skip_connection(self):
        self.assert_known_species_stay(self.read(resnet=False))

    def test_an_activation_without_skip_connection(self):
        self.assert_known_species_stay(self.read(tebd_dim=5, activation_function="tanh"))

    @pytest.mark.parametrize("tebd_dim", [2, 3, 4, 6])
    def test_an_activation_with_one(self, tebd_dim):
        with pytest.raises(UnsupportedError, match=r"`type_embedding`: its skip connection .* here 'tanh'"):
            change_type_map(self.read(tebd_dim, activation_function="tanh"), NEW)

    def test_a_time_step(self):
        data = before(tebd_dim=2).serialize()
        data["type_embedding"]["embedding"]["layers"][0]["@variables"]["idt"] = np.array([0.5, 2.0])
        with pytest.raises(UnsupportedError, match="or a time step"):
            change_type_map(refdp.deserialize(data), NEW)


class TestRefusals:
    @pytest.mark.parametrize("seed", [-1, "x", 1.5])
    def test_no_seed(self, seed):
        with pytest.raises(InputError, match="`seed`: expected integers of zero or more"):
            change_type_map(before(), NEW, seed)

    @pytest.mark.parametrize("d", [None, 5, {"type": "se_atten"}])
    def test_no_descriptor(self, d):
        with pytest.raises(InputError, match="`descriptor`: expected a descriptor"):
            change_type_map(d, NEW)

    def test_without_names(self):
        d = refdp.from_config(SECTION | {"type": "se_atten", "ntypes": 2}, seed=1)
        with pytest.raises(InputError, match="`type_map`: expected a descriptor whose types have names"):
            change_type_map(d, NEW)

    def test_nets_for_each_type(self):
        d = refdp.from_config({"type": "se_e2_a", "sel": [3, 3], "type_map": OLD}, seed=1)
        with pytest.raises(UnsupportedError, match="se_e2_a has nets for its types"):
            change_type_map(d, NEW)
