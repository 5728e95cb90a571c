"""What a backend is: a name, a way to start it, and what the parent process must know about it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeAlias

from numpy.typing import NDArray

from parity.case import Case, Inputs

__all__ = ["OUTPUTS", "Backend", "Evaluate", "Outputs"]

OUTPUTS = ("descriptor", "rot_mat", "g2", "h2", "sw")

Outputs: TypeAlias = dict[str, NDArray[Any] | None]
Evaluate: TypeAlias = Callable[[Inputs], Any]


@dataclass(frozen=True)
class Backend:
    """Something that turns the inputs of a case into arrays.

    Attributes
    ----------
    name
        As in the report.
    start
        Called once in the worker process; imports what it needs and gives a function of `Inputs` that returns
        the entries of `OUTPUTS` as NumPy arrays or None.
    modules, packages
        What must be installed: modules by import name; packages whose versions are reported.
    precision
        `float64`, or `float32` for one that converts every descriptor and its coordinates to that.
    variables
        Environment variables of the worker process.
    cost
        Seconds a case takes, roughly: the longest work is begun first.
    traceable
        Whether it runs code that records named steps.
    compiles
        Whether each case costs it a compilation: where nobody asks for more it evaluates those cases only
        that say `compiled`.
    models
        Whether it evaluates whole models, `parity.models.case.ModelInputs`, instead of descriptors.
    lacks
        Outputs of whole models that it does not give.
    check
        Says why it cannot run here although everything is installed; empty where it can.
    """

    name: str
    start: Callable[[], Evaluate]
    modules: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    precision: str = "float64"
    variables: Mapping[str, str] = field(default_factory=dict)
    cost: float = 0.1
    traceable: bool = False
    compiles: bool = False
    models: bool = False
    lacks: tuple[str, ...] = ()
    check: Callable[[], str] = lambda: ""

    def arithmetic(self, case: Case) -> str:
        """Return the precision in which the backend does the arithmetic of a case."""
        return "float32" if "float32" in (self.precision, case.precision) else "float64"

    def missing(self) -> str:
        """Return why the backend cannot run on this machine, an empty text where it can."""
        absent = [name for name in self.modules if not _found(name)]
        return f"not installed: {', '.join(absent)}" if absent else self.check()

    def version(self) -> str:
        """Return the versions of its packages, `torch 2.13.0`."""
        return ", ".join(f"{name} {_version(name)}" for name in self.packages)


def _found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
