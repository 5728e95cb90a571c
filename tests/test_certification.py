"""Certified digits and budgets: they enclose, they agree with each other, and they say when they cannot."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.certification import budget, certify, truth
from refdp.errors import InputError
from tests.helpers import call_arguments, cluster, descriptor

pytest.importorskip("flint")

NAMES = ["se_e2_a", "se_e2_r"]


@pytest.fixture(params=NAMES)
def d(request):
    return descriptor(request.param, sel=[5, 5])


class TestCertify:
    SYSTEM = cluster(5, nf=2)

    def test_more_bits_stay_inside_fewer(self, d):
        few, many = certify(d, self.SYSTEM, bits=113), certify(d, self.SYSTEM, bits=300)
        assert 0.0 < few.radius.max() < 1e-27
        assert many.radius.max() < 1e-80
        inside = [a.contains(b) for a, b in zip(few.balls.balls.flat, many.balls.balls.flat, strict=True)]
        assert len(inside) == few.midpoint.size
        assert all(inside)

    def test_float64_lies_within_the_budget(self, d):
        off = certify(d, self.SYSTEM).deviation(refdp.describe(d, self.SYSTEM))
        allowed = budget(d, *call_arguments(d, self.SYSTEM)).descriptor
        assert np.all(off <= allowed)
        some = allowed > 0.0
        assert np.count_nonzero(some) >= some.size // 2
        assert np.median(off[some] / allowed[some]) > 1e-4

    def test_bounds_enclose_the_midpoint_and_are_tight(self, d):
        enclosure = certify(d, self.SYSTEM)
        assert np.all(enclosure.lower <= enclosure.midpoint)
        assert np.all(enclosure.midpoint <= enclosure.upper)
        assert np.all(enclosure.upper - enclosure.lower <= 2 * np.spacing(np.abs(enclosure.midpoint)))

    def test_a_wrong_last_digit_is_seen(self, d):
        enclosure = certify(d, self.SYSTEM)
        wrong = enclosure.midpoint * (1.0 + 1e-13)
        some = wrong != 0.0
        assert np.min(enclosure.deviation(wrong)[some] / np.abs(wrong)[some]) > 0.9e-13

    def test_some_atoms_are_those_of_all(self, d):
        whole, some = certify(d, self.SYSTEM), certify(d, self.SYSTEM, atoms=[3, 0])
        assert np.array_equal(some.midpoint, whole.midpoint[:, [3, 0]])
        assert certify(d, self.SYSTEM, atoms=[]).midpoint.shape == (2, 0, d.dim_out)

    def test_virtual_atoms_are_exactly_zero(self, d):
        system = refdp.System([[0.0, 0, 0], [1.0, 0, 0], [9.0, 9, 9]], [0, 1, -1])
        enclosure = certify(d, system)
        assert not enclosure.midpoint[0, 2].any()
        assert not enclosure.radius[0, 2].any()
        assert enclosure.midpoint[0, 0].any()

    @pytest.mark.parametrize(
        ("atoms", "bits"), [([5], 113), ([-1], 113), ([0.5], 113), ([True], 113), ([0], 1)]
    )
    def test_what_is_refused(self, d, atoms, bits):
        with pytest.raises(InputError, match=r"`atoms`: expected|`bits`: expected"):
            certify(d, self.SYSTEM, bits, atoms=atoms)


class TestTruthAndBudget:
    def test_all_outputs_are_enclosed_and_within_the_budget(self, d):
        from refdp.namespaces.balls import deviation

        arguments = call_arguments(d, cluster(5))
        out = d.call(*arguments)
        for name in ("descriptor", "rot_mat", "sw"):
            value, exact = getattr(out, name), getattr(truth(d, *arguments), name)
            allowed = getattr(budget(d, *arguments), name)
            assert (value is None) == (exact is None) == (allowed is None)
            if value is not None:
                assert np.all(deviation(exact, value) <= allowed)

    def test_a_budget_grows_as_bits_go(self, d):
        arguments = call_arguments(d, cluster(5))
        fine, coarse = (budget(d, *arguments, bits=bits).descriptor for bits in (53, 24))
        some = fine > 0.0
        ratio = np.median(coarse[some] / fine[some]) / 2.0**29
        assert 0.9 < ratio < 1.2

    def test_float32_is_measured_from_its_own_numbers(self):
        from refdp.namespaces.balls import deviation

        d = descriptor("se_e2_a", sel=[5, 5], precision="float32")
        arguments = call_arguments(d, cluster(5))
        off = deviation(truth(d, *arguments).descriptor, d.call(*arguments).descriptor)
        assert np.all(off <= budget(d, *arguments).descriptor)
        wide = truth(d.to(np_namespace(), "float64"), *arguments)
        assert np.max(deviation(wide.descriptor, d.call(*arguments).descriptor) / np.max(off)) > 0.5


def np_namespace():
    from array_api_compat import numpy as xp

    return xp


class TestBits:
    def test_so_many_bits_would_take_days(self):
        with pytest.raises(InputError, match="`bits`: expected at most 100000"):
            certify(descriptor(), cluster(3), bits=10**8)


class TestCertifyModel:
    @pytest.fixture
    def model(self):
        section = {"type": "se_e2_a", "rcut": 3.0, "sel": [4, 8], "neuron": [2, 4], "axis_neuron": 2}
        config = {"type_map": ["O", "H"], "descriptor": section, "fitting_net": {"neuron": [3, 3]}}
        return refdp.model_from_config(config, seed=1)

    MOLECULE = refdp.System([[0, 0, 0], [0, 0, 0.96], [0.9, 0, -0.2]], [0, 1, 1], type_map=["O", "H"])

    def test_forces_are_proven(self, model):
        proven, found = certify(model, self.MOLECULE), refdp.evaluate(model, self.MOLECULE)
        for name in ("energy", "atom_energy", "forces", "virial", "atom_virial"):
            assert getattr(proven, name).radius.max() < 1e-30
            assert getattr(proven, name).deviation(getattr(found, name)).max() < 1e-14
        assert np.abs(proven.forces.midpoint).max() > 1e-3

    def test_all_atoms_or_none(self, model):
        with pytest.raises(refdp.errors.InputError, match="`atoms`: expected None for a model"):
            certify(model, self.MOLECULE, atoms=[0])

    def test_something_else(self):
        with pytest.raises(refdp.errors.InputError, match="`descriptor`: expected a descriptor or a model"):
            certify(3, self.MOLECULE)
