"""Descriptors and models with expansions: equal to rounding, kept by their numbers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp import expanded
from refdp.expanded import ExpandedDescriptor, expand_descriptor, expand_model
from refdp.namespaces import map_arrays

WATER = refdp.examples.water().frame(0)
SECTION = {
    "type": "se_e2_a",
    "rcut": 4.0,
    "rcut_smth": 0.5,
    "sel": [16, 32],
    "neuron": [4, 8],
    "axis_neuron": 4,
}
FITTING = {"neuron": [6, 6], "resnet_dt": True}


@pytest.fixture
def model():
    made = refdp.model_from_config(
        {"type_map": ["O", "H"], "descriptor": SECTION, "fitting_net": FITTING}, seed=1
    )
    return replace(made, descriptor=refdp.with_statistics(made.descriptor, [WATER]))


class TestExpandDescriptor:
    def test_is_found_again_by_its_numbers(self, model):
        first = expand_descriptor(model.descriptor, 0)
        assert isinstance(first, ExpandedDescriptor)
        again = expand_descriptor(map_arrays(model.descriptor, np.copy), 0)
        assert again.expansions is first.expansions

    def test_numbers_changed_in_place_are_seen(self, model):
        net = model.descriptor.embeddings.networks[0]
        before = expand_descriptor(model.descriptor, 0).expansions[0].coefficients.copy()
        net.layers[0].b[0] += 0.5
        after = expand_descriptor(model.descriptor, 0).expansions[0].coefficients
        assert np.abs(after[: len(before)] - before[: len(after)]).max() > 1e-3

    def test_few_are_kept(self, model, monkeypatch):
        monkeypatch.setattr(expanded, "KEPT", 1)
        monkeypatch.setattr(expanded, "_FOUND", OrderedDict())
        first = expand_descriptor(model.descriptor, 0)
        # The other net is too sharp for its interval: that is remembered, too.
        assert expand_descriptor(model.descriptor, 1) is None
        assert list(expanded._FOUND.values()) == [None]
        assert expand_descriptor(model.descriptor, 0).expansions is not first.expansions

    @pytest.mark.parametrize(
        "section", [{"type": "se_e3", "sel": [4, 4]}, SECTION | {"precision": "float32"}]
    )
    def test_others_have_none(self, section):
        assert expand_descriptor(refdp.from_config(section, type_map=["O", "H"], seed=1), 0) is None


class TestExpandModel:
    @pytest.mark.parametrize("kind", ["se_e2_a", "se_e2_r"])
    def test_forces_are_equal_to_rounding(self, kind):
        section = {k: v for k, v in SECTION.items() if k != "axis_neuron" or kind == "se_e2_a"}
        config = {"type_map": ["O", "H"], "descriptor": section | {"type": kind}, "fitting_net": FITTING}
        made = refdp.model_from_config(config, seed=1)
        made = replace(made, descriptor=refdp.with_statistics(made.descriptor, [WATER]))
        assert isinstance(expand_model(made, 0).descriptor, ExpandedDescriptor)
        plain, fast = (refdp.evaluate(made, WATER, expand=expand) for expand in (False, True))
        assert not np.array_equal(plain.forces, fast.forces)
        for name in ("atomic", "total", "forces", "virial", "atom_virial"):
            x, y = getattr(plain, name), getattr(fast, name)
            assert np.abs(x - y).max() < 1e-13 * np.abs(x).max()

    def test_close_pairs_go_through_the_nets(self, model):
        coords = np.array(WATER.coords)
        coords[0, 1] = coords[0, 0] + [0.3, 0.0, 0.0]
        close = refdp.System(coords, WATER.types, WATER.cell, type_map=WATER.type_map)
        plain, fast = (refdp.evaluate(model, close, expand=expand) for expand in (False, True))
        assert plain.atomic[0, 0] == pytest.approx(fast.atomic[0, 0], rel=1e-13)
        assert np.abs(plain.forces - fast.forces).max() < 1e-13 * np.abs(plain.forces).max()
