"""The check of the installation, and what it says to do."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.cli import checks
from bardtui.cli.checks import Check, cheap_checks, check_tensorflow
from bardtui.cli.version import LIBRARIES
from tests.cli.commands import run
from tests.terminal import Terminal

STARTS = """print('{"seconds": 1.5, "gpus": 0, "xla": ""}')"""  # as TensorFlow does


def found(name: str) -> Check:
    """The check with this name, among those that take no time."""
    return next(check for check in cheap_checks() if check.name == name)


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command without the seconds that TensorFlow takes."""
    monkeypatch.setattr(checks, "check_tensorflow", lambda: check_tensorflow(("-c", STARTS)))
    return lambda *arguments: run("doctor", *arguments)


def test_a_sound_installation_needs_no_mending(doctor: Any) -> None:
    result = doctor()
    assert result.exit_code == 0, result.stdout
    for line in ("  Python: 3.", "  cores: ", "  models: ", "  start: 1.5 s"):
        assert line in result.stdout
    assert result.stdout.endswith("\nNothing needs mending.\n")


def test_what_is_wrong_is_marked_and_counted(doctor: Any, home: Path) -> None:
    (home / "settings.toml").write_text("text_width = true\n")
    (home / "scenes").write_text("a file where the folder belongs")
    result = doctor()
    assert result.exit_code == 1
    assert "\n! settings.toml: " in result.stdout
    assert "text_width must be" in result.stdout
    assert "is no folder: rename or remove it" in result.stdout
    assert result.stdout.endswith("\n2 things marked ! need mending.\n")


def test_json_has_every_check(doctor: Any, home: Path) -> None:
    (home / "settings.toml").write_text("text_width = true\n")
    result = doctor("--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["wrong"] == 1
    (wrong,) = (check for check in report["checks"] if check["state"] == "wrong")
    assert (wrong["part"], wrong["name"]) == ("contents", "settings.toml")
    assert {check["state"] for check in report["checks"]} <= {"ok", "note", "wrong"}


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "ended by SIGILL"),
        ("import no_such_library", "No module named 'no_such_library'"),
        (STARTS.replace('"xla": ""', '"xla": "no JIT"'), "does not compile: no JIT"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that end a process")
def test_a_tensorflow_that_fails_is_reported(
    code: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BARDTUI_XLA")
    wrong = [check for check in check_tensorflow(("-c", code)) if check.state == "wrong"]
    assert [problem in check.value and bool(check.remedy) for check in wrong] == [True]


def test_xla_that_is_turned_off_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BARDTUI_XLA", "0")
    *_, xla = check_tensorflow(("-c", STARTS))
    assert (xla.state, xla.remedy) == ("note", "writing is slower; unset BARDTUI_XLA")


def test_a_library_may_come_with_another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIBRARIES, "Keras", ("no-such-package", "keras"))
    assert found("Keras").state == "ok"
    monkeypatch.setitem(LIBRARIES, "Keras", ("no-such-package",))
    assert (found("Keras").state, found("Keras").value) == ("wrong", "not installed")


def test_an_extra_that_is_missing_is_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "EXTRAS", {"export": ("no_such_library",)})
    extra = found("export")
    assert (extra.state, extra.remedy) == ("note", "if you want it: pip install 'bardtui[export]'")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_folders_that_others_can_list_are_noted(home: Path) -> None:
    paths.scenes_dir().mkdir(mode=0o700)
    assert found("scenes").state == "ok"
    paths.scenes_dir().chmod(0o755)
    assert found("scenes").state == "note"
    assert found("scenes").remedy == (
        f"others on this machine can list it: chmod 700 '{paths.scenes_dir()}'"
    )


def test_damaged_scenes_models_and_old_errors_are_listed(home: Path, installed: object) -> None:
    paths.scenes_dir().mkdir()
    (paths.scenes_dir() / "hall.scene.jsonl").write_text("no scene\n")
    (paths.models_dir() / "tiny" / "model.json").write_text("{}")
    paths.bug_log_file().write_text("a traceback")
    notes = {check.name: check.value for check in cheap_checks() if check.state == "note"}
    assert "not a scene" in notes["scene hall"]
    assert notes["model tiny"]
    assert notes["internal errors"] == "there were some"


def test_nothing_is_changed(doctor: Any, home: Path) -> None:
    doctor()
    assert not any(home.iterdir())


def test_a_terminal_is_described(home: Path, terminals: list[Terminal]) -> None:
    code = (
        "from bardtui.cli.checks import cheap_checks\n"
        "for c in cheap_checks():\n"
        "    if c.part == 'terminal': print(c.name, c.value, c.remedy, sep=': ')\n"
        "input('done')\n"
    )
    terminal = Terminal(home, columns=60, program=("-c", code))
    terminals.append(terminal)
    terminal.wait_for("done")
    for line in ("TERM: xterm-256color", "size: 60 columns, 30 rows: 80 x 24", "16 million"):
        assert line in terminal.text
