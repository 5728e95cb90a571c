"""`refdp info`: what a system holds, and which `sel` makes room for its neighbours; or what a model holds."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp.cli.inputs import is_data_set, read_system, system_argument
from refdp.errors import InputError, unexpected

if TYPE_CHECKING:
    from refdp.neighbors import NeighborStatistics
    from refdp.system import System

__all__ = ["command"]

RCUT = 6.0
NO_SYSTEMS = (".json", ".pb", ".pth", ".pt")
"""Suffixes of input files, and of models in formats that are not read."""


@click.command("info")
@system_argument
@click.option("--rcut", type=float, metavar="R", help="Cutoff radius in angstrom.  [default: 6.0]")
@click.option("--mask", is_flag=True, help="Read aparam.npy of SYSTEM as mask: 1 real, 0 virtual.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(system: str, rcut: float | None, mask: bool, as_json: bool) -> None:
    """Count neighbours, to choose `sel` by; or show a model.

    Shows frames, cell and types of SYSTEM, how many neighbours of each type its atoms have within the cutoff,
    and the `sel` that makes room for them.

    Where SYSTEM is a model file, .dp, .yaml or .yml: what is inside, as a tree.

    \b
    Examples:
      refdp info example:water --rcut 6
      refdp info data/water --rcut 8 --json
      refdp info model.dp
    """  # noqa: D301  # click's \b
    from refdp.cli.model_tree import is_model_file, show_model

    if is_model_file(system):
        if rcut is not None or mask:
            raise unexpected("SYSTEM", system, "a system, for --rcut and --mask: a model has no neighbours")
        show_model(system, as_json)
        return
    from refdp.io.dataset import has_aparam
    from refdp.neighbors import neighbor_statistics

    atoms = _read(system, mask)
    statistics = neighbor_statistics(atoms, RCUT if rcut is None else rcut)
    if as_json:
        click.echo(json.dumps(_system_facts(atoms) | asdict(statistics), indent=2))
        return
    click.echo("\n".join(_system_lines(system, atoms)))
    if not mask and is_data_set(system) and has_aparam(system):
        click.echo("aparam.npy: not read; where it is a mask, as se_a_mask has it, --mask reads it")
    _print_neighbors(atoms, statistics)


def _read(system: str, mask: bool) -> System:
    try:
        return read_system(system, mask)
    except InputError as error:
        # ASE reads some files of this name, and does not know what others are.
        if Path(system).suffix.lower() not in NO_SYSTEMS:
            raise
        raise unexpected("SYSTEM", system, "a system, or a model file, .dp, .yaml or .yml") from error


def _system_facts(system: System) -> dict[str, Any]:
    atype = system.atype
    return {
        "frames": system.nf,
        "atoms": system.natoms,
        "virtual": int((atype < 0).sum(axis=1).max(initial=0)),
        "type_map": system.type_map,
        "cell": None if system.cell is None else system.cell.tolist(),
    }


def _system_lines(name: str, system: System) -> list[str]:
    virtual = _system_facts(system)["virtual"]
    lines = [
        f"{name}: {system.nf} frames of {system.natoms} atoms" + (f", {virtual} virtual" if virtual else "")
    ]
    if system.cell is None or system.nf == 0:
        return [*lines, "cell: none, so no periodic images"]
    lengths, angles = _lengths_and_angles(system.cell[0])
    which = "cell" if (system.cell == system.cell[0]).all() else "cell of the first frame"
    sides = " x ".join(f"{x:.4f}" for x in lengths)
    return [*lines, f"{which}: {sides} angstrom, angles {', '.join(f'{x:.2f}' for x in angles)} degrees"]


def _lengths_and_angles(cell: Any) -> tuple[Any, Any]:
    """Return the lengths of the lattice vectors and the angles alpha, beta, gamma between them in degrees."""
    import numpy as np

    lengths = np.linalg.norm(cell, axis=-1)
    units = cell / lengths[:, None]
    pairs = ((1, 2), (0, 2), (0, 1))
    return lengths, np.degrees([np.arccos(np.clip(units[a] @ units[b], -1.0, 1.0)) for a, b in pairs])


def _print_neighbors(system: System, found: NeighborStatistics) -> None:
    from refdp.cli.screen import print_table

    atype = system.atype[:1]
    rows = [
        [name, str(int((atype == k).sum())), str(most), f"{mean:.2f}", str(least), str(sel)]
        for k, (name, most, mean, least, sel) in enumerate(
            zip(found.types, found.most, found.mean, found.least, found.sel, strict=True)
        )
    ]
    click.echo(f"neighbours nearer than {found.rcut:g} angstrom, of one atom, over {found.natoms} atoms:")
    print_table(["type", "atoms", "most", "mean", "least", "sel"], rows, right=range(1, 6))
    click.echo(f'"sel": {list(found.sel)}, or {_mixed(found)} where types are mixed')
    click.echo("\n".join(_remarks(found)))


def _mixed(found: NeighborStatistics) -> int:
    from refdp.neighbors.statistics import suggested_slots

    return suggested_slots(found.most_in_all)


def _remarks(found: NeighborStatistics) -> list[str]:
    nearest = "no two atoms" if found.min_distance is None else f"{found.min_distance:.4f} angstrom"
    remarks = [
        "(room for 10 % more than the most, rounded up to a multiple of 4, as DeePMD-kit's `sel: auto`)",
        f"smallest distance within the cutoff: {nearest}",
    ]
    if found.unseen:
        remarks.append(f"nobody's neighbour: {', '.join(found.unseen)}; a `sel` of 0 makes no room for it")
    if found.lonely:
        remarks.append(f"atoms without a neighbour: {found.lonely}")
    if found.at_cutoff:
        remarks.append(f"neighbours exactly at the cutoff, uncounted: {found.at_cutoff}; each takes a slot")
    return remarks
