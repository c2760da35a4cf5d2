"""How the stage looks. After an intended change, run with --snapshot-update and look at it."""

import json
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from bardtui import paths
from bardtui.model.store import ModelBundle
from bardtui.scene.journal import Journal
from bardtui.scene.scene import Scene
from bardtui.session.engine import Engine
from bardtui.session.events import ModelState
from bardtui.tui.app import BardApp
from tests.tui.hosts import press, settle, until

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture(autouse=True)
def scene(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short scene, a model that is not loaded, and no file of the user in the pictures."""
    monkeypatch.setattr(Engine, "load", lambda engine, model: None)
    monkeypatch.setattr(paths, "bundled_models", lambda: home / "none")
    monkeypatch.setattr(ModelBundle, "held_out_loss", 1.25)
    scene = Scene("The lower stair")
    journal = Journal.create(paths.scenes_dir() / "a.scene.jsonl", scene)
    scene.add("writer", "MIRA:\nWho keeps the lantern when the players sleep?")
    answer = scene.add("model", model="tiny", random_seed=1)
    scene.extend(answer.id, "\n\nTOBIN:\nThe dark itself, good lady, and the mice.\n\n[Exit TOBIN]")
    scene.end(answer.id, "length")
    journal.close()


def app(theme: str = "footlights") -> BardApp:
    """The program, with its theme."""
    paths.remembered_file().write_text(
        json.dumps({"model": "tiny", "theme": theme, "temperature": 0.8})
    )
    return BardApp()


async def settled(pilot: Pilot[None]) -> None:
    """Wait for the list of models, and remove messages."""
    stage = pilot.app.stage  # type: ignore[attr-defined]
    await until(pilot, lambda: bool(stage.side.models.entries))
    stage.session.handle(ModelState("tiny", "ready"))
    pilot.app.clear_notifications()
    await settle(pilot)


def test_the_stage(snap_compare: Any) -> None:
    assert snap_compare(app(), terminal_size=(120, 34), run_before=settled)


def test_the_stage_in_a_small_terminal(snap_compare: Any) -> None:
    assert snap_compare(app(), terminal_size=(80, 24), run_before=settled)


def test_the_stage_in_light(snap_compare: Any) -> None:
    assert snap_compare(app("footlights-light"), terminal_size=(120, 34), run_before=settled)


def test_the_settings_over_a_small_stage(snap_compare: Any) -> None:
    async def opened(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "ctrl+b")

    assert snap_compare(app(), terminal_size=(80, 24), run_before=opened)
