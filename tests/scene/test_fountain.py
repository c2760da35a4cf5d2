"""Fountain files, read back by screenplain: an independent parser that other people use.

Its own faults are undone here, not in what is written: it knows `\\*` but neither `\\_` nor `\\\\`
(so underlines are put back and then unescaped), and it uses U+E700 to U+E706 for itself.
"""

import io
import re

import pytest
from hypothesis import assume, given
from screenplain.parsers.fountain import parse as screenplain
from screenplain.richstring import RichString, Underline
from screenplain.types import Action, Dialog, Screenplay, Slug
from scripts import STAIR, scene_of, texts

from bardtui.escaping import inert
from bardtui.scene.export import export
from bardtui.scene.scene import Scene
from bardtui.scene.script import Speech, is_slug_line, parse

Part = tuple[str, ...]
DIRECTION = re.compile(r"\[([^\[\]]*)\]")


def fountain(text: str) -> str:
    return export(scene_of(text), "fountain")


def read(text: str) -> Screenplay:
    return screenplain(io.StringIO(text, newline=""))


def plain(rich: RichString) -> str:
    """What a parser without faults would have read."""
    marked = "".join(f"_{s.text}_" if Underline in s.styles else s.text for s in rich.segments)
    return unguarded(re.sub(r"\\([*_\\])", r"\1", marked))


def unguarded(text: str) -> str:
    """Without what parts two brackets."""
    return text.replace("\u2060", "")


def parts(screenplay: Screenplay) -> list[Part]:
    """Speeches with their lines, and every line of action, as they were read."""
    found: list[Part] = []
    for paragraph in screenplay:
        if isinstance(paragraph, Dialog):
            lines = (plain(line) for _, line in paragraph.blocks)
            found.append(("speech", plain(paragraph.character), *lines))
        else:
            assert isinstance(paragraph, Action | Slug)
            if isinstance(paragraph, Slug):
                heading = str(paragraph.line)
                assert heading.startswith("SCENE") or is_slug_line(heading)
            found += [("line", plain(line)) for line in paragraph.lines if plain(line).strip()]
    return found


def expected(text: str) -> list[Part]:
    """The same of the text itself, in so far as Fountain has room for it: directions that end a
    speech are action, those within it are in parentheses."""
    found: list[Part] = []
    for block in parse(inert(text)):
        lines = [line.expandtabs(4).rstrip() for line in block.lines]
        if isinstance(block, Speech):
            spoken, behind = [unguarded(line.strip()) for line in lines or [""]], list[str]()
            while len(spoken) > 1 and DIRECTION.fullmatch(spoken[-1]):
                behind.insert(0, spoken.pop())
            spoken = [DIRECTION.sub(r"(\1)", s) if DIRECTION.fullmatch(s) else s for s in spoken]
            found.append(("speech", block.speaker, *spoken))
            found += [("line", line) for line in behind]
        else:
            found += [("line", unguarded(line)) for line in lines if unguarded(line).strip()]
    return found


def without_marks(found: list[Part]) -> list[Part]:
    """Lines of action in any case, headings of scenes and acts without brackets."""
    heading = re.compile(r"\s*\[((?:scene|act)\b[^]]*?)\s*\]")
    return [
        (kind, heading.sub(r"\1", words[0].casefold())) if kind == "line" else (kind, *words)
        for kind, *words in found
    ]


def test_real_scenes_come_back_equal() -> None:
    back = parts(read(fountain(STAIR)))
    assert without_marks(back) == without_marks(expected(STAIR))
    assert len([part for part in back if part[0] == "speech"]) > 200


@given(texts)
def test_any_text_comes_back_equal(text: str) -> None:
    assume(not re.search("[\ue700-\ue706]", text))
    back = parts(read(fountain(text)))
    assert without_marks(back) == without_marks(expected(text))


@given(texts)
def test_any_title_stays_on_the_title_page(title: str) -> None:
    assume(not re.search("[\ue700-\ue706]", title))
    screenplay = read(export(scene_of("ANN:\nYes.", "\nNo.\n", title=title), "fountain"))
    assert set(screenplay.title_page) == {"Title", "Draft date", "Notes"}
    assert parts(screenplay) == [("speech", "ANN", "Yes.", "No.")]


def test_the_title_page() -> None:
    scene = scene_of("ANN:\nYes.", "\nNo.\n", title="A *star*\nis /* born")
    page = export(scene, "fountain").split("\n\n")[0]
    assert page == (
        "Title: A \\*star\\* is /\\* born\nDraft date: 2025-06-15\n"
        "Notes: Written with bardtui and the model shakespeare."
    )


def test_a_writer_alone_is_not_named_and_an_odd_date_is_left_out() -> None:
    scene = Scene("", "[[")
    scene.add("writer", "Yes.")
    assert export(scene, "fountain") == "Title: Untitled scene\n\nYes.\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ROMEO:\nBut soft.", "ROMEO\nBut soft."),
        ("First Citizen:\nSpeak.", "@First Citizen\nSpeak."),
        ("ÉLISE:\nOui.", "@ÉLISE\nOui."),
        ("INT. HALL:\nI echo.", "@INT. HALL\nI echo."),
        ("ANN_B:\nMe.", "ANN\\_B\nMe."),
        ("ANN:", "ANN\n  "),
        ("ANN:\nSo.\n[Exit]\n\nBEN:\nShe went.", "ANN\nSo.\n\n[Exit]\n\nBEN\nShe went."),
        ("ANN:\n[Kneels]\nSo?\n[She *rises*]", "ANN\n(Kneels)\nSo?\n\n[She \\*rises\\*]"),
        ("ANN:\n[Exit]", "ANN\n(Exit)"),
        ("ANN:\nSo.\n[SCENE II. A wood.]\n[Owls]", "ANN\nSo.\n\n.SCENE II. A wood.\n\n[Owls]"),
        ("ANN:\nOne\n \ntwo.", "ANN\nOne\n  \ntwo."),
        ("ANN:\n(Aside) Hm.\n#1 of us", "ANN\n(Aside) Hm.\n #1 of us"),
        ("ANN:\nIt *is* a_b [[so]] /* ?", "ANN\nIt \\*is\\* a\\_b [\u2060[so]] /\\* ?"),
        ("ANN:\n\\o/ \\_ \\\\", "ANN\n\\o/ \\\\\\_ \\\\\\"),
        ("[Exit ROMEO]", "[Exit ROMEO]"),
        ("[ACT II]\n\n[SCENE I. A wood.]", "> ACT II <\n\n.SCENE I. A wood."),
        ("ROMEO LEAVES", "!ROMEO LEAVES"),
        ("CUT TO:\n", "CUT TO:"),
        ("FADE OUT.\n", "> FADE OUT."),
        ("INT. A HALL - NIGHT\n\nOwls.", "INT. A HALL - NIGHT\n\nOwls."),
        ("TOM (O.S.):\nHm.\n\nANN [aside]:\nAh.", "TOM (O.S.)\nHm.\n\nANN (aside)\nAh."),
        ("int. a hall", "!int. a hall"),
        ("> so <\n\n= ~ !no", "!> so <\n\n!= ~ !no"),
        ("Prose stays\n  as it is.", "Prose stays\n  as it is."),
        ("A bell\x07 rings.", "A bell\u2407 rings."),
    ],
)
def test_how_it_is_written(text: str, written: str) -> None:
    assert fountain(text).partition("\n\n")[2] == written + "\n"
