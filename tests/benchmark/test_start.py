"""Benchmark of the start: real programs in real pseudo-terminals."""

import json
import sys

import pytest
from typer.testing import CliRunner

from bardtui.benchmark import start
from bardtui.cli.app import app
from bardtui.errors import UserError
from bardtui.model.store import ModelBundle


def test_launches_are_compared_with_baselines(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "_SCREENS", 1)
    monkeypatch.setattr(start, "_TEXTS", 1)
    result = CliRunner().invoke(app, ["benchmark", "--start", "--model", "tiny", "--json"])
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)["start"]
    assert [figure["most"] for figure in figures] == [0.5, None, 1.5, None, None, 1.6]
    screen, hello, first, character, imported, second = (figure["value"] for figure in figures)
    assert hello > 0
    assert 0 < screen < character  # which waits for TensorFlow
    assert first == screen / hello
    assert second == character / imported


def test_a_program_that_ends_or_hangs_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = [sys.executable, "-c", "input()"]
    with pytest.raises(UserError, match="ended before"):
        start._seconds([sys.executable, "-c", ""], bool)
    monkeypatch.setattr(start, "_PATIENCE", 0.1)
    with pytest.raises(UserError, match="nothing came"):
        start._seconds(silent, bool)
