"""Benchmark of reading: the time to the first character of a scene."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from bardtui import paths
from bardtui.benchmark import reading
from bardtui.cli.app import app
from bardtui.model.store import ModelBundle


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, installed: ModelBundle) -> None:
    monkeypatch.setattr(reading, "_ROUNDS", 1)
    monkeypatch.setattr(paths, "bundled_models", lambda: paths.data_dir() / "none")


def figures() -> dict[str, tuple[float, float]]:
    result = CliRunner().invoke(app, ["benchmark", "--reading", "--model", "tiny", "--json"])
    assert result.exit_code == 0, result.stderr
    values = json.loads(result.stdout)["reading"]
    return {figure["name"]: (figure["value"], figure["most"]) for figure in values}


def test_a_long_scene_is_compared_with_a_short_one(installed: ModelBundle) -> None:
    shutil.copytree(paths.models_dir() / "tiny", paths.models_dir() / "other")
    measured = figures()
    assert [most for _, most in measured.values()] == [0.6, 1.3] * 3
    assert all(value > 0 for value, _ in measured.values())
    assert any("change of model" in name for name in measured)


def test_without_another_model_no_change_is_measured(installed: ModelBundle) -> None:
    assert not any("change of model" in name for name in figures())


def test_a_model_that_cannot_be_loaded_is_an_error(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paths.models_dir() / "tiny" / "weights.safetensors").write_bytes(b"")
    with pytest.raises(reading.UserError, match="tiny cannot write"):
        reading.reading(installed, lambda part: None)
