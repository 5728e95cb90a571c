"""What a mutant is: our own code on NumPy with an error planted in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from parity.backends.backend import Backend, Evaluate, Outputs
from parity.backends.own import run
from parity.case import Inputs

__all__ = ["Mutant"]


@dataclass(frozen=True)
class Mutant(Backend):
    """A backend with a planted error.

    Attributes
    ----------
    sentence
        The error.
    step
        The first named step that is wrong, empty where only an output is.
    families
        The descriptors that it concerns.
    """

    sentence: str = ""
    step: str = ""
    families: tuple[str, ...] = ("se_e2_a", "se_e2_r")

    @classmethod
    def planted(
        cls,
        name: str,
        sentence: str,
        step: str,
        plant: Callable[[], AbstractContextManager[Any]],
        families: tuple[str, ...] = ("se_e2_a", "se_e2_r"),
    ) -> Mutant:
        """Return the mutant in which `plant()` is in force while a case is evaluated."""

        def start() -> Evaluate:
            def evaluate(inputs: Inputs) -> Outputs:
                with plant():
                    return run(inputs, "float64", lambda x: x)

            return evaluate

        return cls(f"mutant-{name}", start, traceable=True, sentence=sentence, step=step, families=families)
