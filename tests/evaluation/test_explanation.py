"""What a model thought of a text, and the page that shows it."""

import math
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.escaping import inert
from bardtui.evaluation.explanation import MAX_LENGTH, Explanation, ExplanationError, explain
from bardtui.evaluation.explanation_page import page
from bardtui.evaluation.loss import evaluate
from bardtui.model.corpus_index import CopiedRun
from bardtui.model.store import ModelBundle
from bardtui.text.corpus import Corpus, Document
from tests.conftest import VERSE

HOSTILE = "<script>alert(1)</script>\n\"'&\x1b[31m\u202eabc\u200b\ud800\n<i title='"


class Reader(HTMLParser):
    """Reads a page as a browser does: its elements, tooltips and the text that is explained."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.tooltips: list[str] = []
        self.text, self._depth = "", 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        values = dict(attrs)
        assert values.keys() <= {"class", "title", "charset", "http-equiv", "content", "name"}
        if title := values.get("title"):
            self.tooltips.append(title)
        if tag == "div":
            self._depth = 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._depth = 0

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.text += data


def explanation(text: str, copies: list[CopiedRun] | None = None) -> Explanation:
    return Explanation(text, [3.5] * len(text), [(("e", 0.5), ("<", 0.1))] * len(text), copies)


def test_the_figures_are_those_of_evaluate(tiny_model: ModelBundle) -> None:
    found = explain(tiny_model, VERSE)
    figures = evaluate(tiny_model, Corpus("v", "V", "", (Document("v", VERSE),)), 0, 1).figures
    assert found.mean == pytest.approx(figures["nats"], abs=1e-4)
    likeliest = found.alternatives[VERSE.index("mp is")]
    assert likeliest[0][0] == "m"
    assert [p for _, p in likeliest] == sorted((p for _, p in likeliest), reverse=True)
    assert len(found.alternatives) == len(found.surprise) == len(VERSE)
    assert np.isfinite(found.surprise).all()


@given(st.text(st.characters(), min_size=1, max_size=60))
def test_the_page_shows_every_text_and_nothing_acts(text: str) -> None:
    read = Reader(page(explanation(text), text, text, 65))
    # The parser, as browsers do, changes line breaks; tooltips of them are kept.
    assert read.text.replace("\n", "") == inert(text).replace("\n", "↵")
    assert read.elements <= {
        *("html", "head", "meta", "title", "style", "body", "main", "h1", "p", "i", "div")
    }


def test_hostile_text_is_escaped_in_tooltips_too() -> None:
    html = page(explanation(HOSTILE, [CopiedRun(0, 9, HOSTILE)]), HOSTILE, HOSTILE, 65)
    read = Reader(html)
    assert "script" not in read.elements
    assert "<script" not in html
    assert not {"\x1b", "\u202e", "\u200b", "\ud800"} & set(html)
    assert any("Copied from" in tooltip for tooltip in read.tooltips)
    assert "“<” 3%, 3.50 nats. Expected: “e” 50%, “<” 10%" in read.tooltips[0]


def test_a_character_that_the_model_lacks_says_so(tiny_model: ModelBundle) -> None:
    found = explain(tiny_model, "A\u4e16")
    assert math.isnan(found.surprise[1])
    assert "does not know" in page(found, "t", "tiny", 30)


def test_a_text_that_cannot_be_explained_is_refused(tiny_model: ModelBundle) -> None:
    with pytest.raises(ExplanationError, match="at most 100,000"):
        explain(tiny_model, "a" * (MAX_LENGTH + 1))
    with pytest.raises(ExplanationError, match="no character"):
        explain(tiny_model, "\u4e16\u754c")
