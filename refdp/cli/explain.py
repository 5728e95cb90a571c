"""`refdp explain`: every named step of the way to one atom's descriptor, with its numbers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from refdp.cli.inputs import check_index, descriptor_options, read_descriptor, read_inputs
from refdp.cli.screen import number, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refdp.descriptors import Descriptor
    from refdp.neighbors import Environment
    from refdp.system import System
    from refdp.trace import Step, Trace

__all__ = ["command"]

DIGITS = 4
COLUMNS = 6
CARTESIAN = ("s", "x", "y", "z")
ROWS = 4
# Steps that the table of neighbours shows; further ones with a row a slot, and a column too; one of no atom.
IN_TABLE = ("r", "w", "R")
BY_SLOT = re.compile(r"E|B|g|t|G\d*")
BY_PAIR = re.compile(r"theta|(Lambda|A)\d+")
OF_TYPES = "T"


class Explained(NamedTuple):
    """One atom: its descriptor, the system as the descriptor numbers it, its environment and its steps.

    Of a child of a hybrid the names of the steps are those of the child, and `prefix` is what stands before
    them.
    """

    descriptor: Descriptor
    system: System
    env: Environment
    trace: Trace
    shown: int
    prefix: str = ""

    @property
    def valid(self) -> Any:
        """Which slots hold a neighbour, `(nnei,)`."""
        return self.env.valid[0, 0]

    @property
    def nearest(self) -> list[int]:
        """The slots of the nearest neighbours, as many as are to be shown."""
        import numpy as np

        r = self.trace.value("r")[0, 0]
        slots = np.flatnonzero(self.valid)
        return [int(k) for k in slots[np.argsort(r[slots], kind="stable")][: self.shown]]

    @property
    def slots(self) -> list[int]:
        """The slots to show: the nearest neighbours, and the first empty one."""
        return [*self.nearest, *map(int, (~self.valid).nonzero()[0][:1])]

    def name(self, kind: int) -> str:
        """Return the name of a type."""
        names = self.descriptor.type_map or self.system.type_map
        return "virtual" if kind < 0 else names[kind] if names else str(kind)


@click.command("explain")
@descriptor_options
@click.option("--atom", type=int, default=0, show_default=True, metavar="I", help="The atom, counted from 0.")
@click.option(
    "--frame", type=int, default=0, show_default=True, metavar="F", help="The frame, counted from 0."
)
@click.option(
    "--neighbors", type=click.IntRange(min=1), default=6, show_default=True, help="How many to show."
)
def command(
    config: str, system: str, seed: int | None, statistics: bool, atom: int, frame: int, neighbors: int
) -> None:
    """Follow one atom step by step.

    Shows each named step on the way to the descriptor of one atom: what it is, its shape, the equation of the
    book, and its numbers, nearest neighbours first.

    \b
    Examples:
      refdp explain input.json example:water --atom 3
      refdp explain input.json example:water --atom 3 --statistics --neighbors 20
    """  # noqa: D301  # click's \b
    read, atoms = read_inputs(config, system)
    check_index("--frame", frame, atoms.nf)
    check_index("--atom", atom, atoms.natoms)
    explained = _follow(read_descriptor(read, atoms, seed, statistics), atoms, frame, atom, neighbors)
    _print_head(explained, f"atom {atom}", f"frame {frame} of {system}")
    _print_steps(explained)
    for part in _parts(explained):
        _print_part(part)


def _follow(descriptor: Descriptor, system: System, frame: int, atom: int, shown: int) -> Explained:
    import numpy as np

    from refdp.blocks import find_neighbors
    from refdp.species import match_types
    from refdp.trace import record

    matched = match_types(descriptor, system).frame(frame)
    env = find_neighbors(descriptor, matched).environment(0, np.array([atom]))
    with record() as trace:
        descriptor.describe(env)
    return Explained(descriptor, matched, env, trace, shown)


def _parts(explained: Explained) -> Iterator[Explained]:
    """Yield the children of a hybrid, each with what it sees and its own steps, then what is left."""
    from refdp.descriptors import Hybrid
    from refdp.trace import Step, Trace

    hybrid, trace = explained.descriptor, explained.trace
    if not isinstance(hybrid, Hybrid):
        yield explained
        return
    for k, (child, env) in enumerate(zip(hybrid.children, hybrid.cut(explained.env), strict=True)):
        start = f"{k}."
        own = (Step(s.name.removeprefix(start), s.value) for s in trace if s.name.startswith(start))
        prefix = f"{explained.prefix}{start}"
        yield from _parts(explained._replace(descriptor=child, env=env, trace=Trace(own), prefix=prefix))
    yield explained._replace(trace=Trace(s for s in trace if "." not in s.name))


def _print_head(explained: Explained, atom: str, where: str) -> None:
    d, env = explained.descriptor, explained.env
    kind = explained.name(int(env.center_type[0, 0]))
    title = f"{d.names[0]} of {atom} ({kind}), {where}"
    click.echo(click.style(title, bold=True))
    found = int(explained.valid.sum())
    where = f" within {d.rcut:g} angstrom" if math.isfinite(d.rcut) else ""
    click.echo(f"{_slots(explained)}: {found} neighbours{where}, {d.nnei - found} empty")
    click.echo()


def _slots(explained: Explained) -> str:
    d = explained.descriptor
    each = [f"{n} for {explained.name(b)}" for b, n in enumerate(d.sel)]
    return f"{d.nnei} slots ({'for all types' if d.mixed_types else ' + '.join(each)})"


def _print_part(part: Explained) -> None:
    single = "r" in part.trace.names
    if part.prefix and single:
        _print_child(part)
    if single:
        _print_neighbors(part)
    for step in part.trace:
        if step.name not in IN_TABLE:
            _print_step(part, step.name, _of_atom(step))


def _print_child(part: Explained) -> None:
    d, r = part.descriptor, part.trace.value("r")[0, 0]
    found, beyond = int(part.valid.sum()), int((part.valid & (r > d.rcut)).sum())
    click.echo(click.style(f"\nchild {part.prefix[:-1]}: {d.names[0]}", bold=True))
    where = f"within {d.rcut:g} angstrom, {beyond} beyond, {d.nnei - found} empty"
    click.echo(f"{_slots(part)}: {found - beyond} neighbours {where}")


def _print_steps(explained: Explained) -> None:
    from refdp.steps import meaning

    rows = []
    for part in _parts(explained):
        one_sided = getattr(getattr(part.descriptor, "options", None), "type_one_side", True)
        variants = (part.descriptor.names[0], "one-sided" if one_sided else "two-sided")
        for step in part.trace:
            sentence, equation = meaning(step.name, *variants)
            name = f"{part.prefix}{step.name}"
            rows.append([name, str(tuple(_of_atom(step).shape)), sentence, equation])
    print_table(["step", "shape", "what it is", "equation"], rows, right=())


def _of_atom(step: Step) -> Any:
    return step.value if step.name == OF_TYPES else step.value[0, 0]


def _print_neighbors(explained: Explained) -> None:
    if explained.env.center_type[0, 0] < 0:
        click.echo("A virtual atom: it has no neighbours, and its descriptor is not used.\n")
        return
    width = explained.trace.value("R").shape[-1]
    header = ["slot", "type", "atom", "r", "w", *(f"R_{c}" for c in CARTESIAN[:width])]
    shown, found = len(explained.nearest), int(explained.valid.sum())
    also = ", and an empty slot" if len(explained.slots) > shown else ""
    click.echo(f"The {shown} nearest of {found} neighbours{also}:")
    print_table(
        header, [_neighbor_row(explained, slot) for slot in explained.slots], right=range(2, len(header))
    )


def _neighbor_row(explained: Explained, slot: int) -> list[str]:
    env, trace = explained.env, explained.trace
    valid = bool(explained.valid[slot])
    kind = explained.name(int(env.neighbor_type[0, 0, slot])) if valid else "empty"
    owner = str(int(env.owner[0, 0, slot])) if valid else ""
    values = [trace.value(name)[0, 0, slot] for name in IN_TABLE]
    figures = [f"{float(x):.{DIGITS}f}" for value in values for x in value.reshape(-1)]
    return [str(slot), kind, owner, *figures]


def _print_step(explained: Explained, name: str, value: Any) -> None:
    """Print a step in short: the rows of the same slots as above, or its first rows, or its first numbers."""
    title = f"{click.style(explained.prefix + name, bold=True)} {tuple(value.shape)}"
    click.echo(f"{title}, from {number(value.min())} to {number(value.max())}{':' if value.ndim < 3 else ''}")
    if value.ndim == 1:
        first = " ".join(number(x) for x in value[: 2 * COLUMNS])
        click.echo(f"  {first}{' ...' if value.size > 2 * COLUMNS else ''}")
    elif value.ndim == 2:
        pairs = BY_PAIR.fullmatch(name) is not None
        by_slot = pairs or BY_SLOT.fullmatch(name) is not None
        rows = explained.slots if by_slot else list(range(min(ROWS, len(value))))
        columns = explained.slots[:COLUMNS] if pairs else list(range(min(COLUMNS, value.shape[1])))
        cartesian = value.shape[1] == 4 and not pairs
        header = [f"slot {c}" if pairs else CARTESIAN[c] if cartesian else str(c) for c in columns]
        _print_part_of("slot" if by_slot else "row", value, rows, columns, header)


def _print_part_of(word: str, value: Any, rows: list[int], columns: list[int], header: list[str]) -> None:
    lines = [[f"{word} {k}", *(f"{value[k, c]:.{DIGITS}f}" for c in columns)] for k in rows]
    if value.shape[1] > len(columns):
        header, lines = [*header, ""], [[*line, "..."] for line in lines]
    print_table(["", *header], lines, right=range(1, len(header) + 1))
