"""What each named step is: one sentence and the equation of the book, written here and nowhere else."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["STEPS", "Meaning", "meaning"]


class Meaning(NamedTuple):
    """What a step stands for.

    Attributes
    ----------
    sentence
        What it is, with its unit where it has one.
    equation
        Label of its equation in the book, empty where there is none.
    """

    sentence: str
    equation: str = ""


STEPS = {
    "r": Meaning(
        "Distance to each neighbour, in angstrom; 1 in empty slots, where nothing depends on it.",
        "eq-distance",
    ),
    "w": Meaning("Switch: 1 up to rcut_smth, falling smoothly to 0 at rcut; 0 in empty slots.", "eq-switch"),
    "R": Meaning(
        "Environment matrix: w/r, then that times the direction to the neighbour; in 1/angstrom.",
        "eq-environment-matrix",
    ),
    "E": Meaning(
        "Environment matrix standardized by mean and width of the centre's type; empty slots too.",
        "eq-standardize",
    ),
    "G": Meaning(
        "Embedding of each neighbour: a small net, of its type, applied to the first column of E.",
        "eq-embedding-one-side",
    ),
    "A": Meaning(
        "Embedded environment: G transposed times E, over the number of slots; forgets the order.",
        "eq-embedded-environment",
    ),
    "D": Meaning(
        "The descriptor of the atom: it knows neither the order nor the orientation of its neighbours.",
        "eq-invariant",
    ),
}

# Steps that another descriptor, or another form of it, writes with another equation.
OVERRIDES = {
    "two-sided": {
        "G": Meaning(
            "Embedding of each neighbour: a net of the pair of types, applied to the first column of E.",
            "eq-embedding-two-side",
        ),
    },
    "se_e2_r": {
        "R": Meaning("Radial environment: w/r of each neighbour, in 1/angstrom.", "eq-radial"),
        "A": Meaning(
            "The mean of G over all slots: every neighbour counts the same, empty slots too.", "eq-se-e2-r"
        ),
        "D": Meaning("The descriptor of the atom: A divided by 5.", "eq-se-e2-r"),
    },
}


def meaning(step: str, *variants: str) -> Meaning:
    """Return what a step stands for; an empty sentence where nobody has said.

    Parameters
    ----------
    step
        The name of the step.
    variants
        What the calculation is: the name of the descriptor, `two-sided` where nets belong to pairs of types.
    """
    for variant in variants:
        if step in OVERRIDES.get(variant, {}):
            return OVERRIDES[variant][step]
    return STEPS.get(step, Meaning(""))
