"""From a descriptor section of an input file to a descriptor with random weights."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from refdp.descriptors import Descriptor, Hybrid, descriptor_class
from refdp.descriptors.hybrid import HybridOptions, check_nesting
from refdp.descriptors.mixed_options import MixedOptions
from refdp.descriptors.options import CutoffOptions
from refdp.errors import ConfigError, InputError, inside, unexpected
from refdp.initialize import Seed, child_seed
from refdp.neighbors.automatic import automatic_places, automatic_sel, automatic_slots
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
        Name of each type; overrides the section's, and those of a hybrid's children.
    seed
        Seed of the random weights; overrides the section's. Child `k` of a hybrid gets the child seed `k`.
    systems
        Data that decide `sel` where it is `auto`; for se_a_mask that is the largest number of atoms of each
        type (DeePMD-kit accepts the word there and then fails).

    Raises
    ------
    ConfigError
        A key is unknown, a type is wrong, a value is impossible, or values do not fit together.
    """
    section, names = _descriptor_section(config)
    data = _checked_systems(systems)
    check_nesting(section, ConfigError)
    names = _checked_names(names if type_map is None else type_map)
    section = _overridden(section, names, _checked_seed(seed))
    return _built(*_read(section), data)


def read_options(options_type: type[S], section: Mapping[str, Any]) -> S:
    """Convert a section to an options struct, with errors that name key, value and what is allowed.

    Raises
    ------
    ConfigError
        As in `from_config`.
    """
    known = set(options_type.__struct_fields__)
    for key in section:
        if key in (forced := getattr(options_type, "forced", {})):
            what = f"not to be set: it is {forced[key]} for this type, always"
            raise unexpected(key, section[key], what, ConfigError)
        if key not in known:
            raise _unknown_key(key, known)
    plain = {key: _plain(value) for key, value in section.items()}
    try:
        return msgspec.convert(plain, options_type)
    except msgspec.ValidationError as error:
        raise _named(str(error), section, options_type) from None


def _descriptor_section(config: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    if not isinstance(config, Mapping):
        raise unexpected("config", config, "a mapping of option names to values", ConfigError)
    names = None
    if isinstance(config.get("model"), Mapping):
        config = config["model"]
        if not isinstance(config.get("descriptor"), Mapping):
            what = "the section of a descriptor; files with several models are not read"
            raise unexpected("model.descriptor", config.get("descriptor"), what, ConfigError)
    if isinstance(config.get("descriptor"), Mapping):
        names, config = config.get("type_map"), config["descriptor"]
    return dict(config), names


def _checked_systems(systems: Any) -> tuple[System, ...]:
    data = tuple(systems) if isinstance(systems, Iterable) else (systems,)
    if not all(isinstance(system, System) for system in data):
        raise unexpected("systems", systems, "a `System`, or a list of them", ConfigError)
    return data


def _checked_names(type_map: Any) -> list[Any] | None:
    if isinstance(type_map, str | Mapping | Set) or not isinstance(type_map, Iterable | None):
        raise unexpected("type_map", type_map, "a list of names, one for each type", ConfigError)
    return None if type_map is None else list(type_map)


def _checked_seed(seed: Any) -> Any:
    plain = _plain(seed)
    numbers = plain if isinstance(plain, list) else [plain]
    if seed is not None and not all(type(n) is int and n >= 0 for n in numbers):
        raise unexpected("seed", seed, "an integer of zero or more, or a list of such", ConfigError)
    return plain


def _overridden(section: Mapping[str, Any], type_map: list[Any] | None, seed: Seed) -> dict[str, Any]:
    """Return a section with another type map and seed where these are given, down to a hybrid's children."""
    section = dict(section) | ({} if type_map is None else {"type_map": type_map})
    children = section.get("list")
    if not isinstance(children, list | tuple):
        seedless = seed is None or section.get("type") in Hybrid.names
        return section | ({} if seedless else {"seed": seed})
    section["list"] = [
        _overridden(child, type_map, child_seed(seed, k)) if isinstance(child, Mapping) else child
        for k, child in enumerate(children)
    ]
    return section


def _read(section: Mapping[str, Any]) -> tuple[type[Descriptor], Any]:
    """Return the class and the options of a section."""
    section = _without_aliases(section)
    cls = descriptor_class(section.pop("type", None), ConfigError)
    return cls, read_options(cls.options_type, section)


def _built(cls: Any, options: Any, data: Sequence[System]) -> Descriptor:
    try:
        if isinstance(options, HybridOptions):
            return _hybrid(options, data)
        made: Descriptor = cls.initial(_resolve_sel(_resolve_types(options, data), data))
    except ConfigError:
        raise
    except InputError as error:
        raise ConfigError(str(error)) from None
    return made


def _hybrid(options: HybridOptions, data: Sequence[System]) -> Hybrid:
    made = Hybrid(tuple(_children(options, data)))
    if options.ntypes not in (None, made.ntypes):
        what = f"{made.ntypes}, the number of types of `list`"
        raise unexpected("ntypes", options.ntypes, what, ConfigError)
    return made


def _children(options: HybridOptions, data: Sequence[System]) -> Iterator[Descriptor]:
    """Build the children, each with the types of the hybrid, or of the first child that tells, if need be."""
    names = {} if options.type_map is None else {"type_map": list(options.type_map)}
    read = []
    for k, section in enumerate(options.list):
        with inside(f"list[{k}]"):
            read.append(_read(names | section))
    counts = [options.ntypes, *(child.type_count for _, child in read)]
    ntypes = next((count for count in counts if count is not None), None)
    for k, (cls, child) in enumerate(read):
        wanting = child.type_count is None and hasattr(child, "ntypes")
        with inside(f"list[{k}]"):
            yield _built(cls, msgspec.structs.replace(child, ntypes=ntypes) if wanting else child, data)


def _without_aliases(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return a section without comments, its keys by their preferred names."""
    section = {key: value for key, value in section.items() if not str(key).startswith("_")}
    for alias, name in ALIASES.items():
        if alias in section and name in section:
            raise unexpected(
                alias, section[alias], f"not to be given beside `{name}`, whose alias it is", ConfigError
            )
        if alias in section:
            section[name] = section.pop(alias)
    return section


def _plain(value: Any) -> Any:
    """Return NumPy numbers and arrays as what an input file would hold."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _unknown_key(key: Any, known: set[str]) -> ConfigError:
    near = difflib.get_close_matches(str(key), known, n=1)
    hint = f", did you mean `{near[0]}`?" if near else ";"
    return ConfigError(f"`{key}`: unknown key{hint} known keys are {', '.join(sorted(known))}")


def _named(message: str, section: Mapping[str, Any], options_type: type[Any]) -> ConfigError:
    """Turn msgspec's message, `Expected int, got str - at $.sel[1]`, into one that shows the value."""
    found = re.fullmatch(r"Expected (.*), got (.*) - at `\$\.(.*)`", message)
    if not found:
        return _shown(message, section, options_type)
    wanted, came, path = found.groups()
    value: Any = section
    for part in re.findall(r"\w+", path):
        value = value[int(part)] if part.isdigit() else value[part]
    return ConfigError(f"`{path}`: expected {wanted}, got {came}: {value!r}")


def _shown(message: str, section: Mapping[str, Any], options_type: type[Any]) -> ConfigError:
    """Add key and value to a message of msgspec that names only the place; leave one of ours as it is."""
    text, at, path = message.removesuffix("`").partition(" - at `$")
    key = path.lstrip(".").partition("[")[0]
    if not at or key not in section:
        return ConfigError(text)
    choices = get_args(get_type_hints(options_type)[key]) if text.startswith("Invalid enum") else ()
    several = f"one of {', '.join(map(repr, choices))}"
    allowed = several if choices else f"numbers that a `float` or `int` of 64 bits holds ({text})"
    return ConfigError(str(unexpected(key, section[key], allowed)))


def _resolve_types(options: Any, systems: Sequence[System]) -> Any:
    """Take the types from data where the options do not say how many there are."""
    if options.type_count is not None or not isinstance(options, MixedOptions):
        return options
    if not systems:
        what = "a name for each type, or data to find the types in: nothing else says how many there are"
        raise unexpected("type_map", options.type_map, what, ConfigError)
    names = {system.type_map for system in systems}
    if len(names - {None}) > 1:
        what = "names for all types: those of the systems are not the same"
        raise unexpected("type_map", options.type_map, what, ConfigError)
    if None not in names:
        return msgspec.structs.replace(options, type_map=names.pop())
    highest = max(int(system.atype.max(initial=0)) for system in systems)
    return msgspec.structs.replace(options, ntypes=highest + 1)


def _resolve_sel(options: Any, systems: Sequence[System]) -> Any:
    if not isinstance(options.sel, str):
        return options
    if not systems:
        what = "a list of integers, or data to count neighbours in: `from_config(..., systems=[...])`"
        raise unexpected("sel", options.sel, what, ConfigError)
    if not isinstance(options, CutoffOptions):
        found = automatic_places(options.sel, systems, options.type_map)
        return msgspec.structs.replace(options, sel=found)
    count = automatic_slots if isinstance(options, MixedOptions) else automatic_sel
    return msgspec.structs.replace(options, sel=count(options.sel, systems, options.rcut, options.type_map))
