"""Load a model from a file, save one to a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from math import inf
from numbers import Real
from pathlib import Path
from typing import Any

from refdp._version import __version__
from refdp.errors import ModelFileError, unexpected
from refdp.io.json_text import parse_json
from refdp.io.model_files import of_file, read_tree, regular_file, write_tree
from refdp.io.model_tree import VARIABLES

__all__ = ["load", "save"]

INPUT = ".json"


def load(path: str | os.PathLike[str]) -> Any:
    """Return the model in a file.

    Parameters
    ----------
    path
        A `.dp` or `.yaml` file that DeePMD-kit or `save` wrote; or an input file, `.json`, whose model gets
        random weights from its seeds.

    Raises
    ------
    ModelFileError
        There is no such file, or it is damaged, foreign or hostile; the message tells file, what and where.
    SerializationError
        The model is not what its tags promise.
    ConfigError
        A key or value of an input file cannot be used.
    UnsupportedError
        The model is of a kind that refdp does not evaluate.
    """
    if Path(path).suffix.lower() == INPUT:
        return _from_input(path)
    tree = read_tree(path)
    with of_file(path):
        if "model" not in tree:
            raise unexpected("model", f"the keys {', '.join(tree)}", "this key at the top", ModelFileError)
        from refdp.io.serialized import deserialize

        return deserialize(tree["model"])


def _from_input(path: str | os.PathLike[str]) -> Any:
    from refdp.models.config import model_from_config

    with of_file(path):
        config = _read_json(regular_file(path))
        return model_from_config(config)


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        config = parse_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        message = f"no UTF-8 text: byte {error.start}"
        raise ModelFileError(message) from None
    if not isinstance(config, dict):
        raise unexpected("the file", type(config).__name__, "a JSON object, {...}", ModelFileError)
    return config


def save(
    path: str | os.PathLike[str],
    model: Any,
    *,
    model_def_script: Mapping[str, Any] | None = None,
    min_nbor_dist: float | None = None,
    like: str | os.PathLike[str] | None = None,
) -> None:
    """Write a model to a file, which DeePMD-kit reads and converts, whole or not at all.

    Parameters
    ----------
    path
        Its name, which ends in `.dp`, `.yaml` or `.yml`.
    model
        What has a method `serialize`.
    model_def_script
        The `model` section of the input file that the model was trained with. DeePMD-kit's conversions demand
        the key; an empty section, the default, satisfies those to other containers. But to convert a `.pth`
        back, DeePMD-kit makes the model anew from its section, which must then be whole and have all
        defaults, as in the `out.json` of a training.
    min_nbor_dist
        The smallest distance in the training data in angstrom, which DeePMD-kit wants for compressing.
    like
        A model file of which everything beside the model is copied, for what the arguments do not say: its
        software, version, time and backend too. `save(b, load(a), like=a)` gives what is in `a`, exactly.

    Raises
    ------
    InputError
        An argument cannot be used, what is there is no file, or none can be written there.
    ModelFileError
        The name ends differently, its folder does not exist, or the model holds what could not be read back;
        or `like` cannot be read.
    """
    _check_header(model_def_script, min_nbor_dist)
    tree = _new_header() if like is None else read_tree(like)
    tree["model"] = model.serialize()
    if model_def_script is not None:
        tree["model_def_script"] = dict(model_def_script)
    if min_nbor_dist is not None:
        tree[VARIABLES] = {**(tree.get(VARIABLES) or {}), "min_nbor_dist": float(min_nbor_dist)}
    write_tree(path, tree)


def _new_header() -> dict[str, Any]:
    return {
        "software": "refdp",
        "version": __version__,
        "time": str(datetime.now(UTC)),
        "model": None,  # its place, before the rest
        "backend": "refdp",
        "model_def_script": {},
    }


def _check_header(model_def_script: Any, min_nbor_dist: Any) -> None:
    if not isinstance(model_def_script, Mapping | None):
        raise unexpected("model_def_script", model_def_script, "a section, {...}")
    if min_nbor_dist is None:
        return
    real = isinstance(min_nbor_dist, Real) and not isinstance(min_nbor_dist, bool)
    if not real or not 0.0 < min_nbor_dist < inf:
        raise unexpected("min_nbor_dist", min_nbor_dist, "a positive number of angstrom")
