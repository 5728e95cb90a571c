"""What commands are given as MODEL: a model file, or an input file whose model gets random weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp.cli.inputs import DEFAULT_SEED, called, read_config, read_system
from refdp.cli.sections import automatic, with_seeds
from refdp.errors import unexpected

if TYPE_CHECKING:
    from refdp.models.base import Model

__all__ = ["read_model"]

KINDS = "a model file, .dp, .yaml or .yml, or an input file, .json"


def read_model(text: str, system: str, seed: int | None) -> Model:
    """Return the model that MODEL names.

    Parameters
    ----------
    text
        A `.dp` or `.yaml` file; or an input file, `.json`, or `-` for standard input.
    system
        SYSTEM, which is read here only where an input file has `sel: auto`.
    seed
        Seed of random weights; those of the input file, or 1 where it has none, if None.

    Raises
    ------
    InputError
        A seed is given for a model that has weights, or there is no such model; errors of files and sections
        as `refdp.load` and `refdp.model_from_config` raise them.
    """
    import refdp
    from refdp.io.model_files import SUFFIXES

    suffix = Path(text).suffix.lower()
    if text == "-" or suffix == ".json":
        return _random(read_config(text), system, seed)
    if suffix not in SUFFIXES:
        raise unexpected("MODEL", text, KINDS)
    if seed is not None:
        raise unexpected("--seed", seed, "none: a model file has its weights")
    with called("MODEL"):
        model: Model = refdp.load(text)
    return model


def _random(config: Mapping[str, Any], system: str, seed: int | None) -> Model:
    import json

    from refdp.models.config import model_from_config
    from refdp.models.sections import model_section
    from refdp.models.standard import StandardModel

    section = model_section(config)
    data = [read_system(system)] if '"auto' in json.dumps(section) else []
    model = model_from_config(_seeded(section, DEFAULT_SEED), seed=seed, systems=data)
    if data and isinstance(model, StandardModel):
        for place, sel in automatic(section["descriptor"], model.descriptor):
            click.echo(f"{place}: auto is {list(sel)} for this system", err=True)
    return model


def _seeded(section: Any, seed: Any) -> Any:
    """Return the section of a model with the seeds that `model_from_config` would give, where it has none."""
    from refdp.initialize import child_seed

    if not isinstance(section, Mapping):
        return section
    filled = dict(section)
    for k, key in enumerate(("descriptor", "fitting_net")):
        if isinstance(section.get(key), Mapping):
            filled[key] = with_seeds(section[key], child_seed(seed, k))
    if isinstance(section.get("models"), list):
        filled["models"] = [_seeded(one, child_seed(seed, k)) for k, one in enumerate(section["models"])]
    return filled
