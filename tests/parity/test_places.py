from __future__ import annotations

from unittest.mock import patch

import msgspec
import numpy as np
import pytest

from parity import places
from parity.case import Case, build
from parity.cases import cases_of
from refdp.io.serialized import deserialize
from refdp.nn import activations


def _inputs(name):
    return build(next(case for case in cases_of(name[:7]) if case.name == name))


def _out(inputs):
    return deserialize(inputs.data).call(*inputs.call)


class TestNowhere:
    def test_explains_nothing(self):
        assert not places.nowhere(_inputs("se_e2_r-04-pair"), "descriptor", np.zeros(3))


def _with_last_type(inputs):
    """What PyTorch makes of virtual centres."""
    coord_ext, atype_ext, nlist, mapping = inputs.call
    descriptor = deserialize(inputs.data)
    last = np.where(atype_ext < 0, descriptor.ntypes - 1, atype_ext)
    return descriptor.call(coord_ext, last, nlist, mapping)


class TestVirtualRows:
    def test_are_those_of_virtual_centres(self):
        inputs = _inputs("se_e2_a-virtual-one-side")
        value = _with_last_type(inputs).rot_mat
        mask = np.broadcast_to(places.virtual_rows(inputs, "rot_mat", value), value.shape)
        assert np.array_equal(mask.any(axis=(-1, -2)), inputs.atype < 0)
        assert np.array_equal(mask.all(axis=(-1, -2)), inputs.atype < 0)

    def test_another_value_there_is_not_explained(self):
        inputs = _inputs("se_e2_a-virtual-one-side")
        value = _with_last_type(inputs).rot_mat + 1e-9
        assert not places.virtual_rows(inputs, "rot_mat", value).any()


class TestShiftedRows:
    def test_virtual_atoms_shift_the_groups(self):
        inputs = msgspec.structs.replace(
            _inputs("se_e2_a-virtual-two-side"), atype=np.array([[0, 1, -1, 1, 0, 1]])
        )
        # Sorted: atom 2 (virtual), 0, 4 (type 0), 1, 3, 5 (type 1); the first two are taken for type 0.
        mask = places.shifted_rows(inputs, "descriptor", np.zeros((1, 6, 2)))
        assert mask[0, :, 0].tolist() == [False, False, True, False, True, True]

    def test_not_the_switch(self):
        inputs = _inputs("se_e2_a-virtual-two-side")
        assert not places.shifted_rows(inputs, "sw", _out(inputs).sw).any()


class TestInParts:
    inputs = build(next(case for case in cases_of("hybrid") if case.name == "hybrid-virtual"))

    @staticmethod
    def _everywhere(inputs, name, value):
        return np.ones(value.shape, dtype=np.bool_)

    def _mask(self, name):
        value = getattr(_out(self.inputs), name)

        def one_sided(part):
            return part.data["type_one_side"]

        return places.in_parts(self._everywhere, one_sided, self.inputs, name, value)

    def test_columns_of_the_descriptor(self):
        mask = self._mask("descriptor")
        assert mask.shape == (2, 6, 32)
        assert mask.all(axis=(0, 1)).tolist() == [False] * 16 + [True] * 16

    def test_rows_of_the_rotation_matrix(self):
        mask = self._mask("rot_mat")
        assert mask.shape == (2, 6, 8, 3)
        assert mask.all(axis=(0, 1, 3)).tolist() == [False] * 4 + [True] * 4


class TestNotANumber:
    def test_is_elementwise(self):
        inputs = _inputs("se_e2_r-no-slots")
        assert places.not_a_number(inputs, "descriptor", np.array([np.nan, np.inf, 1.0])).tolist() == [
            True,
            False,
            False,
        ]

    def test_not_in_the_switch(self):
        inputs = _inputs("se_e2_r-no-slots")
        value = np.array([np.nan, 1.0])
        assert places.not_a_number(inputs, "rot_mat", value).tolist() == [True, False]
        assert not places.not_a_number(inputs, "sw", value).any()


class TestWhereSoftplusIsCut:
    def test_only_numbers_that_change(self):
        inputs = _inputs("se_e2_a-softplus")
        whole = activations.softplus
        cut = {"softplus": lambda x: np.where(x > 20.0, x, whole(x))}
        with patch.dict(activations.ACTIVATIONS, cut):
            value = _out(inputs).descriptor
        mask = places.where_softplus_is_cut(inputs, "descriptor", value)
        assert 0 < np.count_nonzero(mask) < mask.size
        assert not places.where_softplus_is_cut(inputs, "descriptor", 2.0 * value).any()
        assert not places.where_softplus_is_cut(inputs, "sw", _out(inputs).sw).any()

    def test_nothing_below_20(self):
        case = Case(
            name="x",
            family="se_e2_r",
            system="pair",
            config={
                "rcut": 3.6,
                "rcut_smth": 0.5,
                "sel": [2, 2],
                "neuron": [3],
                "activation_function": "softplus",
            },
        )
        inputs = build(case)
        assert not places.where_softplus_is_cut(inputs, "descriptor", _out(inputs).descriptor).any()


class TestRowsWithTies:
    def test_all_atoms_of_the_lattice(self):
        inputs = _inputs("se_e2_r-ties")
        value = _out(inputs).descriptor
        assert np.broadcast_to(places.rows_with_ties(inputs, "descriptor", value), value.shape).all()

    @pytest.mark.parametrize("name", ["se_e2_r-00-water", "se_e2_r-04-pair"])
    def test_no_atom_of_a_liquid_or_a_pair(self, name):
        inputs = _inputs(name)
        assert not places.rows_with_ties(inputs, "descriptor", _out(inputs).descriptor).any()


class TestAsWithoutImages:
    def test_explains_a_cluster_and_no_crystal(self):
        inputs = _inputs("se_e2_r-left-handed")
        whole = _out(inputs).descriptor
        assert not places.as_without_images(inputs, "descriptor", whole).any()
        cluster = build(inputs.case)
        table = np.where(inputs.nlist < 4, inputs.nlist, -1)
        alone = deserialize(inputs.data).call(
            inputs.coord_ext, inputs.atype_ext, _left(table, inputs), inputs.mapping
        )
        assert places.as_without_images(cluster, "descriptor", alone.descriptor).all()
        assert not places.as_without_images(cluster, "descriptor", alone.descriptor + 1e-9).any()


def _left(table, inputs):
    """Move neighbours to the front of their block, as the builder leaves them."""
    blocks = np.split(table, np.cumsum(inputs.data["sel"])[:-1], axis=-1)
    return np.concatenate(
        [np.take_along_axis(b, np.argsort(b < 0, axis=-1, kind="stable"), -1) for b in blocks], -1
    )
