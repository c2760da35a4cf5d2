"""What the user has set (settings.toml, written by hand) and what the program remembers."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from bardtui.errors import UserError
from bardtui.files import atomic_write

TEMPERATURES = (0.1, 2.0)
LENGTHS = (1, 20_000)
Stop = Literal["length", "line", "sentence", "speech"]
STOPS: tuple[Stop, ...] = get_args(Stop)
PACES = (10.0, 1_000.0)  # characters a second; infinity is as fast as it can


class SettingsError(UserError):
    """A settings file that cannot be used; the message is one line for the user."""


@dataclass(frozen=True)
class Settings:
    """settings.toml. Every key is optional; unknown ones are errors, so that typos show."""

    theme: str = ""  # a theme's name; empty: the one last chosen
    text_width: int = 80  # the longest row of the transcript, in cells
    top_k: int = 0  # only the likeliest characters; 0: all
    top_p: float = 1.0  # only the likeliest that make up this probability
    suggestions: bool = True  # whether the model finishes lines as they are typed
    keys: Mapping[str, str] = field(default_factory=dict)  # a binding's id: its keys, by commas

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """Read the file; without one, the defaults. Raises SettingsError. Which keys there are to
        be bound is not known here: see `tui.keys`."""
        try:
            content = path.read_text("utf-8")
            import tomllib  # most have no such file, and wait for the first picture

            values = tomllib.loads(content)
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, too deep
            raise SettingsError(f"{path}: {error}") from error
        except OSError as error:
            raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
        defaults = vars(cls())
        for key, value in values.items():
            if key not in defaults:
                raise SettingsError(f"{path}: unknown key {key!r}; known: {', '.join(defaults)}")
            default = defaults[key]
            number = isinstance(value, int | float) and not isinstance(value, bool)
            fits = number if isinstance(default, float) else type(value) is type(default)
            if not fits:
                raise SettingsError(f"{path}: {key} must be like {default!r}, not {value!r:.40}")
        values["keys"] = dict(_flat(values.get("keys", {})))
        for key, value in values["keys"].items():
            if not isinstance(value, str):
                told = f'must be like "f5" or "f5,ctrl+r", not {value!r:.40}'
                raise SettingsError(f"{path}: keys: {key!r} {told}")
        settings = cls(**values)
        if not 20 <= settings.text_width <= 1_000:
            raise SettingsError(f"{path}: text_width must be from 20 to 1000")
        if not 0 <= settings.top_k < 2**31:
            raise SettingsError(f"{path}: top_k must be from 0 to {2**31 - 1}")
        if not 0 < settings.top_p <= 1:
            raise SettingsError(f"{path}: top_p must be above 0 and at most 1")
        return settings


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a table and of those within it: `stage.retry` means the same with quotation
    marks and without, where TOML makes a table of it."""
    tables = [("", table)]
    for before, inner in tables:
        for key, value in inner.items():
            if isinstance(value, dict):
                tables.append((f"{before}{key}.", value))
            else:
                yield before + key, value


@dataclass(frozen=True)
class Remembered:
    """What was in use when the program was last left. Lengths in characters, pace in characters a
    second; infinity is stored as null, which JSON has."""

    model: str = "shakespeare"
    temperature: float = 0.8
    length: int = 400
    pace: float = 120.0
    rule: str = "length"  # of stopping: one of STOPS
    theme: str = "footlights"

    @classmethod
    def load(cls, path: Path) -> "Remembered":
        """Read the file. What is missing, damaged or out of range is as on the first day: nothing
        that a writer made is kept here."""
        try:
            values: Any = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return cls()
        if not isinstance(values, dict):
            return cls()
        if values.get("pace", 0) is None:
            values["pace"] = math.inf
        names = [field.name for field in fields(cls)]
        return cls(**{name: values[name] for name in names if _is_fit(name, values.get(name))})

    def save(self, path: Path) -> None:
        """Replace the file, without a wait for the disk: it is saved at every line that is sent.
        Raises OSError."""
        values = asdict(self)
        if math.isinf(self.pace):
            values["pace"] = None
        atomic_write(path, json.dumps(values, indent=1) + "\n", durable=False)


def _is_fit(name: str, value: Any) -> bool:
    if name in ("model", "theme"):
        return isinstance(value, str)
    if name == "rule":
        return value in STOPS
    if type(value) not in (int, float) or (name == "length" and type(value) is not int):
        return False
    low, high = {"temperature": TEMPERATURES, "length": LENGTHS, "pace": PACES}[name]
    return low <= value <= high or (name == "pace" and value == math.inf)
