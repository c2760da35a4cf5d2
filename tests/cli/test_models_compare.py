"""bardtui models compare: figures of all models, and texts side by side."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bardtui import paths
from bardtui.cli.models.compare import side_by_side
from bardtui.model.store import ModelBundle
from bardtui.text.corpus import load_corpus
from tests.cli.commands import refusal, run
from tests.conftest import VERSE


@pytest.fixture(autouse=True)
def two(installed: ModelBundle, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two models of the user's, and none that came with bardtui."""
    monkeypatch.setattr(paths, "bundled_models", lambda: home / "bundled")
    replace(installed, name="other").save(paths.models_dir() / "other", installed.weights())
    (home / "verse.txt").write_text(VERSE * 100 + "Ω")


def objects(*arguments: str | Path) -> list[dict[str, Any]]:
    """What the command prints as JSON, a model a line."""
    printed = run("models", "compare", *arguments, "--json").stdout
    return [json.loads(line) for line in printed.splitlines()]


def test_all_models_are_measured_on_one_text(home: Path) -> None:
    options = ("--text", home / "verse.txt", "--scored", "2000")
    rows = objects(*options)
    assert [(row["model"], row["text"]) for row in rows] == [("other", "verse"), ("tiny", "verse")]
    assert rows[0]["nats"] == rows[1]["nats"] < 1.5
    assert all(row["characters_per_second"] > 0 for row in rows)
    shown = run("models", "compare", "tiny", *options).stdout
    lines = shown.splitlines()
    assert lines[0].split() == [
        "name",
        "trained",
        "on",
        "parameters",
        "loss",
        "char/s",
        "words",
        "kept",
    ]
    assert lines[1].split()[:2] == ["tiny", "Verse"]
    assert f"{rows[0]['nats']:.3f}" in lines[1]
    assert "end of verse" in lines[2]
    assert lines[3] == "tiny does not know, and skipped: Ω"


def test_the_loss_is_that_of_evaluate(home: Path) -> None:
    corpus = load_corpus(str(home / "verse.txt"))
    start = str(1 - 2_000 / corpus.length)
    alone = json.loads(
        run("evaluate", "tiny", home / "verse.txt", "--from", start, "--json").stdout
    )
    (row,) = objects("tiny", "--text", home / "verse.txt", "--scored", "2000")
    assert row["nats"] == alone["nats"]


def test_all_models_are_scored_on_all_texts(home: Path) -> None:
    (home / "prose.txt").write_text("The rain had stopped by the time she found the key. " * 40)
    texts = ("--text", home / "verse.txt", "--text", home / "prose.txt")
    rows = objects(*texts, "--scored", "500")
    assert [(row["model"], row["text"]) for row in rows] == [
        ("other", "verse"),
        ("other", "prose"),
        ("tiny", "verse"),
        ("tiny", "prose"),
    ]
    (alone,) = objects("tiny", "--text", home / "prose.txt", "--scored", "500")
    assert rows[3]["nats"] == alone["nats"] > rows[2]["nats"]
    lines = run("models", "compare", *texts, "--scored", "500").stdout.splitlines()
    assert lines[0].split() == ["name", "verse", "prose"]
    assert lines[2].split() == ["tiny", f"{rows[2]['nats']:.3f}", f"{rows[3]['nats']:.3f}"]
    assert "last 500 characters of each text" in lines[3]


def test_models_write_after_one_line() -> None:
    options = ("--seed", "ANN:\n", "--length", "60", "--random-seed", "3")
    tiny, other = objects("tiny", "other", *options)
    assert (tiny["model"], other["model"]) == ("tiny", "other")
    assert tiny["text"] == other["text"]
    assert len(tiny["text"]) == 60
    plain = run("models", "compare", "tiny", "other", *options).stdout
    assert plain.startswith("== tiny\nANN:\n")
    assert "\n\n== other\nANN:\n" in plain
    generated = run("generate", "--model", "tiny", "--exact-length", *options).stdout
    assert generated.rstrip() == f"ANN:\n{tiny['text']}".rstrip()


def test_texts_standside_by_side_on_a_terminal() -> None:
    out = Console(width=40, force_terminal=True, color_system=None)
    with out.capture() as captured:
        out.print(side_by_side("ANN:\n", {"a": "one [red]\n\x1b[2J", "b": "two"}))
    lines = [line.split() for line in captured.get().splitlines()]
    assert lines[:3] == [["a", "b"], ["ANN:", "ANN:"], ["one", "[red]", "two"]]
    assert "\x1b" not in captured.get()


def test_what_cannot_be_compared_is_refused(home: Path) -> None:
    assert "use one of them" in refusal("models", "compare", "--text", "x", "--seed", "y")
    assert "no model 'nobody'" in refusal("models", "compare", "nobody")
    assert "no text or file" in refusal("models", "compare", "--text", "nowhere")


def test_an_error_is_an_event_too(home: Path) -> None:
    (home / "other.txt").write_text(VERSE, encoding="utf-16")
    (event,) = objects("tiny", "--text", home / "other.txt")
    assert event["event"] == "error"
    assert "is certainly UTF-16" in event["message"]
    assert event["command"] == "convert it with `bardtui corpus convert`"
