"""The elements that a script consists of, whatever it was written in.

The formats for word processors, screenwriting programs and print are written from a list of
elements. `bardtui.scene.script_elements` makes the list for a script in our own grammar and
`bardtui.scene.fountain_elements` for a text with Fountain's marks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from bardtui.scene.script import is_slug_line

Layout = Literal["screenplay", "play"]  # how a scene is printed
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

Kind = Literal[
    "heading",  # of a scene: "INT. KITCHEN - NIGHT", "SCENE II. A wood."
    "action",  # what is seen: action of a screenplay, a stage direction of a play
    "text",  # prose and verse, in scenes and parts of scenes that are no script
    "character",  # who speaks
    "parenthetical",  # how it is spoken, in parentheses, on a line of its own
    "dialogue",
    "lyrics",
    "transition",
    "centred",
    "section",  # these three are not printed
    "synopsis",
    "note",
    "page break",
]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a script.

    `lines` are its lines; all but action, text and notes have one. A character has an `extension`,
    such as "(O.S.)", and is `dual` if the speech stands beside the one before. A heading may have a
    `number`, such as "12A"; a section has a `level` from 1.
    """

    kind: Kind
    lines: tuple[Line, ...] = ()
    extension: str = ""
    dual: bool = False
    number: str = ""
    level: int = 0

    @property
    def text(self) -> str:
        """The text without its styles."""
        return "\n".join(map(text_of, self.lines))


IN_SPEECH: tuple[Kind, ...] = ("parenthetical", "dialogue", "lyrics")
NOT_PRINTED: tuple[Kind, ...] = ("section", "synopsis", "note")


def text_of(line: Line) -> str:
    """Return the text of a line."""
    return "".join(run.text for run in line)


def layout_of(elements: Iterable[Element]) -> Layout:
    """Return how a scene is printed if nobody chooses: with "INT. HALL", as a screenplay."""
    is_screenplay = any(e.kind == "heading" and is_slug_line(e.text.upper()) for e in elements)
    return "screenplay" if is_screenplay else "play"


Group = tuple[Element, ...]


def groups_of(elements: Sequence[Element]) -> list[Group]:
    """Return the elements that are printed in groups: a speech with its character, or one element.

    A speech ends before a note, which is not printed; the group goes on behind it.
    """
    groups: list[list[Element]] = []
    for element in elements:
        if element.kind in NOT_PRINTED:
            continue
        if element.kind in IN_SPEECH and groups and groups[-1][0].kind == "character":
            groups[-1].append(element)
        else:
            groups.append([element])
    return [tuple(group) for group in groups]
