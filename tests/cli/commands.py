"""Run commands, in this process or as a shell does."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from bardtui.cli.app import app
from bardtui.cli.common import BUG
from bardtui.log import bug_log_path
from tests.conftest import DECODERS

_WIDE = {"COLUMNS": "200"}


def shell(
    *arguments: str, text: str = "", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the real program, with `text` on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "bardtui", *arguments],
        input=text.encode(),
        capture_output=True,
        timeout=120,
        env=os.environ | _WIDE | (environment or {}),
        check=False,
    )


def run(*arguments: str | Path, text: str | bytes = "") -> Any:
    """Run a command in this process; the result has exit_code, stdout and stderr.

    Fails with the traceback for a bug, which the error policy only logs.
    """
    result = CliRunner(env=_WIDE).invoke(app, [str(a) for a in arguments], input=text)
    DECODERS.take_back()
    assert result.exit_code != BUG, bug_log_path().read_text()
    return result


def refusal(*arguments: str | Path, text: str | bytes = "") -> str:
    """Run a command that must fail; return its one printable line without the prefix."""
    result = run(*arguments, text=text)
    assert result.exit_code == 1
    line = result.stderr
    assert line.startswith("bardtui: ")
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    return str(line[:-1].removeprefix("bardtui: "))
