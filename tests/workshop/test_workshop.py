"""The workshop: runs are ordered, followed, stopped, go on, and are found again."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from types import SimpleNamespace

import pytest

from bardtui import paths
from bardtui.errors import UserError
from bardtui.model.store import find_model
from bardtui.workshop.kept_texts import keep
from bardtui.workshop.order import Order
from bardtui.workshop.process import COMMAND, ask_to_stop, is_alive
from bardtui.workshop.reader import News
from bardtui.workshop.workshop import Run, Workshop
from tests.conftest import VERSE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the workshop needs POSIX")

# Does what its text is called, in place of `bardtui train`.
FAKE = """
import json, os, signal, sys
def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)
kind, name = sys.argv[2], sys.argv[3].removeprefix("--name=")
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
say("text", title="A Text", characters=1000)
if kind == "crash":
    sys.exit("bardtui: the sky fell down")
if kind == "silent":
    os._exit(3)
if kind == "refused":
    say("error", message="the text is \\x1b[31m too short")
    sys.exit(1)
if kind == "garbage":
    print("no json", "[" * 100_000, '{"event": 5}', '{"event": "step", "loss": "x"}', sep="\\n")
if kind == "patient":
    say("step", epoch=1, epochs=2, step=1, steps=2, loss=2.0, rate=10.0, seconds_left=60.0)
    signal.sigwait({signal.SIGINT})
    say("stopped", saved=True)
else:
    say("epoch", epoch=1, loss=2.5, held_out=2.25, sample="ANN:")
    say("finished", model=name, seconds=1.0, held_out=2.25)
"""


class Follower:
    """A workshop, and the news that have come of it."""

    def __init__(self, *command: str) -> None:
        self._news: Queue[News] = Queue()
        self.workshop = Workshop(self._news.put, command=command)
        self.workshop.start()

    def until(self, condition: Callable[[], bool]) -> None:
        """Handle news until the condition holds."""
        while not condition():
            self.workshop.handle(self._news.get(timeout=200))


@pytest.fixture
def fake(home: Path) -> Iterator[tuple[str, ...]]:
    script = home / "fake.py"
    script.write_text(FAKE)
    yield sys.executable, str(script)
    stop_runs()


def stop_runs() -> None:
    """Stop the runs that a test has left, as one does that fails: a patient one waits for ever."""
    for folder in paths.workshop_dir().glob("*/"):
        if is_alive(folder):
            ask_to_stop(folder)


@contextmanager
def following(*command: str) -> Iterator[Follower]:
    follower = Follower(*command)
    try:
        yield follower
    finally:
        follower.workshop.close(leave=False)


def ended(run: Run, phase: str) -> Callable[[], bool]:
    return lambda: run.progress.phase == phase and run.process is None


def test_a_run_is_followed_to_its_end(fake: tuple[str, ...]) -> None:
    with following(*fake) as follower:
        run = follower.workshop.order(Order("mine", "fine", 5))
        follower.until(ended(run, "finished"))
        assert (run.progress.title, run.progress.held_out) == ("A Text", 2.25)
        assert [(s.epoch, s.text) for s in run.progress.samples] == [(1, "ANN:")]
        assert run.progress.curves.held_out == [(1, 2.25)]


def test_runs_wait_for_each_other_and_a_failed_one_lets_the_next_begin(
    fake: tuple[str, ...],
) -> None:
    with following(*fake) as follower:
        workshop = follower.workshop
        runs = [workshop.order(Order(f"run-{kind}", kind, 5)) for kind in ("crash", "fine")]
        assert [run.progress.phase for run in runs] == ["running", "queued"]
        follower.until(ended(runs[1], "finished"))
        assert runs[0].progress.phase == "failed"
        assert [run.order.name for run in workshop.runs] == ["run-crash", "run-fine"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("crash", "the sky fell down; its log is"),
        ("silent", "it ended without a message; its log is"),
        ("refused", "the text is ␛[31m too short"),
    ],
)
def test_a_failure_is_one_safe_line(fake: tuple[str, ...], kind: str, message: str) -> None:
    with following(*fake) as follower:
        run = follower.workshop.order(Order("mine", kind, 5))
        follower.until(ended(run, "failed"))
        assert run.progress.message.startswith(message)
        assert run.progress.message.isprintable()


def test_lines_that_are_no_events_are_passed_over(fake: tuple[str, ...]) -> None:
    with following(*fake) as follower:
        run = follower.workshop.order(Order("mine", "garbage", 5))
        follower.until(ended(run, "finished"))
        assert (run.progress.loss, run.progress.curves.training) == (None, [])


def test_a_stopped_run_goes_on_and_holds_up_nobody(fake: tuple[str, ...]) -> None:
    with following(*fake) as follower:
        workshop = follower.workshop
        run = workshop.order(Order("mine", "patient", 5))
        follower.until(lambda: run.progress.loss == 2.0)
        waiting = workshop.order(Order("other", "fine", 5))
        workshop.stop(run)
        follower.until(ended(run, "stopped"))
        assert run.progress.saved
        assert waiting.progress.phase == "queued"  # the writer wants the machine
        workshop.stop(waiting)
        workshop.go_on(run)
        follower.until(lambda: run.progress.phase == "running")
        workshop.stop(run)
        follower.until(ended(run, "stopped"))
        workshop.forget(run)
        workshop.forget(waiting)
        assert workshop.runs == []


def test_a_run_leaves_the_list_though_its_files_are_gone_or_its_copy_stays(
    fake: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("bardtui.workshop.kept_texts.remove", refuse)
    with following(*fake) as follower:
        workshop = follower.workshop
        copied = workshop.order(Order("copied", str(keep("fine", "Hush.")), 5))
        gone = workshop.order(Order("gone", "fine", 5))
        follower.until(ended(gone, "finished"))
        shutil.rmtree(gone.folder)
        workshop.forget(copied)
        workshop.forget(gone)
        assert workshop.runs == []
        assert not copied.folder.exists()


def test_a_run_goes_on_without_the_program_and_is_found_again(fake: tuple[str, ...]) -> None:
    first = Follower(*fake)
    run = first.workshop.order(Order("mine", "patient", 5))
    first.until(lambda: run.progress.loss == 2.0)
    first.workshop.close(leave=True)
    with following(*fake) as second:
        second.until(lambda: second.workshop.active is not None)
        found = second.workshop.active
        assert found is not None
        assert (found.order.source, found.progress.seconds_left) == ("patient", 60.0)
        second.workshop.stop(found)
        second.until(ended(found, "stopped"))


def test_a_run_that_was_killed_meanwhile_is_told_and_can_go_on(fake: tuple[str, ...]) -> None:
    first = Follower(*fake)
    run = first.workshop.order(Order("mine", "patient", 5))
    first.until(lambda: run.progress.loss == 2.0)
    first.workshop.close(leave=True)
    assert run.process is not None
    run.process.kill()
    run.process.wait()
    with following(*fake) as second:
        second.until(lambda: second.workshop.run("mine") is not None)
        found = second.workshop.run("mine")
        assert found is not None
        second.until(lambda: found.progress.phase == "failed")
        second.workshop.go_on(found)
        second.until(lambda: found.progress.phase == "running")


def test_a_name_that_is_taken_is_refused(fake: tuple[str, ...]) -> None:
    with following(*fake) as follower:
        run = follower.workshop.order(Order("mine", "fine", 5))
        for name in ("mine", "pocket", "a/b", ""):
            with pytest.raises(UserError):
                follower.workshop.order(Order(name, "fine", 5))
        follower.until(ended(run, "finished"))
        assert [run.order.name for run in follower.workshop.runs] == ["mine"]


def test_a_clock_that_is_set_back_keeps_the_order_of_the_queue(
    fake: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with following(*fake) as follower:
        workshop = follower.workshop
        first = workshop.order(Order("first", "patient", 5))
        monkeypatch.setattr("bardtui.workshop.workshop.time", lambda: 1_000.0)
        workshop.order(Order("second", "fine", 5))
        workshop.order(Order("third", "fine", 5))
        assert [run.order.name for run in workshop.runs] == ["first", "second", "third"]
        follower.until(lambda: first.progress.loss == 2.0)


def test_a_disk_that_is_full_is_said_and_the_run_can_go_on(
    fake: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = SimpleNamespace(free=0)
    with following(*fake) as follower:
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda path: full)
            run = follower.workshop.order(Order("mine", "silent", 5))  # it can log nothing
            follower.until(ended(run, "failed"))
        assert run.progress.message == "the disk is full: free some space first"
        follower.workshop.go_on(run)
        follower.until(lambda: "ended without a message" in run.progress.message)


def test_damaged_orders_and_logs_are_passed_over(fake: tuple[str, ...], home: Path) -> None:
    for name, content in (("a", "{}"), ("b", "["), ("c", '{"name": 5}')):
        (home / "workshop" / name).mkdir(parents=True)
        (home / "workshop" / name / "order.json").write_text(content)
    with following(*fake) as follower:
        run = follower.workshop.order(Order("mine", "fine", 5))
        follower.until(ended(run, "finished"))


def test_a_log_that_was_cut_off_is_read_from_its_new_beginning(fake: tuple[str, ...]) -> None:
    with following(*fake) as follower:
        run = follower.workshop.order(Order("mine", "patient", 5))
        follower.until(lambda: run.progress.loss == 2.0)
        os.truncate(run.folder / "events.jsonl", 0)
        follower.workshop.stop(run)
        follower.until(ended(run, "stopped"))
        assert run.progress.saved


def test_a_file_in_place_of_the_workshop_is_said_until_it_is_gone(fake: tuple[str, ...]) -> None:
    paths.workshop_dir().touch()
    with following(*fake) as follower:
        with pytest.raises(UserError, match="cannot be ordered"):
            follower.workshop.order(Order("mine", "fine", 5))
        paths.workshop_dir().unlink()
        run = follower.workshop.order(Order("mine", "fine", 5))
        follower.until(ended(run, "finished"))


def test_a_real_run_makes_a_model(home: Path) -> None:
    (home / "verse.txt").write_text(VERSE * 10)
    options = ("--units=12", "--seq-len=24", "--batch-size=8")
    with following(*COMMAND) as follower:
        run = follower.workshop.order(Order("mine", str(home / "verse.txt"), 1, options=options))
        follower.until(lambda: run.progress.published)
        follower.workshop.stop(run)
        follower.until(ended(run, "stopped"))
        assert run.progress.saved
        assert run.progress.samples
    assert find_model("mine").history
    assert (paths.runs_dir() / "mine" / "checkpoint.safetensors").exists()
