"""A small set of option combinations in which every pair of values occurs: a pairwise covering design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, product
from typing import TypeAlias

__all__ = ["Allowed", "Pair", "Row", "cover", "pairs_of", "representatives"]

Row: TypeAlias = dict[str, str]
Pair: TypeAlias = frozenset[tuple[str, str]]
Allowed: TypeAlias = Callable[[Mapping[str, str]], bool]


def _anything(row: Mapping[str, str]) -> bool:
    del row
    return True


def cover(
    factors: Mapping[str, Sequence[str]],
    allowed: Allowed = _anything,
    apart: frozenset[str] = frozenset(),
) -> list[Row]:
    """Return rows, one level of each factor each, in which every allowed pair of levels occurs.

    Greedy and deterministic: each row starts from a pair that has not occurred, and then gives every factor
    the level that adds most new pairs, the least used one where several do.

    Parameters
    ----------
    factors
        The levels of each factor.
    allowed
        Whether a row, or a part of one, is possible; looked at pair by pair.
    apart
        Factors whose pairs with one another need not occur: each of their levels does.
    """
    missing = pairs_of(factors, allowed, apart)
    used: dict[tuple[str, str], int] = {
        (name, level): 0 for name, levels in factors.items() for level in levels
    }
    rows: list[Row] = []
    while missing:
        row = _grow(dict(sorted(next(iter(missing)))), factors, allowed, missing, used)
        for item in row.items():
            used[item] += 1
        for pair in combinations(row.items(), 2):
            missing.pop(frozenset(pair), None)
        rows.append({name: row[name] for name in factors})
    return rows


def representatives(rows: Sequence[Row]) -> list[int]:
    """Return the places of a few of the rows, in which together every level occurs that occurs in any."""
    missing = dict.fromkeys(item for row in rows for item in row.items())
    chosen: list[int] = []
    while missing:
        best = max(range(len(rows)), key=lambda k: (sum(item in missing for item in rows[k].items()), -k))
        chosen.append(best)
        for item in rows[best].items():
            missing.pop(item, None)
    return sorted(chosen)


def pairs_of(
    factors: Mapping[str, Sequence[str]], allowed: Allowed, apart: frozenset[str] = frozenset()
) -> dict[Pair, None]:
    """Return the pairs that `cover` must contain, in a fixed order."""
    pairs: dict[Pair, None] = {}
    for one, other in combinations(factors, 2):
        if not {one, other} <= apart:
            for a, b in product(factors[one], factors[other]):
                if allowed({one: a, other: b}):
                    pairs[frozenset(((one, a), (other, b)))] = None
    return pairs


def _grow(
    row: Row,
    factors: Mapping[str, Sequence[str]],
    allowed: Allowed,
    missing: Mapping[Pair, None],
    used: Mapping[tuple[str, str], int],
) -> Row:
    for name in sorted(factors.keys() - row.keys(), key=lambda n: (-len(factors[n]), n)):
        possible = [level for level in factors[name] if allowed(row | {name: level})]
        if not possible:
            message = f"`allowed`: no level of {name} fits {row}"
            raise ValueError(message)

        def worth(level: str, name: str = name) -> tuple[int, int]:
            new = sum(frozenset(((name, level), item)) in missing for item in row.items())
            return new, -used[name, level]

        row[name] = max(possible, key=worth)
    return row
