"""Files written by version 0.1 open unchanged.

`tests/data/v01/` was written by version 0.1 itself. `expected.json` there holds what 0.1 read back
from each file: the title, the visible text, the takes of every passage, what it said of damage, and
the visible text after every undo and every redo.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from bardtui.scene.cast import Cast
from bardtui.scene.export import scene_from_text
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import SUFFIX, read_scene
from bardtui.scene.scene import Scene
from bardtui.settings import Remembered, Settings

DATA = Path(__file__).parents[1] / "data" / "v01"
EXPECTED: dict[str, Any] = json.loads((DATA / "expected.json").read_text("utf-8"))


def opened(name: str) -> tuple[Scene, str]:
    """The scene in a file, and what there is to say about it."""
    if name.endswith(SUFFIX):
        scene, report = read_scene(DATA / name)
        return scene, str(report)
    return scene_from_text("a file", (DATA / name).read_text("utf-8")), ""


@pytest.mark.parametrize("name", EXPECTED)
def test_a_scene_of_version_01_has_the_same_text_takes_undo_and_redo(name: str) -> None:
    scene, report = opened(name)
    takes = [[take.id for take in scene.takes(passage)] for passage in scene.passages]
    found = {"title": scene.title, "text": scene.text, "takes": takes, "report": report}
    later, earlier = [], []
    while scene.redo():
        later.append(scene.text)
    while len(earlier) < len(later) and scene.undo():
        earlier.append(scene.text)
    assert scene.text == found["text"]
    back = []
    while scene.undo():
        back.append(scene.text)
    assert found | {"undo": back, "redo": later} == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.endswith(SUFFIX)])
def test_a_journal_of_version_01_is_written_on(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes((DATA / name).read_bytes())
    journal, scene, _ = Journal.open(path)
    scene.add("writer", "\nANN:\nMore.\n")
    journal.close()
    again, report = read_scene(path)
    assert not report
    assert list(again.events()) == list(scene.events())
    assert again.text == EXPECTED[name]["text"] + "\nANN:\nMore.\n"


def test_the_roles_of_a_cast_of_version_01() -> None:
    roles = Cast.of(opened("takes.scene.jsonl")[0]).roles
    assert [(role.name, role.player, role.model, role.muted) for role in roles] == [
        ("ANN", "writer", None, False),
        ("BEN", "model", "gone-model", False),
        ("CLERK", "model", None, True),
    ]


def test_settings_of_version_01() -> None:
    settings, remembered = (
        Settings.load(DATA / "settings.toml"),
        Remembered.load(DATA / "remembered.json"),
    )
    assert settings == Settings(
        theme="nord",
        text_width=72,
        top_k=40,
        top_p=0.95,
        suggestions=False,
        keys={"stage.retry": "f5,ctrl+r", "stage.takes": "f7"},
    )
    assert remembered == Remembered("pocket", 1.1, 250, math.inf, "speech", theme="nord")
