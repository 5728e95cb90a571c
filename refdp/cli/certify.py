"""`refdp certify`: digits of a descriptor that are proven, and how far float64 is from them."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import click

from refdp.cli.inputs import check_index, descriptor_options, read_descriptor, read_inputs

if TYPE_CHECKING:
    from refdp.enclosure import Enclosure

__all__ = ["command"]


@click.command("certify")
@descriptor_options
@click.option(
    "--bits", type=click.IntRange(min=24), default=113, show_default=True, help="Working precision."
)
@click.option(
    "--atom", "atoms", type=int, multiple=True, metavar="I", help="An atom; may be repeated. [default: 0]"
)
@click.option(
    "--frame", type=int, default=0, show_default=True, metavar="F", help="The frame, counted from 0."
)
@click.option(
    "--elements", type=click.IntRange(min=1), default=5, show_default=True, help="How many to print."
)
def command(
    config: str,
    system: str,
    seed: int | None,
    statistics: bool,
    bits: int,
    atoms: tuple[int, ...],
    frame: int,
    elements: int,
) -> None:
    """Prove the digits of some descriptors.

    The calculation is done on intervals (balls) that are certain to hold the exact result. Every number is
    printed with the digits that are certain and a bound on what is left; then how far the usual float64
    result is from it.

    \b
    Examples:
      refdp certify input.json example:water --atom 3
      refdp certify input.json example:water --atom 3 --atom 4 --bits 400
    """  # noqa: D301  # click's \b
    from refdp.certification import certify
    from refdp.description import describe

    read, everything = read_inputs(config, system)
    check_index("--frame", frame, everything.nf)
    chosen = [check_index("--atom", atom, everything.natoms) for atom in atoms or (0,)]
    one = everything.frame(frame)
    descriptor = read_descriptor(read, one, seed, statistics)
    start = time.perf_counter()
    enclosure = certify(descriptor, one, bits, atoms=chosen)
    seconds = time.perf_counter() - start
    click.echo(f"{descriptor.names[0]}, frame {frame} of {system}, at {bits} bits:")
    _print_elements(enclosure, chosen, elements)
    _print_figures(enclosure, describe(descriptor, one)[:, chosen], seconds)


def _print_elements(enclosure: Enclosure, chosen: list[int], elements: int) -> None:
    from refdp.cli.screen import print_table

    balls, radius = enclosure.balls.balls[0], enclosure.radius[0]
    rows = [
        [f"D[{atom}, {k}]", _digits(balls[row, k], enclosure.bits), f"{radius[row, k]:.1e}"]
        for row, atom in enumerate(chosen)
        for k in range(min(elements, balls.shape[1]))
    ]
    print_table(["element", "proven digits", "radius"], rows, right=(2,))


def _digits(ball: Any, bits: int) -> str:
    """Return the digits of a ball that are certain, the last one give or take 1; or the ball, if none is."""
    # One digit fewer than the bits stand for, so that radius and rounding together stay below 1 in the last.
    certain = min(int(ball.rel_accuracy_bits()), bits) * 30103 // 100000 - 1
    return str(ball.mid().str(certain, radius=False) if certain > 0 else ball.str(5))


def _print_figures(enclosure: Enclosure, values: Any, seconds: float) -> None:
    import numpy as np

    radius, midpoint = enclosure.radius, enclosure.midpoint
    scale = float(np.max(np.abs(midpoint), initial=0.0))
    largest = float(np.max(radius, initial=0.0))
    click.echo(f"numbers enclosed: {radius.size}, in {seconds:.2f} s")
    click.echo(f"largest radius: {largest:.2e}" + _places(largest, scale))
    error = float(np.max(enclosure.deviation(values), initial=0.0))
    click.echo(f"largest error of float64: {error:.2e}" + _places(error, scale))


def _places(error: float, scale: float) -> str:
    if not error > 0.0 or not scale > 0.0:
        return ""
    return f" ({-math.log10(error / scale):.1f} digits of the largest element, {scale:.3g})"
