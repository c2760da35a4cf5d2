"""The error log: what goes into it, how large it gets, and who can read it."""

import os
import stat
from pathlib import Path

import pytest

from bardtui.errors import UserError, user_message
from bardtui.log import bug_log_path, explain, log_bug


def raised(error: BaseException) -> BaseException:
    """The error with a traceback."""
    try:
        raise error
    except BaseException as caught:
        return caught


def test_a_bug_is_logged_with_its_traceback_and_the_line_names_the_log(home: Path) -> None:
    line = log_bug(raised(ValueError("zip() argument 2 is shorter")))
    assert line == f"Internal error (ValueError). Details are in {home / 'errors.log'}"
    log = bug_log_path().read_text()
    assert "in raised" in log
    assert "ValueError: zip() argument 2 is shorter" in log


def test_the_log_is_private_and_stays_small(home: Path) -> None:
    for number in range(60):
        log_bug(raised(ValueError("x" * 15_000 + f"number {number}")))
    files = sorted(home.glob("errors.log*"))
    assert [file.name for file in files] == ["errors.log", "errors.log.1"]
    assert sum(file.stat().st_size for file in files) < 500_000
    assert "number 59" in files[0].read_text()
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_text_in_the_log_is_escaped(home: Path) -> None:
    log_bug(raised(ValueError("\x1b[2J \u202e \ud800 a\nb")))
    log = bug_log_path().read_text()
    assert not {"\x1b", "\u202e"} & {*log}
    assert "a\nb" in log


def test_a_log_that_cannot_be_written_is_said(home: Path) -> None:
    (home / "errors.log").mkdir()
    assert "could not be logged" in log_bug(ValueError("x"))


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("the file is empty"), "the file is empty"),
        (UserError("it holds \x1b\n\u202e"), "it holds ␛␊·"),
        (UserError("x" * 5_000), "x" * 1_999 + "…"),
        (
            FileNotFoundError(2, "No such file or directory", "a.txt"),
            "a.txt: No such file or directory",
        ),
        (FileNotFoundError(2, "No such file", "\x1b"), "␛: No such file"),
        (OSError(36, "Name too long", "x" * 5_000), f"{'x' * 499}…: Name too long"),
        (OSError("the disk is gone"), "the disk is gone"),
        (MemoryError(), "Not enough memory"),
    ],
)
def test_expected_errors_are_one_line_and_not_logged(error: Exception, line: str) -> None:
    assert user_message(error) == explain(error) == line
    assert not bug_log_path().exists()


def test_any_other_error_is_a_bug() -> None:
    for error in (ValueError("x"), KeyError("x"), RuntimeError("x"), RecursionError()):
        assert user_message(error) is None
        assert explain(error).startswith(f"Internal error ({type(error).__name__})")
