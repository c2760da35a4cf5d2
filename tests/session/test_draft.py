"""The line that is not sent yet, from one start of the program to the next."""

from pathlib import Path

import pytest

from bardtui import paths
from bardtui.session import draft
from bardtui.session.draft import Draft


def ended(*drafts: Draft) -> None:
    for each in drafts:
        each.close()


def test_it_is_there_at_the_next_start(home: Path) -> None:
    first = Draft()
    assert first.text == ""
    first.note("Not yet")
    ended(first)
    again = Draft()
    assert again.text == "Not yet"
    again.note("")
    ended(again)
    assert Draft().text == ""


def test_programs_that_run_at_once_keep_one_line_each(home: Path) -> None:
    first = Draft()
    first.keep("the first one's")
    second, third = Draft(), Draft()
    assert second.text == third.text == ""
    second.keep("the second one's")
    third.note("sent")
    third.note("")
    second.note("the second one's, longer")
    ended(first, second, third)  # or killed: the system lets go of their locks just so
    later = [Draft() for _ in range(3)]
    assert sorted(each.text for each in later) == [
        "",
        "the first one's",
        "the second one's, longer",
    ]
    ended(*later)


def test_what_a_second_program_left_behind_comes_back_when_there_is_but_one(home: Path) -> None:
    first, second = Draft(), Draft()
    second.keep("left behind")
    ended(first, second)
    only = Draft()
    assert only.text == "left behind"
    ended(only)


def test_where_there_are_no_locks_a_line_is_kept_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock(file: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(draft, "lock", lock)
    Draft().keep("Not yet")
    assert Draft().text == paths.draft_file().read_text() == "Not yet"


def test_where_nothing_can_be_kept_the_program_starts(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "a file").write_text("no folder")
    monkeypatch.setattr(paths, "data_dir", lambda: home / "a file")
    only = Draft()
    only.keep("Not yet")
    assert only.text == "Not yet"
