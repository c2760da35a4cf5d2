"""Copies of a writer's texts: they are kept for runs, and removed when no run needs them."""

import os
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.workshop.disk import freeable, look
from bardtui.workshop.kept_texts import every, keep, release
from bardtui.workshop.order import Order
from bardtui.workshop.process import log
from tests.cli.commands import run

OLD = 100_000_000  # seconds since 1970


def ordered(name: str, source: Path, *events: str) -> None:
    """A run that an earlier program has ordered."""
    for event in ("queued", *events):
        log(paths.workshop_dir() / name, event)
    Order(name, str(source), 5).save(paths.workshop_dir() / name)


def test_a_changed_scene_is_another_file() -> None:
    first = keep("The Stair", "Hush.")
    assert keep("The Stair", "Hush. Again.") != first
    assert first.read_text() == "Hush.\n"
    assert first.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("events", "stays"),
    [
        ((), True),
        (("begun",), True),
        (("begun", "stopped"), True),
        (("begun", "error"), True),
        (("begun", "finished"), False),
        (("begun", "finished", "stopping"), False),
        (("begun", "stopped", "queued", "begun", "finished"), False),
    ],
)
def test_a_copy_stays_while_its_run_can_go_on(events: tuple[str, ...], stays: bool) -> None:
    path = keep("The Stair", "Hush.")
    ordered("mine", path, *events)
    release(path)
    assert path.exists() is stays
    assert path.parent.exists() is stays


def test_a_copy_that_two_runs_read_stays_for_the_second() -> None:
    path = keep("The Stair", "Hush.")
    ordered("one", path, "begun", "finished")
    ordered("two", path, "begun")
    release(path)
    assert path.exists()


def test_a_copy_stays_that_a_run_needs_since_it_was_listed_for_cleaning() -> None:
    path = keep("The Stair", "Hush.")
    os.utime(path, (OLD, OLD))
    listed = freeable(30)
    ordered("mine", path, "begun")
    for each in listed:
        each.remove()
    assert path.exists()


def test_a_file_of_the_writers_own_is_never_released(home: Path) -> None:
    (home / "mine.txt").write_text("Hush.")
    release(home / "mine.txt")
    assert (home / "mine.txt").exists()


def test_copies_that_no_run_needs_are_counted_and_cleaned() -> None:
    needed, left, new = keep("needed", "One."), keep("left", "Two."), keep("new", "Three.")
    ordered("mine", needed, "begun", "stopped")
    for path in (needed, left):
        os.utime(path, (OLD, OLD))
    assert "and copies of scenes for training 0.00 MB" in look().taken
    assert [each.what for each in freeable(30)] == ["copy of a text, left"]
    assert "copies of scenes: 0.00 MB" in run("models", "disk").stdout
    assert "copy of a text, left" in run("models", "clean", "--yes").stdout
    assert sorted(every()) == sorted([needed, new])
