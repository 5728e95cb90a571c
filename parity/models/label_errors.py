"""Root mean square errors of refdp against the labels of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.io.dataset.frames import Frames

__all__ = ["LABELS", "label_errors"]

LABELS = {"energy": "energy", "forces": "force", "virial": "virial"}
PER_ATOM = ("energy", "virial")


def label_errors(values: Sequence[Mapping[str, NDArray[Any]]], parts: Sequence[Frames]) -> dict[str, float]:
    """Return the errors by output: energy and virial in eV per atom, forces in eV/angstrom.

    Parameters
    ----------
    values
        What refdp gives for each of the parts, by output.
    parts
        Frames, of which all or none have a label.
    """
    found = {}
    for output, label in LABELS.items():
        errors = [
            _errors(output, value[output], part)
            for value, part in zip(values, parts, strict=True)
            if output in value and label in part.labels
        ]
        if errors:
            found[output] = float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))
    return found


def _errors(output: str, value: NDArray[Any], part: Frames) -> NDArray[np.float64]:
    real = part.system.atype >= 0
    error: NDArray[np.float64] = value - part.labels[LABELS[output]].reshape(value.shape)
    if output not in PER_ATOM:
        return error[real].ravel()
    counts = np.maximum(real.sum(axis=1), 1)
    return (error / counts.reshape(-1, *(1 for _ in error.shape[1:]))).ravel()
