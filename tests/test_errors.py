"""One family of errors, one wording."""

from __future__ import annotations

import numpy as np
import pytest

from refdp import errors
from refdp.errors import (
    ConfigError,
    InputError,
    RefdpError,
    SelOverflowWarning,
    SerializationError,
    UnsupportedError,
    inside,
    positive,
    unexpected,
)

CLASSES = [
    (errors.InputError, ValueError),
    (errors.ConfigError, errors.InputError),
    (errors.SerializationError, errors.InputError),
    (errors.UnsupportedError, NotImplementedError),
    (errors.UndecidedError, ArithmeticError),
]


class TestClasses:
    @pytest.mark.parametrize(("cls", "also"), CLASSES)
    def test_family(self, cls, also):
        assert issubclass(cls, RefdpError)
        assert issubclass(cls, also)

    def test_the_warning_is_no_error(self):
        assert issubclass(SelOverflowWarning, UserWarning)
        assert not issubclass(SelOverflowWarning, RefdpError)

    def test_everything_public_is_exported(self):
        defined = {
            n for n, x in vars(errors).items() if isinstance(x, type) and x.__module__ == errors.__name__
        }
        assert set(errors.__all__) == defined | {"inside", "positive", "unexpected"}


class TestPositive:
    @pytest.mark.parametrize("value", [1, 7, np.int8(3)])
    def test_whole_numbers_become_ints(self, value):
        assert (positive("n", value), type(positive("n", value))) == (value, int)

    @pytest.mark.parametrize("value", [0, -1, True, 2.0, "2", None])
    def test_others_are_refused(self, value):
        with pytest.raises(InputError, match=r"`n`: expected a whole number of 1 or more, got"):
            positive("n", value)


class TestInside:
    @pytest.mark.parametrize("cls", [InputError, ConfigError, SerializationError, UnsupportedError])
    @pytest.mark.parametrize(
        ("message", "expected"),
        [("`rcut`: expected x", "`list[1].rcut`: expected x"), ("no `rcut`", "`list[1]`: no `rcut`")],
    )
    def test_says_of_which_part_an_error_speaks(self, cls, message, expected):
        with pytest.raises(cls) as caught, inside("list[1]"):
            raise cls(message)
        assert str(caught.value) == expected
        assert type(caught.value) is cls

    def test_of_which_part_of_a_part(self):
        with pytest.raises(InputError, match=r"`a\.b\.c`: d"), inside("a"), inside("b"):
            raise InputError("`c`: d")

    def test_other_errors_pass(self):
        with pytest.raises(ZeroDivisionError, match="integer division"), inside("a"):
            _ = 1 // 0


class TestUnexpected:
    def test_wording(self):
        assert (
            str(unexpected("rcut", -1.0, "a positive number"))
            == "`rcut`: expected a positive number, got -1.0"
        )

    def test_text_is_quoted(self):
        assert str(unexpected("sel", "auto1", "x")).endswith("got 'auto1'")

    @pytest.mark.parametrize("cls", [InputError, ConfigError, SerializationError])
    def test_makes_the_class_asked_for_and_does_not_raise(self, cls):
        assert type(unexpected("a", 1, "b", cls)) is cls

    @pytest.mark.parametrize(("length", "shown"), [(118, 120), (119, 120), (5000, 120)])
    def test_long_values_are_cut(self, length, shown):
        message = str(unexpected("a", "x" * length, "b"))
        assert len(message) == len("`a`: expected b, got ") + shown
        assert message.endswith("...") == (length > 118)
