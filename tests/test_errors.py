"""One family of errors, one wording."""

from __future__ import annotations

import pytest

from refdp import errors
from refdp.errors import (
    ConfigError,
    InputError,
    RefdpError,
    SelOverflowWarning,
    SerializationError,
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
        assert set(errors.__all__) == defined | {"unexpected"}


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
