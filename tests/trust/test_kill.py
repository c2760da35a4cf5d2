"""The real program is killed at random moments of writing, retrying, undoing and saving.

All runs share one home and one scene, so what was saved before one death must survive the next.
The short form dies once in each way, the long form 50 times by `kill -9` and ten times otherwise.
"""

import json
import random
import re
import signal
import time
from pathlib import Path

import pexpect
import pytest

from bardtui import paths
from bardtui.scene.journal import Journal
from bardtui.scene.scene import Scene
from tests.terminal import Terminal
from tests.trust.conftest import long_form

ENTER, ESCAPE, RETRY, TAKE, UNDO, REDO, SAVE = "\r", "\x1b", "\x12", "\x14", "\x1a", "\x19", "\x13"
PACE = 120  # characters a second
DEATHS = ["kill -9", "SIGTERM", "a closed terminal"]
LIVES = ["kill -9"] * 50 + DEATHS[1:] * 5 if long_form else DEATHS


def characters(terminal: Terminal) -> int:
    """Return the length of the scene that the top line shows."""
    found = re.search(r"([\d,]+) characters", terminal.text)
    return int(found[1].replace(",", "")) if found else 0


def watch(terminal: Terminal, seconds: float) -> None:
    """Read the screen for a while."""
    end = time.monotonic() + seconds
    terminal.wait_for(lambda _: time.monotonic() > end)


def die(terminal: Terminal, how: str) -> None:
    """End the program and wait for its end."""
    process = terminal.process
    if how == "kill -9":
        terminal.kill()
    elif how == "SIGTERM":
        process.kill(signal.SIGTERM)
        process.expect(pexpect.EOF)
        process.close()
        assert process.exitstatus == 0
        # The shell gets its screen and cursor back.
        assert process.before.rfind(b"\x1b[?1049l") > process.before.rfind(b"\x1b[?1049h")
        assert process.before.rfind(b"\x1b[?25h") > process.before.rfind(b"\x1b[?25l")
    else:
        process.ptyproc.fileobj.close()
        process.ptyproc.closed = process.closed = True
        process.child_fd = -1
        process.ptyproc.wait()  # a program that goes on without a terminal fails by timeout


def act(terminal: Terminal, action: str, chance: random.Random) -> None:
    """Start an action that the death of the program may interrupt."""
    if action == "save":
        terminal.send(SAVE)
        terminal.wait_for("Save the scene as")
        terminal.send(ENTER)
        if chance.random() < 0.5:
            terminal.send(ENTER)  # and replace the file
    elif action == "retries":
        for _ in range(chance.randrange(1, 5)):
            terminal.send(RETRY)
            watch(terminal, chance.uniform(0, 0.2))
    else:
        keys = {"send": ENTER, "undo": UNDO + UNDO, "back": UNDO + REDO, "take": TAKE}
        terminal.send(keys[action])


@pytest.mark.timeout(7_200 if long_form else 300)
def test_nothing_typed_is_lost_however_and_whenever_the_program_dies(
    home: Path, terminals: list[Terminal]
) -> None:
    (home / "remembered.json").write_text(json.dumps({"model": "pocket", "length": 2000}))
    chance = random.Random(6)
    sent: list[str] = []
    before, draft = Scene(), ""
    for life, how in enumerate(LIVES):
        terminal = Terminal(home)
        terminals.append(terminal)
        terminal.wait_for("pocket is ready")
        assert characters(terminal) == before.length
        if draft:
            terminal.wait_for(draft)  # in the seed line
            sent.append(draft)
        else:
            sent.append(f"Line {life} that was sent")
            terminal.send(sent[-1])
        terminal.send(ENTER)
        told = characters(terminal) + len(sent[-1])
        terminal.wait_for(lambda _, t=terminal, n=told: characters(t) > n + 20)
        draft = f"A line {life} not sent"
        terminal.send(draft)
        terminal.wait_for(draft)
        action = chance.choice(["send", "undo", "back", "take", "retries", "save"])
        act(terminal, action, chance)
        watch(terminal, chance.uniform(0.05, 1.5))
        shown = characters(terminal)
        die(terminal, how)

        (path,) = paths.scenes_dir().glob("*.jsonl")
        journal, scene, report = Journal.open(path)  # the lock is free
        journal.abandon()
        assert report.damaged == []
        assert how == "kill -9" or not report
        # No passage has changed, whatever was undone.
        for number, passage in before.passages.items():
            assert scene.passages[number].text.startswith(passage.text)
        written = [
            passage.text for passage in scene.passages.values() if passage.author == "writer"
        ]
        for line in sent:
            assert any(line in text for text in written)
        if any(draft in text for text in written):  # it was sent after all
            sent.append(draft)
            draft = ""
        else:
            kept = paths.draft_file().read_text() if paths.draft_file().exists() else ""
            # Undo takes back typing, and a killed program has saved the line within a second.
            incomplete = action in ("undo", "back") or how == "kill -9"
            assert kept == draft or (incomplete and draft.startswith(kept))
            draft = kept
        # What was shown is saved, except for the model's last second after kill -9.
        assert scene.length >= shown - (PACE if how == "kill -9" else 0)
        for file in home.glob("*.txt"):  # a saved file is the old one or the new one
            assert file == paths.draft_file() or file.read_text().endswith("\n")
        before = scene
    assert len(before.passages) >= 2 * len(LIVES)
    assert list(paths.scenes_dir().iterdir()) == [path]
    assert not (home / "errors.log").exists()  # a terminal that is closed is not a bug
