"""Special cases: what a grid of options does not reach, each with the reason it is there."""

from __future__ import annotations

from typing import Any

from parity.case import Case
from parity.cases.grid import options_under_test
from parity.cases.special_mixed import MIXED

__all__ = ["special"]

_SMALL = {"neuron": [2, 4], "rcut_smth": 0.5}


def special(family: str) -> list[Case]:
    """Return the special cases of a family."""
    if family in ("se_e2_a", "se_e2_r"):
        return _two_body(family)
    # What is special about them is in data and tables, not in what a compiler makes of them.
    return [_case(family, compiled=False, **details) for details in MIXED[family]]


def _two_body(family: str) -> list[Case]:
    sided = {"se_e2_a": [True, False]}.get(family, [None])
    cases = [_sel_zero(family), _large_arguments(family), _left_handed(family), _left_handed_long(family)]
    return [*cases, _ties(family), *(_virtual(family, one) for one in sided)]


def _sel_zero(family: str) -> Case:
    config = _SMALL | {"rcut": 1.6, "sel": [4, 4, 0]}
    return _case(
        family, "no-slots", "isolated", config, note="no slots for a type that is nobody's neighbour"
    )


def _large_arguments(family: str) -> Case:
    config = _SMALL | {"rcut": 2.1, "sel": [4, 4, 4], "activation_function": "softplus"}
    note = "softplus of numbers beyond 20"
    return _case(family, "softplus", "molecule", config, statistics="small", note=note)


def _left_handed(family: str) -> Case:
    config = _SMALL | {"rcut": 3.1, "sel": [16, 16]}
    note = "a left-handed cell, larger than the cutoff; each backend makes its own images"
    return _case(family, "left-handed", "left-handed", config, own_table=True, note=note)


def _left_handed_long(family: str) -> Case:
    config = _SMALL | {"rcut": 4.6, "sel": [16, 16]}
    note = "a left-handed cell, smaller than the cutoff; each backend makes its own images"
    return _case(family, "left-handed-long", "left-handed", config, own_table=True, note=note)


def _ties(family: str) -> Case:
    config = _SMALL | {"rcut": 3.1, "sel": [8, 8]}
    note = "equal distances where `sel` cuts the list; each backend makes its own table"
    return _case(family, "ties", "lattice", config, own_table=True, overflowing=True, note=note)


def _virtual(family: str, one_side: bool | None) -> Case:
    config = _SMALL | {"rcut": 3.3, "sel": [16, 16]}
    config |= {} if one_side is None else {"type_one_side": one_side}
    side = {None: "", True: "-one-side", False: "-two-side"}[one_side]
    note = "virtual centres between real ones, means that are not zero"
    return _case(family, f"virtual{side}", "virtual", config, statistics="random", note=note)


def _case(family: str, name: str, system: str, config: dict[str, Any], **more: Any) -> Case:
    under_test = options_under_test(family, config)
    return Case(
        name=f"{family}-{name}",
        family=family,
        system=system,
        config=config,
        under_test=under_test,
        seed=7,
        **more,
    )
