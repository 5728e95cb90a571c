"""The whole models that are compared: each descriptor, fitting net and option of a model at least once."""

from __future__ import annotations

from typing import Any

from parity.models.case import ModelCase

__all__ = ["model_cases"]

CUTOFF = {"rcut": 2.6, "rcut_smth": 0.5, "sel": [4, 4, 4]}
SHARED = {"rcut": 2.6, "rcut_smth": 0.5, "sel": 8, "tebd_dim": 4, "set_davg_zero": False}
ONE = CUTOFF | {"type": "se_e2_a", "neuron": [2, 4], "axis_neuron": 2, "type_one_side": True}
TWO = ONE | {"type_one_side": False}
RADIAL = CUTOFF | {"type": "se_e2_r", "neuron": [2, 4]}
THREE = CUTOFF | {"type": "se_e3", "neuron": [2, 4]}
ATTEN = SHARED | {"type": "se_atten", "neuron": [2, 4], "axis_neuron": 2, "attn": 4, "attn_layer": 0}
ATTENTIVE = ATTEN | {"attn_layer": 2}
V2 = ATTENTIVE | {"type": "se_atten_v2"}
THREE_TYPES = SHARED | {"type": "se_e3_tebd", "neuron": [4, 4]}
# As many as there is time for: each takes seconds.
COMPILED = ("radial", "attention", "parameters", "zbl")
TABLE = {"type": "pairtab", "rcut": 2.6, "sel": 8}


def _case(name: str, descriptor: dict[str, Any], note: str, system: str = "tilted", **more: Any) -> ModelCase:
    """Return the case of a standard model; `fitting_net` and other keys of the model in `more`."""
    own = {key: more.pop(key) for key in ("parameters", "weights", "seed") if key in more}
    config = {"descriptor": descriptor, "fitting_net": {}} | more
    return ModelCase(
        name=f"model-{name}", system=system, config=config, note=note, compiled=name in COMPILED, **own
    )


def _descriptors() -> list[ModelCase]:
    children = [TWO, RADIAL, THREE]
    mixed = [ATTENTIVE, THREE_TYPES]
    return [
        _case("one-side", ONE, "nets by type of neighbour, in a triclinic cell"),
        _case("two-side", TWO, "nets by pairs of types"),
        _case("radial", RADIAL, "distances only"),
        _case("three-body", THREE, "angles"),
        _case("atten", ATTEN, "types as vectors, no attention"),
        _case("attention", ATTENTIVE, "attention"),
        _case(
            "smooth", ATTENTIVE | {"smooth_type_embedding": True, "tebd_input_mode": "strip"}, "as v2 has it"
        ),
        _case("v2", V2, "attention, stripped type vectors"),
        _case("three-types", THREE_TYPES, "angles, types as vectors"),
        _case("hybrid", {"type": "hybrid", "list": children}, "three descriptors side by side"),
        _case("hybrid-mixed", {"type": "hybrid", "list": mixed}, "two with one list for all types"),
        _case("free", ONE, "no cell; the last atom of a frame is alone", "cluster"),
        _case("free-attention", ATTENTIVE, "no cell; the last atom of a frame is alone", "cluster"),
        _case("left-handed", ONE, "a left-handed cell", "tilted-left-handed"),
    ]


def _options() -> list[ModelCase]:
    fparam = {"numb_fparam": 2, "numb_aparam": 3}
    return [
        _case("pairs", ONE, "the model excludes pairs: as if absent", pair_exclude_types=[[0, 1], [2, 2]]),
        _case("pairs-attention", ATTENTIVE, "the model excludes pairs", pair_exclude_types=[[0, 1]]),
        _case("atoms", ONE, "atoms of a type have no share", atom_exclude_types=[1]),
        _case(
            "atoms-attention",
            V2,
            "atoms of a type have no share",
            atom_exclude_types=[0],
            pair_exclude_types=[[1, 2]],
        ),
        _case("own-pairs", ONE | {"exclude_types": [[0, 1]]}, "the descriptor excludes pairs: rows of zeros"),
        _case("virtual", ONE, "virtual atoms, means that are not zero", "tilted-virtual"),
        _case("virtual-two-side", TWO, "virtual atoms, nets by pairs of types", "tilted-virtual"),
        _case("virtual-attention", ATTENTIVE, "virtual atoms, types as vectors", "tilted-virtual"),
        _case("parameters", ONE, "frame and atomic parameters", fitting_net=fparam),
        _case(
            "default-parameters",
            ATTEN,
            "frame parameters left to their default",
            fitting_net=fparam | {"default_fparam": [0.25, -1.5]},
            parameters="default",
        ),
        _case(
            "aparam-mask",
            ONE,
            "atomic parameters that are no input",
            fitting_net={"numb_aparam": 1, "use_aparam_as_mask": True},
        ),
        _case("case", ATTEN, "a one-hot input", fitting_net={"dim_case_embd": 3}),
        _case(
            "vacuum",
            ONE,
            "the net's answer to no neighbours is subtracted, from two types",
            fitting_net={"atom_ener": [None, -1.0]},
        ),
        _case(
            "no-time-step",
            ONE,
            "other widths and units",
            fitting_net={"resnet_dt": False, "neuron": [8, 16, 16], "activation_function": "gelu"},
        ),
        _case(
            "float32",
            ONE | {"precision": "float32"},
            "nets in float32",
            fitting_net={"precision": "float32"},
            compiled=True,
        ),
        _case("float32-fitting", ATTEN, "the fitting net in float32", fitting_net={"precision": "float32"}),
    ]


def _quantities() -> list[ModelCase]:
    diagonal = {"type": "polar", "fit_diag": True}
    return [
        _case("dipole", ONE, "a vector of each atom", fitting_net={"type": "dipole"}),
        _case("polar", TWO, "a tensor of each atom, from a diagonal", fitting_net=diagonal),
        _case(
            "polar-full",
            ATTENTIVE,
            "a tensor of each atom, from a matrix",
            fitting_net=diagonal | {"fit_diag": False},
            atom_exclude_types=[2],
        ),
        _case("dos", ONE, "numbers on a grid", fitting_net={"type": "dos", "numb_dos": 4}),
        _case(
            "property",
            ATTEN,
            "a mean over atoms",
            "tilted-virtual",
            fitting_net={"type": "property", "property_name": "gap", "task_dim": 2, "intensive": True},
        ),
        _case(
            "property-alike",
            ONE,
            "one bias for all types",
            fitting_net={"type": "property", "property_name": "volume", "distinguish_types": False},
        ),
    ]


def _combined() -> list[ModelCase]:
    nets = [{"descriptor": ATTEN, "fitting_net": {}}, {"descriptor": V2, "fitting_net": {}}]
    zbl = {"type": "zbl", "models": [nets[0], TABLE], "sw_rmin": 1.3, "sw_rmax": 2.6, "smin_alpha": 0.25}
    linear = {"type": "linear_ener", "models": [*nets, TABLE], "weights": [0.25, 0.5, 2.0]}
    mean = linear | {"weights": "mean", "models": nets}
    make: list[tuple[str, dict[str, Any], str]] = [
        ("zbl", zbl, "a pair table takes over at short distances"),
        ("linear", linear, "a weighted sum of two nets and a table"),
        ("linear-mean", mean, "a mean of two nets"),
        ("linear-biases", linear, "members with biases of their own"),
    ]
    return [
        ModelCase(
            name=f"model-{name}",
            system="tilted",
            config=config,
            note=note,
            compiled=name in COMPILED,
            member_bias=name == "linear-biases",
        )
        for name, config, note in make
    ]


def model_cases() -> list[ModelCase]:
    """Return all cases of whole models."""
    return _descriptors() + _options() + _quantities() + _combined()
