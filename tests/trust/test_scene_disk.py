"""Scenes on a disk that refuses at any step."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.files import atomic_write
from bardtui.scene.export import TEXT_FORMATS, export
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import SUFFIX, read_scene
from bardtui.scene.names import new_scene_path
from bardtui.scene.operations import delete_scene, duplicate_scene, rename_scene, restore_scene
from bardtui.scene.scene import Scene, SceneError
from bardtui.session.manuscript import Manuscript, Written
from bardtui.settings import Remembered

# -- a disk that refuses ---------------------------------------------------------------------------


class Disk:
    """Counts the calls to the operating system, and refuses those for which `refused` is true.

    A refused write has written half of its data, as on a full disk.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps = 0
        self.refused: Callable[[int], bool] = lambda step: False
        self.error = errno.ENOSPC
        for name in ("mkdir", "open", "replace", "rename", "unlink", "utime", "fsync"):
            monkeypatch.setattr(os, name, self._guarded(name, getattr(os, name)))
        monkeypatch.setattr("bardtui.scene.journal.FileIO", self._file())
        opened = os.fdopen

        def fdopen(descriptor: int, mode: str) -> Any:
            file = opened(descriptor, mode)
            return _Written(file, self.step) if "w" in mode else file

        monkeypatch.setattr(os, "fdopen", fdopen)

    def step(self) -> None:
        """Count one call. Raises OSError if it is refused."""
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
    """A file that is open for writing and may refuse."""

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


@pytest.fixture(params=[errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def failing(disk: Disk, request: pytest.FixtureRequest) -> Disk:
    disk.error = request.param
    return disk


def co_write(manuscript: Manuscript) -> None:
    """Do everything a writer and a model do, and try again what the disk refused."""

    def write(text: str) -> None:
        passage = manuscript.begin("small", "f", {"temperature": 0.8}, 7)
        for character in text:
            manuscript.extend(passage, character)
            manuscript.retry_saving()
        manuscript.scene.end(passage, "length")

    manuscript.add_line("ANN:\n")
    write("Who knocks? é")
    manuscript.retry()
    manuscript.retry_saving()
    write("Come in.")
    takes = [[Written(text, "small", "f", {}, 1, "length")] for text in ("One.", "Two.")]
    manuscript.add_takes(takes, (manuscript.scene.head, None))
    manuscript.undo()
    manuscript.redo()
    manuscript.retry_saving()
    manuscript.cut(6)
    manuscript.add_line("Wait.\n")
    manuscript.edit(1, "BEN:\n")
    manuscript.scene.set("title", "Later")
    with suppress(OSError):
        Remembered().save(paths.remembered_file())
    manuscript.retry_saving()


def only_scene() -> list[Any]:
    """Return the events of the only file among the scenes, which is undamaged."""
    (path,) = paths.scenes_dir().iterdir()
    scene, report = read_scene(path)
    assert not report
    return list(scene.events())


def temporary_files(home: Path) -> list[Path]:
    return list(home.rglob("*.tmp"))


def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield one empty home after the other."""
    number = 0
    while True:
        home = tmp_path / str(number)
        monkeypatch.setenv("BARDTUI_HOME", str(home))
        yield home
        number += 1


def test_one_refusal_at_any_step_loses_nothing(
    failing: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    for home in homes(tmp_path, monkeypatch):
        failing.steps = 0
        failing.refused = lambda step, at=tried: step == at  # type: ignore[misc]
        manuscript = Manuscript()
        co_write(manuscript)
        if failing.steps < tried:
            break
        manuscript.close()
        assert manuscript.problem == ""
        assert only_scene() == list(manuscript.scene.events())
        assert temporary_files(home) == []
        tried += 1
    assert tried > 40


def test_a_disk_that_refuses_from_any_step_on_is_reported_and_later_saves_everything(
    failing: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = 0
    for _ in homes(tmp_path, monkeypatch):
        first += 1
        failing.steps = 0
        failing.refused = lambda step, at=first: step >= at  # type: ignore[misc]
        manuscript = Manuscript()
        co_write(manuscript)
        if failing.steps < first:
            break
        # Nothing is missing in memory, and a problem is shown if the disk does not have it.
        assert manuscript.scene.title == "Later"
        if manuscript.problem:
            assert manuscript.problem.endswith(os.strerror(failing.error))
        else:
            assert only_scene() == list(manuscript.scene.events())
        manuscript.close()
        # What the disk has can be read: complete lines from the beginning.
        found = list(paths.scenes_dir().iterdir()) if paths.scenes_dir().is_dir() else []
        for path in found:
            read, report = read_scene(path)
            assert report.damaged == []
            for number, passage in read.passages.items():
                assert manuscript.scene.passages[number].text.startswith(passage.text)
        # As soon as the disk has room, the scene can be saved whole.
        failing.refused = lambda step: False
        Manuscript(manuscript.scene).close()
        saved = [list(read_scene(p)[0].events()) for p in paths.scenes_dir().iterdir()]
        assert list(manuscript.scene.events()) in saved
    assert first > 40


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
    for format in TEXT_FORMATS:
        try:
            atomic_write(path.parents[1] / f"saved.{format}", export(scene, format), private=False)
        except OSError as error:  # as the dialog and the command do
            raise SceneError(str(error)) from error


def delete_and_restore(path: Path) -> None:
    restore_scene(delete_scene(path))


@pytest.mark.parametrize(
    "operation", [rename, duplicate_scene, delete_scene, delete_and_restore, save_all]
)
def test_an_operation_that_is_refused_at_any_step_leaves_the_scene(
    operation: Callable[[Path], object],
    disk: Disk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = refused = 0
    for home in homes(tmp_path, monkeypatch):
        path = a_scene()
        before = list(read_scene(path)[0].events())
        disk.steps, step = 0, step + 1
        disk.refused = lambda n, at=step: n == at  # type: ignore[misc]
        try:
            operation(path)
        except SceneError:
            refused += 1
        read = [read_scene(each) for each in home.rglob(f"*{SUFFIX}")]
        assert all(report.damaged == [] for _, report in read)
        assert before in [list(scene.events()) for scene, _ in read]
        assert all(scene.passages for scene, _ in read)  # no empty files are left
        assert temporary_files(home) == []
        if disk.steps < step:
            break
    assert refused >= 2


def test_a_damaged_scene_that_cannot_be_repaired_is_never_lost(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = 0
    for home in homes(tmp_path, monkeypatch):
        path = a_scene()
        damaged = path.read_bytes().replace(b'"type":"passage","id":2', b'"type":"passage","id":x')
        path.write_bytes(damaged)
        manuscript, notice = Manuscript.open(path)
        assert notice.startswith("damaged in line 3")
        disk.steps, step = 0, step + 1
        disk.refused = lambda n, at=step: n >= at  # type: ignore[misc]
        manuscript.add_line("On.\n")
        assert damaged in [p.read_bytes() for p in home.rglob("*") if p.is_file()]
        if disk.steps < step:
            break
        disk.refused = lambda n: False
        manuscript.retry_saving()
        manuscript.close()
        assert manuscript.problem == ""
        assert path.with_name(path.name + ".damaged-1").read_bytes() == damaged
        assert list(read_scene(path)[0].events()) == list(manuscript.scene.events())
    assert step > 5


def test_a_writer_learns_that_the_file_is_gone_and_the_scene_is_saved_again() -> None:
    manuscript = Manuscript()
    manuscript.add_line("ANN:\n")
    assert manuscript.path is not None
    manuscript.path.unlink()
    manuscript.add_line("Who knocks?\n")
    assert manuscript.problem == ""
    assert "was deleted or moved; the scene is saved again" in manuscript.take_notice()
    assert manuscript.take_notice() == ""
    manuscript.close()
    assert only_scene() == list(manuscript.scene.events())
