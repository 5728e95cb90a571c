"""All fitting nets, by the names that files give them, and their section of an input file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from refdp.config import read_options
from refdp.errors import ConfigError, InputError, unexpected
from refdp.initialize import Seed
from refdp.models.fitting import Fitting
from refdp.models.fitting_options import FittingOptions
from refdp.models.scalar import DosFitting, EnergyFitting, InvarFitting, PropertyFitting
from refdp.models.tensor import DipoleFitting, PolarFitting

__all__ = ["FITTINGS", "fitting_class", "fitting_options"]

FITTINGS: tuple[type[Fitting], ...] = (
    EnergyFitting,
    DipoleFitting,
    PolarFitting,
    DosFitting,
    PropertyFitting,
    InvarFitting,
)

ALIASES = {"n_neuron": "neuron", "dipole_type": "sel_type", "pol_type": "sel_type"}


def fitting_class(name: Any, error: type[InputError] = InputError) -> type[Fitting]:
    """Return the class that a `type` key names.

    Raises
    ------
    InputError
        No fitting net has that name.
    """
    for cls in FITTINGS:
        if isinstance(name, str) and name in cls.names:
            return cls
    known = ", ".join(name for cls in FITTINGS for name in cls.names)
    raise unexpected("type", name, f"one of {known}", error)


def fitting_options(
    section: Mapping[str, Any], type_map: Sequence[str] | None = None, seed: Seed = None
) -> tuple[type[Fitting], FittingOptions]:
    """Return the class and the options of the `fitting_net` section of an input file.

    Parameters
    ----------
    section
        The section; `type` is `ener` where it is missing, and keys that begin with `_` are comments.
    type_map
        Name of each type; overrides the section's.
    seed
        Seed of the random weights; overrides the section's.

    Raises
    ------
    ConfigError
        A key is unknown, a type is wrong, a value is impossible, or values do not fit together.
    UnsupportedError
        An option is set that only DeePMD-kit's TensorFlow backend has.
    """
    if not isinstance(section, Mapping):
        raise unexpected("fitting_net", section, "a mapping of option names to values", ConfigError)
    section = _without_aliases(section)
    cls = fitting_class(section.pop("type", "ener"), ConfigError)
    if type_map is not None:
        section["type_map"] = list(type_map)
    if seed is not None:
        section["seed"] = seed
    _check_required(cls, section)
    return cls, read_options(cls.options_type, section)


def _without_aliases(section: Mapping[str, Any]) -> dict[str, Any]:
    section = {key: value for key, value in section.items() if not str(key).startswith("_")}
    for alias, name in ALIASES.items():
        if alias in section and name in section:
            what = f"not to be given beside `{name}`, whose alias it is"
            raise unexpected(alias, section[alias], what, ConfigError)
        if alias in section:
            section[name] = section.pop(alias)
    return section


def _check_required(cls: type[Fitting], section: Mapping[str, Any]) -> None:
    for key in ("property_name", "var_name"):
        if key in cls.options_type.__struct_fields__ and key not in section and cls is not EnergyFitting:
            message = f"`{key}`: missing; type {cls.written_name} needs a name for its result"
            raise ConfigError(message)
