"""The error policy of the commands: one line on standard error, and an exit code."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bardtui.cli.common import BUG, CommandGroup
from bardtui.errors import UserError
from bardtui.log import bug_log_path


def outcome(command: Callable[[], object], *arguments: str) -> Any:
    """What becomes of a command that does this."""
    app = typer.Typer(cls=CommandGroup, rich_markup_mode=None)
    app.callback()(lambda: None)
    app.command("do")(command)
    return CliRunner().invoke(app, ["do", *arguments])


def fail(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("the text is empty"), "the text is empty"),
        (UserError("it holds \u202e\x1b"), "it holds ·␛"),
        (PermissionError(13, "Permission denied", "a.txt"), "a.txt: Permission denied"),
        (MemoryError(), "Not enough memory"),
    ],
)
def test_an_expected_error_is_one_line_with_exit_code_1(error: Exception, line: str) -> None:
    result = outcome(fail(error))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"bardtui: {line}\n"
    assert not bug_log_path().exists()


def test_a_bug_is_logged_and_never_shown_as_a_message_for_the_user() -> None:
    result = outcome(lambda: list(zip([1], [], strict=True)))
    assert (result.exit_code, result.stdout) == (BUG, "")
    assert result.stderr.startswith("bardtui: Internal error (ValueError). Details are in ")
    assert str(bug_log_path()) in result.stderr
    assert result.stderr.count("\n") == 1
    assert "zip() argument 2 is shorter" in bug_log_path().read_text()


def test_a_very_long_message_is_cut() -> None:
    assert len(outcome(fail(UserError("x" * 100_000))).stderr) < 2_100


def test_exit_codes_of_commands_pass() -> None:
    assert outcome(fail(typer.Exit(3))).exit_code == 3
    assert outcome(lambda: sys.exit(4)).exit_code == 4
    assert not bug_log_path().exists()


@pytest.mark.parametrize("arguments", [["a\u202e"], ["--\u202e"], ["--", "\x1b[2J"]])
def test_wrong_usage_does_not_reach_the_terminal_raw(arguments: list[str]) -> None:
    result = outcome(lambda: None, *arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert not {"\u202e", "\x1b"} & {*result.stderr}
