"""File names and titles of scenes."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bardtui.scene.names import clean_title, new_scene_path, reserved_path
from bardtui.scene.scene import SceneError


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A Room, at Night", "a-room-at-night"),
        ("../../etc/passwd\x00\n", "etc-passwd"),
        ("", "scene"),
        ("[/] \x1b[31m?", "31m"),
        ("\ud800", "scene"),
        ("Ça ira", "ça-ira"),
        ("暗い部屋", "暗い部屋"),
        ("COM1", "com1-scene"),
        ("x" * 500, "x" * 40),
        ("a.scene.jsonl", "a-scene-jsonl"),
        ("A\u3164B\U000e0100", "ab"),
    ],
)
def test_a_file_name_is_safe_on_every_platform(tmp_path: Path, title: str, name: str) -> None:
    first = new_scene_path(tmp_path, title)
    assert first == tmp_path / f"{name}.scene.jsonl"
    first.touch()
    assert new_scene_path(tmp_path, title) == tmp_path / f"{name}-2.scene.jsonl"


def test_a_title_of_a_million_marks_is_named_at_once(tmp_path: Path) -> None:
    before = time.process_time()
    path = new_scene_path(tmp_path, "e" + "\u0301\u0323" * 500_000)
    assert time.process_time() - before < 0.5
    path.touch()


@pytest.mark.parametrize("typed", ["", " \n\t "])
def test_an_empty_title_is_refused(typed: str) -> None:
    with pytest.raises(SceneError, match="needs a title"):
        clean_title(typed)


def test_a_name_reserved_by_many_at_once_is_given_to_each_once(tmp_path: Path) -> None:
    (tmp_path / "a.scene.jsonl").symlink_to(tmp_path / "nowhere")

    def take(_: int) -> Path:
        with reserved_path(tmp_path, "a") as path:
            return path

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(40)))
    assert {path.name for path in taken} == {f"a-{n}.scene.jsonl" for n in range(2, 42)}
