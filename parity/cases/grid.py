"""The grid: the options of a family, every pair of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from parity.case import Case
from parity.cases.levels import LEVELS, OURS, Levels
from parity.cases.pairwise import Row, cover, representatives
from parity.systems import SETTINGS
from refdp.descriptors import descriptor_class

__all__ = ["case_of", "grid", "options_under_test", "rows_of"]

# Options that change no number, or have no default that needs no data.
NOT_TESTED = frozenset(("sel", "trainable_ln"))


def grid(family: str) -> list[Case]:
    """Return the cases of a family: what several implementations have, then what only refdp has."""
    cases = _cases(family, LEVELS[family], family)
    return cases + (_cases(family, OURS[family], f"{family}-own") if family in OURS else [])


def rows_of(levels: Levels) -> list[Row]:
    """Return the rows of a grid."""
    return cover(levels.factors, levels.allowed, levels.apart)


def _cases(family: str, levels: Levels, prefix: str) -> list[Case]:
    rows = rows_of(levels)
    compiled = representatives(rows) if levels.thin else range(len(rows))
    return [case_of(family, levels, row, k, prefix, compiled=k in compiled) for k, row in enumerate(rows)]


def case_of(
    family: str, levels: Levels, row: Row, number: int, prefix: str, *, compiled: bool = True
) -> Case:
    """Return the case that a row of the design stands for."""
    config = levels.config(row, number)
    return Case(
        name=f"{prefix}-{number:02d}-{row['system']}",
        family=family,
        system=row["system"],
        config=config,
        statistics="random" if row.get("statistics", "random") == "random" else "data",
        seed=levels.seed + number,
        under_test=options_under_test(family, config),
        overflowing=SETTINGS[row["system"]].overflowing and "long" in (row.get("cutoffs"), row.get("reach")),
        compiled=compiled,
    )


def options_under_test(family: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options that are away from their defaults; of the children of a hybrid as `0.rcut`."""
    if family == "hybrid":
        return tuple(
            f"{k}.{name}"
            for k, child in enumerate(config["list"])
            for name in options_under_test(child["type"], child)
        )
    default = msgspec.structs.asdict(descriptor_class(family).options_type())
    default |= {"precision": "float64", "exclude_types": [], "neuron": list(default["neuron"])}
    return tuple(
        key
        for key, value in config.items()
        if key != "type" and key not in NOT_TESTED and value != default[key]
    )
