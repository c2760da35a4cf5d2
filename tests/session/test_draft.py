"""The unsent line: saved by a thread, one for each running program."""

import threading
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.session import saving
from bardtui.session.saving import BackgroundSaver, Draft


def test_the_line_is_there_at_the_next_start() -> None:
    first = Draft()
    first.keep("The lamp is")
    first.close()
    again = Draft()
    assert again.text == "The lamp is"
    again.keep("")
    again.close()
    assert Draft().text == ""


def test_the_line_survives_a_program_that_is_killed(home: Path) -> None:
    killed = Draft()
    killed.keep("The lamp is")
    while not paths.draft_file().exists():  # by the thread, within its interval
        threading.Event().wait(0.01)
    assert paths.draft_file().read_text() == "The lamp is"


def test_programs_that_run_at_once_have_a_line_each() -> None:
    first, second, third = Draft(), Draft(), Draft()
    first.keep("the first one's")
    second.keep("the second one's")
    third.keep("sent")
    third.keep("")
    for each in (first, second, third):
        each.close()
    texts = {Draft().text, (kept := Draft()).text}
    assert texts <= {"the first one's", "the second one's"}
    kept.close()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b" " * 1_000_001, None])
def test_a_draft_that_cannot_be_read_is_empty(home: Path, content: bytes | None) -> None:
    if content is None:
        paths.draft_file().mkdir()
    else:
        paths.draft_file().write_bytes(content)
    unreadable = Draft()
    assert unreadable.text == ""
    unreadable.keep("A line")
    unreadable.close()


def test_the_line_is_kept_where_there_are_no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def lock(file: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(saving, "lock", lock)
    first = Draft()
    first.keep("Not yet")
    first.close()
    assert Draft().text == paths.draft_file().read_text() == "Not yet"


def test_many_values_are_saved_once_and_the_last_one_when_it_closes() -> None:
    saved: list[int] = []
    saver = BackgroundSaver(saved.append, interval=3600)
    saver.keep(0, at_once=True)
    while not saved:
        threading.Event().wait(0.01)
    for value in range(1, 100):
        saver.keep(value)
    assert saved == [0]
    saver.close()
    assert saved == [0, 99]
