"""What commands are given: a system, a configuration, and the descriptor that the two make."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from refdp.cli.sections import automatic, with_seeds
from refdp.errors import ConfigError, InputError, unexpected

if TYPE_CHECKING:
    from refdp.descriptors import Descriptor
    from refdp.system import System

__all__ = [
    "called",
    "check_index",
    "check_output",
    "descriptor_options",
    "file_of_atoms",
    "has_mask",
    "is_data_set",
    "read_config",
    "read_descriptor",
    "read_inputs",
    "read_system",
    "system_argument",
]

F = TypeVar("F", bound=Callable[..., Any])

EXAMPLE = "example:"
DEFAULT_SEED = 1
PATHS = ("`path`", "`name`")
"""What functions call what stands on the command line."""

system_argument = click.argument("system", metavar="SYSTEM")


@contextmanager
def called(argument: str) -> Iterator[None]:
    """Name, in errors raised inside, an argument of the command instead of one of a function."""
    try:
        yield
    except InputError as error:
        message = str(error)
        for name in PATHS:
            message = message.replace(f"{name}: expected", f"`{argument}`: expected")
        raise type(error)(message) from error


def descriptor_options(command: F) -> F:
    """Add what makes a descriptor to a command: CONFIG, SYSTEM, `--seed` and `--statistics`."""
    decorators = (
        click.option(
            "--statistics",
            is_flag=True,
            help="Standardize with mean and width from SYSTEM, not with 0 and 1.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            metavar="N",
            help=f"Seed of the random weights; by default CONFIG's own, or {DEFAULT_SEED}.",
        ),
        system_argument,
        click.argument("config", metavar="CONFIG"),
    )
    for decorate in decorators:
        command = decorate(command)
    return command


def read_inputs(config: str, system: str) -> tuple[dict[str, Any], System]:
    """Return what CONFIG and SYSTEM hold, the latter masked by its `aparam.npy` where the former says so.

    It does where its descriptor is se_a_mask; with any other, `use_aparam_as_mask` of a fitting net only
    keeps the numbers out of that net. A system without that file has no virtual atoms, which is said.
    """
    read = read_config(config)
    masked = _aparam_is_mask(read) and is_data_set(system) and has_mask(system)
    return read, read_system(system, masked)


@called("SYSTEM")
def has_mask(text: str) -> bool:
    """Tell whether a data set has a mask, in any of its sets; say so where there is none."""
    from refdp.io.dataset import has_aparam

    found = has_aparam(text)
    if not found:
        click.echo(f"no aparam.npy in {text}: all atoms are real", err=True)
    return found


@called("SYSTEM")
def read_system(text: str, aparam_as_mask: bool = False) -> System:
    """Return the system that SYSTEM names: DeePMD-kit's folder or HDF5 group, a file for ASE, `example:name`.

    Raises
    ------
    InputError
        There is no such example, or what is there cannot be read.
    """
    if text.startswith(EXAMPLE):
        from refdp import examples

        return examples.load(text.removeprefix(EXAMPLE))
    if source := file_of_atoms(text):
        from refdp.io import ase_files

        return ase_files.read_system(*source)
    from refdp.io.dataset import load_system

    return load_system(text, aparam_as_mask)


def read_config(path: str) -> dict[str, Any]:
    """Return the JSON object in a file, or on standard input where `path` is `-`.

    Raises
    ------
    ConfigError
        The file cannot be read, is no JSON (the message tells line and column), names a key twice, or holds
        something else than an object.
    """
    name = "standard input" if path == "-" else path
    text = ""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        config = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        lines = text.splitlines() or [""]
        line = lines[min(error.lineno, len(lines)) - 1]
        message = f"{name}, line {error.lineno}, column {error.colno}: {error.msg}, in: {line.strip()[:80]}"
        raise ConfigError(message) from error
    except RecursionError as error:
        message = f"{name}: nested too deeply"
        raise ConfigError(message) from error
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        message = f"{name}: {getattr(error, 'strerror', None) or error}"
        raise ConfigError(message) from error
    if not isinstance(config, dict):
        raise unexpected(name, config, "a JSON object, {...}", ConfigError)
    return config


def read_descriptor(
    config: Mapping[str, Any], system: System, seed: int | None, statistics: bool
) -> Descriptor:
    """Return the descriptor of CONFIG with random weights; say so where SYSTEM decided `sel`.

    Parameters
    ----------
    config
        What CONFIG holds.
    system
        What `sel: auto` and the statistics are taken from.
    seed
        Seed of the weights; those of the configuration, or 1 where it has none, if None.
    statistics
        Whether to standardize with mean and width of `system`.
    """
    from refdp.config import from_config
    from refdp.descriptors.hybrid import check_nesting

    check_nesting(_section(config), ConfigError)
    seeded = with_seeds(config, DEFAULT_SEED)
    descriptor = from_config(seeded, seed=seed, systems=[system])
    for place, sel in automatic(_section(config), descriptor):
        click.echo(f"{place}: auto is {list(sel)} for this system", err=True)
    if statistics:
        from refdp.statistics import with_statistics

        descriptor = with_statistics(descriptor, [system])
    return descriptor


def check_index(name: str, index: int, count: int) -> int:
    """Return a number from 0 to below `count`, or raise InputError."""
    if not 0 <= index < count:
        raise unexpected(
            name, index, f"0 to {count - 1}" if count else "something to choose from", InputError
        )
    return index


def check_output(name: str, path: Path | None, suffixes: Sequence[str] = ()) -> None:
    """Raise InputError, before the work is done, where its result could not be written."""
    if path is None:
        return
    if suffixes and path.suffix.lower() not in suffixes:
        raise unexpected(name, str(path), f"a name that ends in {' or '.join(suffixes)}")
    if path.is_dir() or not path.parent.is_dir():
        raise unexpected(name, str(path), "a file in a folder that exists")


def file_of_atoms(text: str) -> tuple[str, str] | None:
    """Return file and index, all frames by default, where SYSTEM is a file for ASE: `water.extxyz@0:10`."""
    from refdp.io.dataset.hdf5 import is_hdf5

    name, _, index = (text, "", "") if Path(text).is_file() else text.rpartition("@")
    if not Path(name).is_file() or is_hdf5(Path(name)):
        return None
    return name, index or ":"


def is_data_set(text: str) -> bool:
    """Tell whether SYSTEM, if there is such a thing, is a folder or HDF5 group."""
    return not text.startswith(EXAMPLE) and file_of_atoms(text) is None


def _aparam_is_mask(config: Mapping[str, Any]) -> bool:
    from refdp.descriptors import SeAMask

    return _section(config).get("type") in SeAMask.names


def _section(config: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in ("model", "descriptor"):
        config = config[key] if isinstance(config.get(key), dict) else config
    return config


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        message = f"the key `{twice}` stands there twice"
        raise ConfigError(message)
    return found
