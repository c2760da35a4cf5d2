"""What a run is to do, kept as a file."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bardtui.errors import UserError
from bardtui.files import atomic_write, read_regular

FILE = "order.json"
_MOST_BYTES = 100_000
_LONGEST = 4_000  # characters of any text in it
_LARGEST = 1e12  # minutes, and seconds since the epoch


class OrderError(UserError):
    """An order that cannot be read, or a name that is taken."""


@dataclass(frozen=True)
class Order:
    """A model to train: its name, the text (a name in the catalogue or an absolute path), how long
    the run may take, and the model to start from, or "".

    `options` are more options of `bardtui train`. `ordered` is the time of the order, in seconds.
    """

    name: str
    source: str
    minutes: float
    base: str = ""
    description: str = ""
    options: tuple[str, ...] = ()
    ordered: float = 0.0

    def arguments(self, *, resume: bool) -> list[str]:
        """The arguments of `bardtui` for this order."""
        return [
            "train",
            self.source,
            f"--name={self.name}",
            f"--minutes={self.minutes:g}",
            *([f"--from={self.base}"] if self.base else []),
            *([f"--description={self.description}"] if self.description else []),
            *self.options,
            *(["--resume"] if resume else []),
            "--json",
        ]

    def save(self, folder: Path) -> None:
        """Write the order into a run's folder. Raises OSError."""
        atomic_write(folder / FILE, json.dumps(asdict(self)) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Order":
        """Read the order of a run's folder. Raises OrderError."""
        path = folder / FILE
        try:
            values = json.loads(read_regular(path, _MOST_BYTES))
        except OSError as error:
            raise OrderError(f"{path}: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise OrderError(f"{path} is not JSON") from error
        if not _is_order(values) or values["name"] != folder.name:
            raise OrderError(f"{path} is not an order for a run")
        return cls(**values | {"options": tuple(values["options"])})


def _is_order(values: Any) -> bool:
    if not isinstance(values, dict) or values.keys() != Order.__dataclass_fields__.keys():
        return False
    texts = [values[name] for name in ("name", "source", "base", "description")]
    options, numbers = values["options"], (values["minutes"], values["ordered"])
    return (
        isinstance(options, list)
        and all(map(_is_argument, (*texts, *options)))
        and values["name"].isascii()  # as names of models are
        and values["name"].isprintable()
        and all(type(number) in (int, float) and 0 <= number <= _LARGEST for number in numbers)
    )


def _is_argument(value: Any) -> bool:
    """Whether a value is a text that a process can be given."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    try:
        return b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:  # a lone surrogate
        return False
