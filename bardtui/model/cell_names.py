"""Names of a model's cells, in a file of the user's for each model.

The file's name is the SHA-256 of the model's weights: another training has other cells.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bardtui import paths
from bardtui.escaping import one_line
from bardtui.files import atomic_write, read_regular
from bardtui.model.description import as_digest

_FORMAT = 1
_MAX_BYTES = 64 * 1024
_MAX_NAMES = 100
_MAX_LAYER, _MAX_CELL = 8, 4_096  # as in NetworkSpec
_WIDTH = 30  # terminal cells of a name


@dataclass(frozen=True)
class NamedCell:
    """A cell with a name.

    `layer` counts from 1 and `cell` from 0. `rises` says that the cell holds more where its name
    applies, and not less.
    """

    layer: int
    cell: int
    name: str
    rises: bool


def save_names(sha256: str, names: Iterable[NamedCell]) -> Path:
    """Keep the names of the cells of the model with these weights. Returns the file. Raises
    OSError."""
    path = _file(sha256)
    values = {"format": _FORMAT, "weights_sha256": sha256, "cells": [*map(asdict, names)]}
    atomic_write(path, json.dumps(values, indent=1) + "\n")
    return path


def load_names(sha256: str) -> tuple[NamedCell, ...]:
    """Return the names that were kept; none where the file is missing, damaged or for another
    model. Entries that are not valid are left out."""
    if not as_digest(sha256):
        return ()
    try:
        values = json.loads(read_regular(_file(sha256), _MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return ()
    if not isinstance(values, dict) or values.get("weights_sha256") != sha256:
        return ()
    entries = values.get("cells")
    read = map(_named, entries[:_MAX_NAMES]) if isinstance(entries, list) else ()
    return tuple(name for name in read if name is not None)


def _named(entry: Any) -> NamedCell | None:
    """The name in an entry of the file, or None if it is not valid."""
    values = entry if isinstance(entry, dict) else {}
    layer, cell, name = values.get("layer"), values.get("cell"), values.get("name")
    if not (type(layer) is int and type(cell) is int and isinstance(name, str)):
        return None
    if not (1 <= layer <= _MAX_LAYER and 0 <= cell < _MAX_CELL and name):
        return None
    return NamedCell(layer, cell, one_line(name, _WIDTH), values.get("rises") is not False)


def _file(sha256: str) -> Path:
    return paths.cells_dir() / f"{sha256}.json"
