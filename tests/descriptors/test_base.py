"""`call` and `to` of any descriptor: libraries, dtypes, shapes, gradients where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from tests.helpers import EPS, assert_same_bits, assert_within, call_arguments, cluster, descriptor
from tests.libraries import Library

NAMES = ["se_e2_a", "se_e2_r"]
SYSTEM = cluster(8, seed=4, nf=2)
OPTIONS = {
    "exclude_types": [[0, 1]],
    "env_protection": 0.25,
    "resnet_dt": True,
    "activation_function": "gelu",
}


def in_library(library, arguments, dtype=np.float64):
    return [library.array(np.asarray(x, dtype) if x.dtype.kind == "f" else x) for x in arguments]


@pytest.mark.parametrize("name", NAMES)
class TestCall:
    def test_every_library_agrees(self, library, name):
        d = descriptor(name, **OPTIONS, neuron=[4])
        arguments = call_arguments(d, SYSTEM)
        here, there = d.call(*arguments), d.call(*in_library(library, arguments))
        for field, mine, its in zip(here._fields, here, there, strict=True):
            assert (mine is None) == (its is None), field
            if mine is not None:
                # Measured 5 eps at most for such sizes; sums of 7 slots and 8 features in another order.
                assert_within(library.numpy(its), mine, 64 * EPS * np.abs(mine).max())

    @pytest.mark.parametrize(
        ("given", "precision"), [("float32", "float64"), ("float64", "float32"), ("float32", "float32")]
    )
    def test_result_has_the_dtype_of_the_coordinates(self, library, name, given, precision):
        d = descriptor(name, precision=precision, neuron=[4])
        arguments = call_arguments(d, SYSTEM)
        out = library.compiled(d.call)(*in_library(library, arguments, given))
        assert {str(library.numpy(x).dtype) for x in out if x is not None} == {given}
        exact = descriptor(name, neuron=[4]).call(
            np.asarray(arguments[0], given).astype(np.float64), *arguments[1:]
        )
        eps = np.finfo(np.float32).eps
        assert_within(
            library.numpy(out.descriptor), exact.descriptor, 256 * eps * np.abs(exact.descriptor).max()
        )

    def test_arithmetic_is_that_of_the_descriptor(self, name):
        d = descriptor(name)
        coord, *rest = call_arguments(d, SYSTEM)
        single = coord.astype(np.float32)
        promoted = d.call(single.astype(np.float64), *rest).descriptor
        assert_same_bits(d.call(single, *rest).descriptor, promoted.astype(np.float32))

    def test_flat_coordinates(self, library, name):
        d = descriptor(name)
        coord, *rest = in_library(library, call_arguments(d, SYSTEM))
        flat = library.namespace.reshape(coord, (2, -1))
        assert_same_bits(
            library.numpy(d.call(flat, *rest).descriptor), library.numpy(d.call(coord, *rest).descriptor)
        )

    def test_int32_lists(self, library, name):
        d = descriptor(name)
        arguments = call_arguments(d, SYSTEM)
        small = [library.array(x.astype(np.int32) if x.dtype.kind == "i" else x) for x in arguments]
        out = library.numpy(d.call(*small).descriptor)
        assert_same_bits(out, library.numpy(d.call(*in_library(library, arguments)).descriptor))

    def test_strides_do_not_matter(self, name):
        d = descriptor(name)
        arguments = call_arguments(d, SYSTEM)
        turned = d.call(*(np.asfortranarray(x) for x in arguments)).descriptor
        assert_same_bits(turned, d.call(*arguments).descriptor)

    def test_touches_nothing(self, name):
        d = descriptor(name)
        arguments = call_arguments(d, SYSTEM)
        before = [x.copy() for x in arguments], d.serialize()
        d.call(*arguments)
        for x, y in zip(arguments, before[0], strict=True):
            assert_same_bits(x, y)
        assert_same_bits(d.davg, before[1]["@variables"]["davg"])

    @pytest.mark.parametrize(("nf", "nloc", "nall"), [(0, 3, 3), (2, 0, 0), (2, 0, 3)])
    def test_nothing_to_describe(self, library, name, nf, nloc, nall):
        d = descriptor(name, **OPTIONS, neuron=[4])
        shapes = [((nf, nall, 3), float), ((nf, nall), np.int64), ((nf, nloc, 7), np.int64)]
        out = library.compiled(d.call)(*(library.array(np.zeros(shape, dtype)) for shape, dtype in shapes))
        assert library.numpy(out.descriptor).shape == (nf, nloc, d.dim_out)
        assert library.numpy(out.sw).shape == (nf, nloc, 7, 1)

    def test_integer_coordinates_are_refused(self, library, name):
        d = descriptor(name)
        arguments = in_library(library, call_arguments(d, SYSTEM), np.int64)
        with pytest.raises(InputError, match="`coord_ext`"):
            d.call(*arguments)

    def test_arrays_of_two_libraries_are_refused(self, name):
        d = descriptor(name)
        coord, atype, nlist, _ = call_arguments(d, SYSTEM)
        with pytest.raises((TypeError, InputError)):
            d.call(Library.TORCH.array(coord), atype, nlist)

    def test_order_of_slots_in_a_block_is_forgotten(self, name):
        d = descriptor(name)
        coord, atype, nlist, mapping = call_arguments(d, SYSTEM)
        shuffled = np.concatenate([nlist[..., [3, 1, 0, 2]], nlist[..., [5, 6, 4]]], axis=-1)
        out, same = (d.call(coord, atype, x, mapping).descriptor for x in (nlist, shuffled))
        assert_within(same, out, 32 * EPS * np.abs(out).max())

    def test_the_mapping_does_not_matter_without_messages(self, name):
        d = descriptor(name)
        *arguments, mapping = call_arguments(d, SYSTEM)
        assert_same_bits(d.call(*arguments).descriptor, d.call(*arguments, mapping).descriptor)


# Atoms of one frame: two at one place, two neighbours, one alone, one virtual.
PLACES = np.array([[[0.0, 0, 0], [0, 0, 0], [1.5, 0, 0], [30.0, 0, 0], [1.0, 1.0, 0]]])
TYPES = np.array([[0, 1, 0, 0, -1]])


def lists(atype):
    """Everybody sees everybody within 4 angstrom, by blocks of types, the virtual atom included in a list."""
    rows = np.full((1, 5, 7), -1)
    for i, seen in {0: ([2], [1]), 1: ([0, 2], []), 2: ([0, 4], [1])}.items():
        rows[0, i, : len(seen[0])], rows[0, i, 4 : 4 + len(seen[1])] = seen
    return rows


def jacobian(library, d, coord, atype, nlist):
    """Gradient of a sum with random signs, so that nothing cancels."""
    signs = np.random.default_rng(2).choice([-1.0, 1.0], d.dim_out)

    def total(x):
        out = d.call(x, library.array(atype), library.array(nlist)).descriptor
        return out * library.array(signs)

    return library.gradient(total, coord)


@pytest.mark.parametrize("name", NAMES)
class TestGradient:
    def test_finite_at_padding_isolated_virtual_and_coincident_atoms(self, differentiable, name):
        d = descriptor(name, env_protection=0.5, statistics=True)
        gradient = jacobian(differentiable, d, PLACES, TYPES, lists(TYPES))
        assert np.isfinite(gradient).all()
        np.testing.assert_array_equal(gradient[0, 3:], np.zeros((2, 3)))
        assert np.abs(gradient[0, 2]).max() > 1e-6

    def test_finite_without_protection_at_padding(self, differentiable, name):
        d = descriptor(name, exclude_types=[[0, 0]])
        coord, atype, nlist, _ = call_arguments(d, cluster(6, seed=1))
        gradient = jacobian(differentiable, d, coord, atype, nlist)
        assert np.isfinite(gradient).all()

    def test_zero_where_everything_is_padding(self, differentiable, name):
        d = descriptor(name)
        gradient = jacobian(differentiable, d, PLACES, TYPES, np.full((1, 5, 7), -1))
        np.testing.assert_array_equal(gradient, np.zeros((1, 5, 3)))

    def test_is_the_slope_of_the_value(self, differentiable, name):
        d = descriptor(name)
        coord, atype, nlist, _ = call_arguments(d, cluster(6, seed=1))
        gradient = jacobian(differentiable, d, coord, atype, nlist)
        signs = np.random.default_rng(2).choice([-1.0, 1.0], d.dim_out)
        # Off by h^2/6 of a third derivative (some 10 at an angstrom) and by eps/h of the value.
        h, direction = 1e-5, np.random.default_rng(3).normal(size=coord.shape)
        ends = [np.sum(d.call(coord + t * direction, atype, nlist).descriptor * signs) for t in (h, -h)]
        assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(np.sum(gradient * direction), abs=1e-7)

    def test_second_derivative_is_finite(self, name):
        jax = pytest.importorskip("jax")
        jax.config.update("jax_enable_x64", True)
        d = descriptor(name, env_protection=0.5, neuron=[3])
        rest = [jax.numpy.asarray(x) for x in (TYPES, lists(TYPES))]
        hessian = jax.jit(jax.hessian(lambda x: d.call(x, *rest).descriptor.sum()))(jax.numpy.asarray(PLACES))
        assert bool(jax.numpy.isfinite(hessian).all())


@pytest.mark.parametrize("name", NAMES)
class TestTo:
    def test_moves_every_array(self, library, name):
        moved = descriptor(name, type_one_side=True).to(library.namespace, device=library.device)
        for x in (moved.davg, moved.dstd, moved.embeddings.networks[0].layers[0].w):
            assert library.numpy(x).dtype == np.float64

    def test_precision(self, library, name):
        moved = descriptor(name).to(library.namespace, dtype="float32", device=library.device)
        assert moved.options.precision == "float32"
        assert library.numpy(moved.davg).dtype == np.float32
        assert library.numpy(moved.embeddings.networks[0].layers[0].b).dtype == np.float32

    def test_there_and_back(self, library, name):
        d = descriptor(name)
        there = d.to(library.namespace, device=library.device)
        assert_same_bits(np.asarray(library.numpy(there.davg)), d.davg)

    def test_a_moved_descriptor_calls_the_same(self, library, name):
        d = descriptor(name)
        arguments = in_library(library, call_arguments(d, SYSTEM))
        moved = d.to(library.namespace, device=library.device)
        assert_same_bits(
            library.numpy(moved.call(*arguments).descriptor), library.numpy(d.call(*arguments).descriptor)
        )

    def test_is_frozen(self, name):
        with pytest.raises(AttributeError):
            descriptor(name).davg = 0


def test_float32_only_devices_run_float32_descriptors():
    strict = pytest.importorskip("array_api_strict")
    device = strict.Device("no_float64")
    d = descriptor(precision="float32")
    coord, atype, nlist, mapping = call_arguments(d, SYSTEM)
    arrays = [strict.asarray(coord.astype(np.float32), device=device)]
    arrays += [strict.asarray(x, device=device) for x in (atype, nlist, mapping)]
    out = d.call(*arrays).descriptor
    assert out.dtype == strict.float32
    expected = d.call(coord.astype(np.float32), atype, nlist, mapping).descriptor
    host = np.asarray(out.to_device(strict.Device("CPU_DEVICE")))
    assert_within(host, expected, 64 * np.finfo(np.float32).eps * np.abs(expected).max())


def test_properties():
    d = descriptor(type_map=["O", "H"])
    assert (d.rcut, d.sel, d.nnei, d.ntypes, d.dim_out) == (4.0, (4, 3), 7, 2, 24)
    assert (d.type_map, d.mixed_types) == (("O", "H"), False)
    assert isinstance(d, refdp.Descriptor)
