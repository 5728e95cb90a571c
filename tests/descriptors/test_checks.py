"""What `call` refuses at the door, and the words."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.descriptors.checks import check_call
from refdp.errors import InputError
from tests.helpers import call_arguments, cluster, descriptor

D = descriptor(statistics=False)
GOOD = {
    "coord_ext": np.zeros((2, 4, 3)),
    "atype_ext": np.zeros((2, 4), np.int64),
    "nlist": np.full((2, 3, 7), -1),
    "mapping": np.zeros((2, 4), np.int64),
}


def check(library=None, **changed):
    arguments = {
        key: x if x is None or library is None else library.array(x) for key, x in (GOOD | changed).items()
    }
    check_call(D, *arguments.values())


class TestCheckCall:
    def test_what_fits_passes(self, library):
        check(library)
        check(library, mapping=None)
        check(library, coord_ext=np.zeros((2, 12)))
        check(library, coord_ext=np.zeros((2, 4, 3), np.float32), nlist=np.full((2, 0, 7), -1, np.int32))

    @pytest.mark.parametrize(
        ("name", "shape", "said"),
        [
            ("coord_ext", (2, 4, 2), r"shape \(nf, nall, 3\) = \(2, 4, 3\) or \(2, 12\), got \(2, 4, 2\)"),
            ("coord_ext", (2, 5, 3), r"\(2, 4, 3\) or \(2, 12\), got \(2, 5, 3\)"),
            ("coord_ext", (1, 4, 3), r"\(2, 4, 3\) or \(2, 12\), got \(1, 4, 3\)"),
            ("atype_ext", (8,), r"shape \(nf, nall\), got \(8,\)"),
            ("nlist", (2, 3, 6), r"\(2, nloc, 7\), nnei being the sum of `sel`, got \(2, 3, 6\)"),
            ("nlist", (1, 3, 7), r"\(2, nloc, 7\).*got \(1, 3, 7\)"),
            ("nlist", (2, 21), r"\(2, nloc, 7\).*got \(2, 21\)"),
            ("nlist", (2, 5, 7), r"at most as many centres as atoms, nall = 4, got \(2, 5, 7\)"),
            ("mapping", (2, 3), r"shape \(nf, nall\) = \(2, 4\), got \(2, 3\)"),
        ],
    )
    def test_shapes(self, library, name, shape, said):
        x = np.zeros(shape, GOOD[name].dtype)
        with pytest.raises(InputError, match=f"`{name}`: expected .*{said}"):
            check(library, **{name: x})

    @pytest.mark.parametrize("name", ["atype_ext", "nlist", "mapping"])
    @pytest.mark.parametrize("dtype", [np.float64, np.bool_])
    def test_indices_are_integers(self, library, name, dtype):
        with pytest.raises(InputError, match=f"`{name}`: expected an array of integers, got"):
            check(library, **{name: np.zeros(GOOD[name].shape, dtype)})

    @pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.complex128])
    def test_coordinates_are_floating_point_numbers(self, library, dtype):
        # Results come back in the dtype of the coordinates: integers would cut them off to zero.
        with pytest.raises(InputError, match=r"`coord_ext`: expected .*, got "):
            check(library, coord_ext=np.zeros((2, 4, 3), dtype))

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("nlist", 4, "indices below 4, got 4"),
            ("atype_ext", 2, "types below 2, got 2"),
            ("nlist", 2**40, "indices below 4"),
        ],
    )
    def test_indices_on_numpy_are_in_range(self, name, value, said):
        x = GOOD[name].copy()
        x.flat[-1] = value
        with pytest.raises(InputError, match=f"`{name}`: expected {said}"):
            check(**{name: x})

    @pytest.mark.parametrize("value", [4, -1])
    def test_the_mapping_on_numpy_is_in_range(self, value):
        x = GOOD["mapping"].copy()
        x.flat[-1] = value
        with pytest.raises(InputError, match="`mapping`: expected "):
            check(mapping=x)

    def test_any_negative_entry_is_fine_in_lists_and_types(self):
        check(nlist=np.full((2, 3, 7), -9), atype_ext=np.full((2, 4), -3))


class TestKindsOfArguments:
    @pytest.mark.parametrize("place", range(4))
    def test_lists_are_no_arrays(self, place):
        d = descriptor()
        arguments = list(call_arguments(d, cluster(4)))
        arguments[place] = arguments[place].tolist()
        name = ("coord_ext", "atype_ext", "nlist", "mapping")[place]
        with pytest.raises(InputError, match=f"`{name}`: expected an array of NumPy, .*, got 'list'"):
            d.call(*arguments)
