"""Arrays that HIPS autograd records: the mathematics runs on them unchanged.

autograd keeps the tape and walks it backwards; what is recorded, and the derivative of each function, is in
`refdp.namespaces.tape_rules`. Unlike `autograd.numpy`, arrays of any library may be on the tape: NumPy's for
forces, balls for proven ones, budgets for what rounding may do to them.
"""

from __future__ import annotations

from typing import Any, NoReturn

from autograd.extend import Box
from autograd.tracer import getval

from refdp.namespaces import array_namespace, detached, tape_rules
from refdp.namespaces.tape_namespace import TapeNamespace, refuse
from refdp.namespaces.tape_record import Leaf

__all__ = ["TapeArray", "leaf"]


class TapeArray(Box):  # type: ignore[misc]  # autograd is untyped
    """An array on the tape, immutable; comparisons give the booleans of the library inside.

    Where derivatives are differentiated, an array on one tape stands for an array on another; the last of
    them stands for the library's.
    """

    __slots__ = ()
    __array_ufunc__ = None  # NumPy arrays on the left of an operator leave the operation to us
    __hash__ = None  # type: ignore[assignment]  # `==` is element-wise

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return tuple(self.detached.shape)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        """The dtype of the array inside."""
        return self.detached.dtype

    @property
    def node(self) -> Any:
        """Where autograd keeps how the array came about."""
        return self._node

    @property
    def number(self) -> int:
        """The number of the tape."""
        return int(self._trace)

    @property
    def below(self) -> Any:
        """What stands for it where this tape does not reach, the library's array or one on another tape."""
        return self._value.array

    @property
    def detached(self) -> Any:
        """The library's array inside, a constant."""
        return getval(self).array

    @property
    def array(self) -> Any:
        """The array itself, which stands on another tape as the library's arrays do."""
        return self

    @property
    def xp(self) -> TapeNamespace:
        """The namespace of the array."""
        return TapeNamespace(getval(self).xp)

    @property
    def device(self) -> Any:
        """The device of the array inside."""
        return getattr(self.detached, "device", None)

    def __array_namespace__(self, /, *, api_version: str | None = None) -> TapeNamespace:
        del api_version
        return self.xp

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        del args, kwargs
        refuse("numpy.asarray")

    def __bool__(self) -> bool:
        return bool(self.detached)

    def __getitem__(self, key: Any, /) -> Any:
        return tape_rules.getitem(self, key)

    def __add__(self, other: Any, /) -> Any:
        return tape_rules.add(self, other)

    def __radd__(self, other: Any, /) -> Any:
        return tape_rules.add(other, self)

    def __sub__(self, other: Any, /) -> Any:
        return tape_rules.subtract(self, other)

    def __rsub__(self, other: Any, /) -> Any:
        return tape_rules.subtract(other, self)

    def __mul__(self, other: Any, /) -> Any:
        return tape_rules.multiply(self, other)

    def __rmul__(self, other: Any, /) -> Any:
        return tape_rules.multiply(other, self)

    def __truediv__(self, other: Any, /) -> Any:
        return tape_rules.divide(self, other)

    def __rtruediv__(self, other: Any, /) -> Any:
        return tape_rules.divide(other, self)

    def __matmul__(self, other: Any, /) -> Any:
        return tape_rules.matmul(self, other)

    def __rmatmul__(self, other: Any, /) -> Any:
        return tape_rules.matmul(other, self)

    def __pow__(self, n: float, /) -> Any:
        return tape_rules.power(self, n)

    def __neg__(self) -> Any:
        return tape_rules.negative(self)

    def __abs__(self) -> Any:
        return tape_rules.absolute(self)

    def __lt__(self, other: Any, /) -> Any:
        return detached(self) < detached(other)

    def __le__(self, other: Any, /) -> Any:
        return detached(self) <= detached(other)

    def __gt__(self, other: Any, /) -> Any:
        return detached(self) > detached(other)

    def __ge__(self, other: Any, /) -> Any:
        return detached(self) >= detached(other)

    def __eq__(self, other: Any, /) -> Any:
        return detached(self) == detached(other)

    def __ne__(self, other: Any, /) -> Any:
        return detached(self) != detached(other)


TapeArray.register(Leaf)


def leaf(x: Any) -> Any:
    """Return an array of any library, or on another tape, as what stands on the tape."""
    return x if isinstance(x, TapeArray) else Leaf(array_namespace(x), x)
