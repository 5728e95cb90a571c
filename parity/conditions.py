"""When a known difference can show: conditions on a case, each for one defect of `parity.known`."""

from __future__ import annotations

import msgspec
import numpy as np

from parity.case import Inputs
from parity.leaves import parts_of

__all__ = [
    "both_kinds",
    "in_no_case",
    "left_handed",
    "several_numbers",
    "smaller_than_cutoff",
    "standardized_with_virtual",
    "two_sided_with_virtual",
    "types_with_virtual",
    "without_slots",
]

MIXED = ("dpa1", "se_atten_v2", "se_e3_tebd")


def two_sided_with_virtual(inputs: Inputs) -> bool:
    """Tell whether nets belong to pairs of types, and there are virtual centres."""
    two_sided = inputs.data["type"] == "se_e2_a" and not inputs.data["type_one_side"]
    return two_sided and bool(np.any(inputs.atype < 0))


def standardized_with_virtual(inputs: Inputs) -> bool:
    """Tell whether virtual centres are seen by nets: those that belong to pairs of types see none."""
    one_sided = inputs.data["type"] in ("se_e2_a", "se_r") and bool(inputs.data["type_one_side"])
    return (one_sided or inputs.data["type"] == "se_e3") and bool(np.any(inputs.atype < 0))


def types_with_virtual(inputs: Inputs) -> bool:
    """Tell whether types are vectors, and there are virtual atoms."""
    return inputs.data["type"] in MIXED and bool(np.any(inputs.atype_ext < 0))


def several_numbers(inputs: Inputs) -> bool:
    """Tell whether a child of a hybrid mixes types, and has a `sel` of more than one number."""
    for child in inputs.data.get("list", ()):
        if child["type"] in MIXED and len(child["sel"]) > 1:
            return True
        if several_numbers(msgspec.structs.replace(inputs, data=child)):
            return True
    return False


def both_kinds(inputs: Inputs) -> bool:
    """Tell whether some children of a hybrid mix types and some do not."""
    kinds = {part.data["type"] in MIXED for part in parts_of(inputs)}
    return len(kinds) == 2


def without_slots(inputs: Inputs, kind: str) -> bool:
    """Tell whether a descriptor is of a kind, and has no slots for some type."""
    return inputs.data["type"] == kind and 0 in inputs.data["sel"]


def left_handed(inputs: Inputs) -> bool:
    """Tell whether a backend makes its own images of a left-handed cell."""
    cell = inputs.cell
    return inputs.case.own_table and cell is not None and bool(np.any(np.linalg.det(cell) < 0.0))


def in_no_case(inputs: Inputs) -> bool:
    """Say that the defect does not show in what a case compares; it is known all the same."""
    del inputs
    return False


def smaller_than_cutoff(inputs: Inputs) -> bool:
    """Tell whether such a cell is smaller than the cutoff."""
    from refdp.neighbors.images import heights

    return left_handed(inputs) and bool(np.any(heights(inputs.cell) < inputs.data["rcut"]))  # type: ignore[arg-type]
