"""The real program in a terminal, from the first screen to reopening the scene."""

import json
import re
import sys
import time
from pathlib import Path

import pexpect
import pytest

from bardtui.benchmark.scene import script
from bardtui.scene.journal_reader import read_scene
from tests.terminal import Terminal

ESCAPE, ENTER = "\x1b", "\r"


@pytest.fixture
def stage(home: Path, terminals: list[Terminal]) -> list[Terminal]:
    """The list of terminals to close at the end; the program starts with the small model."""
    (home / "remembered.json").write_text(json.dumps({"model": "pocket", "length": 2000}))
    return terminals


def the_scene(home: Path) -> str:
    """The text of the only saved scene."""
    (path,) = (home / "scenes").iterdir()
    return read_scene(path)[0].text


def characters(terminal: Terminal) -> int:
    """The length of the scene in the top line."""
    found = re.search(r"([\d,]+) characters", terminal.text)
    return int(found[1].replace(",", "")) if found else 0


def test_write_stop_continue_save_quit_and_reopen(home: Path, stage: list[Terminal]) -> None:
    first = Terminal(home)
    stage.append(first)
    first.wait_for("Type a line")
    first.send("JULIET:" + ENTER)  # the model may still be loading
    first.wait_for("JULIET:")
    first.wait_for(lambda _: characters(first) > 100)
    first.send(ESCAPE)
    first.wait_for("pocket is ready")
    stopped_at = characters(first)
    first.send(ENTER)
    first.wait_for(lambda _: characters(first) > stopped_at)
    first.send(ESCAPE)
    first.wait_for("pocket is ready")
    first.send("\x13")  # Ctrl+S
    first.wait_for("Save the scene as")
    first.send(ENTER)
    first.wait_for("Saved as")
    assert first.leave() == 0
    written = the_scene(home)
    assert written.startswith("JULIET:")
    assert len(written) > stopped_at
    (saved,) = home.glob("*.txt")
    assert saved.read_text() == written.rstrip("\n") + "\n"

    second = Terminal(home)
    stage.append(second)
    last_line = written.rstrip().rsplit("\n", 1)[-1][:40].strip()
    second.wait_for(last_line)
    assert second.leave() == 0
    assert the_scene(home) == written


def test_a_killed_program_loses_at_most_a_second_of_text(home: Path, stage: list[Terminal]) -> None:
    terminal = Terminal(home)
    stage.append(terminal)
    terminal.wait_for("Type a line")
    terminal.send("A line that must not be lost" + ENTER)
    terminal.wait_for(lambda _: characters(terminal) > 300)
    shown = characters(terminal)
    terminal.kill()
    kept = the_scene(home)
    assert kept.startswith("A line that must not be lost")
    assert len(kept) >= shown - 120  # a second's worth at the default pace

    again = Terminal(home)
    stage.append(again)
    again.wait_for(lambda text: "pocket is ready" in text and characters(again) == len(kept))
    again.leave()


def test_a_long_text_is_continued_at_once(home: Path, stage: list[Terminal]) -> None:
    path = home / "long.txt"
    path.write_text(script(1_000_000))
    terminal = Terminal(home, "open", str(path))
    stage.append(terminal)
    terminal.wait_for("pocket is ready")
    before = characters(terminal)
    assert before >= 1_000_000
    began = time.monotonic()
    terminal.send(ENTER)
    terminal.wait_for(lambda _: characters(terminal) > before)
    assert time.monotonic() - began < 20  # to read all of it takes half a minute and more
    assert terminal.leave() == 0


def test_escape_sequences_in_a_text_do_not_reach_the_terminal(
    home: Path, stage: list[Terminal]
) -> None:
    path = home / "hostile.txt"
    path.write_text("[/] [red]not red[/red] \x1b]0;owned\x07 \x1b[2J \x9b31m \u202egnp.exe\n")
    terminal = Terminal(home, "open", str(path))
    stage.append(terminal)
    terminal.wait_for("[red]not red[/red]")
    assert b"\x1b]0;owned" not in terminal.received
    assert b"\x9b31m" not in terminal.received
    assert "\u202e".encode() not in terminal.received
    terminal.leave()


def test_a_line_of_unknown_characters_is_kept_and_reported(
    home: Path, stage: list[Terminal]
) -> None:
    terminal = Terminal(home)
    stage.append(terminal)
    terminal.wait_for("Type a line")
    terminal.send("你好 🎭" + ENTER)
    terminal.wait_for("doesn't know")
    terminal.send(ESCAPE)
    terminal.wait_for("pocket is ready")
    assert terminal.leave() == 0
    assert the_scene(home).startswith("你好 🎭")


def test_in_gnu_screen_the_mouse_is_left_alone_so_that_escape_comes_at_once(
    home: Path, stage: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    for session, asked in (("", True), ("7.screen", False)):
        monkeypatch.delenv("STY", raising=False)
        if session:
            monkeypatch.setenv("STY", session)
        terminal = Terminal(home)
        stage.append(terminal)
        terminal.wait_for("Type a line")
        assert (b"\x1b[?1000h" in terminal.received) is asked
        assert terminal.leave() == 0


def test_a_tiny_terminal_that_grows(home: Path, stage: list[Terminal]) -> None:
    terminal = Terminal(home, columns=20, rows=5)
    stage.append(terminal)
    terminal.wait_for("pocket is ready")
    terminal.send("Hark")
    terminal.wait_for("Hark")
    terminal.send(ENTER)
    terminal.resize(120, 40)
    terminal.wait_for(lambda text: "Temperature" in text and "Hark" in text)
    assert terminal.leave() == 0


BROKEN = """
import asyncio, logging, threading, warnings
from bardtui.tui.screens.stage import StageScreen

def background(self):
    threading.Thread(target=lambda: 1 / 0).start()
    logging.getLogger("library").warning("a library complains")
    warnings.warn("a library warns")
    asyncio.get_running_loop().call_soon(lambda: [].pop())

StageScreen.action_retry = background
StageScreen.action_help = lambda self: list(zip([1], [], strict=True))
from bardtui.__main__ import main
main()
"""


def test_errors_in_the_background_are_logged_and_not_drawn_over_the_screen(
    home: Path, stage: list[Terminal]
) -> None:
    terminal = Terminal(home, program=("-c", BROKEN))
    stage.append(terminal)
    terminal.wait_for("Type a line")
    terminal.send("\x12")  # Ctrl+R
    terminal.send("Still here")
    terminal.wait_for("Still here")
    log = home / "errors.log"
    terminal.wait_for(lambda _: log.exists() and "pop from empty list" in log.read_text())
    assert terminal.leave() == 0
    for error in ("ZeroDivisionError", "a library complains", "a library warns"):
        assert error in log.read_text()
        assert error.encode() not in terminal.received


def test_a_bug_ends_the_program_with_one_line_and_its_traceback_is_logged(
    home: Path, stage: list[Terminal]
) -> None:
    terminal = Terminal(home, program=("-c", BROKEN))
    stage.append(terminal)
    terminal.wait_for("Type a line")
    terminal.send("\x1bOP")  # F1
    terminal.process.expect_exact(f"bardtui: Internal error. Details are in {home / 'errors.log'}")
    terminal.process.expect(pexpect.EOF)
    terminal.process.close()
    assert terminal.process.exitstatus == 70
    assert b"Traceback" not in terminal.process.before
    assert "zip() argument 2 is shorter" in (home / "errors.log").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="uses a limit of Linux")
@pytest.mark.parametrize("kilobytes", [150_000, 300_000, 480_000, 900_000])
def test_too_little_address_space_is_one_line(
    kilobytes: int, home: Path, stage: list[Terminal]
) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (kilobytes * 1_024,) * 2)

    terminal = Terminal(home, before=limit)
    stage.append(terminal)
    terminal.process.expect("bardtui: The interface needs about 1000 MB of address space")
    terminal.process.expect(pexpect.EOF)
    assert b"Traceback" not in terminal.process.before


def test_a_terminal_that_is_closed_is_not_a_bug(home: Path, stage: list[Terminal]) -> None:
    terminal = Terminal(home)
    stage.append(terminal)
    terminal.wait_for("Type a line")
    terminal.send("A line that is kept" + ENTER)
    terminal.wait_for(lambda _: characters(terminal) > 30)
    terminal.process.close(force=True)
    assert not (home / "errors.log").exists()
    assert the_scene(home).startswith("A line that is kept")
