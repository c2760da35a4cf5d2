"""The values of a scene's events, taken from JSON that anyone may have written."""

import json
import math
from collections.abc import Mapping
from typing import Any

from bardtui.errors import UserError

Event = Mapping[str, Any]
Scalar = str | int | float | bool | None

_TOO_LARGE = 2**64  # a random seed may use 64 bits; ids and offsets need far less


class SceneError(UserError):
    """What was asked of a scene, or read from its file, cannot be done. Its text is one line."""


def canonical(value: Any) -> Any:
    """`value` as it will be read back from JSON: a copy, of plain types, UTF-16 pairs joined.

    Raises SceneError for what JSON cannot hold.
    """
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise SceneError(f"what JSON cannot hold has no place in a scene: {error}") from error


def integer(event: Event, name: str) -> int | None:
    """A whole number of an event, None where there is none. Raises SceneError for another value."""
    value = event.get(name)
    if value is None or (type(value) is int and 0 <= value < _TOO_LARGE):
        return value
    raise SceneError(f"{name} is not a whole number")


def string(event: Event, name: str) -> str:
    """A text of an event. Raises SceneError for anything else."""
    value = event.get(name)
    if isinstance(value, str):
        return value
    raise SceneError(f"{name} is not a text")


def optional_string(event: Event, name: str) -> str | None:
    """A text of an event, None where there is none. Raises SceneError for another value."""
    return None if event.get(name) is None else string(event, name)


def spans(event: Event, name: str) -> tuple[tuple[int, int], ...]:
    """Parts of a text, in order: pairs of where one begins and ends; none where there are none.

    Raises SceneError for another value.
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
    """Whether a value may stand among a passage's settings."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)
