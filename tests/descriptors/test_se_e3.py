"""se_e3 against loops written from its formula, one option at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.descriptors import SeE3, se_e3
from refdp.nn.collection import NetworkCollection
from refdp.trace import record
from tests import oracle
from tests.helpers import (
    EPS,
    assert_same_bits,
    assert_within,
    call_arguments,
    cluster,
    descriptor,
    with_random_statistics,
)

SYSTEM = cluster(8, seed=4, nf=2)
VARIANTS = {
    "plain": {},
    "time step": {"resnet_dt": True},
    "narrow net": {"neuron": [1, 2]},
    "widths that do not fit": {"neuron": [3, 7, 5]},
    "exclusion": {"exclude_types": [[0, 1], [1, 1]]},
    "protection": {"env_protection": 0.3},
    "no smooth start": {"rcut_smth": 0.0},
    "late switch": {"rcut_smth": 3.9},
    "activation": {"activation_function": "silut:0.1"},
    "block without slots": {"sel": [0, 6]},
    "one slot a type": {"sel": [1, 1]},
    "one type": {"sel": [6, 0]},
    "all at once": {"resnet_dt": True, "exclude_types": [[0, 0]], "env_protection": 0.1},
}


def three(**options):
    return descriptor("se_e3", **options)


def loops(d, coord, atype, nlist):
    """Write the double sum as the formula says it, over all ordered pairs of slots of types a <= b."""
    blocks = np.repeat(np.arange(d.ntypes), d.sel)
    out = np.zeros((*nlist.shape[:2], d.dim_out))
    for f, i in np.ndindex(nlist.shape[:2]):
        rows, _ = oracle._rows(d, coord[f], atype[f], i, nlist[f, i])
        for j, k in np.ndindex(d.nnei, d.nnei):
            a, b = int(blocks[j]), int(blocks[k])
            if a <= b:
                theta = sum(rows[j, c] * rows[k, c] for c in (1, 2, 3))
                features = d.embeddings[a, b](np.array([theta]))
                out[f, i] += theta * features / (d.sel[a] * d.sel[b])
    return out


class TestDescribe:
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    @pytest.mark.parametrize("by_slot", [False, True], ids=["", "statistics by slot"])
    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_is_the_formula(self, options, by_slot):
        d = with_random_statistics(three(**options), 3, by_slot=by_slot, isotropic=False)
        coord, atype, nlist, _ = call_arguments(d, SYSTEM)
        out = d.call(coord, atype, nlist).descriptor
        expected = loops(d, coord, atype, nlist)
        assert np.abs(expected).max() > 1e-3
        # Twice: the loops round as well.
        assert_within(out, expected, 2 * budget(d, coord, atype, nlist).descriptor)

    @pytest.mark.parametrize("option", list(VARIANTS)[1:])
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    def test_every_option_changes_something(self, option):
        plain, changed = (three(**options) for options in ({}, VARIANTS[option]))
        one, other = (d.call(*call_arguments(d, SYSTEM)).descriptor for d in (plain, changed))
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-6 * np.abs(one).max()

    def test_outputs_and_steps(self):
        d = three()
        with record() as trace:
            out = d.call(*call_arguments(d, SYSTEM))
        assert trace.names == ["r", "w", "R", "E", "theta", "A", "D"]
        assert (out.descriptor.shape, out.sw.shape) == ((2, 8, 8), (2, 8, 7, 1))
        assert (out.rot_mat, out.g2, out.h2) == (None, None, None)
        assert trace.value("theta").shape == (2, 8, 7, 7)
        assert trace.value("A").shape == (2, 8, 3, 8)
        assert_within(trace.value("A").sum(axis=-2), out.descriptor, 4 * EPS * np.abs(out.descriptor).max())

    def test_a_neighbor_alone_is_paired_with_itself(self):
        d = three(statistics=False)
        system = refdp.System([[0.0, 0, 0], [1.25, 0, 0]], [0, 1])
        out = d.call(*call_arguments(d, system)).descriptor[0]
        # Theta is the square of w/r, in a block of four slots (type 0) and in one of three.
        u = (1.25 - 1.0) / 3.0
        theta = ((u**3 * (-6 * u**2 + 15 * u - 10) + 1) / 1.25) ** 2
        for atom, (b, sel) in enumerate([(1, 3), (0, 4)]):
            expected = theta * d.embeddings[b, b](np.array([theta])) / sel**2
            assert_within(out[atom], expected, 64 * EPS * np.abs(expected).max())

    def test_a_cross_pair_counts_once(self):
        d = three(statistics=False)
        system = refdp.System([[0.0, 0, 0], [0.5, 0, 0], [0, 0.75, 0], [-0.75, 0, 0]], [0, 0, 1, 1])
        with record() as trace:
            d.call(*call_arguments(d, system))
        # The first atom's neighbour of type 0 is on a line with one of type 1 and square to the other.
        theta = -1.0 / (0.5 * 0.75)
        expected = theta * d.embeddings[0, 1](np.array([theta])) / 12
        assert_within(trace.value("A")[0, 0, 1], expected, 64 * EPS * np.abs(expected).max())

    def test_the_first_column_of_statistics_changes_no_bit(self):
        d = three()
        davg, dstd = np.array(d.davg), np.array(d.dstd)
        davg[..., 0] += 0.7
        dstd[..., 0] *= 3.0
        arguments = call_arguments(d, SYSTEM)
        other = replace(d, davg=davg, dstd=dstd).call(*arguments).descriptor
        assert_same_bits(other, d.call(*arguments).descriptor)

    @pytest.mark.parametrize("net", range(4))
    def test_nets_of_a_above_b_are_not_used(self, net):
        d = three()
        nets = [*d.embeddings.networks]
        nets[net] = three(seed=12).embeddings.networks[net]
        changed = replace(d, embeddings=NetworkCollection(2, 2, tuple(nets)))
        arguments = call_arguments(d, SYSTEM)
        one, other = (x.call(*arguments).descriptor for x in (d, changed))
        # Stored as (0,0), (1,0), (0,1), (1,1): the second is the one of a > b.
        assert np.array_equal(one, other) == (net == 1)

    def test_virtual_centers_are_zero(self):
        d = with_random_statistics(three(), 2, isotropic=False)
        out = d.call(*call_arguments(d, SYSTEM)).descriptor
        np.testing.assert_array_equal(out[:, -1], 0.0)
        assert np.abs(out[:, :-1]).min() > 0.0

    def test_one_atom_is_zero_unless_the_angular_mean_is_not(self):
        alone = call_arguments(three(), refdp.System([[0.0, 0, 0]], [1]))
        np.testing.assert_array_equal(three().call(*alone).descriptor, 0.0)
        spoilt = with_random_statistics(three(), 2, isotropic=False)
        assert np.abs(spoilt.call(*alone).descriptor).min() > 1e-4

    def test_coincident_atoms_with_protection_are_finite(self):
        d = three(env_protection=0.25)
        out = d.call(*call_arguments(d, refdp.System(np.zeros((2, 3)), [0, 1])))
        assert np.isfinite(out.descriptor).all()
        np.testing.assert_array_equal(out.sw[0, 0, 4], [1.0])


class TestAverageByTypes:
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    @pytest.mark.parametrize(("pairs", "parts"), [(1, 99), (4, 99), (8, 2), (10**6, 1)])
    def test_parts_stay_within_the_budget(self, pairs, parts, monkeypatch):
        d = three(sel=[5, 4])
        arguments = call_arguments(d, SYSTEM)
        whole = d.call(*arguments).descriptor
        monkeypatch.setattr(se_e3, "PAIRS", pairs)
        monkeypatch.setattr(se_e3, "PARTS", parts)
        assert_within(d.call(*arguments).descriptor, whole, 2 * budget(d, *arguments).descriptor)

    @pytest.mark.parametrize(
        ("pairs", "parts", "rows"),
        [(1, 99, [1]), (13, 99, [1]), (14, 99, [2, 1]), (1, 2, [4, 3]), (99, 99, [7])],
    )
    def test_features_of_so_many_pairs_exist_at_a_time(self, pairs, parts, rows, monkeypatch):
        d = three(sel=[7, 0])
        seen = set()

        def watched(theta, g, slots):
            seen.add(g.shape[-3])
            return pair_average(theta, g, slots)

        pair_average = se_e3.pair_average
        monkeypatch.setattr(se_e3, "pair_average", watched)
        monkeypatch.setattr(se_e3, "PAIRS", pairs)
        monkeypatch.setattr(se_e3, "PARTS", parts)
        d.call(*call_arguments(d, refdp.System([[0.0, 0, 0], [1.25, 0, 0]], [0, 0])))
        # What is left over at the end is the last part.
        assert max(seen) == rows[0]
        assert rows[-1] in seen

    def test_pairs_of_types_without_slots_are_left_out(self):
        d = three(sel=[3, 0, 4])
        with record() as trace:
            d.call(*call_arguments(d, refdp.System([[0.0, 0, 0], [1.25, 0, 0]], [0, 2])))
        assert trace.value("A").shape[-2] == 3


class TestInitial:
    def test_neutral_statistics_and_number_of_nets(self):
        d = three(statistics=False)
        np.testing.assert_array_equal(d.davg, np.zeros((2, 7, 4)))
        np.testing.assert_array_equal(d.dstd, np.ones((2, 7, 4)))
        assert (d.embeddings.ndim, len(d.embeddings.networks)) == (2, 4)

    def test_dim_out(self):
        assert SeE3.initial(three(neuron=[5, 9]).options).dim_out == 9

    @pytest.mark.parametrize("name", ["se_e3", "se_at", "se_a_3be", "se_t"])
    def test_names(self, name):
        assert isinstance(refdp.from_config({"type": name, "sel": [3]}), refdp.SeE3)

    @pytest.mark.parametrize("key", ["axis_neuron", "type_one_side", "spin"])
    def test_options_of_two_body_descriptors_are_unknown(self, key):
        with pytest.raises(refdp.errors.ConfigError, match=f"`{key}`: unknown key"):
            refdp.from_config({"type": "se_e3", "sel": [3], key: None})

    def test_every_centre_is_served_by_the_same_nets(self):
        d = three()
        assert d.for_center(1) is d
