"""Fountain files opened as scenes and exported again, read by screenplain before and after."""

import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from screenplain.parsers.fountain import parse as screenplain
from screenplain.types import DualDialog

from bardtui.scene.cast import speakers
from bardtui.scene.export import export, scene_from_text
from bardtui.scene.scene import Scene
from bardtui.scene.script import parse, unparse

SCREENPLAY = """\
Title:
   _**The Yard**_
   A short film
Author: Ann Able
Draft date: 2026-01-02

FADE IN:

# Act One

= Martha waits.

INT. HARBOUR OFFICE - NIGHT #1A#

Martha wipes the *table*. [[Too slow?]]
A bell:
once, twice.

MARTHA
(softly)
He is late
  
again.
REMEMBER:
he is late.

TOM (O.S.) (cont'd)
I am _here_.

@McClane
Yippee.

MARTHA
At last.

TOM ^
At last.

/*
ANN
This scene is cut.

All of it.
*/

~La la la
~la la

Note:
this is action.

CUT TO:

.ROOF

.22 calibre, forced as a heading

!BOB
!shouts, and this is action.

> FADE OUT.

===

> THE END <
"""


def opened(source: str) -> Scene:
    return scene_from_text("a file.fountain", source)


def elements(source: str) -> list[Any]:
    """The title page and the elements as screenplain reads them, all their text included."""
    play = screenplain(io.StringIO(source, newline=""))
    return [play.title_page, *map(element, play)]


def element(read: Any) -> Any:
    if isinstance(read, DualDialog):
        return ("dual", element(read.left), element(read.right))
    return (type(read).__name__, vars(read))


def test_a_screenplay_comes_back_byte_for_byte() -> None:
    guarded = SCREENPLAY.replace("REMEMBER:", " REMEMBER:").replace("Note:", "!Note:")
    assert export(opened(SCREENPLAY), "fountain") == guarded


def test_a_screenplay_has_its_title_its_speakers_and_no_others() -> None:
    scene = opened(SCREENPLAY)
    assert scene.title == "The Yard A short film"
    assert list(speakers(scene.text)) == ["MARTHA", "TOM", "McClane", "MARTHA", "TOM"]
    assert "\nTOM (O.S.) (cont'd):\nI am _here_.\n" in scene.text


@pytest.mark.parametrize(
    "source",
    [
        SCREENPLAY,
        "INT. A\n\nBOB\nHi.\n",
        "Harbour: night\n\nBOB\nHi.\n",
        "MAN #2\nHi.\n\nR2-D2\nBeep.\n\n@ann\nHm.\n",
        "BOB\n\nHe runs.\n\nNOTE:\nwhat is this?\n",
        "BOB^\nHi.\n",
        " BOB\n\tHi.\n",
        "[[A note\nof two lines]]\n\nBOB [[older]]\nHi.\n",
        "ÉLODIE\nOui.\n\nJOSÉ (O.S.)\nNo.\n",
        "FADE IN:\n\nBOB\n(to ANN)\nSTOP:\nnow\n",
        "EXT. B\nBOB\nHi.\n",
        "/* cut */\nBOB\nHi.\n",
        "CUT TO:\nBOB\n \nANN\nHi.\n",
    ],
)
def test_the_elements_come_back_equal(source: str) -> None:
    assert elements(export(opened(source), "fountain")) == elements(source)


LINES = [
    *["", "", "", " ", "  ", "BOB", "BOB (O.S.)", "ANN ^", "@Tim", "Note:", "NOTE:", "STOP: now"],
    *["Hi.", "(softly)", "INT. A - DAY", ".ROOF", "CUT TO:", "> FADE OUT.", "> END <", "# Act"],
    *["= What happens", "~La", "!RUN", "[[note]]", "[[open", "close]]", "/* cut", "*/", "==="],
    *["*so* _it_ \\*is\\*", "FADE TO BLACK:", "[Exit BOB]", "MAN #2", "@", "Title: X"],
]


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=12).map("\n".join))
@example("BOB\nHi.\n*/\n")
def test_any_fountain_comes_back_equal(source: str) -> None:
    page, *rest = elements(export(opened(source), "fountain"))
    assert rest == elements(source)[1:]
    assert page == elements(source)[0] or page == {"Title": ["a file"]}


def test_what_is_written_on_is_fountain_too() -> None:
    scene = opened("INT. A\n\nBOB\nHi.\n")
    scene.add("model", "\nFirst Guard:\nWho is there?\n\nANN:\n", model="tiny")
    assert export(scene, "fountain") == (
        "INT. A\n\nBOB\nHi.\n\n@First Guard\nWho is there?\n\nANN\n  \n"
    )


def test_a_new_title_goes_into_the_title_page() -> None:
    scene = opened("Author: Me\nTitle: Old\n\nBOB\nHi.\n")
    scene.set("title", "A *new* one")
    assert export(scene, "fountain").startswith("Author: Me\nTitle: A \\*new\\* one\n\nBOB\n")
    untitled = opened("BOB\nHi.\n")
    untitled.set("title", "New")
    assert export(untitled, "fountain") == "Title: New\n\nBOB\nHi.\n"


@pytest.mark.parametrize("kept", [None, 3, {}, {"page": 3, "title": []}, {"page": "\x1b[2J"}])
def test_any_value_may_stand_in_place_of_the_title_page(kept: object) -> None:
    scene = opened("BOB\nHi.\n")
    scene.set("fountain", kept)
    assert "BOB\nHi.\n" in export(scene, "fountain")
    assert "\x1b" not in export(scene, "fountain")


def test_the_text_is_a_script_for_every_other_format() -> None:
    scene = opened(SCREENPLAY)
    assert unparse(parse(scene.text)) == scene.text
    assert "**MARTHA:**" in export(scene, "markdown")


@pytest.mark.parametrize(
    "source",
    [
        "/*" * 500_000,
        "[[" * 500_000,
        "[[a\n\n" * 200_000,
        "   a: b\n" * 100_000 + "c",
        "*/[[" * 250_000,
    ],
    ids=["cuts", "notes", "open notes", "title page", "closing marks"],
)
def test_a_hostile_file_is_read_in_time(source: str) -> None:
    assert opened(source).text


@pytest.mark.parametrize(("line", "end"), [("x", "no title page"), ("", "")])
def test_an_indented_beginning_is_read_in_linear_time(line: str, end: str) -> None:
    # Exponential time for the one and cubic for the other would be longer than the test may take.
    source = "a:\n" + 3_000 * f"{' ' * 30}{line}\n" + end
    assert scene_from_text("x.fountain", source).title == "x"


@pytest.mark.parametrize("source", ["Title: The Quay\n", "Title: The Quay", "a: b\n   c\n"])
def test_a_title_page_alone_does_not_grow(source: str) -> None:
    left, _, _ = export(scene_from_text("x.fountain", source), "fountain").rpartition("\n")
    assert left == source.rstrip("\n")
