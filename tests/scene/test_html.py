"""HTML files: one page that shows the text and whose it is, and does nothing."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from scripts import STAIR, scene_of, texts

from bardtui.escaping import inert
from bardtui.scene.export import export
from bardtui.scene.rewriting import edit
from bardtui.scene.scene import Scene
from bardtui.scene.script import Speech, parse

ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "h1",
    "section",
    "p",
    "span",
    "i",
}


class Page(HTMLParser):
    """What a browser would show, and the author and model of every piece of text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = self.heading = ""
        self.lines: list[tuple[str, str]] = []  # the classes of each and its text
        self.pieces: list[tuple[str | None, str | None, str]] = []  # author, model, text
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS
        assert {name for name, _ in attrs} <= {
            *("class", "title", "charset", "name", "content", "http-equiv")
        }
        if tag != "meta":
            self._open.append((tag, dict(attrs)))
        if tag == "p" and "section" in self._tags():
            self.lines.append((dict(attrs)["class"] or "", ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = self._tags()
        if tags[-1:] == ["title"]:
            self.title += data
        elif tags[-1:] == ["h1"]:
            self.heading += data
        elif "section" in tags and "p" in tags:
            classes, text = self.lines[-1]
            self.lines[-1] = classes, text + data
            span = next(attributes for tag, attributes in self._open if tag == "span")
            self.pieces.append((span["class"], span.get("title"), data))

    def handle_decl(self, decl: str) -> None:
        assert decl == "doctype html"

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    handle_pi = handle_comment

    def _tags(self) -> list[str]:
        return [tag for tag, _ in self._open]


def page(scene: Scene) -> Page:
    return Page(export(scene, "html"))


def expected(text: str) -> list[str]:
    lines: list[str] = []
    for block in parse(inert(text)):
        lines += [block.cue] if isinstance(block, Speech) else []
        lines += block.lines
    return lines


@given(st.lists(texts, max_size=4), texts)
def test_any_text_by_anyone_is_only_text(passages: list[str], title: str) -> None:
    shown = page(scene_of(*passages, title=title))
    assert [text for _, text in shown.lines] == expected("".join(passages))
    assert shown.title == shown.heading == (inert(" ".join(title.split())) or "Untitled scene")


@given(st.lists(texts, max_size=4))
def test_every_piece_shows_its_author(passages: list[str]) -> None:
    shown = page(scene_of(*passages)).pieces
    for author, kept in (("writer", passages[::2]), ("model", passages[1::2])):
        text = "".join(text for whose, _, text in shown if whose == author)
        assert text == inert("".join(kept)).replace("\n", "")
    assert {model for whose, model, _ in shown if whose == "model"} <= {"shakespeare"}


def test_lines_bear_the_bar_of_the_writer_and_say_when_they_are_shared() -> None:
    scene = scene_of("ANN:\nYes, ", "no.\n\nBEN:\n[Aside] Well.")
    assert page(scene).lines == [
        ("writer", "ANN:"),
        ("shared writer", "Yes, no."),
        ("model", "BEN:"),
        ("model", "[Aside] Well."),
    ]
    assert "<i>[Aside]</i>" in export(scene, "html")


def test_of_an_edited_passage_each_word_is_whose_it_is() -> None:
    scene = scene_of("ANN:\n", "Come in.\n")
    edit(scene, 2, "Come out.\n")
    assert page(scene).pieces[1:] == [
        ("model", "shakespeare", "Come "),
        ("writer", None, "out"),
        ("model", "shakespeare", "."),
    ]


def test_a_models_name_and_the_title_are_escaped() -> None:
    scene = Scene('</title><script>alert("1")</script>')
    scene.add(
        "model", "<img src=x onerror=alert(1)>", model='"><script>x</script>\n\x1b', reason=""
    )
    html = export(scene, "html")
    assert not re.search(r"<(script|img)", html)
    assert "\x1b" not in html
    assert page(scene).pieces == [
        ("model", '"><script>x</script>\u240a\u241b', "<img src=x onerror=alert(1)>")
    ]


def test_nothing_is_fetched_or_run() -> None:
    html = export(scene_of(STAIR, "No."), "html")
    assert "default-src 'none'" in html
    assert not re.search(r"https?:|url\(|@import|<script|<link|<img|\son\w+=", html)
    assert html.count("prefers-color-scheme: dark") == 1


def test_an_empty_scene_is_a_page_too() -> None:
    shown = page(Scene("Nothing"))
    assert (shown.heading, shown.lines) == ("Nothing", [])
