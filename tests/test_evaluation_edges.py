"""Values and derivatives where they might not be numbers: empty slots, lonely atoms, ends of the switch."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.evaluation import evaluate
from refdp.models.config import model_from_config
from tests.force_cases import DESCRIPTORS, NAMES, model
from tests.helpers import assert_within


def assert_finite(e):
    for name in NAMES:
        assert np.isfinite(getattr(e, name)).all(), name


@pytest.mark.parametrize("name", DESCRIPTORS)
class TestEdges:
    """Values and derivatives are finite wherever an atom may be; warnings are errors."""

    # Atoms 0 to 2 see each other, 3 is beyond every cutoff, 4 and 5 are virtual at the places of 0 and 1.
    COORDS = np.array(
        [[0.0, 0, 0], [1.0, 0.5, 0.25], [-0.5, 1.25, 0.75], [30.0, 0, 0], [0, 0, 0], [1, 0.5, 0.25]]
    )
    TYPES = (0, 1, 1, 0, -1, -1)

    def test_isolated_and_coincident_virtual_atoms(self, name):
        e = evaluate(model(name, narrow=True), refdp.System(self.COORDS, self.TYPES))
        assert_finite(e)
        np.testing.assert_array_equal(e.forces[0, 3:], 0.0)
        np.testing.assert_array_equal(e.atom_virial[0, 3:], 0.0)
        assert np.all(np.abs(e.forces[0, :3]).max(axis=-1) > 1e-6)
        without = evaluate(model(name, narrow=True), refdp.System(self.COORDS[:4], self.TYPES[:4]))
        for part in ("forces", "atom_virial", "atomic"):
            expected = getattr(without, part)
            assert_within(getattr(e, part)[:, :4], expected, 1e-14 * np.abs(e.virial).max())

    def test_one_atom_no_atom_no_frame(self, name):
        made = model(name, narrow=True)
        alone = evaluate(made, refdp.System([[1.0, 2.0, 3.0]], [1]))
        assert_finite(alone)
        np.testing.assert_array_equal(alone.forces, 0.0)
        np.testing.assert_array_equal(alone.virial, 0.0)
        for nf, natoms in ((1, 0), (0, 2), (0, 0)):
            e = evaluate(made, refdp.System(np.zeros((nf, natoms, 3)), np.zeros((nf, natoms), int)))
            assert (e.energy.shape, e.forces.shape, e.virial.shape) == ((nf,), (nf, natoms, 3), (nf, 3, 3))
            np.testing.assert_array_equal(e.virial, 0.0)
        nobody = evaluate(made, refdp.System(np.zeros((2, 3)), [-1, -1], 8.0 * np.eye(3)))
        for part in NAMES:
            np.testing.assert_array_equal(getattr(nobody, part), 0.0)

    def test_at_both_ends_of_the_switch(self, name):
        made = model(name, narrow=True)
        # 0.5 is rcut_smth, the others are cutoffs; along an axis and across.
        for r in (0.5, 2.25, 2.5, 3.0):
            for away in ([r, 0, 0], [0.6 * r, 0, 0.8 * r]):
                here = np.array([[0.0, 0, 0], away])
                at, near = (
                    evaluate(made, refdp.System(here * scale, [0, 1])) for scale in (1.0, 1.0 - 2.0**-30)
                )
                assert_finite(at)
                assert_within(at.forces, near.forces, 1e-6 * max(1.0, np.abs(near.forces).max()))

    def test_float32(self, name):
        from array_api_compat import numpy as xp

        made = model(name, narrow=True).to(xp, "float32")
        assert_finite(evaluate(made, refdp.System(self.COORDS, self.TYPES)))
        assert_finite(evaluate(made, refdp.System([[0.0, 0, 0], [2.25, 0, 0], [0, 3.0, 0]], [0, 1, 1])))


class TestSlots:
    def test_a_type_without_slots(self):
        section = DESCRIPTORS["se_e2_a"] | {"sel": [4, 0], "exclude_types": [[0, 1], [1, 1]]}
        made = model_from_config(
            {"type_map": ["O", "H"], "descriptor": section, "fitting_net": {"neuron": [4]}}, seed=1
        )
        system = refdp.System([[0.0, 0, 0], [1.0, 0, 0], [0, 1.0, 0.5]], [0, 0, 0])
        e = evaluate(made, system)
        assert_finite(e)
        assert np.abs(e.forces).max() > 1e-4
