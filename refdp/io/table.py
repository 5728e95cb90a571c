"""The dictionary of a pair table, `PairTab`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, SerializationError, unexpected
from refdp.io.networks import check_version, get, get_floats
from refdp.models.pair_table import Table
from refdp.namespaces import to_numpy

__all__ = ["read_tab", "written_tab"]

NUMBERS = ("rmin", "rmax", "hh", "rcut")
KEYS = {"@class", "@version", "ntypes", "nspline", "@variables", *NUMBERS}


def written_tab(table: Table) -> dict[str, Any]:
    """Return the dictionary of a table; nothing of it is shared."""
    return {
        "@class": "PairTab",
        "@version": 1,
        "rmin": table.rmin,
        "rmax": table.rmax,
        "hh": table.hh,
        "ntypes": table.ntypes,
        "rcut": table.rcut,
        "nspline": table.pieces,
        "@variables": {
            "vdata": to_numpy(table.rows).copy(),
            "tab_info": np.array([table.rmin, table.hh, table.pieces, table.ntypes], dtype=np.float64),
            "tab_data": to_numpy(table.coefficients).reshape(-1).copy(),
        },
    }


def read_tab(data: Mapping[str, Any], where: str = "tab") -> Table:
    """Return the table of a dictionary.

    Raises
    ------
    SerializationError
        A key is missing or unknown, a number impossible, or two keys say different things.
    """
    check_version(data, 1, where)
    if unknown := [key for key in data if key not in KEYS]:
        raise unexpected(where, unknown, f"no keys but {', '.join(sorted(KEYS))}", SerializationError)
    numbers = {key: float(get(data, key, (int, float, np.number), where)) for key in NUMBERS}
    ntypes, pieces = (int(get(data, key, (int, np.integer), where)) for key in ("ntypes", "nspline"))
    variables = get(data, "@variables", Mapping, where)
    _check_info(variables, [numbers["rmin"], numbers["hh"], pieces, ntypes], where)
    try:
        return Table(
            **numbers,
            rows=_finite(variables, "vdata", where),
            coefficients=_coefficients(variables, ntypes, pieces, where),
        )
    except InputError as error:
        raise SerializationError(str(error)) from None


def _check_info(variables: Mapping[str, Any], expected: list[float], where: str) -> None:
    info = _finite(variables, "tab_info", where)
    if info.tolist() != expected:
        what = f"[rmin, hh, nspline, ntypes] = {expected}, as the other keys say"
        raise unexpected(f"{where}.@variables.tab_info", info.tolist(), what, SerializationError)


def _coefficients(variables: Mapping[str, Any], ntypes: int, pieces: int, where: str) -> NDArray[Any]:
    flat = _finite(variables, "tab_data", where)
    if flat.size != ntypes * ntypes * pieces * 4:
        what = f"{ntypes} * {ntypes} * {pieces} * 4 numbers, as `ntypes` and `nspline` say"
        raise unexpected(f"{where}.@variables.tab_data", flat.shape, what, SerializationError)
    return flat.reshape(ntypes * ntypes, pieces, 4)


def _finite(variables: Mapping[str, Any], name: str, where: str) -> NDArray[Any]:
    x = get_floats(variables, name, f"{where}.@variables")
    if not np.all(np.isfinite(x)):
        raise unexpected(f"{where}.@variables.{name}", x, "finite numbers", SerializationError)
    return x
