"""What each named step is: one sentence and the equation of the book, written here and nowhere else."""

from __future__ import annotations

import re
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
    "T": Meaning("Type embedding: a vector for each type, and zero for no atom.", "eq-type-embedding"),
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
    "s": Meaning("The switch of each neighbour, 0 also in slots of excluded pairs.", "eq-switch"),
    "G": Meaning(
        "Embedding of each neighbour: a small net, of its type, applied to the first column of E.",
        "eq-embedding-one-side",
    ),
    "g": Meaning(
        "Features of each neighbour's distance: a net of the first column of E.", "eq-embedding-strip"
    ),
    "t": Meaning(
        "Features of the types: a net of the vectors of slot and centre, fading where attention is smooth.",
        "eq-embedding-strip",
    ),
    "G0": Meaning(
        "Features of each slot before attention: a net of the first column of E and of types, or g + g t.",
        "eq-embedding-concat",
    ),
    "theta": Meaning(
        "Cosine of the angle between two neighbours times both lengths: the product of their rows of E.",
        "eq-angle",
    ),
    "A": Meaning(
        "Embedded environment: G transposed times E, over the number of slots; forgets the order.",
        "eq-embedded-environment",
    ),
    "Lambda1": Meaning(
        "Logits of a layer of attention: how well the query of a slot fits the key of each other.",
        "eq-attention-logits",
    ),
    "A1": Meaning(
        "Weights of a layer of attention: how much of each slot another one takes up; smooth, gated, masked.",
        "eq-attention-gate",
    ),
    "G1": Meaning(
        "Features of each slot after a layer of attention: what was heard is added, then normalized.",
        "eq-attention-output",
    ),
    "B": Meaning("Rows of E, then the solid harmonics of each neighbour up to lmax.", "eq-moments"),
    "M": Meaning(
        "Features times rows, summed over all slots and divided by their number; forgets the order.",
        "eq-se-atten",
    ),
    "D": Meaning(
        "The descriptor of the atom: it knows neither the order nor the orientation of its neighbours.",
        "eq-invariant",
    ),
    "z": Meaning(
        "Input of the fitting net: the descriptor, then parameters of frame and atom, then the branch.",
        "eq-fitting-input",
    ),
    "y": Meaning(
        "Output of the fitting net with the bias of the type; zero for atoms of which it says nothing.",
        "eq-fitting-masked",
    ),
    "mu": Meaning(
        "Dipole of the atom: the rows of rot_mat, weighed by the output of the fitting net.",
        "eq-fitting-dipole",
    ),
    "alpha": Meaning(
        "Polarizability of the atom: products of rows of rot_mat, weighed by y, and a constant of the type.",
        "eq-fitting-polar-shift",
    ),
    "E_i": Meaning(
        "Energy of the atom with the bias of its type, in eV; zero for virtual atoms and excluded types.",
        "eq-model-mask",
    ),
    "Y_i": Meaning(
        "Share of the atom in what is predicted, with its bias; zero for virtual atoms and excluded types.",
        "eq-model-mask",
    ),
    "e_ij": Meaning(
        "Energy of each pair from the table, in eV; where it is not looked at, any number.", "eq-model-spline"
    ),
    "E_tab": Meaning("Half of the energies of all pairs of the atom, in eV.", "eq-model-half"),
    "sigma": Meaning(
        "Smooth minimum of the distances to the neighbours, in angstrom.", "eq-model-soft-minimum"
    ),
    "lambda": Meaning(
        "How much the table counts: 1 where neighbours are close, 0 where the net is to be trusted.",
        "eq-model-zbl",
    ),
}

_SE_ATTEN = {
    "D": Meaning(
        "The descriptor of the atom: M times its first rows, then the vector of its type.", "eq-se-atten"
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
    "se_a_mask": {
        "w": Meaning(
            "1 for another real atom, 0 in empty slots: there is no cutoff, so no switch.", "eq-se-a-mask"
        ),
        "R": Meaning(
            "Environment matrix: 1/r, then that times the direction to the other atom; in 1/angstrom.",
            "eq-se-a-mask",
        ),
        "E": Meaning(
            "Environment matrix with the rows of excluded pairs at zero; there are no statistics.",
            "eq-se-a-mask",
        ),
    },
    "se_atten": _SE_ATTEN,
    "se_atten_v2": _SE_ATTEN,
    "se_e2_r": {
        "R": Meaning("Radial environment: w/r of each neighbour, in 1/angstrom.", "eq-radial"),
        "A": Meaning(
            "The mean of G over all slots: every neighbour counts the same, empty slots too.", "eq-se-e2-r"
        ),
        "D": Meaning("The descriptor of the atom: A divided by 5.", "eq-se-e2-r"),
    },
    "se_e3": {
        "A": Meaning(
            "For each pair of types, the mean over its slots of theta times the net of the pair at theta.",
            "eq-se-e3",
        ),
        "D": Meaning("The descriptor of the atom: the sum of A over the pairs of types.", "eq-se-e3"),
    },
    "se_e3_tebd": {
        "g": Meaning("Embedding of each pair of neighbours without types: a net of theta.", "eq-se-e3-tebd"),
        "t": Meaning("A net of the types of both neighbours; fades with their switches.", "eq-se-e3-tebd"),
        "G": Meaning(
            "Embedding of each pair of neighbours: a net of theta and both types, or g and t combined.",
            "eq-se-e3-tebd",
        ),
        "D": Meaning(
            "The descriptor of the atom: the mean of theta times G over pairs of slots, then its own type.",
            "eq-se-e3-tebd",
        ),
    },
    "hybrid": {
        "D": Meaning("The descriptor of the atom: those of the children side by side.", "eq-hybrid"),
    },
}


def meaning(step: str, *variants: str) -> Meaning:
    """Return what a step stands for; an empty sentence where nobody has said.

    Parameters
    ----------
    step
        The name of the step; `0.E` of the first child of a hybrid is `E`, and `G2` of the second of several
        layers is what `G1` is of the first.
    variants
        What the calculation is: the name of the descriptor, `two-sided` where nets belong to pairs of types.
    """
    step = re.sub(r"[1-9]\d*$", "1", step.rpartition(".")[2])
    for variant in variants:
        if step in OVERRIDES.get(variant, {}):
            return OVERRIDES[variant][step]
    return STEPS.get(step, Meaning(""))
