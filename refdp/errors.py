"""The exceptions and warnings of refdp, one family, and the one way to word them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral

__all__ = [
    "ConfigError",
    "InputError",
    "ModelFileError",
    "RefdpError",
    "SelOverflowWarning",
    "SerializationError",
    "UndecidedError",
    "UnsupportedError",
    "inside",
    "positive",
    "unexpected",
]


class RefdpError(Exception):
    """Everything that refdp raises on purpose."""


class InputError(RefdpError, ValueError):
    """An argument has a value that cannot be used."""


class ConfigError(InputError):
    """A key or value of an input section cannot be used."""


class SerializationError(InputError):
    """A serialized dictionary is not what its tags promise."""


class ModelFileError(InputError):
    """A model file is damaged, foreign, or asks for more than its size can hold."""


class UnsupportedError(RefdpError, NotImplementedError):
    """A request that is meaningful, but that this version does not carry out."""


class UndecidedError(RefdpError, ArithmeticError):
    """Two balls overlap, so a comparison has no proven answer; more bits may decide it."""


class SelOverflowWarning(UserWarning):
    """Real neighbours within the cutoff were dropped because `sel` is too small."""


def unexpected(name: str, value: object, expected: str, error: type[InputError] = InputError) -> InputError:
    """Build (not raise) the error that names an argument, what was expected and what came.

    Parameters
    ----------
    name
        The argument, key or path, as the user wrote it.
    value
        What came; long representations are cut.
    expected
        What would have been accepted, in words.
    error
        The class of the error.
    """
    shown = repr(value)
    shown = shown if len(shown) <= 120 else f"{shown[:117]}..."
    return error(f"`{name}`: expected {expected}, got {shown}")


def positive(name: str, value: object, least: int = 1) -> int:
    """Return a whole number of `least` or more as an int; raise InputError for anything else."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise unexpected(name, value, f"a whole number of {least} or more")
    return int(value)


@contextmanager
def inside(place: str) -> Iterator[None]:
    """Say, in errors raised inside the block, of which part they speak: `rcut` becomes `list[1].rcut`.

    Parameters
    ----------
    place
        The part, as the user wrote it.
    """
    try:
        yield
    except (InputError, UnsupportedError) as error:
        message = str(error)
        named = f"`{place}.{message[1:]}" if message.startswith("`") else f"`{place}`: {message}"
        raise type(error)(named) from None
