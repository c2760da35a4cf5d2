"""Scenes and disks that refuse, damaged files, and files that are not what they seem."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
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
from bardtui.scene.library import latest_scene, list_scenes
from bardtui.scene.names import new_scene_path
from bardtui.scene.operations import delete_scene, duplicate_scene, rename_scene, restore_scene
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.scene_search import Query, SceneSearch
from bardtui.session.draft import Draft
from bardtui.session.manuscript import Manuscript, Take
from bardtui.settings import Remembered
from tests.trust.conftest import times

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
    """Do everything a writer and a model do, save what is kept beside the scene, and try again
    whatever the disk refused."""
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
    assert tried > 50


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
    assert "was deleted or moved; the scene is saved as" in manuscript.take_notice()
    assert manuscript.take_notice() == ""
    manuscript.close()
    assert only_scene() == list(manuscript.scene.events())


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
        path.write_bytes(flipped)
        read, report = read_scene(path)
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
