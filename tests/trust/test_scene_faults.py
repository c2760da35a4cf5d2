"""Damaged and hostile scene files, files that are not what they seem, and clocks that jump."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import SUFFIX, JournalReader, parse_line, read_scene
from bardtui.scene.library import latest_scene, list_scenes
from bardtui.scene.operations import duplicate_scene
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.scene_search import Query, SceneSearch
from bardtui.session.manuscript import Manuscript
from tests.trust.conftest import times
from tests.trust.test_scene_disk import a_scene, rename

# -- damage in the middle --------------------------------------------------------------------------


def test_a_flipped_bit_damages_only_its_line_and_is_reported(tmp_path: Path) -> None:
    """Every bit of the file in the long form; every 97th in the short one."""
    path = tmp_path / f"s{SUFFIX}"
    scene = Scene("Act I")
    journal = Journal.create(path, scene)
    for number in range(12):
        scene.add("writer", f"ANN:\nSay {number} “so”.\n")
        answer = scene.add("model", model="small", settings={"temperature": 0.8}, random_seed=7)
        scene.extend(answer.id, f"{number} is said. \U0001f3ad")
        scene.end(answer.id, "length")
    journal.close()
    data = path.read_bytes()
    lines = data.split(b"\n")
    texts = {passage.id: passage.text for passage in scene.passages.values()}
    first = len(lines[0]) + 1
    for bit in range(first * 8, (len(data) - 1) * 8, times(97, 1)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        reader = JournalReader(path, bytes(flipped))
        read, report = reader.scene, reader.report
        hit = data.count(b"\n", 0, bit // 8)  # the index of the line
        concerned = {json.loads(line)["id"] for line in lines[hit : hit + 2] if line}
        if (found := parse_line(bytes(flipped).split(b"\n")[hit])) is not None:
            concerned.add(found.get("id"))  # its id may be that of another passage now
        else:
            assert hit + 1 in report.damaged
        for number, text in texts.items():
            if number not in concerned:
                assert read.passages[number].text == text
        if report.damaged and bit % 8 == 5:
            path.write_bytes(flipped)
            journal, opened, report = Journal.open(path)
            opened.add("writer", "On.")
            journal.close()
            assert report.backup is not None
            assert report.backup.read_bytes() == bytes(flipped)
            report.backup.unlink()
            again, clean = read_scene(path)
            assert not clean
            assert list(again.events()) == list(opened.events())


# -- hostile files ---------------------------------------------------------------------------------


def chain(number: int) -> dict[str, Any]:
    """A passage at the end of the one before."""
    return {"parent": number - 1 or None}


def chain_of_beginnings(number: int) -> dict[str, Any]:
    """A passage at the beginning of the one before."""
    return {"parent": number - 1 or None, "at": 0}


@pytest.mark.parametrize("place", [chain, chain_of_beginnings])
def test_a_scene_made_to_be_slow_is_read_in_linear_time(
    tmp_path: Path, place: Callable[[int], dict[str, Any]]
) -> None:
    """A chain of passages, and as many moves of the head between its ends and its middle."""
    count = times(20_000, 100_000)
    path = tmp_path / f"s{SUFFIX}"
    lines = ['{"bardtui":"scene","version":1,"title":"T"}']
    for number in range(1, count + 1):
        passage = {"type": "passage", "id": number, "author": "writer", "text": "a"}
        lines.append(json.dumps(passage | place(number)))
    for number in range(count):
        target = (1, count, count // 2, count - 1)[number % 4]
        lines.append(json.dumps({"type": "head", "id": target, "jump": number % 3 == 0}))
    path.write_text("\n".join(lines) + "\n")
    before = time.process_time()
    scene, report = read_scene(path)
    assert time.process_time() - before < count / 4_000  # 1.3 s for 100,000 when it was written
    assert not report
    assert scene.head == (1, count, count // 2, count - 1)[(count - 1) % 4]


def no_file(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def too_large(path: Path) -> None:
    path.write_bytes(b'{"bardtui":"scene","version":1,"title":"T"}\n')
    os.truncate(path, 4 << 40)


@pytest.mark.parametrize(
    "make", [os.mkfifo, Path.mkdir, no_file, link_to_device, link_to_itself, too_large]
)
def test_what_is_not_a_regular_file_of_sensible_size_is_refused_at_once(
    make: Callable[[Path], object],
) -> None:
    good = a_scene()
    os.utime(good, (1, 1))
    path = paths.scenes_dir() / f"b{SUFFIX}"
    make(path)
    operations: list[Callable[[Path], object]] = [
        *(Journal.open, read_scene, rename, duplicate_scene, Manuscript.open, SceneSearch().counts),
        lambda path: SceneSearch().find(path, Query("a")),
    ]
    for operation in operations:
        with pytest.raises(SceneError) as refusal:
            operation(path)
        assert str(refusal.value).isprintable()
    assert [scene.broken is None for scene in list_scenes(paths.scenes_dir())].count(True) == 1
    found = latest_scene(paths.scenes_dir())
    assert found is not None
    assert found.path == good


AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from bardtui.scene.journal import Journal
from bardtui.scene.library import latest_scene, list_scenes
from bardtui.scene.operations import delete_scene, duplicate_scene
from bardtui.scene.scene import SceneError
if os.geteuid() == 0:  # root may read everything
    os.setgid(65534)
    os.setuid(65534)
folder = Path(sys.argv[1])
for scene in list_scenes(folder):
    print(scene.path.name, scene.broken)
print("latest", latest_scene(folder))
for operation in (Journal.open, duplicate_scene):
    try:
        operation(folder / "a.scene.jsonl")
    except SceneError as error:
        print(error)
"""


def test_a_file_without_permission_to_read_is_listed_with_the_reason() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = shutil.move(a_scene(), Path(folder, f"a{SUFFIX}"))
        path.chmod(0o000)
        answer = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER_USER, folder],
            capture_output=True,
            text=True,
            check=True,
        )
    assert answer.stdout.splitlines() == [
        "a.scene.jsonl Permission denied",
        "latest None",
        "a.scene.jsonl cannot be opened for writing: Permission denied",
        "a.scene.jsonl cannot be read: Permission denied",
    ]


# -- a clock that jumps ----------------------------------------------------------------------------


@pytest.mark.parametrize("now", [100.0, -1e9, 2.0**40])
def test_a_clock_that_jumps_loses_and_confuses_nothing(
    now: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = a_scene("First")
    monkeypatch.setattr(time, "time", lambda: now)
    second = a_scene("Second")
    os.utime(second, (now, now))
    manuscript, notice = Manuscript.open(second)
    manuscript.add_line("On.\n")
    os.utime(second, (now - 50, now - 50))
    passage = manuscript.begin("small", "f", {}, 1)
    manuscript.extend(passage, "and on")
    manuscript.close()
    os.utime(second, (now, now))
    assert (notice, manuscript.problem) == ("", "")
    assert read_scene(second)[0].text.endswith("On.\nand on")
    assert {scene.path for scene in list_scenes(paths.scenes_dir())} == {first, second}
    assert all(scene.broken is None for scene in list_scenes(paths.scenes_dir()))
