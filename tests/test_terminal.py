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
MOUSE = b"\x1b[?1000h"  # asks the terminal to report the mouse


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


def test_write_stop_continue_save_quit_and_reopen_in_gnu_screen(
    home: Path, stage: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STY", raising=False)
    first = Terminal(home)
    stage.append(first)
    first.wait_for("Type a line")
    assert MOUSE in first.received
    first.send("JULIET:" + ENTER)  # the model may still be loading
    first.wait_for("JULIET:")
    first.wait_for(lambda _: characters(first) > 100)
    first.send(ESCAPE)
    first.wait_for("pocket is ready")
    stopped_at = characters(first)
    first.send(ENTER)
    first.wait_for(lambda _: characters(first) > stopped_at)
    first.send("你好 🎭" + ENTER)
    first.wait_for("doesn't know")
    first.send(ESCAPE)
    first.wait_for("pocket is ready")
    first.send("\x13")  # Ctrl+S
    first.wait_for("Save the scene as")
    first.send(ENTER)
    first.wait_for("Saved as")
    assert first.leave() == 0
    written = the_scene(home)
    assert written.startswith("JULIET:")
    assert "\n你好 🎭" in written
    assert len(written) > stopped_at
    (saved,) = home.glob("*.txt")
    assert saved.read_text() == written.rstrip("\n") + "\n"

    # In GNU Screen the mouse is left alone, so that Esc comes at once.
    monkeypatch.setenv("STY", "7.screen")
    second = Terminal(home, columns=20, rows=5, writes=False)  # tiny, but it will grow
    stage.append(second)
    second.wait_for(lambda text: bool(text.strip()))
    second.send("Hark")
    second.wait_for("Hark")
    second.resize(120, 40)
    last_line = written.rstrip().rsplit("\n", 1)[-1][:40].strip()
    second.wait_for(lambda text: all(shown in text for shown in ("Temperature", "Hark", last_line)))
    assert MOUSE not in second.received
    assert second.leave() == 0
    assert the_scene(home) == written


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


def test_bugs_are_logged_and_only_one_of_the_interface_ends_the_program(
    home: Path, stage: list[Terminal]
) -> None:
    terminal = Terminal(home, program=("-c", BROKEN), writes=False)
    stage.append(terminal)
    terminal.wait_for("Type a line")
    terminal.send("\x12")  # Ctrl+R
    terminal.send("Still here")
    terminal.wait_for("Still here")
    log = home / "errors.log"
    terminal.wait_for(lambda _: log.exists() and "pop from empty list" in log.read_text())
    terminal.send("\x1bOP")  # F1
    terminal.process.expect_exact(f"bardtui: Internal error. Details are in {log}")
    drawn = terminal.received + terminal.process.before
    terminal.process.expect(pexpect.EOF)
    terminal.process.close()
    assert terminal.process.exitstatus == 70
    assert b"Traceback" not in drawn + terminal.process.before
    for error in ("ZeroDivisionError", "a library complains", "a library warns"):
        assert error in log.read_text()
        assert error.encode() not in drawn
    assert "zip() argument 2 is shorter" in log.read_text()


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
