"""Backends that crash, hang or answer nonsense: each must cost its own row and nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import numpy as np

from parity.backends.backend import Backend, Evaluate, Outputs
from parity.backends.own import run
from parity.case import Inputs
from refdp.errors import UnsupportedError

__all__ = [
    "ABORT",
    "ABSENT",
    "DTYPE",
    "EXIT",
    "HANG",
    "MISSING",
    "NAN",
    "NOISY",
    "NO_START",
    "RAISE",
    "REFUSE",
    "SHAPE",
]


def _right(inputs: Inputs) -> Outputs:
    return run(inputs, "float64", lambda x: x)


def _abort(inputs: Inputs) -> Outputs:
    del inputs
    os.abort()


def _exit(inputs: Inputs) -> Outputs:
    del inputs
    os.write(2, b"out of luck\n")
    os._exit(3)


def _hang(inputs: Inputs) -> Outputs:
    threading.Event().wait()
    return _right(inputs)


def _nan(inputs: Inputs) -> Outputs:
    out = _right(inputs)
    rows = np.array(out["descriptor"])
    rows[..., 1] = np.nan
    return out | {"descriptor": rows}


def _noisy(inputs: Inputs) -> Outputs:
    print("begin nothing at all")  # noqa: T201 (what it is there for)
    os.write(1, b"end nothing at all\n")
    return _right(inputs)


def _raise(inputs: Inputs) -> Outputs:
    del inputs
    message = "no luck"
    raise ArithmeticError(message)


def _refuse(inputs: Inputs) -> Outputs:
    message = f"no {inputs.case.family} here"
    raise UnsupportedError(message)


def _shape(inputs: Inputs) -> Outputs:
    out = _right(inputs)
    return out | {"sw": np.array(out["sw"])[..., 0]}


def _dtype(inputs: Inputs) -> Outputs:
    out = _right(inputs)
    return out | {"sw": np.array(out["sw"], np.float32)}


def _missing(inputs: Inputs) -> Outputs:
    return _right(inputs) | {"sw": None}


def _no_start() -> Evaluate:
    os._exit(4)


def _backend(name: str, evaluate: Callable[[Inputs], Outputs]) -> Backend:
    return Backend(name, lambda: evaluate)


ABORT = _backend("abort", _abort)
EXIT = _backend("exit", _exit)
HANG = _backend("hang", _hang)
NAN = _backend("nan", _nan)
NOISY = _backend("noisy", _noisy)
RAISE = _backend("raise", _raise)
REFUSE = _backend("refuse", _refuse)
SHAPE = _backend("shape", _shape)
DTYPE = _backend("dtype", _dtype)
MISSING = _backend("missing", _missing)
NO_START = Backend("no-start", _no_start)
ABSENT = Backend("absent", _no_start, ("a_module_that_nobody_has",))
