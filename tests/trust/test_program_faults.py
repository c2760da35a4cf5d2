"""The program when the machine fails it: no room, no permission, no memory, another program, a
clock that jumps, a damaged file."""

import ctypes
import errno
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.memory import MB
from bardtui.model.context import Context
from bardtui.model.store import ModelBundle
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene
from bardtui.tui.app import BardApp
from tests.terminal import Terminal
from tests.trust.conftest import long_form
from tests.tui.hosts import press, remember, toasts, until

ENTER, SAVE, QUIT, FIVE_TAKES = "\r", "\x13", "\x11", "\x1b[15~"
linux = pytest.mark.skipif(sys.platform != "linux", reason="uses Linux's limits")


def texts() -> list[str]:
    """What the saved scenes say, each without a wound."""
    read = [read_scene(path) for path in sorted(paths.scenes_dir().glob("*.jsonl"))]
    assert not any(report for _, report in read)
    return [scene.text for scene, _ in read]


# -- in the engine's thread ------------------------------------------------------------------------


def errors() -> list[BaseException]:
    """What may come out of a network."""
    from tensorflow.errors import ResourceExhaustedError

    pages = "OOM when allocating tensor with shape[9,9]\n[[{{node x}}]]\n" * 100
    found: list[BaseException] = [
        MemoryError(),
        ResourceExhaustedError(None, None, pages),
        SystemExit(3),
    ]
    return [*found, OSError(errno.EIO, "Input/output error"), RecursionError()] * (1 + long_form)


async def test_an_error_in_the_network_is_said_and_the_next_line_is_written_all_the_same(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(length=40, pace=None)
    app = BardApp()
    write = Context.write
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        stage = app.stage
        for number, error in enumerate(errors()):
            pieces = iter(["half"])

            def fail(*_: Any, error: BaseException = error, **options: Any) -> Iterator[str]:
                yield from pieces  # noqa: B023
                raise error

            monkeypatch.setattr(Context, "write", fail)
            await press(pilot, *f"LINE {number}", "enter")
            await until(pilot, lambda: not stage.session.writing)
            reasons = {type(error).__name__, "Not enough memory", "Input/output"}
            await until(pilot, lambda: any(r in toasts(app) for r in reasons))  # noqa: B023
            assert "Your text is kept" in toasts(app)
            assert max(map(len, toasts(app).splitlines())) < 400
            assert texts() == [stage.session.text]
            assert texts()[0].endswith(f"LINE {number}\nhalf") or texts()[0].endswith("\n")
            monkeypatch.setattr(Context, "write", write)
            before = stage.session.manuscript.length
            await press(pilot, "enter")
            await until(pilot, lambda: not stage.session.writing)
            assert stage.session.manuscript.length > before
            assert texts() == [stage.session.text]


async def test_an_error_in_loading_is_said_and_the_next_load_may_succeed(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(length=20, pace=None)
    app = BardApp()
    async with app.run_test(size=(120, 40)) as pilot:
        models = app.stage.session.model_states
        described = paths.models_dir() / "tiny" / "model.json"
        await until(pilot, lambda: models.get("tiny") == "ready")
        for where in ("bardtui.model.store.find_model", "bardtui.model.context.Context"):
            for error in errors():

                def fail(*_: Any, error: BaseException = error) -> None:
                    raise error

                with monkeypatch.context() as broken:
                    broken.setattr(where, fail)
                    described.touch()  # as if it were trained again
                    app.stage.session.engine.load("tiny")
                    await until(pilot, lambda: models.get("tiny") == "unusable")
                    models["tiny"] = "loading"
            app.stage.session.engine.load("tiny")
            await until(pilot, lambda: models.get("tiny") == "ready")
        await press(pilot, *"ANN:", "enter")
        await until(pilot, lambda: not app.stage.session.writing)
        assert app.stage.session.manuscript.length == 25


# -- the clock -------------------------------------------------------------------------------------


async def test_with_a_clock_that_runs_backwards_the_model_writes_as_ever(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 2_000_000_000.0

    def backwards() -> float:
        nonlocal now
        now -= 3_600
        return now

    monkeypatch.setattr(time, "time", backwards)
    remember(length=100, pace=1_000)
    app = BardApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, *"ANN:", "enter")
        await until(pilot, lambda: app.stage.session.manuscript.length > 30)
        await until(pilot, lambda: not app.stage.session.writing)
    assert texts() == [app.stage.session.text]


# -- the real program ------------------------------------------------------------------------------


def bound_by_permissions() -> None:
    """Let permission bits bind root, too: without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
    if os.geteuid() == 0:
        drop_from_bounding_set = 24
        for capability in (1, 2):
            ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


@linux
def test_a_full_disk_is_said_and_what_it_refused_is_saved_when_there_is_room(
    home: Path, terminals: list[Terminal]
) -> None:
    """A limit on the size of files stands for the full disk; it is set while the program runs."""
    remember(model="pocket")
    program = Terminal(home, writes=False)
    terminals.append(program)

    def room(limit: int) -> None:
        resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (limit, -1))

    program.wait_for("Type a line")
    room(0)
    program.send("Said to a full disk" + ENTER)
    program.wait_for("NOT SAVED")
    room(-1)
    program.wait_for("·  saved  ·")
    room(0)
    program.send("Said to it again" + ENTER)
    program.wait_for("NOT SAVED")
    program.send(SAVE)
    program.wait_for("Save the scene as")
    program.send(ENTER)
    program.wait_for("Not saved:")
    program.send("\x1b")
    program.wait_for(lambda text: "Save the scene as" not in text)
    program.send(QUIT)
    program.wait_for("Quit anyway")
    program.send("n")
    program.wait_for(lambda text: "Quit anyway" not in text)
    room(-1)
    program.wait_for("·  saved  ·")
    program.send("Not sent yet")
    program.wait_for("Not sent yet")
    assert program.leave() == 0
    (text,) = texts()
    assert "Said to a full disk" in text
    assert "Said to it again" in text
    assert paths.draft_file().read_text() == "Not sent yet"


@linux
@pytest.mark.parametrize("left", [8, 15, 40, 50] if long_form else [8])
def test_where_memory_has_run_out_that_is_said_nothing_is_lost_and_later_the_model_writes(
    left: int, home: Path, terminals: list[Terminal]
) -> None:
    """Leave this many megabytes once the model is loaded.

    With less, Python itself cannot allocate: its arenas are 1 MB each.
    """
    remember(model="pocket", length=50, pace=None)
    program = Terminal(home)
    terminals.append(program)
    program.wait_for("pocket is ready")

    def limit(size: int) -> None:
        resource.prlimit(program.process.pid, resource.RLIMIT_AS, (size, -1))

    pages = int(Path(f"/proc/{program.process.pid}/statm").read_text().split()[0])
    limit(pages * resource.getpagesize() + left * MB)
    program.send("It is late." + ENTER)
    little, line = left < 30, "It is late.\n"
    if little:
        program.wait_for("Writing needs about")
    else:
        program.wait_for(lambda text: "is ready" in text and len("".join(texts())) > len(line))
    program.send(FIVE_TAKES)
    if little:
        program.wait_for("stopped by an error")
        program.wait_for("Writing needs about")
    else:
        program.wait_for("all are saved")
    program.send("\x1b")
    program.wait_for("pocket is ready")
    limit(-1)
    program.send("It is." + ENTER)
    program.wait_for(lambda text: "is ready" in text and texts()[0].rpartition("It is.\n")[2] != "")
    program.send(FIVE_TAKES)
    program.wait_for("all are saved")
    program.send("\x1b")
    program.wait_for("pocket is ready")
    assert program.leave() == 0
    (text,) = texts()
    assert text.startswith(line)
    assert "\nIt is.\n" in text


@linux
@pytest.mark.parametrize(
    "where", ["read-only", "missing", "a file"] if long_form else ["read-only"]
)
def test_without_a_folder_to_save_in_the_program_runs_and_says_so(
    where: str, home: Path, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "folder"
    folder.mkdir(mode=0o555)
    if where == "missing":
        folder = folder / "missing"
    elif where == "a file":
        folder = home / "file"
        folder.write_text("")
    monkeypatch.setenv("BARDTUI_HOME", str(folder))
    program = Terminal(folder, before=bound_by_permissions, writes=False)
    terminals.append(program)
    program.wait_for("Type a line")
    program.send("Said to nobody" + ENTER)
    program.wait_for("NOT SAVED")
    program.wait_for("Said to nobody")
    program.send(QUIT)
    program.wait_for("Quit anyway")
    program.send("y")
    program.process.expect("the scene is not saved: ")
    program.process.wait()
    assert not paths.scenes_dir().exists()


def test_two_programs_at_once_keep_off_each_others_scene(
    home: Path, terminals: list[Terminal]
) -> None:
    remember(model="pocket")
    first = Terminal(home, writes=False)
    terminals.append(first)
    first.wait_for("Type a line")
    first.send("The first one speaks" + ENTER)
    first.wait_for("·  saved  ·")
    (path,) = paths.scenes_dir().glob("*.jsonl")
    second = Terminal(home, writes=False)
    terminals.append(second)
    second.wait_for("open elsewhere")
    second.send("The first one speaks" + ENTER)  # the same title, and another file
    second.wait_for("·  saved  ·")
    third = Terminal(home, "open", str(path))
    terminals.append(third)
    third.process.expect("is open elsewhere")
    third.process.wait()
    for program in (first, second):
        program.send("And goes on" + ENTER)
        program.wait_for("And goes on")
        assert program.leave() == 0
    assert len(texts()) == 2
    for text in texts():
        assert text.startswith("The first one speaks\n")
        assert "And goes on" in text


def test_a_damaged_scene_opens_says_so_and_is_kept_as_it_was(
    home: Path, terminals: list[Terminal]
) -> None:
    remember(model="pocket")
    scene = Scene("Act I")
    path = paths.scenes_dir() / "act-i.scene.jsonl"
    journal = Journal.create(path, scene)
    for line in ("ANN:\nIt is late.\n", "BEN:\nIt is.\n", "ANN:\nThen go.\n"):
        scene.add("writer", line)
    journal.close()
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(b'"author":"writer","text":"BEN')] ^= 4  # a bit in the middle
    path.write_bytes(damaged[:-9])  # and the end is missing
    damaged = damaged[:-9]
    program = Terminal(home, writes=False)
    terminals.append(program)
    program.wait_for("damaged in line 3")
    program.wait_for("It is late.")
    assert path.read_bytes() == damaged
    program.send("I go on" + ENTER)
    program.wait_for("I go on")
    assert program.leave() == 0
    assert path.with_name("act-i.scene.jsonl.damaged-1").read_bytes() == damaged
    (text,) = texts()
    assert text.startswith("ANN:\nIt is late.\nI go on")
