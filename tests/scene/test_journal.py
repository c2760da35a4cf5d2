"""The journal: its format, when it is written, its lock, and files that are refused."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bardtui.scene import journal as journal_module
from bardtui.scene.journal import Journal, JournalError, SceneBusyError
from bardtui.scene.journal_reader import MAX_BYTES, read_scene
from bardtui.scene.library import scene_info
from bardtui.scene.rewriting import edit
from bardtui.scene.scene import Event, Scene, SceneError


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(journal_module, "time", clock)
    return clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scenes" / "s.scene.jsonl"


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How large the file was at each fsync."""
    sizes: list[int] = []
    fsync = os.fsync

    def counted(descriptor: int) -> None:
        fsync(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            sizes.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", counted)
    return sizes


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().decode().splitlines()]


def test_the_format_of_the_file(path: Path) -> None:
    scene = Scene("Act I", created="2025-01-02T03:04:05+00:00")
    journal = Journal.create(path, scene)
    scene.add("writer", "ANN:\n“Café”\u2028\x1b\x9b\ud800")
    answer = scene.add(
        "model", model="small", fingerprint="ab", settings={"temperature": 0.8}, random_seed=7
    )
    scene.extend(answer.id, "Co")
    scene.extend(answer.id, "me in.")
    scene.end(answer.id, "length")
    scene.move_head(answer.id, 4)
    scene.undo()
    scene.set("title", "Act II")
    journal.close()
    assert path.read_bytes().decode("utf-8").split("\n") == [
        '{"bardtui":"scene","version":1,"title":"Act I","created":"2025-01-02T03:04:05+00:00"}',
        '{"type":"passage","id":1,"author":"writer",'
        '"text":"ANN:\\n“Café”\\u2028\\u001b\\u009b\\ud800","reason":"sent"}',
        '{"type":"passage","id":2,"parent":1,"author":"model","model":"small",'
        '"fingerprint":"ab","settings":{"temperature":0.8},"random_seed":7}',
        '{"type":"text","id":2,"text":"Come in."}',
        '{"type":"end","id":2,"reason":"length"}',
        '{"type":"head","id":2,"at":4}',
        '{"type":"head","id":null,"at":null}',
        '{"type":"set","name":"title","value":"Act II"}',
        "",
    ]


def test_files_and_folders_are_private(path: Path) -> None:
    Journal.create(path, Scene()).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_the_writer_sends_is_on_the_disk_when_add_returns(
    path: Path, syncs: list[int]
) -> None:
    scene = Scene()
    Journal.create(path, scene)
    scene.add("writer", "ANN:\n")
    assert syncs[-1] == path.stat().st_size
    assert lines(path)[-1]["text"] == "ANN:\n"


def test_a_models_text_is_flushed_every_quarter_second_and_synced_at_its_end(
    path: Path, clock: Clock, syncs: list[int]
) -> None:
    scene = Scene()
    Journal.create(path, scene)
    answer = scene.add("model")
    assert lines(path)[-1]["type"] == "passage"
    scene.extend(answer.id, "a")
    clock.now += 0.2
    scene.extend(answer.id, "b")
    assert lines(path)[-1]["type"] == "passage"
    clock.now += 0.05
    scene.extend(answer.id, "c")
    assert lines(path)[-1] == {"type": "text", "id": 1, "text": "abc"}
    scene.extend(answer.id, "d")
    assert lines(path)[-1]["text"] == "abc"
    assert len(syncs) == 1
    scene.end(answer.id, "stopped")
    assert [line["type"] for line in lines(path)[1:]] == ["passage", "text", "text", "end"]
    assert syncs[1:] == [path.stat().st_size]


def test_several_finished_passages_wait_for_the_disk_once(path: Path, syncs: list[int]) -> None:
    scene = Scene()
    journal = Journal.create(path, scene)
    scene.add("model", "whole", reason="length")
    assert syncs[1:] == [path.stat().st_size]
    twin, events = Scene(), list[Event]()
    twin.apply(scene.passages[1].event())
    twin.on_event = events.append
    edit(twin, 1, "edited")
    growing = twin.add("model")
    twin.extend(growing.id, "to be ")
    twin.extend(growing.id, "joined")
    journal.write(*events)
    assert syncs[2:] == [path.stat().st_size]
    journal.close()
    assert read_scene(path)[0].text == "editedto be joined"


def test_flush_writes_everything_once(path: Path, clock: Clock) -> None:
    scene = Scene()
    journal = Journal.create(path, scene)
    answer = scene.add("model")
    scene.extend(answer.id, "a")
    journal.flush()
    size = path.stat().st_size
    assert lines(path)[-1]["text"] == "a"
    journal.flush()
    journal.close()
    journal.close()
    assert path.stat().st_size == size


def test_text_of_two_growing_passages_is_not_mixed(path: Path, clock: Clock) -> None:
    scene = Scene()
    journal = Journal.create(path, scene)
    first = scene.add("model")
    scene.move_head(None)
    second = scene.add("model")
    for passage, text in ((first, "a"), (second, "x"), (first, "b"), (second, "y")):
        scene.extend(passage.id, text)
    journal.close()
    read, report = read_scene(path)
    assert not report
    assert [read.passages[1].text, read.passages[2].text] == ["ab", "xy"]


def test_halves_of_a_utf16_pair_in_two_chunks_stay_apart(path: Path, clock: Clock) -> None:
    scene = Scene()
    journal = Journal.create(path, scene)
    answer = scene.add("model")
    for chunk in ("a\ud83d", "", "\ude00b"):
        scene.extend(answer.id, chunk)
    journal.close()
    assert read_scene(path)[0].text == scene.text == "a\ud83d\ude00b"


def test_an_opened_scene_continues_where_it_stopped(path: Path) -> None:
    scene = Scene("S")
    journal = Journal.create(path, scene)
    scene.add("writer", "a")
    answer = scene.add("model", "b")
    scene.undo()
    journal.close()
    journal, again, report = Journal.open(path)
    assert not report
    assert str(report) == ""
    assert (again.title, again.created, again.text) == ("S", scene.created, "")
    assert again.redo()
    again.extend(answer.id, "c")
    again.end(answer.id, "stopped")
    journal.close()
    assert read_scene(path)[0].text == "abc"


def test_a_scene_can_get_a_file_after_it_was_begun(path: Path) -> None:
    scene = Scene("Late")
    scene.add("writer", "a")
    answer = scene.add("model", "b")
    scene.set("cast", ["ANN"])
    scene.undo()
    journal = Journal.create(path, scene)
    scene.extend(answer.id, "c")
    journal.close()
    read, _ = read_scene(path)
    assert list(read.events()) == list(scene.events())
    assert read.properties == scene.properties


def test_create_does_not_change_an_existing_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("mine")
    scene = Scene()
    with pytest.raises(JournalError, match=r"s\.scene\.jsonl cannot be created: File exists"):
        Journal.create(path, scene)
    assert path.read_text() == "mine"
    assert scene.on_event is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"bardtui":"scene","version":2,"title":"T","created":""}\n', "written by a newer"),
        (b'{"bardtui":"scene","version":2}', "written by a newer"),
        (b"garbage", "is not a scene"),
        (b"\n\n\n", "is not a scene"),
        (b'{"bardtui":"model","version":1,"title":"T"}\n', "is not a scene"),
        (b'{"bardtui":"scene","version":true,"title":"T"}\n', "is not a scene"),
        (b'{"bardtui":"scene","version":%d,"title":"T"}\n' % 10**99, "is not a scene"),
        (b'{"bardtui":"scene","version":1,"title":5}\n', "is not a scene"),
        (b'[{"bardtui":"scene"}]\n{"type":"text","id":1,"text":"x"}\n', "is not a scene"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100, "is not a scene"),
        pytest.param(b"[" * 3_000_000, "is not a scene", id="deep"),
    ],
)
def test_other_files_are_refused_in_one_line_and_not_changed(
    path: Path, content: bytes, message: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    for read in (Journal.open, read_scene):
        with pytest.raises(SceneError, match=message) as caught:
            read(path)
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_missing_folders_and_too_large_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="No such file"):
        Journal.open(tmp_path / "none")
    with pytest.raises(SceneError, match="No such file"):
        read_scene(tmp_path / "none")
    with pytest.raises(SceneError, match="a folder, not a file"):
        Journal.open(tmp_path)
    large = tmp_path / "large\x1b\n"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SceneError, match="larger than 268,435,456 bytes") as caught:
        Journal.open(large)
    assert str(caught.value).isprintable()


def test_a_byte_order_mark_is_accepted(path: Path) -> None:
    scene = Scene("Marked")
    journal = Journal.create(path, scene)
    scene.add("writer", "a")
    journal.close()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    journal, scene, report = Journal.open(path)
    assert (scene.title, scene.text, bool(report)) == ("Marked", "a", False)
    scene.add("writer", "b")
    journal.close()
    assert read_scene(path)[0].text == "ab"
    assert scene_info(path).title == "Marked"


BUSY = """
import sys
from pathlib import Path
from bardtui.scene.journal import Journal, SceneBusyError
try:
    opened = Journal.open(Path(sys.argv[1]))
except SceneBusyError as error:
    print(error)
else:
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_scene_is_opened_once_in_this_program(path: Path) -> None:
    journal = Journal.create(path, Scene())
    with pytest.raises(SceneBusyError, match=r"s\.scene\.jsonl is open elsewhere"):
        Journal.open(path)
    assert read_scene(path)[0].title == ""
    journal.close()
    Journal.open(path)[0].abandon()
    Journal.open(path)[0].close()


def test_a_scene_is_opened_once_in_all_programs_until_they_end_or_are_killed(path: Path) -> None:
    journal = Journal.create(path, Scene())
    command = [sys.executable, "-c", BUSY, str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout == "s.scene.jsonl is open elsewhere\n"
    journal.close()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(SceneBusyError):
            Journal.open(path)
        other.kill()
    Journal.open(path)[0].close()
