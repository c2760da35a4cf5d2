"""Stage directions: who enters and who leaves, in the conventions of English plays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_MOVE = re.compile(r"\b(re-enter|enter|exit|exeunt)\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(but|except)\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"([\s,;:()\[\]]+)")
_DIRECTIONS = re.compile(r"\[[^\[\]\n]*\]")


@dataclass(frozen=True)
class Move:
    """People who enter or leave the stage.

    Attributes:
        kind: "enter", "exit" or "exit all but".
        names: The names in capitals. "exit" without a name means the last speaker; "exit all but"
            without one means everybody.
    """

    kind: Literal["enter", "exit", "exit all but"]
    names: tuple[str, ...]


def moves(text: str) -> Iterator[Move]:
    """Yield the entrances and exits in the directions of a line or a longer text, in order."""
    for direction in _DIRECTIONS.findall(text):
        _, *parts = _MOVE.split(direction)
        for verb, rest in zip(parts[::2], parts[1::2], strict=True):
            names = tuple(capital_names(rest))
            if verb.lower().endswith("enter"):
                yield Move("enter", names)
            elif _EXCEPT.search(rest) or (verb.lower() == "exeunt" and not names):
                yield Move("exit all but", names)
            else:
                yield Move("exit", names)


def capital_names(text: str) -> Iterator[str]:
    """Yield the names in capitals: "KING HENRY and a Page" has "KING HENRY".

    Words in capitals one after the other, separated by spaces alone, are one name. A possessive
    ("ROMEO's house") is none.
    """
    name: list[str] = []
    for n, part in enumerate([*_SEPARATOR.split(text), ""]):
        if n % 2:
            if part == " ":
                continue
        elif len(part) > 1 and part.isupper():
            name.append(part)
            continue
        if name and not re.search(r"[A-ZÀ-Þ]['’]s\b", part):
            yield " ".join(name).rstrip(".")
        name = []
