"""From the `model` section of an input file to a model with random weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import msgspec
import numpy as np

from refdp.config import from_config
from refdp.descriptors import Descriptor
from refdp.errors import ConfigError, InputError, inside, unexpected
from refdp.initialize import Seed, child_seed
from refdp.io.table_file import read_table
from refdp.models.base import Model
from refdp.models.fitting import Fitting
from refdp.models.fittings import fitting_options
from refdp.models.linear import LinearModel
from refdp.models.options import ModelOptions
from refdp.models.pair_table import PairTable
from refdp.models.sections import (
    LinearSection,
    PairTableSection,
    StandardSection,
    model_section,
    options_of,
    read_section,
)
from refdp.models.standard import StandardModel
from refdp.models.zbl import ZblModel
from refdp.neighbors.environment import environment
from refdp.neighbors.table import check_sel
from refdp.system import System

__all__ = ["model_from_config"]

MOST_LEVELS = 8


def model_from_config(
    config: Mapping[str, Any],
    type_map: Sequence[str] | None = None,
    seed: Seed = None,
    systems: System | Sequence[System] = (),
) -> Model:
    """Build a model with random weights from the `model` section of an input file.

    Parameters
    ----------
    config
        The section, `{"type_map": ["O", "H"], "descriptor": {...}, "fitting_net": {...}}`; keys that begin
        with `_` are comments. A whole input file is fine too: its `model` is taken.
    type_map
        Name of each type; overrides the section's.
    seed
        Seed of the random weights; overrides the sections': the descriptor gets child 0, the fitting net
        child 1, and member `k` of a linear model child `k`.
    systems
        Data that decide `sel` where it is `auto`.

    Raises
    ------
    ConfigError
        A key is unknown, a type is wrong, a value is impossible, or values do not fit together.
    UnsupportedError
        The section is one of several models, of a model with spin, or of another kind that is not evaluated.
    """
    section = dict(model_section(config))
    if type_map is not None:
        section["type_map"] = list(type_map)
    try:
        return _built(section, seed, systems, MOST_LEVELS)
    except ConfigError:
        raise
    except InputError as error:
        raise ConfigError(str(error)) from None


def _built(config: Any, seed: Seed, systems: Any, levels: int) -> Model:
    section = read_section(config)
    if isinstance(section, PairTableSection):
        return _pair_table(section)
    if isinstance(section, StandardSection):
        return _standard(section, seed, systems)
    if not levels:
        raise unexpected("models", "more", f"at most {MOST_LEVELS} levels of models", ConfigError)
    return _linear(section, seed, systems, levels - 1)


def _standard(section: StandardSection, seed: Seed, systems: Any) -> Model:
    options = options_of(section)
    if section.use_srtab is None:
        return _net(section, options, seed, systems)
    # Exclusions are those of the whole: the net alone knows nothing of them.
    net = _net(section, ModelOptions(type_map=options.type_map), seed, systems)
    table = _table(section.use_srtab, net.rcut, net.nnei, ModelOptions(type_map=options.type_map))
    return ZblModel(
        options,
        *_neutral(net.ntypes, 1),
        models=(net, table),
        sw_rmin=section.sw_rmin or 0.0,
        sw_rmax=section.sw_rmax or 0.0,
        smin_alpha=section.smin_alpha,
    )


def _net(section: StandardSection, options: ModelOptions, seed: Seed, systems: Any) -> StandardModel:
    names = list(options.type_map) or None
    with inside("descriptor"):
        descriptor = from_config(section.descriptor, names, child_seed(seed, 0), systems)
    if names is None and descriptor.type_map is not None:
        options = msgspec.structs.replace(options, type_map=descriptor.type_map)
    options.check_types(descriptor.ntypes)
    with inside("fitting_net"):
        fitting = _fitting(section.fitting_net, options, descriptor, child_seed(seed, 1))
    size = prod(fitting.quantity.shape)
    return StandardModel(options, *_neutral(descriptor.ntypes, size), descriptor=descriptor, fitting=fitting)


def _fitting(
    section: Mapping[str, Any], options: ModelOptions, descriptor: Descriptor, seed: Seed
) -> Fitting:
    cls, read = fitting_options(section, options.type_map or None, seed)
    return cls.initial(
        read,
        ntypes=descriptor.ntypes,
        dim_descrpt=descriptor.dim_out,
        embedding_width=_embedding_width(descriptor),
        mixed_types=descriptor.mixed_types,
        type_map=options.type_map or None,
        exclude_types=options.atom_exclude_types,
    )


def _embedding_width(descriptor: Descriptor) -> int | None:
    """Return how many rows `rot_mat` has, as the descriptor of no atom tells; None where there is none."""
    nobody, empty = np.zeros((1, 0), dtype=np.int64), np.zeros((1, 0, descriptor.nnei), dtype=np.int64)
    out = descriptor.describe(environment(np.zeros((1, 0, 3)), nobody, empty))
    return None if out.rot_mat is None else int(out.rot_mat.shape[-2])


def _pair_table(section: PairTableSection) -> PairTable:
    return _table(section.tab_file, section.rcut, sum(check_sel(section.sel)), options_of(section))


def _table(path: str, rcut: float, slots: int, options: ModelOptions) -> PairTable:
    table = read_table(path, rcut)
    return PairTable(options, *_neutral(table.ntypes, 1), table=table, slots=slots)


def _linear(section: LinearSection, seed: Seed, systems: Any, levels: int) -> LinearModel:
    options, models = options_of(section), []
    for k, config in enumerate(section.models):
        with inside(f"models[{k}]"):
            own = {"type_map": list(options.type_map)} | config
            models.append(_built(own, child_seed(seed, k), systems, levels))
    if not models:
        raise unexpected("models", [], "at least one model", ConfigError)
    return LinearModel(
        options, *_neutral(len(options.type_map) or models[0].ntypes, 1), tuple(models), section.weights
    )


def _neutral(ntypes: int, size: int) -> tuple[Any, Any]:
    return np.zeros((1, ntypes, size)), np.ones((1, ntypes, size))
