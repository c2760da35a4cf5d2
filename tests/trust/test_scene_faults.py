"""A scene meets every refusal of the disk, at every one of its steps, and every damaged bit."""

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.files import atomic_write
from bardtui.scene.export import FORMATS, export
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import SUFFIX, parse_line, read_scene
from bardtui.scene.library import list_scenes
from bardtui.scene.names import new_scene_path
from bardtui.scene.operations import delete_scene, duplicate_scene, rename_scene, restore_scene
from bardtui.scene.scene import Scene, SceneError
from bardtui.session.draft import Draft
from bardtui.session.manuscript import Manuscript, Take
from bardtui.settings import Remembered
from tests.trust.conftest import times

# -- the disk refuses ------------------------------------------------------------------------------

REFUSALS = [errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS]


class Disk:
    """Stands between the program and the system: counts its steps, and refuses those it is told to.

    A refused write has taken the first half of what it was given, as a full disk does.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps = 0
        self.refused: Callable[[int], bool] = lambda step: False
        self.error = errno.ENOSPC
        for name in ("mkdir", "open", "replace", "rename", "unlink", "utime", "fsync"):
            monkeypatch.setattr(os, name, self._guarded(name, getattr(os, name)))
        monkeypatch.setattr("bardtui.scene.journal.FileIO", self._file())
        opened = os.fdopen
        monkeypatch.setattr(os, "fdopen", lambda fd, mode: _Written(opened(fd, mode), self.step))

    def step(self) -> None:
        """One thing asked of the system. Raises OSError where it is to be refused."""
        self.steps += 1
        if self.refused(self.steps):
            raise OSError(self.error, os.strerror(self.error))

    def _guarded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **named: Any) -> Any:
            if name == "open" and not arguments[1] & (os.O_WRONLY | os.O_RDWR):
                return function(*arguments, **named)
            self.step()
            return None if name == "fsync" else function(*arguments, **named)

        return guarded

    def _file(disk) -> type[FileIO]:
        class File(FileIO):
            def write(self, data: Any, /) -> int:
                try:
                    disk.step()
                except OSError:
                    super().write(memoryview(data)[: len(data) // 2])
                    raise
                return super().write(data)

        return File


class _Written:
    """An open file whose writing may be refused."""

    def __init__(self, file: Any, step: Callable[[], None]) -> None:
        self._file, self._step = file, step

    def __enter__(self) -> "_Written":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        try:
            self._step()
        except OSError:
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            raise
        self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def an_hour(manuscript: Manuscript) -> None:
    """What a writer and a model do, and what the program keeps beside the scene, step by step; four
    times a second the program tries again what was refused."""
    draft = Draft()

    def write(text: str) -> None:
        passage = manuscript.begin("small", "f", {"temperature": 0.8}, 7)
        for character in text:
            manuscript.extend(passage, character)
            manuscript.retry_saving()
        manuscript.scene.end(passage, "length")

    draft.keep("ANN:")
    manuscript.add_line("ANN:\n")
    draft.keep("")
    write("Who knocks? é")
    manuscript.retry()
    manuscript.retry_saving()
    write("Come in.")
    manuscript.add_takes("small", "f", [Take("One.", 1, {}, "length"), Take("Two.", 2, {}, "x")])
    manuscript.undo()
    manuscript.redo()
    manuscript.retry_saving()
    manuscript.cut(6)
    manuscript.add_line("Wait.\n")
    manuscript.edit(1, "BEN:\n")
    manuscript.scene.set("title", "Later")
    for keep in (lambda: Remembered().save(paths.remembered_file()), lambda: draft.keep("Not y")):
        try:
            keep()
        except OSError:
            manuscript.retry_saving()
    manuscript.retry_saving()


def whole() -> list[Any]:
    """What the only scene on the disk holds; it has no wound, and nothing else lies about."""
    (path,) = paths.scenes_dir().iterdir()
    scene, report = read_scene(path)
    assert not report
    return list(scene.events())


def left_over(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.name.endswith(".tmp")]


def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One empty home after the other."""
    number = 0
    while True:
        home = tmp_path / str(number)
        monkeypatch.setenv("BARDTUI_HOME", str(home))
        yield home
        number += 1


@pytest.mark.parametrize("error", REFUSALS, ids=errno.errorcode.get)
def test_one_refusal_at_any_step_costs_nothing(
    disk: Disk, error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.error, tried = error, 0
    for home in homes(tmp_path, monkeypatch):
        disk.steps = 0
        disk.refused = lambda step, at=tried: step == at  # type: ignore[misc]
        manuscript = Manuscript()
        an_hour(manuscript)
        if disk.steps < tried:  # that was all of them
            break
        manuscript.close()
        assert manuscript.problem == ""
        assert whole() == list(manuscript.scene.events())
        assert left_over(home) == []
        tried += 1
    assert tried > 50


@pytest.mark.parametrize("error", REFUSALS, ids=errno.errorcode.get)
def test_a_disk_that_refuses_from_any_step_on_is_told_of_and_what_it_took_is_whole(
    disk: Disk, error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.error, first = error, 0
    for _ in homes(tmp_path, monkeypatch):
        first += 1
        disk.steps = 0
        disk.refused = lambda step, at=first: step >= at  # type: ignore[misc]
        manuscript = Manuscript()
        an_hour(manuscript)
        if disk.steps < first:
            break
        # In memory nothing is missing, and it is said if the disk has not got it ...
        assert manuscript.scene.title == "Later"
        if manuscript.problem:
            assert manuscript.problem.endswith(os.strerror(error))
        else:
            assert whole() == list(manuscript.scene.events())
        manuscript.close()
        # ... and what the disk took can be read: whole lines, from the first on.
        found = list(paths.scenes_dir().iterdir()) if paths.scenes_dir().is_dir() else []
        for path in found:
            read, report = read_scene(path)
            assert report.damaged == []
            for number, passage in read.passages.items():
                assert manuscript.scene.passages[number].text.startswith(passage.text)
        # When there is room again, all of it is saved: the scene may have been closed meanwhile.
        disk.refused = lambda step: False
        again = Manuscript(manuscript.scene)
        again.close()
        saved = [list(read_scene(p)[0].events()) for p in paths.scenes_dir().iterdir()]
        assert list(manuscript.scene.events()) in saved
    assert first > 50


def a_scene(title: str = "Act I") -> Path:
    scene = Scene(title)
    path = new_scene_path(paths.scenes_dir(), title)
    journal = Journal.create(path, scene)
    scene.add("writer", "ANN:\n")
    scene.add("model", "Who knocks?", model="small", reason="length")
    scene.undo()
    journal.close()
    return path


def rename(path: Path) -> None:
    rename_scene(path, "Act II")


def save_all(path: Path) -> None:
    scene, _ = read_scene(path)
    for format in FORMATS:
        try:
            atomic_write(path.parents[1] / f"saved.{format}", export(scene, format), private=False)
        except OSError as error:  # as the dialog and the command have it
            raise SceneError(str(error)) from error


def bring_back(path: Path) -> None:
    restore_scene(delete_scene(path))


@pytest.mark.parametrize("work", [rename, duplicate_scene, delete_scene, bring_back, save_all])
def test_work_on_a_scene_that_is_refused_at_any_step_leaves_it(
    work: Callable[[Path], object], disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = refused = 0
    for home in homes(tmp_path, monkeypatch):
        path = a_scene()
        before = list(read_scene(path)[0].events())
        disk.steps, step = 0, step + 1
        disk.refused = lambda n, at=step: n == at  # type: ignore[misc]
        try:
            work(path)
        except SceneError:
            refused += 1
        scenes = list(home.rglob(f"*{SUFFIX}"))
        read = [read_scene(each) for each in scenes]
        assert all(report.damaged == [] for _, report in read)
        assert before in [list(scene.events()) for scene, _ in read]
        assert all(scene.passages for scene, _ in read)  # no husks
        assert left_over(home) == []
        if disk.steps < step:
            break
    assert refused >= 2


def test_a_damaged_scene_that_cannot_be_mended_is_never_lost(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = 0
    for home in homes(tmp_path, monkeypatch):
        path = a_scene()
        damaged = path.read_bytes().replace(b'"type":"passage","id":2', b'"type":"passage","id":x')
        path.write_bytes(damaged)
        manuscript, told = Manuscript.open(path)
        assert told.startswith("damaged in line 3")
        disk.steps, step = 0, step + 1
        disk.refused = lambda n, at=step: n >= at  # type: ignore[misc]
        manuscript.add_line("On.\n")
        copies = [p.read_bytes() for p in home.rglob("*") if p.is_file()]
        assert damaged in copies
        if disk.steps < step:
            break
        disk.refused = lambda n: False
        manuscript.retry_saving()
        manuscript.close()
        assert manuscript.problem == ""
        assert path.with_name(path.name + ".damaged-1").read_bytes() == damaged
        assert list(read_scene(path)[0].events()) == list(manuscript.scene.events())
    assert step > 5


# -- damage in the middle --------------------------------------------------------------------------


def test_a_flipped_bit_anywhere_costs_its_line_only_and_is_named(tmp_path: Path) -> None:
    """Every bit of the file in the long form; every 37th in the short one."""
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
    for bit in range(first * 8, (len(data) - 1) * 8, times(37, 1)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        read, report = read_scene(path)
        hit = data.count(b"\n", 0, bit // 8)  # the line that the bit is in, from 0
        concerned = {json.loads(line)["id"] for line in lines[hit : hit + 2] if line}
        if (found := parse_line(bytes(flipped).split(b"\n")[hit])) is not None:
            concerned.add(found.get("id"))  # it may claim to be another passage
        else:
            assert hit + 1 in report.damaged
        for number, text in texts.items():
            if number not in concerned:
                assert read.passages[number].text == text
        if report.damaged and bit % 8 == 5:
            journal, opened, report = Journal.open(path)
            opened.add("writer", "On.")
            journal.close()
            assert report.backup is not None
            assert report.backup.read_bytes() == bytes(flipped)
            report.backup.unlink()
            again, clean = read_scene(path)
            assert not clean
            assert list(again.events()) == list(opened.events())


# -- hostile shapes --------------------------------------------------------------------------------


def test_a_scene_made_to_be_slow_opens_all_the_same(tmp_path: Path) -> None:
    """A chain of passages, and as many moves of the head between its ends and its middle."""
    count = times(30_000, 100_000)
    path = tmp_path / f"s{SUFFIX}"
    lines = ['{"bardtui":"scene","version":1,"title":"T"}']
    for number in range(1, count + 1):
        parent = number - 1 or None
        passage = {"type": "passage", "id": number, "parent": parent, "author": "writer"}
        lines.append(json.dumps(passage | {"text": "a"}))
    for number in range(count):
        target = (1, count, count // 2, count - 1)[number % 4]
        lines.append(json.dumps({"type": "head", "id": target, "jump": number % 3 == 0}))
    path.write_text("\n".join(lines) + "\n")
    before = time.process_time()
    scene, report = read_scene(path)
    assert time.process_time() - before < count / 4_000  # 1.3 s for 100,000 when it was written
    assert not report
    assert scene.head == (1, count, count // 2, count - 1)[(count - 1) % 4]


# -- a clock that jumps ----------------------------------------------------------------------------


def test_a_clock_that_jumps_back_loses_and_confuses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 2_000_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    first = a_scene("First")
    os.utime(first, (now, now))
    now = 100.0
    second = a_scene("Second")
    os.utime(second, (now, now))
    manuscript, told = Manuscript.open(first)
    manuscript.add_line("On.\n")
    os.utime(first, (now - 50, now - 50))  # its last use lies before its last but one
    passage = manuscript.begin("small", "f", {}, 1)
    manuscript.extend(passage, "and on")
    manuscript.close()
    assert (told, manuscript.problem) == ("", "")
    assert read_scene(first)[0].text.endswith("On.\nand on")
    assert {info.title for info in list_scenes(paths.scenes_dir())} == {"First", "Second"}
