"""Read the values of scene events, which come from JSON files that may hold anything."""

import json
import math
from collections.abc import Mapping
from typing import Any

from bardtui.errors import UserError

Event = Mapping[str, Any]
Scalar = str | int | float | bool | None

_MAX_DEPTH = 100  # of lists and mappings; far deeper ones overflow the stack of what walks them
_TOO_LARGE = 2**64  # random seeds have up to 64 bits; ids and offsets are far smaller


class SceneError(UserError):
    """A scene cannot do what was asked, or its file cannot be read. The message is one line."""


def canonical(value: Any) -> Any:
    """Return `value` as JSON would give it back: a copy of plain types, UTF-16 pairs joined.

    Raises SceneError if JSON cannot hold it, or it is nested too deeply.
    """
    try:
        copy = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise SceneError(f"a scene cannot hold a value that JSON cannot: {error}") from error
    level = [copy]
    for _ in range(_MAX_DEPTH + 1):
        parts = [part for part in level if isinstance(part, dict | list)]
        if not parts:
            return copy
        level = [
            inner for part in parts for inner in (part.values() if type(part) is dict else part)
        ]
    raise SceneError("a scene cannot hold a value that is nested so deeply")


def integer(event: Event, name: str) -> int | None:
    """Return a whole number from 0, None if it is missing. Raises SceneError for other values."""
    value = event.get(name)
    if value is None or (type(value) is int and 0 <= value < _TOO_LARGE):
        return value
    raise SceneError(f"{name} is not a whole number")


def string(event: Event, name: str) -> str:
    """Return a string. Raises SceneError for other values."""
    value = event.get(name)
    if isinstance(value, str):
        return value
    raise SceneError(f"{name} is not a string")


def optional_string(event: Event, name: str) -> str | None:
    """Return a string, None if it is missing. Raises SceneError for other values."""
    return None if event.get(name) is None else string(event, name)


def spans(event: Event, name: str) -> tuple[tuple[int, int], ...]:
    """Return parts of a text as pairs of start and end, ascending and not overlapping.

    A missing value gives no parts. Raises SceneError for other values.
    """
    value = event.get(name) or []
    found, least = [], 0
    for pair in value if isinstance(value, list) else [None]:
        match pair:
            case [int(begin), int(end)] if least <= begin < end < _TOO_LARGE:
                found.append((begin, end))
                least = end
            case _:
                raise SceneError(f"{name} is not a list of parts of the text")
    return tuple(found)


def is_scalar(value: object) -> bool:
    """Return whether a value is allowed among the settings of a passage."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < _TOO_LARGE
    return value is None or isinstance(value, str)
