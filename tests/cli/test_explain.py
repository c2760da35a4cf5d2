"""bardtui explain: a page of a scene or a text."""

from pathlib import Path

from bardtui.model.store import ModelBundle
from tests.cli.commands import refusal, run
from tests.conftest import VERSE


def test_a_text_becomes_a_page_that_stands_alone(installed: ModelBundle, tmp_path: Path) -> None:
    text, target = tmp_path / "a verse.txt", tmp_path / "page.html"
    text.write_text(VERSE)
    result = run("explain", text, "--model", "tiny", "-o", target)
    assert result.exit_code == 0, result.stderr
    html = target.read_text("utf-8")
    assert "<title>a verse</title>" in html
    assert "Expected: " in html
    assert "<script" not in html
    assert "://" not in html
    assert "exists: --force replaces it" in refusal("explain", text, "-o", target)


def test_what_cannot_be_explained_is_refused(installed: ModelBundle, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    assert "no scene" in refusal("explain", text)
    text.write_text("")
    assert "empty" in refusal("explain", text, "--model", "tiny")
    text.write_text("x" * 100_001)
    assert "100,001 characters" in refusal("explain", text, "--model", "tiny")
    assert "no model" in refusal("explain", text, "--model", "nobody")
