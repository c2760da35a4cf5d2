"""Markdown files, rendered by markdown-it: whatever the text, the page shows that text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt
from scripts import STAIR, scene_of, texts

from bardtui.escaping import inert
from bardtui.scene.export import export
from bardtui.scene.script import Speech, parse

RENDERERS = [MarkdownIt("commonmark"), MarkdownIt("gfm-like", {"linkify": False})]


class Page(HTMLParser):
    """The text of each block of a page; a line break is a newline. Knows no other element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self.bold: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs) in [(known, []) for known in ("h1", "p", "br", "strong", "em")]
        if tag in ("h1", "p"):
            self.blocks.append("")
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "br":
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open:
            assert not data.strip()
            return
        self.blocks[-1] += data
        if "strong" in self._open:
            self.bold.append(data)


def expected(text: str) -> list[str]:
    blocks = []
    for block in parse(inert(text)):
        cue = [block.cue] if isinstance(block, Speech) else []
        lines = [line.expandtabs(4).rstrip() for line in [*cue, *block.lines]]
        if lines:
            blocks.append("\n".join(lines).replace("\xa0", " "))
    return blocks


@pytest.mark.parametrize("renderer", RENDERERS)
@example("x\n===\n# y\n\\# \\z\n\n    code")
@given(texts)
def test_any_text_renders_as_itself(renderer: MarkdownIt, text: str) -> None:
    page = Page(renderer.render(export(scene_of(text), "markdown")))
    shown = [re.sub(" +$", "", b.replace("\xa0", " "), flags=re.M) for b in page.blocks]
    assert shown == ["The lower stair", *expected(text)]


@example("one #")
@given(texts)
def test_any_title_renders_as_itself(title: str) -> None:
    page = Page(RENDERERS[0].render(export(scene_of("Yes.", title=title), "markdown")))
    assert page.blocks == [inert(" ".join(title.split())) or "Untitled scene", "Yes."]


def test_a_real_scene_renders_as_itself_with_its_cues_bold() -> None:
    page = Page(RENDERERS[0].render(export(scene_of(STAIR), "markdown")))
    assert page.blocks == ["The lower stair", *expected(STAIR)]
    assert page.bold == [block.cue for block in parse(STAIR) if isinstance(block, Speech)]


def test_it_reads_well_unrendered_too() -> None:
    scene = scene_of(
        "[Enter ANN]\n\nANN:\n", "[Aside] Well -- 1 & 2.\n- No.\n\n\n2. It's [odd]ly 3*4."
    )
    assert export(scene, "markdown") == (
        "# The lower stair\n\n"
        "*\\[Enter ANN\\]*\n\n"
        "**ANN:**  \n"
        "*\\[Aside\\]* Well -- 1 & 2.  \n"
        "\\- No.\n\n"
        "2\\. It's \\[odd\\]ly 3\\*4.\n"
    )
