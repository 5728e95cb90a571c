"""The special cases of the families that came after se_e2_a and se_e2_r, on small systems."""

from __future__ import annotations

from typing import Any

__all__ = ["MIXED"]

_CUTOFF = {"rcut": 3.1, "rcut_smth": 0.5, "sel": [4, 4, 4]}
_LONGER = {"rcut": 2.1, "rcut_smth": 0.5}
_PAIRS = [[0, 0], [1, 2]]
_TYPES = {"tebd_dim": 4, "set_davg_zero": False}
_ATTENTION = _CUTOFF | _TYPES | {"neuron": [6, 6], "axis_neuron": 3, "attn": 4}
_THREE = _CUTOFF | {"neuron": [2, 4]}
_THREE_TYPES = _CUTOFF | _TYPES | {"neuron": [4, 4]}


def _case(
    name: str, note: str, config: dict[str, Any], system: str = "mixture", **more: Any
) -> dict[str, Any]:
    return {"name": name, "note": note, "config": config, "system": system, "statistics": "random"} | more


def _in_one_list(config: dict[str, Any], **also: Any) -> list[dict[str, Any]]:
    """Return what is special where all types share one list."""
    return [
        _case(
            "virtual",
            "virtual centres between real ones, one of them the first atom, means that are not zero",
            config,
            "mixture-virtual",
        ),
        _case("shuffled", "empty slots between full ones", config | also, table="shuffled"),
        _case(
            "beyond",
            "neighbours outside the cutoff left in the list, means that are not zero",
            config | also | _LONGER,
            table="beyond",
        ),
        _case(
            "excluded",
            "excluded pairs are zero, empty slots are not: means that are not zero",
            config | also | {"exclude_types": _PAIRS},
        ),
    ]


_PLAIN = _ATTENTION | {"attn_layer": 2}
_SMOOTH = {"attn_layer": 2, "smooth_type_embedding": True, "tebd_input_mode": "strip"}
_ATTENTION_CASES = [
    _case(
        "mute",
        "queries, keys and values of length zero",
        _ATTENTION | {"attn_layer": 1},
        weights="mute",
    ),
    _case(
        "ties",
        "equal distances where `sel` cuts the list; each backend makes its own table",
        _ATTENTION | {"attn_layer": 1, "sel": [8, 8]},
        "lattice",
        own_table=True,
        overflowing=True,
    ),
]
MIXED: dict[str, list[dict[str, Any]]] = {
    "se_atten": [
        *_in_one_list(_PLAIN, tebd_input_mode="strip"),
        _case("smooth-excluded", "excluded pairs fade, too", _PLAIN | _SMOOTH | {"exclude_types": _PAIRS}),
        *_ATTENTION_CASES,
    ],
    "se_atten_v2": _in_one_list(_PLAIN),
    "se_e3": [
        _case(
            "no-slots",
            "no slots for a type that is nobody's neighbour",
            _THREE | {"rcut": 1.6, "sel": [4, 4, 0]},
            "isolated",
            statistics="data",
        ),
        _case("virtual", "virtual centres, means that are not zero", _THREE, "mixture-virtual"),
        _case("beyond", "neighbours outside the cutoff left in the list", _THREE | _LONGER, table="beyond"),
        _case("excluded", "pairs that centres, not neighbours, exclude", _THREE | {"exclude_types": _PAIRS}),
    ],
    "se_e3_tebd": _in_one_list(_THREE_TYPES, tebd_input_mode="strip"),
    "hybrid": [
        _case(
            "virtual",
            "virtual centres between real ones, means that are not zero",
            {
                "list": [
                    _THREE | {"type": "se_e2_a", "type_one_side": False},
                    _THREE | {"type": "se_e2_a", "type_one_side": True},
                ]
            },
            "mixture-virtual",
        ),
        _case(
            "virtual-types",
            "virtual centres where one child mixes types",
            {
                "list": [
                    _ATTENTION | {"type": "se_atten", "attn_layer": 1, "sel": [12]},
                    _THREE | {"type": "se_e2_r"},
                ]
            },
            "mixture-virtual",
        ),
        _case(
            "several-numbers",
            "a child that mixes types with a `sel` of several numbers, of which the sum counts",
            {
                "list": [
                    _ATTENTION | {"type": "se_atten", "attn_layer": 1},
                    _THREE | {"type": "se_e2_r"},
                ]
            },
        ),
    ],
    "se_a_mask": [],
}
