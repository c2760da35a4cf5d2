"""model.json: reading it safely, whoever made it.

Everything in it is data: sizes, types and depth are checked, and texts are cut, as they are read.
"""

import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

from bardtui.errors import UserError
from bardtui.escaping import one_line
from bardtui.files import open_regular
from bardtui.model.memory_length import DEFAULT_MEMORY_LENGTH, MAX_MEMORY_LENGTH
from bardtui.model.word_list import MAX_PACKED

DESCRIPTION = "model.json"
FORMAT = 1
MAX_HISTORY = 1_000  # entries, of 200 bytes each without a sample
SAMPLE = "sample"  # of an entry: what the network wrote

MAX_TEXT = 500  # characters of any text
MAX_CASTS, MAX_CAST = 1_000, 300  # plays, speakers of a play
_MAX_CAST_NAME = 60
_MAX_KEY, _MAX_ENTRIES, _MAX_ITEMS = 64, 100, MAX_HISTORY
MAX_JSON, _MAX_DEPTH = 512 * 1024, 8
_MAX_NUMBER = 10**18
_MAX_MESSAGE = 300  # terminal cells
_DIGEST = re.compile("[0-9a-f]{64}")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


class ModelError(UserError):
    """A model that cannot be used or found; the message is one short line that is safe to show."""

    def __init__(self, message: str, *, command: str = "") -> None:
        super().__init__(one_line(message, _MAX_MESSAGE), command=command)


def read_description(folder: Path) -> dict[str, Any]:
    """Read model.json in `folder` and check its size, depth and format. Raises ModelError."""
    path = file_inside(folder, DESCRIPTION)
    data = read_beginning(path, MAX_JSON + 1)
    if len(data) > MAX_JSON:
        raise ModelError(f"{DESCRIPTION} is too large")
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{DESCRIPTION} is not JSON") from error
    if not _is_shallow(values, _MAX_DEPTH):
        raise ModelError(f"{DESCRIPTION} is nested too deeply")
    values = values if isinstance(values, dict) else {}
    if values.get("format") != FORMAT:
        raise ModelError(f"format {values.get('format')!r:.20} is not one this bardtui reads")
    return values


def to_text(values: dict[str, Any]) -> str:
    """The text of model.json with these values.

    If it would be too long to be read again, all samples but the last are left out, then the casts,
    then the words.
    """
    history = values["history"]
    plain = [{k: v for k, v in entry.items() if k != SAMPLE} for entry in history[:-1]]
    left_out: list[dict[str, Any]] = [
        {},
        {"history": plain + history[-1:]},
        {"casts": {}},
        {"words": ""},
    ]
    for fewer in left_out:
        values = values | fewer
        if len(text := json.dumps(values, indent=1) + "\n") <= MAX_JSON:
            break
    return text


def file_inside(folder: Path, name: str) -> Path:
    """The path of a regular file in a model's folder. Raises ModelError for a link out of it."""
    path = folder / name
    try:
        if not path.is_file():
            raise ModelError(f"{name} is missing")
    except OSError as error:
        raise ModelError(f"{name} cannot be read: {error.strerror}") from error
    if path.is_symlink() and path.resolve().parent != folder.resolve():
        raise ModelError(f"{name} is a link out of the model's folder")
    return path


def read_beginning(path: Path, size: int) -> bytes:
    """Read at most `size` bytes of a file. Raises ModelError."""
    try:
        with open_regular(path) as file:
            return file.read(size)
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}") from error


def as_text(value: Any) -> str:
    """A text of a description, cut to MAX_TEXT characters; empty for anything else."""
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def as_mapping(value: Any) -> dict[str, Any]:
    """A mapping of a description with everything in it cut; empty for anything else."""
    return _cut(value) if isinstance(value, dict) else {}


def as_history(value: Any) -> list[dict[str, Any]]:
    """The last MAX_HISTORY entries of a history, one for each epoch."""
    return [as_mapping(entry) for entry in value[-MAX_HISTORY:]] if isinstance(value, list) else []


def as_digest(value: Any) -> str:
    """A SHA-256 in hexadecimal digits; empty for anything else."""
    return value if isinstance(value, str) and _DIGEST.fullmatch(value) else ""


def as_language(value: Any) -> str:
    """A language as a BCP 47 tag, such as "en" or "pt-BR"; empty for anything else."""
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else ""


def as_public(values: dict[str, Any]) -> bool:
    """Whether the text of a model is public. Older descriptions do not say so, but only models of
    public texts had a word list then."""
    return values.get("public", bool(as_packed(values.get("words")))) is True


def as_memory_length(value: Any) -> int:
    """A memory length in characters; DEFAULT_MEMORY_LENGTH for anything else."""
    valid = type(value) is int and 1 <= value <= MAX_MEMORY_LENGTH
    return value if valid else DEFAULT_MEMORY_LENGTH


def as_packed(value: Any) -> str:
    """A packed word list, which is not unpacked yet; empty for anything else or one too long."""
    return value if isinstance(value, str) and len(value) <= MAX_PACKED else ""


def as_casts(value: Any) -> dict[str, dict[str, int]]:
    """The casts of plays: title, speaker, speeches. Entries that are not valid are left out."""
    plays = islice(value.items(), MAX_CASTS) if isinstance(value, dict) else ()
    return {
        title[:MAX_TEXT]: {
            name[:_MAX_CAST_NAME]: min(count, _MAX_NUMBER)
            for name, count in islice(cast.items(), MAX_CAST)
            if type(count) is int and count > 0
        }
        for title, cast in plays
        if isinstance(cast, dict)
    }


def _cut(value: Any) -> Any:
    """`value` with long texts, lists, mappings and whole numbers cut short."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, dict):
        entries = islice(value.items(), _MAX_ENTRIES)
        return {key[:_MAX_KEY]: _cut(part) for key, part in entries}
    if isinstance(value, list):
        return [_cut(part) for part in value[:_MAX_ITEMS]]
    if type(value) is int:
        return max(-_MAX_NUMBER, min(value, _MAX_NUMBER))
    return value


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether lists and mappings are nested at most `depth` deep; deeper ones overflow the stack of
    whatever walks them."""
    if not isinstance(value, dict | list):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_shallow(part, depth - 1) for part in parts)
