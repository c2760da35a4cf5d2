"""Final Draft, DOCX and PDF files, read back by other programs."""

import io
import re
from xml.etree import ElementTree

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from scripts import STAIR, scene_of, texts

from bardtui.escaping import inert
from bardtui.scene.elements import LAYOUTS, Layout, Run
from bardtui.scene.export import BINARY_FORMATS, export, file_content, scene_from_text
from bardtui.scene.formats import extra
from bardtui.scene.formats.shared import Options
from bardtui.scene.printing.pages import Block, paginate
from bardtui.scene.printing.paper import A4, LETTER, paper_size
from bardtui.scene.printing.rows import Row, Span
from bardtui.scene.scene import Scene, SceneError

BODY = (
    "Title: The *Yard*\nCredit: from\nAuthor: Ann\nContact:\n    Quay 12\n\n"
    + """\
INT. YARD #7#

Rain on *charts*. [[check]]

TOM (O.S.)
(low)
Yes, **now**.

MARTHA ^
~Oh.

===

# Two

= They part.

> THE END <
"""
)


def pdf_pages(scene: Scene, layout: Layout | None = None) -> list[str]:
    content = file_content(scene, "pdf", Options(layout=layout))
    assert isinstance(content, bytes)
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def document(scene: Scene, layout: Layout | None = None) -> docx.document.Document:
    content = file_content(scene, "docx", Options(layout=layout))
    assert isinstance(content, bytes)
    return docx.Document(io.BytesIO(content))


def docx_text(scene: Scene, layout: Layout | None = None) -> str:
    body = document(scene, layout).element.body
    return "\n".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))


def fdx_text(scene: Scene) -> str:
    root = ElementTree.fromstring(export(scene, "fdx"))
    return "\n".join(node.text or "" for node in root.iter("Text"))


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def words(text: str) -> set[str]:
    return set(map(letters, re.findall(r"\w+", inert(text)))) - {""}


@given(texts)
@settings(max_examples=12)
def test_no_word_is_lost_in_documents(text: str) -> None:
    scene = scene_of(text)
    for found in (fdx_text(scene), docx_text(scene), docx_text(scene, "screenplay")):
        assert [word for word in words(text) if word not in letters(found)] == []


@given(texts.map(lambda text: text.encode("cp1252", "ignore").decode("cp1252", "ignore")))
def test_no_word_is_lost_in_pdf(text: str) -> None:
    for layout in LAYOUTS:
        found = letters("".join(pdf_pages(scene_of(text), layout)))
        assert [word for word in words(text) if word not in found] == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_long_play_is_whole(layout: Layout) -> None:
    found = letters("".join(pdf_pages(scene_of(STAIR), layout)))
    assert [word for word in words(STAIR) if word not in found] == []


def test_final_draft_has_types_styles_and_a_title_page() -> None:
    root = ElementTree.fromstring(export(scene_from_text("a.fountain", BODY), "fdx"))
    found = [
        (node.get("Type"), "".join(text.text or "" for text in node.findall("Text")))
        for node in root.findall("Content//Paragraph[@Type]")
    ]
    assert found == [
        ("Scene Heading", "INT. YARD"),
        ("Action", "Rain on charts."),
        ("Character", "TOM (O.S.)"),
        ("Parenthetical", "(low)"),
        ("Dialogue", "Yes, now."),
        ("Character", "MARTHA"),
        ("Dialogue", "Oh."),
        ("Outline 1", "Two"),
        ("Summary", "They part."),
        ("Action", "THE END"),
    ]
    pair = root.findall(".//DualDialogue/Paragraph[@Type='Character']/Text")
    assert "".join(node.text or "" for node in pair) == "TOM (O.S.)MARTHA"
    assert root.findtext(".//ScriptNote/Paragraph/Text") == "check"
    assert [n.text for n in root.findall(".//Text[@Style='Italic']")] == ["charts", "Oh.", "Yard"]
    page = [n.text for n in root.findall("TitlePage//Text") if n.text]
    assert page == ["The ", "Yard", "from", "Ann", "Quay 12"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_notes_sections_and_synopses_are_not_printed(layout: Layout) -> None:
    scene = scene_from_text("a.fountain", BODY)
    for found in ("\n".join(pdf_pages(scene, layout)), docx_text(scene, layout)):
        assert "THE END" in found
        assert "now" in found
        assert not [word for word in ("check", "Two", "part") if word in found]


def test_a_page_break_begins_a_page() -> None:
    scene = scene_from_text("a.fountain", BODY)
    title, first, second = pdf_pages(scene)
    assert "TheYard" in "".join(title.split())
    assert "INT. YARD" in first
    assert "THE END" in second
    assert "2." in second


def test_a_document_has_styles_emphasis_and_two_columns() -> None:
    found = document(scene_from_text("a.fountain", BODY))
    styles = {p.text: p.style.name for p in found.paragraphs if p.style}
    assert styles["7\tINT. YARD"] == "Script Scene Heading"
    charts = next(run for p in found.paragraphs for run in p.runs if run.text == "charts")
    assert charts.italic
    left, right = found.tables[0].rows[0].cells
    assert left.text == "TOM (O.S.)\n(low)\nYes, now."
    assert right.text == "MARTHA\nOh."


def test_right_to_left_text_runs_so_in_documents_and_is_refused_in_pdf() -> None:
    scene = scene_of("شلام\n\nplain\n")
    body = document(scene).element.body
    turned = [node for node in body.iter() if node.tag.endswith("}bidi")]
    assert len(turned) == 1
    with pytest.raises(SceneError, match=r"right-to-left.*DOCX"):
        file_content(scene, "pdf")


def test_a_character_without_a_glyph_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(SceneError, match=r"no “😀”, “Ж”: choose a font.*export_font") as caught:
        file_content(scene_of("Ж", title="😀"), "pdf")
    assert "\n" not in str(caught.value)


def test_characters_that_act_or_hide_are_dots() -> None:
    (_, page) = pdf_pages(scene_of("a\x1bb\u202ec − d‑e"))
    assert "a·b·c – d-e" in page


def test_long_speeches_go_on_with_a_cue() -> None:
    speech = "\n".join(f"Line {n}." for n in range(120))
    pages = pdf_pages(scene_of(f"INT. HALL\n\nTOM (O.S.):\n{speech}\n"))[1:]
    assert len(pages) == 3
    for page in pages[:-1]:
        assert page.rstrip().endswith("(MORE)")
    for page in pages[1:]:
        assert "TOM (O.S.) (CONT'D)" in page


def row(name: str, *, keep: bool = False) -> Row:
    return Row(((0, (Span(Run(name), 1),)),), keep)


blocks = st.lists(
    st.builds(
        lambda lines, kept, before, is_speech: Block(
            tuple(row(f"{i}", keep=i < kept) for i in range(max(lines, kept + 1))),
            10,
            before,
            keep_next=kept == 2,
            more=row("more") if is_speech else None,
            again=row("again", keep=True) if is_speech else None,
        ),
        st.integers(1, 30),
        st.integers(0, 2),
        st.sampled_from([0, 10]),
        st.booleans(),
    ),
    max_size=8,
)


@given(blocks)
def test_no_row_is_lost_and_no_cue_ends_a_page(blocks: list[Block]) -> None:
    pages = paginate(blocks, 100)
    added = [block.more for block in blocks] + [block.again for block in blocks]
    found = [row for page in pages for _, row in page if not any(row is a for a in added)]
    assert found == [row for block in blocks for row in block.rows]
    assert all(at + 10 <= 100 for page in pages for at, _ in page)
    for page in pages[:-1]:
        assert page
        assert not page[-1][1].keep


@pytest.mark.parametrize(
    ("variable", "name", "size"),
    [
        ("LANG", "en_US.UTF-8", LETTER),
        ("LANG", "de_DE", A4),
        ("LC_PAPER", "es_MX", LETTER),
        ("LC_ALL", "C", A4),
    ],
)
def test_the_locale_decides_the_paper(
    variable: str, name: str, size: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in ("LC_ALL", "LC_PAPER", "LANG"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(variable, name)
    assert paper_size() == size


@pytest.mark.parametrize("format", BINARY_FORMATS)
def test_without_the_packages_a_message_names_them(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name.partition(".")[0])

    monkeypatch.setattr(extra, "import_module", missing)
    with pytest.raises(SceneError, match=r"pip install 'bardtui\[export\]'"):
        file_content(scene_of("x"), format)


def test_a_title_from_the_first_line_is_whole() -> None:
    line = "A harbour office at night, with rain on the glass and nobody in it"
    scene = scene_of(f"{line}\nTwo.", title="A harbour office at night, with rain …")
    for format in ("fountain", "html", "fdx"):
        assert line in export(scene, format).split("Two.")[0].replace("Title: ", "")
    assert line in " ".join(pdf_pages(scene)[0].split())
    own = scene_of("A harbour", title="And so …")
    assert "And so …" in export(own, "markdown")


def test_the_writer_and_the_models_are_named() -> None:
    scene = scene_of("ANN:\nYes.", " No.")
    credit = "Written with bardtui and the model shakespeare"
    options = Options(author="Ann\x1b Able")
    for format in ("fountain", "html", "fdx"):
        assert "Ann␛ Able" in export(scene, format, options)
        assert credit in export(scene, format, options)
    content = file_content(scene, "docx", options)
    assert isinstance(content, bytes)
    found = docx.Document(io.BytesIO(content))
    assert {"by", "Ann␛ Able", f"{credit}."} <= {p.text for p in found.paragraphs}
    assert found.core_properties.author == "Ann␛ Able"
    assert f"{credit}." in pdf_pages(scene)[0]
