"""From a descriptor section of an input file to a descriptor with random weights."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from refdp.descriptors import Descriptor, descriptor_class
from refdp.descriptors.mixed_options import MixedOptions
from refdp.errors import ConfigError, InputError, unexpected
from refdp.initialize import Seed
from refdp.neighbors.automatic import automatic_sel, automatic_slots
from refdp.system import System

__all__ = ["from_config", "read_options"]

S = TypeVar("S", bound=msgspec.Struct)

ALIASES = {"n_axis_neuron": "axis_neuron", "smooth_type_embdding": "smooth_type_embedding"}


def from_config(
    config: Mapping[str, Any],
    type_map: Sequence[str] | None = None,
    seed: Seed = None,
    systems: System | Sequence[System] = (),
) -> Descriptor:
    """Build a descriptor with random weights from the descriptor section of an input file.

    Parameters
    ----------
    config
        The section, `{"type": "se_e2_a", "rcut": 6.0, ...}`; keys that begin with `_` are comments. A whole
        input file is fine too: its `model.descriptor` is taken.
    type_map
        Name of each type; overrides the section's.
    seed
        Seed of the random weights; overrides the section's.
    systems
        Data that decide `sel` where it is `auto`.

    Raises
    ------
    ConfigError
        A key is unknown, a type is wrong, a value is impossible, or values do not fit together.
    """
    section, names = _descriptor_section(config)
    cls = descriptor_class(section.pop("type", None), ConfigError)
    type_map = names if type_map is None else type_map
    section |= {} if type_map is None else {"type_map": list(type_map)}
    section |= {} if seed is None else {"seed": seed}
    data = (systems,) if isinstance(systems, System) else tuple(systems)
    options = read_options(cls.options_type, section)
    try:
        return cls.initial(_resolve_sel(_resolve_types(options, data), data))
    except ConfigError:
        raise
    except InputError as error:
        raise ConfigError(str(error)) from None


def read_options(options_type: type[S], section: Mapping[str, Any]) -> S:
    """Convert a section to an options struct, with errors that name key, value and what is allowed.

    Raises
    ------
    ConfigError
        As in `from_config`.
    """
    known = set(options_type.__struct_fields__)
    for key in section:
        if key not in known:
            raise _unknown_key(key, known)
    plain = {key: _plain(value) for key, value in section.items()}
    try:
        return msgspec.convert(plain, options_type)
    except msgspec.ValidationError as error:
        raise _named(str(error), section) from None


def _descriptor_section(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    if not isinstance(config, Mapping):
        raise unexpected("config", config, "a mapping of option names to values", ConfigError)
    names = None
    if isinstance(config.get("model"), Mapping):
        config = config["model"]
    if isinstance(config.get("descriptor"), Mapping):
        names, config = config.get("type_map"), config["descriptor"]
    section = {key: value for key, value in config.items() if not str(key).startswith("_")}
    for alias, name in ALIASES.items():
        if alias in section and name in section:
            raise unexpected(
                alias, section[alias], f"not to be given beside `{name}`, whose alias it is", ConfigError
            )
        if alias in section:
            section[name] = section.pop(alias)
    return section, names


def _plain(value: Any) -> Any:
    """Return NumPy numbers and arrays as what an input file would hold."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _unknown_key(key: Any, known: set[str]) -> ConfigError:
    near = difflib.get_close_matches(str(key), known, n=1)
    hint = f", did you mean `{near[0]}`?" if near else ";"
    return ConfigError(f"`{key}`: unknown key{hint} known keys are {', '.join(sorted(known))}")


def _named(message: str, section: Mapping[str, Any]) -> ConfigError:
    """Turn msgspec's message, `Expected int, got str - at $.sel[1]`, into one that shows the value."""
    found = re.fullmatch(r"Expected (.*), got (.*) - at `\$\.(.*)`", message)
    if not found:
        return _shown(message, section)
    wanted, came, path = found.groups()
    value: Any = section
    for part in re.findall(r"\w+", path):
        value = value[int(part)] if part.isdigit() else value[part]
    return ConfigError(f"`{path}`: expected {wanted}, got {came}: {value!r}")


def _shown(message: str, section: Mapping[str, Any]) -> ConfigError:
    """Add key and value to a message of msgspec that names only the place; leave one of ours as it is."""
    text, at, path = message.removesuffix("`").partition(" - at `$")
    key = path.lstrip(".").partition("[")[0]
    if not at or key not in section:
        return ConfigError(text)
    allowed = f"numbers that a `float` or `int` of 64 bits holds ({text})"
    return ConfigError(str(unexpected(key, section[key], allowed)))


def _resolve_types(options: Any, systems: Sequence[System]) -> Any:
    """Take the types from data where the options do not say how many there are."""
    if options.type_count is not None or not isinstance(options, MixedOptions) or not systems:
        return options
    names = systems[0].type_map
    if names is not None and all(system.type_map == names for system in systems):
        return msgspec.structs.replace(options, type_map=names)
    highest = max(int(system.atype.max(initial=0)) for system in systems)
    return msgspec.structs.replace(options, ntypes=highest + 1)


def _resolve_sel(options: Any, systems: Sequence[System]) -> Any:
    if not isinstance(options.sel, str):
        return options
    if not systems:
        what = "a list of integers, or data to count neighbours in: `from_config(..., systems=[...])`"
        raise unexpected("sel", options.sel, what, ConfigError)
    count = automatic_slots if isinstance(options, MixedOptions) else automatic_sel
    return msgspec.structs.replace(options, sel=count(options.sel, systems, options.rcut, options.type_map))
