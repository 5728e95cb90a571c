"""`refdp bench`: how fast the descriptor of water is, beside everybody else, and how much memory it takes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp.cli.inputs import check_output

if TYPE_CHECKING:
    from parity.bench import Benchmark, Timing

__all__ = ["command"]


@click.command("bench")
@click.option(
    "--task",
    type=click.Choice(["se_e2_a", "se_atten", "forces"]),
    default="se_e2_a",
    show_default=True,
    help="A descriptor, or energy and forces of a model with se_e2_a.",
)
@click.option(
    "--atoms",
    type=click.Choice(["small", "large"]),
    help="192 or 1536 atoms of water; by default small for se_atten, else large.",
)
@click.option(
    "--rounds", type=click.IntRange(min=1), default=7, show_default=True, help="Turns for everybody."
)
@click.option(
    "--json",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("bench.json"),
    show_default=True,
    help="Where to write the numbers.",
)
def command(task: str, atoms: str | None, rounds: int, output: Path) -> None:
    """Time refdp beside the others.

    The task is a descriptor of liquid water, or the forces in it; the others are the same code on torch and
    JAX, and DeePMD-kit's NumPy backend, for forces its PyTorch backend. All run in turns, in one process.
    refdp and DeePMD-kit start from positions and search their neighbours; torch and JAX are given the
    finished table. The machine should have nothing else to do.

    \b
    Examples:
      refdp bench
      refdp bench --task se_atten --rounds 3
      refdp bench --task forces
      refdp bench --atoms small --rounds 20 --json small.json
    """  # noqa: D301  # click's \b
    check_output("--json", output)
    from parity.bench import benchmark, write_benchmark

    found = benchmark(task, atoms, rounds, _tell)
    _tell("")
    _print(found)
    write_benchmark(found, output)
    click.echo(f"wrote {output}")


def _tell(message: str) -> None:
    """Show who runs, in a terminal; a spinner would take time from those that are timed."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[2K{message}", nl=False, err=True)


def _print(found: Benchmark) -> None:
    from refdp.cli.screen import print_table

    machine = found.machine
    click.echo(f"{_name(found.config)} on {found.natoms} atoms of water, {found.rounds} rounds in turns")
    click.echo(f"{machine['cpu']}, {machine['cores']} cores, python {machine['python']}")
    click.echo(", ".join(f"{name} {version}" for name, version in found.versions.items()))
    header = ["", "median", "least", "ratio", "by least", "differs by"]
    print_table(header, [_row(timing) for timing in found.timings], right=range(1, 6))
    for timing in found.timings:
        click.echo(f"{timing.name}: {timing.about or timing.reason}")
    for name, peak in found.peak_bytes.items():
        click.echo(f"peak memory of {name} above the import: {peak / 1e6:.0f} MB")


def _name(config: Mapping[str, Any]) -> str:
    return str(config["type"]) if "type" in config else f"forces by {config['descriptor']['type']}"


def _row(timing: Timing) -> list[str]:
    if timing.median is None or timing.least is None:
        return [timing.name, "", "", "", "", ""]
    same = "" if timing.deviation is None else f"{timing.deviation:.1e}"
    ratios = [f"{ratio:.2f}" for ratio in (timing.ratio_median, timing.ratio_least) if ratio is not None]
    return [timing.name, f"{timing.median:.4f} s", f"{timing.least:.4f} s", *ratios, same]
