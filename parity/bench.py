"""The benchmark: the descriptor of water, or the forces in it, by everybody, in turns, in one run."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import numpy as np

import refdp
from parity.contestants import OURS, Contestant, contestants
from parity.memory import measured, peak_above_import
from parity.model_contestants import MODEL_ENTRIES
from refdp.descriptors import Descriptor
from refdp.models.base import Model
from refdp.models.standard import StandardModel
from refdp.namespaces import to_numpy
from refdp.system import System

__all__ = ["CONFIGS", "SIZES", "USUAL_SIZE", "Benchmark", "Timing", "benchmark", "compare", "write_benchmark"]

CONFIGS: dict[str, dict[str, Any]] = {
    "se_e2_a": {
        "type": "se_e2_a",
        "rcut": 6.0,
        "rcut_smth": 0.5,
        "sel": [46, 92],
        "neuron": [25, 50, 100],
        "axis_neuron": 16,
        "type_one_side": True,
    },
    "se_atten": {
        "type": "se_atten",
        "rcut": 6.0,
        "rcut_smth": 0.5,
        "sel": 120,
        "neuron": [25, 50, 100],
        "axis_neuron": 16,
        "attn": 128,
        "attn_layer": 2,
        "attn_dotr": True,
        "smooth_type_embedding": True,
    },
}

CONFIGS["forces"] = {
    "type_map": ["O", "H"],
    "descriptor": CONFIGS["se_e2_a"],
    "fitting_net": {"neuron": [240, 240, 240], "resnet_dt": True},
}

# Cells of 192 atoms along each direction.
SIZES = {"small": 1, "large": 2}
USUAL_SIZE = {"se_e2_a": "large", "se_atten": "small", "forces": "large"}

PACKAGES = ("refdp", "numpy", "scipy", "torch", "jax", "deepmd-kit", "threadpoolctl")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "XLA_FLAGS")


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long one contestant took.

    Attributes
    ----------
    seconds
        Of each round, in the order of the rounds; empty where it did not take part.
    median, least
        Of `seconds`.
    ratio_median, ratio_least
        The same over ours: how many times slower.
    deviation
        Largest difference from our result; None where it is not the same quantity.
    reason
        Why it did not take part.
    """

    name: str
    about: str = ""
    seconds: tuple[float, ...] = ()
    median: float | None = None
    least: float | None = None
    ratio_median: float | None = None
    ratio_least: float | None = None
    deviation: float | None = None
    reason: str = ""


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run.

    Attributes
    ----------
    peak_bytes
        By name, by how much one calculation raises the peak memory of a new process.
    """

    created: str
    natoms: int
    rounds: int
    config: dict[str, Any]
    machine: dict[str, str]
    versions: dict[str, str]
    timings: tuple[Timing, ...]
    peak_bytes: dict[str, int] = {}


def benchmark(
    task: str = "se_e2_a",
    size: str | None = None,
    rounds: int = 7,
    progress: Callable[[str], None] | None = None,
) -> Benchmark:
    """Measure everybody on liquid water: time, and the peak memory of the two that search neighbours.

    Parameters
    ----------
    task
        A key of `CONFIGS`.
    size
        `small`, 192 atoms, or `large`, 1536 atoms; by default that of `USUAL_SIZE`.
    rounds
        How often each contestant runs.
    progress
        Called with the name of who runs.
    """
    config, repeat = CONFIGS[task], SIZES[size or USUAL_SIZE[task]]
    system = refdp.examples.water(repeat).frame(0)
    peaks = {who: peak_above_import(config, repeat, who) for who in measured(config)}
    return Benchmark(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        natoms=system.natoms,
        rounds=rounds,
        config=config,
        machine=_machine(),
        versions=dict(_versions()),
        timings=compare(_subject(config, system), system, rounds, progress),
        peak_bytes={who: peak for who, peak in peaks.items() if peak is not None},
    )


def _subject(config: dict[str, Any], system: System) -> Descriptor | Model:
    if "fitting_net" not in config:
        drawn = refdp.from_config(config, type_map=system.type_map, seed=1)
        return refdp.with_statistics(drawn, [system])
    model = refdp.model_from_config(config, seed=1)
    if isinstance(model, StandardModel):
        model = replace(model, descriptor=refdp.with_statistics(model.descriptor, [system]))
    return model


def compare(
    subject: Descriptor | Model,
    system: System,
    rounds: int,
    progress: Callable[[str], None] | None = None,
) -> tuple[Timing, ...]:
    """Time everybody on one descriptor or model, in turns: A B C, A B C, ..., after a warm-up of each.

    Parameters
    ----------
    subject, system
        The same for all; one frame.
    rounds
        How many turns.
    progress
        Called with the name of who runs.
    """
    kind = MODEL_ENTRIES if isinstance(subject, Model) else None
    entries = list(contestants(subject, system, kind))
    present = [entry for entry in entries if isinstance(entry, Contestant)]
    tell = progress or _silence
    results = {c.name: to_numpy(c.run()) for c in present if c.most is None}
    seconds: dict[str, list[float]] = {c.name: [] for c in present}
    for turn in range(rounds):
        for contestant in present:
            if contestant.most is None or turn < contestant.most:
                tell(f"round {turn + 1} of {rounds}: {contestant.name}")
                result, took = _timed(contestant.run)
                seconds[contestant.name].append(took)
                results.setdefault(contestant.name, to_numpy(result))
    absent = [
        Timing(name=entry[0], reason=entry[1]) for entry in entries if not isinstance(entry, Contestant)
    ]
    return (*_timings(present, seconds, results), *absent)


def write_benchmark(found: Benchmark, path: str | os.PathLike[str]) -> None:
    """Write a benchmark as JSON."""
    from refdp.io.files import replacing

    with replacing(path) as beside:
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def _silence(message: str) -> None:
    del message


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start


def _timings(
    present: Sequence[Contestant], seconds: dict[str, list[float]], results: dict[str, Any]
) -> Iterable[Timing]:
    ours, truth = seconds[OURS], results[OURS]
    for contestant in present:
        took, result = seconds[contestant.name], results[contestant.name]
        yield Timing(
            name=contestant.name,
            about=contestant.about,
            seconds=tuple(took),
            median=median(took),
            least=min(took),
            ratio_median=median(took) / median(ours),
            ratio_least=min(took) / min(ours),
            deviation=float(np.max(np.abs(result - truth))) if result.shape == truth.shape else None,
        )


def _machine() -> dict[str, str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = {
        "cpu": _cpu_name(),
        "cores": str(cores),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    return facts | {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ}


def _cpu_name() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _versions() -> Iterable[tuple[str, str]]:
    for name in PACKAGES:
        try:
            yield name, refdp.__version__ if name == "refdp" else version(name)
        except PackageNotFoundError:
            yield name, "not installed"
