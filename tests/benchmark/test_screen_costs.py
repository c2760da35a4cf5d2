"""Benchmark of the interface: every figure is measured, and exact ones are right."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from bardtui.benchmark import Figure, long_scene
from bardtui.benchmark.far import whole_way
from bardtui.benchmark.scene import LAST_LINE, save_scene, script
from bardtui.model.store import ModelBundle
from bardtui.scene.journal import FLUSH_SECONDS, Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene
from tests.cli.commands import run


def test_every_figure_of_the_interface_is_measured(
    installed: ModelBundle, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_scene, "_PIECES", 10)
    monkeypatch.setattr(long_scene, "_PLACES", 2)
    command = ["benchmark", "--screen", "--model", "tiny", "--seconds", "0.3"]
    result = run(*command, "--characters", "50000", "--json")
    assert result.exit_code == 0, result.stderr
    figures = {figure["name"]: figure for figure in json.loads(result.stdout)["screen"]}
    assert len(figures) == 20
    values = {name: figure["value"] for name, figure in figures.items()}
    assert all(value > 0 for value in values.values())
    assert values["times the network was compiled"] == 1
    # In a scene this short, most of it is what any scene takes.
    assert values["memory of the long scene above its text"] < 20
    for about in (
        "event loop late while the model writes",
        "a key shown",
    ):  # what is late at worst is no less late
        few, *_, most = (value for name, value in values.items() if name.startswith(about))
        assert few <= most
    # Measured in a home of its own, which is gone.
    assert os.environ["BARDTUI_HOME"] == str(home)
    assert {path.name for path in home.iterdir()} == {"models"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--screen", "--training"], "separate benchmarks"),
        (["--screen", "--model", "tiny", "--seconds", "nan"], "from 0.1 to 3600 seconds"),
        (["--screen", "--model", "tiny", "--characters", "100"], "must have from 5001"),
    ],
)
def test_wrong_options_are_refused(
    installed: ModelBundle, arguments: list[str], message: str
) -> None:
    result = run("benchmark", *arguments)
    assert result.exit_code != 0
    assert message in result.stderr


def test_a_long_text_is_really_written(installed: ModelBundle) -> None:
    begun: list[str] = []
    figures = whole_way(installed, 1_000, begun.append)
    assert [figure.unit for figure in figures] == ["x", "MB", "", "MB"]
    assert figures[2].value == 1
    assert len(begun) == 2


def test_a_test_scene_is_a_valid_scene(home: Path) -> None:
    path = save_scene(home / "scenes", "long", 50_001)
    opened, report = read_scene(path)
    assert not report
    assert opened.text == script(50_001)
    assert len(opened.text) == 50_001
    assert opened.text.endswith("\n" + LAST_LINE)


def test_a_figure_meets_its_limit_or_not() -> None:
    assert Figure("wait", 20, "ms", 20).met
    assert not Figure("wait", 20.1, "ms", 20).met
    assert Figure("rate", 1e9, "char/s").met


def test_the_journal_at_full_speed_has_one_line_every_quarter_second(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate, piece, written = 4_096, 64, 40_960  # characters a second, a frame, in ten seconds
    now = 0.0
    clock = SimpleNamespace(monotonic=lambda: now)
    monkeypatch.setattr("bardtui.scene.journal.time", clock)
    synced: list[int] = []
    genuine = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(fd), genuine(fd)))
    text = script(written)
    new = Scene("One")
    journal = Journal.create(home / "one.scene.jsonl", new)
    passage = new.add("model")
    journal.flush()
    before, synced[:] = journal.path.stat().st_size, []
    for begin in range(0, written, piece):
        now += piece / rate
        new.extend(passage.id, text[begin : begin + piece])
    assert synced == []  # no wait for the disk while it writes
    new.end(passage.id, "length")
    assert len(synced) == 1
    added = journal.path.read_bytes()[before:]
    journal.close()
    lines = added.splitlines()
    assert len(lines) == written / rate / FLUSH_SECONDS + 1  # and its end
    assert len(added) < 1.1 * written
    assert read_scene(journal.path)[0].text == text
