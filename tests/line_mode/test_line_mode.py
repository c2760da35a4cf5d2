"""The line mode: lines in, lines out, and nothing that acts on a terminal."""

import io
import math
import os
import sys
from pathlib import Path

import pexpect
import pytest

from bardtui import paths
from bardtui.line_mode.commands import COMMANDS, run_command
from bardtui.line_mode.front_end import LineMode
from bardtui.scene.export import scene_from_file
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene
from bardtui.session.manuscript import Manuscript
from bardtui.settings import Remembered, Settings

pytestmark = pytest.mark.usefixtures("installed")


def mode_of(
    *lines: str, output: io.StringIO, errors: io.StringIO, interactive: bool = True
) -> LineMode:
    """A line mode that reads these lines."""
    return LineMode(
        Manuscript(),
        Settings(suggestions=False),
        Remembered(model="tiny", length=40, pace=math.inf),
        input=io.StringIO("".join(f"{line}\n" for line in lines)),
        output=output,
        errors=errors,
        interactive=interactive,
    )


def run(*lines: str, interactive: bool = True) -> tuple[str, LineMode]:
    """Type lines, and return what was printed."""
    output, errors = io.StringIO(), io.StringIO()
    mode = mode_of(*lines, output=output, errors=errors, interactive=interactive)
    mode.run(run_command)
    printed = output.getvalue() + errors.getvalue()
    assert not set(printed) & set("\x1b\b\r\u202e")
    return printed, mode


def test_a_line_is_sent_and_the_answer_is_printed() -> None:
    printed, mode = run("ANN:", "", "/quit", "never read")
    text = mode.session.text
    assert text.startswith("ANN:\n")
    answer = text.removeprefix("ANN:\n")
    assert len(answer) > 40
    assert [line for line in answer.split("\n") if line in printed]
    assert "never read" not in text


def test_the_bell_rings_for_each_finished_reply_if_it_is_on() -> None:
    silent, _ = run("ANN:", "/bell")
    assert "The bell is off.\n" in silent
    assert "\a" not in silent
    ringing, _ = run("/bell on", "ANN:", "", "/bell off", "", "/bell loud")
    assert ringing.count("\a") == 2
    assert "the bell is on or off\n" in ringing
    piped, _ = run("/bell on", "ANN:", interactive=False)
    assert "\a" not in piped


def test_undo_retry_and_takes_are_commands() -> None:
    printed, mode = run("ANN: Who?", "/retry", "/takes", "2", "/undo", "/redo")
    assert "--- take 5 of 5" in printed
    assert "Which one? 1 to 5" in printed
    scene = mode.session.manuscript.scene
    (line,) = scene.children(None)
    assert len(scene.children(line.id)) == 2 + 5
    assert scene.head == mode.session.manuscript.takes()[3]


def test_a_pipe_gets_the_whole_scene_at_the_end_and_messages_go_elsewhere() -> None:
    printed, mode = run("/nonsense", "//so", "", interactive=False)
    scene, errors = printed[: mode.session.manuscript.length], printed[len(mode.session.text) :]
    assert scene == mode.session.text
    assert scene.startswith("/so\n")
    assert "no command /nonsense" in errors
    assert all(line.startswith("bardtui: ") for line in errors.splitlines())


def test_every_command_is_listed_and_answers(tmp_path: Path) -> None:
    lines = [f"/{name}" for name in COMMANDS if name != "takes"]
    printed, _ = run(*lines, "/temperature x", "/length 0", "/form epic", "/model no-such")
    assert all(f"/{name}" in printed for name in COMMANDS)
    for answer in ("The scene is empty.", "name a file", "name a scene", "Writing with tiny."):
        assert answer in printed
    for refusal in ("a number from 0.1 to 2", "from 1 to 20000", "a form is one of", "no-such"):
        assert refusal in printed


def test_a_scene_is_saved_found_again_and_exported(tmp_path: Path) -> None:
    target = tmp_path / "hall.txt"
    run("ANN: The lamp is out.", "/title The Hall", f"/save {target}", f"/save {target}")
    assert scene_from_file(target).text.startswith("ANN:\nThe lamp is out.\n")
    printed, again = run("/open the hall", "/find LAMP", "/new", "/show")
    assert "--- The Hall\n" in printed
    assert "The lamp is out." in printed
    assert again.session.text == ""


def test_text_cannot_act_on_the_terminal() -> None:
    run("ANN: \x1b[2J\u202e\x07 So.", "/show", "/title \x1b]0;x\x07")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX")
def test_the_program_is_the_line_mode_on_a_dumb_terminal(home: Path) -> None:
    paths.remembered_file().parent.mkdir(parents=True, exist_ok=True)
    paths.remembered_file().write_text('{"model": "tiny", "length": 20}')
    child = pexpect.spawn(
        sys.executable, ["-m", "bardtui"], env={**os.environ, "TERM": "dumb"}, timeout=120
    )
    log = child.logfile_read = io.BytesIO()
    child.expect_exact("/help lists the commands.")
    child.expect_exact("> ")
    child.sendline("ANN:")
    child.expect_exact("ANN:\r\n")
    child.expect(r"\S[^\n]*\n> ")
    child.sendintr()
    child.expect_exact("/quit ends the session")
    child.sendline("/quit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    printed = log.getvalue().replace(b"\r\n", b"\n")
    assert not set(printed) & set(b"\x1b\b\r")


HOSTILE = "\x1b[2J\x07\u202e\x08"


def test_nothing_of_a_scene_acts_on_the_terminal(tmp_path: Path) -> None:
    """Titles, roles and characters that a model does not know are shown, too."""
    path = tmp_path / "hostile.scene.jsonl"
    scene = Scene(f"Title {HOSTILE}")
    journal = Journal.create(path, scene)
    scene.add("writer", f"ANN:\nHark! {HOSTILE}\n\n")
    journal.close()
    printed, _ = run(f"/open {path}", "/title", "BEN:", "/show", "/find hark", "/speakers")
    assert "Title: Title ␛[2J" in printed
    assert "tiny doesn't know the characters" in printed
    print(printed)


@pytest.mark.parametrize("command", ["/save", "/open"])
@pytest.mark.parametrize("path", ["~no-such-user/a.txt", "\ud800/a.txt", "a/" * 3_000, "."])
def test_a_path_that_cannot_be_used_is_one_line(
    command: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed, _ = run(f"{command} {path}", "/title Later")
    assert [row.endswith("Title: Later") for row in printed.split("\n")] == [
        False,
        False,
        True,
        False,
    ]


def test_any_answer_chooses_a_take_or_none() -> None:
    for answer in ("9" * 5_000, "0", "-1", "٣", "x"):
        _, mode = run("ANN:", "/undo", "/takes", answer)
        assert mode.session.text == ""


def test_rows_are_found_in_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("an anna\n\n" * 200_000)  # in quadratic time this takes minutes
    printed, _ = run(f"/open {path}", "/find an")
    assert printed.count("an anna\nan anna") > 99_999
    assert "> tide\n" in run("ANN: tide", "/find tide")[0]


def test_a_line_without_an_end_is_cut() -> None:
    _, mode = run("", "y" * 2_500_000, interactive=False)
    lines = [text for author, text in mode.session.runs() if author == "writer"]
    assert max(map(len, lines)) <= 1_000_010


class Closing(io.StringIO):
    """A pipe that is closed after some characters."""

    left = 60

    def write(self, text: str) -> int:
        self.left -= len(text)
        if self.left < 0:
            raise BrokenPipeError
        return super().write(text)


def test_when_the_reader_of_the_output_is_gone_all_is_saved() -> None:
    mode = mode_of("ANN: Hark!", output=Closing(), errors=io.StringIO())
    with pytest.raises(BrokenPipeError):
        mode.run(run_command)
    scene, damage = read_scene(mode.session.manuscript.path)
    assert scene.text == mode.session.text
    assert scene.text.startswith("ANN:\nHark!\n")
    assert not damage
