"""The `model` section of an input file, of each kind: its keys, their defaults and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from refdp.config import read_options
from refdp.errors import ConfigError, UnsupportedError, unexpected
from refdp.models.options import ModelOptions

__all__ = [
    "LinearSection",
    "PairTableSection",
    "StandardSection",
    "model_section",
    "options_of",
    "read_section",
]

# What only training looks at: it changes no value of a model.
TRAINING = frozenset(
    {"data_stat_nbatch", "data_stat_protect", "data_bias_nsample", "srtab_add_bias", "finetune_head", "info"}
)
REFUSED = {
    "model_dict": "files with several models are not read; take the section of one branch",
    "shared_dict": "parameters that several models share are not read",
    "spin": "models with spin are not evaluated",
    "modifier": "modifiers of data, such as long-range charges, are not evaluated",
    "compress": "tables are not evaluated yet; without this key the exact nets are",
    "type_embedding": "of TensorFlow; descriptors of mixed types have their own",
    "bridging_method": "of dpa4, which is not evaluated",
}


class StandardSection(ModelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section of a descriptor and a fitting net, perhaps with a table for short distances."""

    descriptor: Annotated[dict[str, Any], Meta(description="Section of the descriptor.")]
    fitting_net: Annotated[dict[str, Any], Meta(description="Section of the fitting net.")]
    use_srtab: Annotated[str | None, Meta(description="Table file that takes over at short distances.")] = (
        None
    )
    smin_alpha: Annotated[
        float, Meta(description="How fast weights of the smooth minimum fall, in angstrom.")
    ] = 0.1
    sw_rmin: Annotated[float | None, Meta(description="Below it there is the table alone, in angstrom.")] = (
        None
    )
    sw_rmax: Annotated[float | None, Meta(description="Above it there is the net alone, in angstrom.")] = None

    def __post_init__(self) -> None:
        """Check that a table comes with its switch."""
        super().__post_init__()
        for name in ("sw_rmin", "sw_rmax"):
            if self.use_srtab is not None and getattr(self, name) is None:
                raise unexpected(name, None, "a number of angstrom, since there is `use_srtab`", ConfigError)


class PairTableSection(ModelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section of a pair table."""

    tab_file: Annotated[str, Meta(description="Table file.")]
    rcut: Annotated[float, Meta(description="Cutoff in angstrom.")]
    sel: Annotated[int | tuple[int, ...], Meta(description="Slots for neighbours of all types.")]


class LinearSection(ModelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section of a weighted sum of models."""

    models: Annotated[tuple[dict[str, Any], ...], Meta(description="Sections of the members.")]
    weights: Annotated[
        str | tuple[float, ...], Meta(description="`mean`, `sum`, or a number for each member.")
    ] = "mean"


SECTIONS: dict[str, type[StandardSection | PairTableSection | LinearSection]] = {
    "standard": StandardSection,
    "pairtab": PairTableSection,
    "linear_ener": LinearSection,
}


def model_section(config: Any) -> Mapping[str, Any]:
    """Return the section of the model, which a whole input file has under `model`.

    Raises
    ------
    ConfigError
        There is none.
    """
    section = config.get("model", config) if isinstance(config, Mapping) else config
    if not isinstance(section, Mapping):
        raise unexpected("model", section, "a mapping of option names to values", ConfigError)
    return section


def read_section(section: Any) -> StandardSection | PairTableSection | LinearSection:
    """Return the section of a model of its kind, checked, without comments and what only training needs.

    Raises
    ------
    ConfigError
        A key is unknown, a type is wrong, or a value impossible.
    UnsupportedError
        A key, or the kind of model, means something that is not evaluated.
    """
    if not isinstance(section, Mapping):
        raise unexpected("model", section, "a mapping of option names to values", ConfigError)
    kept = {k: v for k, v in section.items() if not str(k).startswith("_") and k not in TRAINING}
    for key, reason in REFUSED.items():
        if kept.pop(key, None) is not None:
            message = f"`{key}`: {reason}"
            raise UnsupportedError(message)
    kind = kept.pop("type", "standard")
    if kind in ("frozen", "pairwise_dprc", "dpa4"):
        message = f"`type`: models of type {kind} are not evaluated"
        raise UnsupportedError(message)
    if kind not in tuple(SECTIONS):
        raise unexpected("type", kind, f"one of {', '.join(SECTIONS)}", ConfigError)
    return read_options(SECTIONS[kind], kept)


def options_of(section: ModelOptions) -> ModelOptions:
    """Return what a section shares with those of all kinds."""
    return msgspec.convert(
        {key: getattr(section, key) for key in ModelOptions.__struct_fields__}, ModelOptions
    )
