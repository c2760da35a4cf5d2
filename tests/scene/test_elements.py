"""The elements of scripts, in our own grammar and with Fountain's marks."""

import io

import pytest
from hypothesis import given
from screenplain.parsers.fountain import parse as screenplain
from screenplain.types import Action, Dialog, DualDialog, Slug, Transition
from scripts import scene_of, texts

from bardtui.escaping import inert
from bardtui.scene.elements import Element, Run, layout_of
from bardtui.scene.export import scene_from_text
from bardtui.scene.fountain_elements import emphasis
from bardtui.scene.script_elements import elements_of

FOUNTAIN = """\
Title: The Yard

# Act one

= They meet.

INT. YARD - NIGHT #12A#

Rain. A *dog* /* cut
this */ barks. [[a note]]

TOM (O.S.)
(low)
Yes, **now**.
~la la

@McCLANE ^
No.

CUT TO:

> THE END <

===

.HELL
"""


def kinds(elements: list[Element]) -> list[tuple[str, str]]:
    return [(element.kind, element.text) for element in elements]


def of_fountain(text: str) -> list[Element]:
    return elements_of(scene_from_text("a.fountain", text))


def test_fountains_marks() -> None:
    elements = of_fountain(FOUNTAIN)
    assert kinds(elements) == [
        ("section", "Act one"),
        ("synopsis", "They meet."),
        ("heading", "INT. YARD - NIGHT"),
        ("action", "Rain. A dog\n barks."),
        ("note", "a note"),
        ("character", "TOM"),
        ("parenthetical", "(low)"),
        ("dialogue", "Yes, now."),
        ("lyrics", "la la"),
        ("character", "McCLANE"),
        ("dialogue", "No."),
        ("transition", "CUT TO:"),
        ("centred", "THE END"),
        ("page break", ""),
        ("heading", "HELL"),
    ]
    tom, other = (element for element in elements if element.kind == "character")
    assert (elements[2].number, tom.extension, tom.dual, other.dual) == ("12A", "(O.S.)", 0, 1)


def test_a_script_of_ours() -> None:
    text = (
        "[ACT I]\n\n[SCENE II. A wood]\n\n[Enter TOM]\n\nTOM [aside]:\nSo [Rises] he.\n[Pause]\n"
        "yes\n[Exit]\n\nBOTH ^:\nOh.\n\nINT. HALL\n\nFADE OUT.\n\nOne line.\n\na\n  b\n"
    )
    elements = elements_of(scene_of(text))
    assert kinds(elements) == [
        ("centred", "ACT I"),
        ("heading", "SCENE II. A wood"),
        ("action", "Enter TOM"),
        ("character", "TOM"),
        ("dialogue", "So [Rises] he."),
        ("parenthetical", "(Pause)"),
        ("dialogue", "yes"),
        ("action", "Exit"),
        ("character", "BOTH"),
        ("dialogue", "Oh."),
        ("heading", "INT. HALL"),
        ("transition", "FADE OUT."),
        ("text", "One line."),
        ("text", "a\n  b"),
    ]
    assert (elements[3].extension, elements[8].dual) == ("(aside)", True)
    assert elements[4].lines[0][1] == Run("[Rises]", italic=True)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("a *b* **c**", [("a ", ""), ("b", "i"), (" ", ""), ("c", "b")]),
        ("***a*** _b *c*_", [("a", "bi"), (" ", ""), ("b ", "u"), ("c", "iu")]),
        ("2 * 3 * 4, 2*3 and *one", [("2 * 3 * 4, 2*3 and *one", "")]),
        (r"\*a\* \_b\_ \\", [(r"*a* _b_ \\"[:-1], "")]),
        ("*a _b* c_", [("a _b", "i"), (" c_", "")]),
    ],
)
def test_emphasis(text: str, runs: list[tuple[str, str]]) -> None:
    found = [(r.text, "b" * r.bold + "i" * r.italic + "u" * r.underline) for r in emphasis(text)]
    assert found == runs


def test_a_heading_of_a_screenplay_decides_the_layout() -> None:
    assert layout_of(of_fountain("int. hall\n\nA\nb\n")) == "screenplay"
    assert layout_of(elements_of(scene_of("TOM:\nHi.\n\nEXT. SEA - DAY\n\n"))) == "screenplay"
    assert layout_of(of_fountain(".ACT ONE\n\nTOM\nINT. is not a heading here\n")) == "play"


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


@given(texts)
def test_no_letter_of_a_script_is_lost(text: str) -> None:
    found = "".join(e.text + e.extension for e in elements_of(scene_of(text)))
    assert letters(found) == letters(inert(text))


def test_an_independent_parser_reads_the_same() -> None:
    ours = [e for e in of_fountain(FOUNTAIN) if e.kind not in ("section", "synopsis", "note")]
    theirs: list[str] = []
    for part in screenplain(io.StringIO(FOUNTAIN)):
        if isinstance(part, DualDialog):
            parts = [part.left, part.right]
        else:
            parts = [part] if isinstance(part, Dialog) else []
        for dialog in parts:
            theirs += [
                "character",
                *("parenthetical" if p else "dialogue" for p, _ in dialog.blocks),
            ]
        if isinstance(part, Slug):
            theirs.append("heading")
        elif isinstance(part, Transition):
            theirs.append("transition")
        elif isinstance(part, Action):
            theirs.append("centred" if part.centered else "action")
    known = {"lyrics": "dialogue"}
    assert [known.get(e.kind, e.kind) for e in ours if e.kind != "page break"] == theirs
