"""Scalars of YAML 1.1 and their texts: what `yaml.safe_load` makes of them, and what it writes."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from refdp.errors import ModelFileError, unexpected
from refdp.io.model_tree import INTEGERS

__all__ = ["float_text", "looks_like_something_else", "parse_scalar"]

FLOAT = re.compile(r"-?[0-9]+\.[0-9]*(?:e[-+][0-9]+)?", re.ASCII)
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
LONGEST = 100
"""Characters of a number; the longest that is written has 25."""

STR, INT = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int"
KINDS = frozenset({INT, *(f"tag:yaml.org,2002:{kind}" for kind in ("float", "bool", "null"))})


def parse_scalar(text: str) -> Any:
    """Return what an unquoted text means in YAML 1.1: a number, true, false, None, or the text itself.

    Dates, which YAML has and JSON has not, stay text.

    Raises
    ------
    ModelFileError
        A number is not what it looks like, or an integer is beyond 64 bits.
    """
    # Nearly all scalars of a model are of these two forms.
    if FLOAT.fullmatch(text):
        return float(text)
    if INTEGER.fullmatch(text):
        return int(text)
    tag = _tag(text)
    return _constructed(tag, text) if tag in KINDS else text


def _constructed(tag: str, text: str) -> Any:
    import yaml

    if len(text) > LONGEST:
        raise unexpected("number", f"{len(text)} characters", f"at most {LONGEST}", ModelFileError)
    constructor = yaml.constructor.SafeConstructor()
    try:
        value = constructor.yaml_constructors[tag](constructor, yaml.ScalarNode(tag, text))
    except (ValueError, OverflowError):
        raise unexpected("number", text, "a number", ModelFileError) from None
    if tag == INT and value not in INTEGERS:
        raise unexpected("number", text, "an integer of 64 bits", ModelFileError)
    return value


def _tag(text: str) -> str:
    import yaml

    return str(_resolver().resolve(yaml.ScalarNode, text, (True, False)))


@cache
def _resolver() -> Any:
    import yaml

    return yaml.resolver.Resolver()


def looks_like_something_else(text: str) -> bool:
    """Return whether a text would be read as something else if it were not quoted: `No`, for example."""
    return _tag(text) != STR


def float_text(x: float) -> str:
    """Return the shortest text that is read back as this number, in the form of YAML 1.1."""
    text = repr(x)
    if "n" in text:
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[text]
    # YAML 1.1 knows no float without a point: 1e-05 would be text.
    return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text
