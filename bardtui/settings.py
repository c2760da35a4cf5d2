"""The settings that the user writes (settings.toml), and the state kept for the next start."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from bardtui.errors import UserError
from bardtui.files import atomic_write, read_regular

# Ranges, both ends included.
TEMPERATURES = (0.1, 2.0)
LENGTHS = (1, 20_000)  # characters of a passage
PACES = (10.0, 1_000.0)  # characters a second; infinity is the full speed of the machine
TEXT_WIDTHS = (20, 1_000)  # cells
TOP_KS = (0, 2**31 - 1)
MAX_COPIES = (40, 10_000)  # characters of a run from the corpus; 0 is any number

# What a new user starts with, chosen by measuring what `shakespeare` writes with its guards.
TEMPERATURE, TOP_P = 1.0, 0.92

Stop = Literal["length", "line", "sentence", "speech"]
STOPS: tuple[Stop, ...] = get_args(Stop)
Form = Literal["scene", "play", "screenplay", "prose", "verse"]
FORMS: tuple[Form, ...] = get_args(Form)
Newcomers = Literal["never", "seldom", "free"]
NEWCOMERS: tuple[Newcomers, ...] = get_args(Newcomers)

_MOST_BYTES = 100_000  # of a settings file
LONGEST_PHRASE = 200  # characters of a banned phrase
_LONGEST_NAME = 200  # characters of the name of a model or a theme
WORD_GOALS = (0, 1_000_000)
_LONGEST_PATH = 1_000  # characters of a path or the name of an author


class SettingsError(UserError):
    """A settings file that cannot be used."""


class Settings(NamedTuple):
    """The content of settings.toml. Every key is optional; an unknown key is an error."""

    theme: str = ""  # the name of a theme; empty for the one chosen last
    text_width: int = 80  # the longest row of the transcript, in cells
    top_k: int = 0  # sample from the k most likely characters; 0 for all
    top_p: float = TOP_P  # sample from the most likely characters up to this probability
    min_p: float = 0.0  # leave out characters less probable than this times the likeliest
    newcomers: Newcomers = "seldom"  # who may join a scene; "free": anybody the model names
    spelling: bool = True  # whether words unknown to model and scene are drawn again
    vary_words: bool = True  # whether uncommon words that were written lately are drawn again
    avoid_loops: bool = True  # whether text that repeats itself is drawn again
    max_copy: int = 0  # the most characters that the model copies from its corpus; 0 for any number
    banned: tuple[str, ...] = ()  # words and phrases that the model never writes
    suggestions: bool = True  # whether the model suggests how a typed line could end
    bell: bool = False  # whether the line mode rings when a reply is finished
    author: str = ""  # the writer's name, for exports
    word_goal: int = 0  # words that the writer wants to write in a day; 0 for no goal
    export_font: str = ""  # the path of a TrueType font for PDF
    model_index: str = ""  # the address of an index of models, for bardtui models get
    keys: Mapping[str, str] = MappingProxyType({})  # the id of a binding: keys, by commas

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """Read the file; without one, return the defaults.

        Raises SettingsError. The ids and keys of bindings are checked by `bardtui.tui.keys`.
        """
        values = _read_toml(path)
        if values is None:
            return cls()
        for name, value in values.items():
            if name not in cls._fields:
                known = ", ".join(cls._fields)
                raise SettingsError(f"{path}: unknown key {name!r:.60}; known: {known}")
            if problem := _problem(name, value):
                raise SettingsError(f"{path}: {name} must be {problem}")
        keys = dict(_flat(values.get("keys", {})))
        for name, value in keys.items():
            if not isinstance(value, str):
                example = 'must be a text such as "f5" or "f5,ctrl+r"'
                raise SettingsError(f"{path}: keys: {name!r:.60} {example}")
        banned = tuple(values.get("banned", ()))
        return cls(**values | {"keys": keys, "banned": banned})


def _read_toml(path: Path) -> dict[str, Any] | None:
    """The values of a TOML file, or None if there is no file. Raises SettingsError."""
    try:
        data = read_regular(path, _MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    import tomllib  # most users have no settings file: the first screen does not wait for this

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, nested too deeply
        raise SettingsError(f"{path}: {error}") from error


def _problem(name: str, value: Any) -> str:
    """What a value in settings.toml must be instead, or an empty string if it is valid."""
    match name:
        case "theme":
            valid = isinstance(value, str) and len(value) <= _LONGEST_NAME
            return "" if valid else 'the name of a theme, such as "nord"'
        case "text_width":
            valid = _is_whole(value) and _within(value, TEXT_WIDTHS)
            return "" if valid else "a whole number from {} to {}".format(*TEXT_WIDTHS)
        case "top_k":
            valid = _is_whole(value) and _within(value, TOP_KS)
            return "" if valid else "a whole number from {} to {}".format(*TOP_KS)
        case "max_copy":
            valid = _is_whole(value) and is_max_copy(value)
            return "" if valid else "0, or a whole number from {} to {}".format(*MAX_COPIES)
        case "word_goal":
            valid = _is_whole(value) and _within(value, WORD_GOALS)
            return "" if valid else "a whole number from {} to {}".format(*WORD_GOALS)
        case "top_p":
            valid = _is_number(value) and 0 < value <= 1
            return "" if valid else "a number above 0 and at most 1"
        case "min_p":
            valid = _is_number(value) and 0 <= value <= 1
            return "" if valid else "a number from 0 to 1"
        case "banned":
            valid = isinstance(value, list) and all(map(is_phrase, value))
            return "" if valid else 'a list of words and phrases, such as ["forsooth"]'
        case "author" | "export_font":
            valid = isinstance(value, str) and len(value) <= _LONGEST_PATH and "\0" not in value
            return "" if valid else f"a text of at most {_LONGEST_PATH} characters"
        case "model_index":
            valid = isinstance(value, str) and len(value) <= _LONGEST_PATH
            return "" if valid else 'an address, such as "https://example.org/index.json"'
        case "newcomers":
            return "" if value in NEWCOMERS else f"one of {', '.join(NEWCOMERS)}"
        case "suggestions" | "bell" | "spelling" | "vary_words" | "avoid_loops":
            return "" if isinstance(value, bool) else "true or false"
        case _:
            return "" if isinstance(value, dict) else "a table, [keys]"


def is_phrase(value: Any) -> bool:
    """Whether a value can be a banned word or phrase."""
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_PHRASE


def is_max_copy(value: int) -> bool:
    """Whether a number can limit copies: 0 for none, or one of MAX_COPIES."""
    return value == 0 or _within(value, MAX_COPIES)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or _is_whole(value)


def _within(value: float, limits: tuple[float, float]) -> bool:
    """Whether a number is within its range; NaN never is."""
    return limits[0] <= value <= limits[1]


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a table and its subtables with dotted names.

    TOML reads `stage.retry` without quotation marks as a table; it means the same with them.
    """
    tables = [("", table)]
    for prefix, inner in tables:
        for key, value in inner.items():
            if isinstance(value, dict):
                tables.append((f"{prefix}{key}.", value))
            else:
                yield prefix + key, value


class Remembered(NamedTuple):
    """What was in use when the program ended, kept in a JSON file for the next start."""

    model: str = "shakespeare"
    temperature: float = TEMPERATURE
    length: int = 400  # characters
    pace: float = 120.0  # characters a second; JSON has no infinity, so it is stored as null
    rule: Stop = "length"  # where a passage stops: one of STOPS
    form: Form = "scene"  # what the text is: one of FORMS
    theme: str = "footlights"
    scene: str = ""  # the path of the scene that was open last
    day: str = ""  # the last day on which the writer wrote, as in 2026-01-31
    words: int = 0  # that the writer wrote on that day

    @property
    def words_today(self) -> int:
        """The words that the writer wrote today, in all scenes."""
        return self.words if self.day == date.today().isoformat() else 0

    @classmethod
    def load(cls, path: Path) -> "Remembered":
        """Read the file. A value that is missing or not valid is the default: nothing that a
        writer made is in this file."""
        try:
            values: Any = json.loads(read_regular(path, _MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return cls()
        if not isinstance(values, dict):
            return cls()
        if values.get("pace", 0) is None:
            values["pace"] = math.inf
        valid = [name for name in cls._fields if _is_valid(name, values.get(name))]
        return cls(**{name: values[name] for name in valid})

    def save(self, path: Path) -> None:
        """Replace the file without waiting for the disk, because it is saved with every line that
        is sent. Raises OSError."""
        values = self._asdict()
        if math.isinf(self.pace):
            values["pace"] = None
        atomic_write(path, json.dumps(values, indent=1) + "\n", durable=False)


def _is_valid(name: str, value: Any) -> bool:
    """Whether a value of the JSON file can be used."""
    match name:
        case "model" | "theme":
            return isinstance(value, str) and len(value) <= _LONGEST_NAME
        case "scene":
            return isinstance(value, str) and len(value) <= _LONGEST_PATH and "\0" not in value
        case "day":
            return isinstance(value, str) and len(value) <= _LONGEST_NAME
        case "words":
            return _is_whole(value) and _within(value, WORD_GOALS)
        case "rule":
            return value in STOPS
        case "form":
            return value in FORMS
        case "temperature":
            return _is_number(value) and _within(value, TEMPERATURES)
        case "length":
            return _is_whole(value) and _within(value, LENGTHS)
        case _:
            return _is_number(value) and (_within(value, PACES) or value == math.inf)
