"""All fitting nets against loops written from the formulas, in every library, and with their derivatives."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from refdp.errors import InputError
from refdp.initialize_fitting import random_fitting_nets
from refdp.models.base import Conditions
from refdp.models.fittings import fitting_options
from refdp.namespaces import device_of, map_arrays
from refdp.trace import record
from tests.fittings import KINDS, NTYPES, descriptors, fitting, loops, share
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.libraries import Library
from tests.numerics import assert_certified

WHOLE = {"numb_fparam": 2, "numb_aparam": 3, "dim_case_embd": 2}
VARIANTS = {
    "plain": {},
    "mixed": {"mixed": True},
    "first layer as wide as the input": {"neuron": [5, 5]},
    "first layer twice as wide": {"neuron": [10, 20]},
    "no skip at all": {"neuron": [3, 7]},
    "no time step": {"resnet_dt": False},
    "one layer": {"neuron": [5]},
    "frames": {"numb_fparam": 2},
    "frames by default": {"numb_fparam": 2, "default_fparam": [0.5, -1]},
    "atoms": {"numb_aparam": 3},
    "branch": {"dim_case_embd": 2},
    "everything": WHOLE,
    "everything, mixed": WHOLE | {"mixed": True, "exclude": (1,)},
    "exclusion": {"exclude": (0, 2)},
    "linear": {"activation_function": "none"},
}
CASES = [(kind, name) for kind in KINDS for name in VARIANTS]


def moved(made, library):
    return made.to(library.namespace, device=library.device)


def arrays(library, made, seed=1):
    d, g, types, conditions = descriptors(made, seed)
    own = Conditions(*(None if x is None else library.array(x) for x in conditions))
    return library.array(d), library.array(g), library.array(types), own


def off(made, found, expected):
    """The largest error over the largest number that the outputs are made of."""
    return np.abs(found - expected).max() / max(1.0, np.abs(expected).max())


class TestAtomic:
    @pytest.mark.parametrize(("kind", "name"), CASES)
    def test_is_the_formula(self, kind, name):
        made = fitting(kind, **VARIANTS[name])
        arguments = descriptors(made)
        if "default_fparam" in VARIANTS[name]:
            arguments = (*arguments[:3], Conditions())
        found, expected = made.atomic(*arguments), loops(made, *arguments)
        assert found.shape == (2, 6, *made.quantity.shape)
        assert_within(found, expected, 64 * EPS * max(1.0, np.abs(expected).max()))
        np.testing.assert_array_equal(found[:, -1], 0.0)

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_option_changes_something(self, kind):
        plain = share(fitting(kind))
        for name in list(VARIANTS)[1:]:
            assert np.abs(share(fitting(kind, **VARIANTS[name])) - plain).max() > 1e-6, name

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_array_matters(self, kind):
        made = fitting(kind, **WHOLE)
        names = ["bias_atom_e", "case_embd", "scale", "constant_matrix"]
        names += [f"{p}param_{part}" for p in "fa" for part in ("avg", "inv_std")]
        for name in (name for name in names if hasattr(made, name)):
            other = replace(made, **{name: getattr(made, name) + 0.5})
            assert np.abs(share(other) - share(made)).max() > 1e-4, name

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_library_agrees(self, library, kind):
        made = fitting(kind, **WHOLE, exclude=(1,), neuron=[12, 12])
        here = share(made)
        there = library.compiled(lambda *x: moved(made, library).atomic(*x))(*arrays(library, made))
        assert_within(library.numpy(there), here, 64 * EPS * np.abs(here).max())

    @pytest.mark.parametrize("kind", ["ener", "polar"])
    def test_float32_inside_comes_back_in_the_precision_of_the_descriptor(self, library, kind):
        made = fitting(kind, **WHOLE, precision="float32")
        there = library.compiled(lambda *x: moved(made, library).atomic(*x))(*arrays(library, made))
        there = library.numpy(there)
        assert there.dtype == np.float64
        assert_same_bits(there, there.astype(np.float32).astype(np.float64))
        assert 1e-9 < off(made, there, share(fitting(kind, **WHOLE))) < 1e-5

    def test_float64_inside_stays(self):
        made = fitting()
        d, g, types, conditions = descriptors(made)
        assert made.atomic(d.astype(np.float32), g, types, conditions).dtype == np.float64

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("mixed", [False, True])
    def test_certified(self, kind, mixed):
        made = fitting(kind, **WHOLE, mixed=mixed, exclude=(1,))
        d, g, types, conditions = descriptors(made, nf=1, nloc=4)

        def function(own, d, g, *rest):
            return own.atomic(d, g, types, Conditions(*rest))

        assert_certified(function, made, d, g, *conditions[:2])

    @pytest.mark.parametrize("kind", KINDS)
    def test_steps(self, kind):
        made = fitting(kind, **WHOLE)
        d, *_ = arguments = descriptors(made)
        with record() as trace:
            found = made.atomic(*arguments)
        last = {"dipole": ["mu"], "polar": ["alpha"]}.get(kind, [])
        assert trace.names == ["z", "y", *last]
        np.testing.assert_array_equal(trace.value("z")[..., :5], d)
        assert trace.value("y").shape == (2, 6, made.width)
        if last:
            real = arguments[2] >= 0
            assert_same_bits(trace.value(*last)[real], found[real])


class TestDerivatives:
    @pytest.mark.parametrize("kind", KINDS)
    def test_gradient_is_finite_and_the_slope_of_the_value(self, differentiable, kind):
        made = moved(fitting(kind, **WHOLE, exclude=(1,)), differentiable)
        d, g, types, conditions = descriptors(made)
        rest = arrays(differentiable, made)[1:]
        gradient = differentiable.gradient(lambda x: made.atomic(x, *rest), d)
        assert np.isfinite(gradient).all()
        np.testing.assert_array_equal(gradient[(types < 0) | (types == 1)], 0.0)
        h, direction = 1e-5, np.random.default_rng(3).normal(size=d.shape)
        own = fitting(kind, **WHOLE, exclude=(1,))
        ends = [np.sum(own.atomic(d + t * direction, g, types, conditions)) for t in (h, -h)]
        # Off by h^2/6 of a third derivative and by eps/h of the value, both some 1e-9 here.
        assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(np.sum(gradient * direction), rel=1e-6)

    @pytest.mark.parametrize("mixed", [False, True])
    def test_on_the_tape_as_in_torch(self, mixed):
        pytest.importorskip("autograd")
        from refdp.derivatives import pullback

        made = fitting("dipole", **WHOLE, mixed=mixed)
        d, g, types, conditions = descriptors(made)
        value, back = pullback(lambda x: made.atomic(x, g, types, conditions), d)
        own = moved(made, Library.TORCH)
        rest = arrays(Library.TORCH, made)[1:]
        assert_same_bits(value, made.atomic(d, g, types, conditions))
        expected = Library.TORCH.gradient(lambda x: own.atomic(x, *rest), d)
        assert_within(back(np.ones_like(value)), expected, 64 * EPS * np.abs(expected).max())

    def test_what_overflows_in_a_net_of_another_type_leaves_no_trace(self, differentiable):
        # No atom is of type 0, whose net would cube 1e20 at the others: more than the largest float32.
        made = fitting(activation_function="gelu", neuron=[5], precision="float32")
        net = made.nets.networks[0]
        huge = map_arrays(net, lambda x: x * np.float32(1e20))
        made = replace(made, nets=replace(made.nets, networks=(huge, *made.nets.networks[1:])))
        d, types = np.ones((1, 2, 5), np.float32), np.array([[1, 2]])
        own, array = moved(made, differentiable), differentiable.array

        def energy(x):
            return own.atomic(x, None, array(types), Conditions())

        assert np.isfinite(differentiable.numpy(energy(array(d)))).all()
        assert np.isfinite(differentiable.gradient(energy, d)).all()


class TestForCenter:
    @pytest.mark.parametrize("center", range(NTYPES))
    @pytest.mark.parametrize("kind", KINDS)
    def test_equals_it_at_its_centers(self, kind, center):
        made = fitting(kind, **WHOLE, exclude=(1,))
        one = made.for_center(center)
        mine = descriptors(made)[2] == center
        assert one.mixed_types
        assert len(one.nets.networks) == 1
        assert_within(share(one)[mine], share(made)[mine], 64 * EPS * np.abs(share(made)).max())

    def test_of_one_net_for_all_and_of_virtual_centers_is_itself(self):
        mixed, several = fitting(mixed=True), fitting()
        assert mixed.for_center(1) is mixed
        assert several.for_center(-1) is several


class TestInitial:
    @pytest.mark.parametrize("kind", KINDS)
    def test_begins_neutral(self, kind):
        made = fitting(kind, **WHOLE)
        fresh = type(made).initial(
            made.options, ntypes=3, dim_descrpt=5, embedding_width=4, mixed_types=False
        )
        np.testing.assert_array_equal(fresh.bias_atom_e, np.zeros((3, made.width)))
        np.testing.assert_array_equal(fresh.fparam_avg, [0.0, 0.0])
        np.testing.assert_array_equal(fresh.aparam_inv_std, [1.0, 1.0, 1.0])
        np.testing.assert_array_equal(fresh.case_embd, [0.0, 0.0])
        nets = random_fitting_nets(3, (12, made.width), made.options, mixed_types=False)
        assert_same_bits(fresh.nets[1,].layers[0].w, nets[1,].layers[0].w)

    def test_takes_names_and_exclusions(self):
        cls, options = fitting_options({"neuron": [2]}, seed=3)
        made = cls.initial(
            options,
            ntypes=2,
            dim_descrpt=4,
            mixed_types=True,
            type_map=("O", "H"),
            exclude_types=(1,),
        )
        assert (made.type_map, made.exclude_types, made.mixed_types) == (("O", "H"), (1,), True)
        assert (made.ntypes, made.dim_descrpt, made.precision) == (2, 4, "default")
        assert made.fparam_avg is None

    @pytest.mark.parametrize("kind", ["dipole", "polar"])
    def test_tensors_need_rows_that_rotate(self, kind):
        made = fitting(kind)
        with pytest.raises(InputError, match="`embedding_width`: expected the number of rows of `rot_mat`"):
            type(made).initial(made.options, ntypes=1, dim_descrpt=4, mixed_types=True)


class TestTo:
    def test_moves_every_array(self):
        made = fitting("polar", **WHOLE).to(Library.STRICT.namespace, dtype="float32")
        found = []
        map_arrays(made, lambda x: found.append(x) or x)
        assert {(type(x).__module__.split(".")[0], str(x.dtype)[-7:]) for x in found} == {
            ("array_api_strict", "float32")
        }
        assert len(found) == 3 * (2 + 3 + 2) + 8
        assert made.options.precision == "float32"

    def test_keeps_its_precision_otherwise(self):
        made = fitting(precision="float32").to(Library.NUMPY.namespace)
        assert made.bias_atom_e.dtype == np.float32
        assert device_of(made.bias_atom_e) == "cpu"
        assert made.options == msgspec.structs.replace(fitting().options, precision="float32")
