"""Figures of many frames, gathered chunk by chunk: means, extremes, and errors against labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refdp.cli.outputs import is_energy, outputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refdp.cli.outputs import Output
    from refdp.io.dataset import Frames
    from refdp.models.base import Quantity

__all__ = ["NUMBERS", "Errors", "Spread", "Tally"]

Float = NDArray[np.float64]

GPA = 160.2176634  # eV per cubic angstrom; exact, as the charge of the electron is
NUMBERS = "mean", "deviation", "least", "largest"


@dataclass
class Spread:
    """Mean, deviation and extremes of numbers that come in parts."""

    count: int = 0
    mean: float = 0.0
    least: float = math.inf
    largest: float = -math.inf
    _squares: float = 0.0

    def add(self, x: Float) -> None:
        """Take in more numbers."""
        if not x.size:
            return
        total, mean = self.count + x.size, float(x.mean())
        apart = mean - self.mean
        self._squares += float(((x - mean) ** 2).sum()) + apart**2 * self.count * x.size / total
        self.mean += apart * x.size / total
        self.count = total
        self.least, self.largest = min(self.least, float(x.min())), max(self.largest, float(x.max()))

    @property
    def deviation(self) -> float:
        """The standard deviation, that of the numbers themselves."""
        return math.sqrt(self._squares / self.count) if self.count else 0.0

    def facts(self) -> dict[str, float]:
        """Return the figures by name; none where there were no numbers."""
        return {name: getattr(self, name) for name in NUMBERS} if self.count else {}


@dataclass
class Errors:
    """Root mean square, mean and largest of absolute errors that come in parts."""

    count: int = 0
    largest: float = 0.0
    _sum: float = 0.0
    _squares: float = 0.0

    def add(self, error: Float) -> None:
        """Take in more errors."""
        self.count += error.size
        self._sum += float(np.abs(error).sum())
        self._squares += float((error * error).sum())
        self.largest = max(self.largest, float(np.abs(error).max(initial=0.0)))

    def facts(self) -> dict[str, float]:
        """Return the figures by name; none where there were no errors."""
        if not self.count:
            return {}
        rmse, mae = math.sqrt(self._squares / self.count), self._sum / self.count
        return {"rmse": rmse, "mae": mae, "largest": self.largest, "numbers": self.count}


@dataclass
class Tally:
    """Everything that is told of the predictions of a model.

    Attributes
    ----------
    quantity
        What is predicted.
    nf, atoms
        Frames, and real atoms in all of them.
    spreads
        By what it is of: of the energies per atom, the lengths of forces and the pressures, or of what else
        is predicted.
    errors
        By the name of the label.
    unlike
        Of labels that do not go with the predictions: the shapes of both, for a frame.
    worst
        Frame and atom of the largest force.
    """

    quantity: Quantity
    nf: int = 0
    atoms: int = 0
    spreads: dict[str, Spread] = field(default_factory=dict, init=False)
    errors: dict[str, Errors] = field(default_factory=dict, init=False)
    unlike: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict, init=False)
    worst: tuple[int, int] | None = None

    def add(self, frames: Frames, predicted: Mapping[str, NDArray[np.float64]]) -> None:
        """Take in the predictions for some frames, by the names of labels."""
        real = frames.system.atype >= 0
        counts = np.maximum(real.sum(axis=1), 1)
        self.nf += len(frames)
        self.atoms += int(real.sum())
        for name, told in self._told(predicted, frames, real, counts).items():
            self.spreads.setdefault(name, Spread()).add(told)
        for output in outputs(self.quantity):
            x, label = predicted.get(output.label), frames.labels.get(output.label)
            if x is not None and label is not None:
                self._compare(output, x, label, real, counts)

    def _told(
        self, predicted: Mapping[str, NDArray[np.float64]], frames: Frames, real: Any, counts: Any
    ) -> dict[str, Float]:
        """Return what is told in figures: of an energy what does not grow with the system, of others all."""
        if is_energy(self.quantity):
            if "force" in predicted:
                self._find_worst(frames, np.linalg.norm(predicted["force"], axis=-1))
            return _of_energy(predicted, frames, real, counts)
        return {
            each.label: predicted[each.label][real] if each.of_atoms else predicted[each.label]
            for each in outputs(self.quantity)
        }

    def _compare(self, output: Output, x: Float, label: Float, real: Any, counts: Any) -> None:
        if label.size != x.size:
            self.unlike.setdefault(output.label, (label.shape[1:], x.shape[1:]))
            return
        error = x - label.reshape(x.shape)
        share = counts.reshape(-1, *(1 for _ in x.shape[1:])) if output.per_atom else 1.0
        self.errors.setdefault(output.label, Errors()).add(error[real] if output.of_atoms else error / share)

    def _find_worst(self, frames: Frames, lengths: Float) -> None:
        known = self.spreads["force"].largest if "force" in self.spreads else -1.0
        if lengths.size and lengths.max() > known:
            frame, atom = np.unravel_index(np.argmax(lengths), lengths.shape)
            self.worst = int(frames.index[frame]), int(atom)


def _of_energy(predicted: Mapping[str, Float], frames: Frames, real: Any, counts: Any) -> dict[str, Float]:
    """Return energies per atom, the lengths of forces, and pressures in GPa."""
    found = {"energy": predicted["energy"] / counts}
    if "force" in predicted:
        found["force"] = np.linalg.norm(predicted["force"], axis=-1)[real]
    if "virial" in predicted and frames.system.cell is not None:
        volume = np.abs(np.linalg.det(frames.system.cell))
        trace = np.trace(predicted["virial"], axis1=1, axis2=2)
        found["pressure"] = GPA * trace / (3.0 * volume)
    return found
