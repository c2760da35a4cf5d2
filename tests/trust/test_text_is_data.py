"""Text from texts, models, scenes, file names and errors is shown and never acts.

Every unsafe character, each between two letters, is put into all of them at once, and the real
program and the real commands show them in a pseudo-terminal.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import pexpect
import pyte
import pytest

from bardtui import paths
from bardtui.escaping import inert, visible
from bardtui.model.store import ModelBundle
from bardtui.scene.export import TEXT_FORMATS, export
from bardtui.scene.formats.json import scene_from_json
from bardtui.scene.journal import Journal
from bardtui.scene.scene import Scene
from tests.terminal import Terminal

C0 = [chr(code) for code in range(0x20) if chr(code) not in "\n\t\r"] + ["\x7f"]
C1 = [chr(code) for code in range(0x80, 0xA0)]
BIDIRECTIONAL = [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
WITHOUT_WIDTH = [*"\u00ad\u034f\u115f\u17b4\u180b\u180e\u200b\u200c\u200d\u2060\u2061\u2064\ufe00"]
WITHOUT_WIDTH += [*"\u1160\u2065\u3164\ufeff\uffa0\ufff9\U000e0041\U000e0100\U000e01f0"]
LINE_BREAKS = ["\x85", "\u2028", "\u2029"]
ACTING = [*C0, *C1, *BIDIRECTIONAL, *WITHOUT_WIDTH, *LINE_BREAKS]

MARKUP = "[red]not red[/red] [/] [@click=app.quit]x[/]"
CODES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\u200b"
ALL = MARKUP + " " + CODES + " " + " ".join(f"q{c}z" for c in ACTING)
NAME = f"[bold]n{CODES}".replace("/", "")  # fit for a file


def obeyed(received: bytes) -> list[str]:
    """The unsafe characters among what a terminal received.

    The program's own escape sequences have ESC and a few other C0 characters, so those count only
    between our letters.
    """
    text = received.decode("utf-8", "replace")
    raw = [c for c in ACTING if c not in C0 and c in text]
    return raw + [c for c in C0 if f"q{c}z" in text] + ["owned"] * ("\x1b]0;owned" in text)


def test_the_search_for_unsafe_characters_finds_them() -> None:
    assert set(obeyed(ALL.encode())) == {*ACTING, "owned"}
    for shown in (inert(ALL), visible(ALL)):
        assert len(shown) == len(ALL)
        assert obeyed(shown.encode()) == []
        assert MARKUP in shown


def hostile_scene(title: str, text: str) -> Path:
    """Save a scene with unsafe characters in all its parts; return its file."""
    scene = Scene(title)
    path = paths.scenes_dir() / f"{NAME}.scene.jsonl"
    journal = Journal.create(path, scene)
    roles = [{"name": "ANN", "player": "writer", "model": ALL}, {"name": "BEN", "model": NAME}]
    scene.set("cast", roles)
    scene.add("writer", text)
    for take in ("One", "Two"):
        scene.move_head(1)
        model = scene.add("model", f"\n\nBEN:\n{take} {text}", model=ALL, settings={"x": ALL})
        scene.end(model.id, ALL)
    scene.add("writer", "\n\nANN:\nAnd so on.")
    journal.close()
    return path


@pytest.fixture
def hostile(installed: ModelBundle, home: Path) -> Path:
    """A home folder with unsafe characters in everything; returns a text file in it."""
    assert installed.folder is not None
    bad = paths.models_dir() / NAME
    shutil.copytree(installed.folder, bad)
    values = json.loads((bad / "model.json").read_text())
    values |= {"name": ALL, "description": ALL, "licence": ALL, "versions": {ALL: ALL}}
    values["corpus"] = {"name": ALL, "title": ALL, ALL: [ALL]}
    values |= {"history": [{"epoch": 1, "sample": ALL}], "casts": {ALL: {ALL: 5}}, "public": True}
    (bad / "model.json").write_text(json.dumps(values))
    (paths.models_dir() / ".trash" / f"{NAME}~{10**24 - 1}").mkdir(parents=True)
    broken = paths.models_dir() / f"broken{NAME}"
    broken.mkdir()
    (broken / "model.json").write_text(json.dumps({"format": ALL}))
    (paths.scenes_dir()).mkdir()
    (paths.scenes_dir() / f"broken{NAME}.scene.jsonl").write_text(ALL)
    text = home / f"{NAME}.txt"
    readable = ALL.replace("\0", "")  # a text with NUL in it is none
    text.write_text(f"ANN:\n{readable}\n\n" * 20, encoding="utf-8")
    return text


# -- the commands ----------------------------------------------------------------------------------

COMMANDS = """
import json, os, sys
from bardtui.cli.app import app
for arguments in json.loads(os.environ["COMMANDS"]):
    print("-----", arguments[0], flush=True)
    sys.argv = ["bardtui", *arguments]
    try:
        app(arguments, prog_name="bardtui")
    except SystemExit as end:
        print("ended with", end.code, flush=True)
"""


def on_a_terminal(home: Path, *commands: list[str]) -> tuple[bytes, pyte.Screen]:
    """Run commands one after the other; return what the terminal received, and its screen."""
    child = pexpect.spawn(
        sys.executable,
        ["-c", COMMANDS],
        env=os.environ | {"COMMANDS": json.dumps(commands), "TERM": "xterm-256color"},
        dimensions=(1_200, 200),
        cwd=home,
        timeout=120,
    )
    child.expect(pexpect.EOF)
    screen = pyte.Screen(200, 1_200)
    pyte.ByteStream(screen).feed(child.before)
    return child.before, screen


def test_no_command_prints_unsafe_characters(hostile: Path, home: Path) -> None:
    hostile_scene(ALL, ALL)
    bad, text = str(paths.models_dir() / NAME), str(hostile)
    (home / "settings.toml").write_text(f'"{NAME}" = 1\n'.replace("\x1b", "\\u001b"), "utf-8")
    small = ["--epochs", "1", "--units", "8", "--layers", "1", "--embedding-dim", "4"]
    received, screen = on_a_terminal(
        home,
        ["models", "list"],
        ["models", "show", bad],
        ["models", "show", NAME],
        ["models", "show", f"broken{NAME}"],
        ["models", "pack", bad, "-o", str(home / f"{NAME}.bardmodel")],
        ["models", "restore"],
        ["models", "disk"],
        ["scenes", "list"],
        ["corpus", "list"],
        ["corpus", "info", text],
        ["corpus", "get", NAME],
        ["export", ALL],
        ["export", NAME, "-o", text],
        ["export", str(paths.scenes_dir() / f"broken{NAME}.scene.jsonl")],
        *(["export", NAME, "-f", format] for format in TEXT_FORMATS),
        ["open", NAME],
        ["open", str(paths.scenes_dir() / f"broken{NAME}.scene.jsonl")],
        ["import-keras", text, "--corpus", text, "--name", "x"],
        ["generate", "--model", bad, "--seed", ALL, "--length", "20"],
        ["generate", "--model", bad, "--seed", ALL, "--length", "20", "--json"],
        ["evaluate", bad, text],
        ["train", text, "--name", "mine", *small],
    )
    assert obeyed(received) == []
    assert screen.title == ""
    shown = "\n".join(screen.display)
    assert shown.count("-----") == 27
    assert shown.count("ended with 0") == 19
    assert "[red]not red[/red]" in shown
    assert "Traceback" not in shown


# -- the program -----------------------------------------------------------------------------------


def test_no_screen_shows_unsafe_characters(
    hostile: Path, home: Path, terminals: list[Terminal]
) -> None:
    path = hostile_scene(ALL, f"ANN:\n{ALL}")
    (home / "draft.txt").write_text(f"not sent {ALL}", "utf-8")
    (home / "remembered.json").write_text(json.dumps({"model": ALL, "theme": ALL}))
    (home / "settings.toml").write_text(f"theme = {json.dumps(NAME)}\n")
    program = Terminal(home, "open", str(path), columns=150, rows=50, writes=False)
    terminals.append(program)
    program.wait_for("[red]not red[/red]")
    program.wait_for("not sent")
    program.wait_for("broken")  # among the models
    # The map, the save dialog and the list of scenes; a key right after ESC would be another key.
    for key, title in (
        ("\x1b[17~", "Map of the scene"),
        ("\x13", "Save the scene"),
        ("\x0f", "Rename"),
    ):
        program.send(key)
        program.wait_for(title)
        program.send("\x1b")
        program.wait_for(lambda text, title=title: title not in text)
    assert obeyed(program.received) == []
    assert "owned" not in program.screen.title
    assert program.leave() == 0


# -- files for others ------------------------------------------------------------------------------


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_exported_files_have_no_unsafe_characters(format: str) -> None:
    scene = Scene(ALL)
    scene.add("writer", f"ANN:\n{ALL} <script>alert(1)</script> [[")
    scene.add("model", f"\n<img src=x onerror=alert(1)>{ALL}", model=ALL, reason=ALL)
    text = export(scene, format)
    if format == "fountain":  # the one character of its own that shows nothing
        assert text.count("\u2060") == text.count("[\u2060[") == 1
        text = text.replace("\u2060", "")
    assert [c for c in ACTING if c in text] == []
    if format == "html":
        assert "<script" not in text
        assert "<img" not in text


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_exported_files_keep_what_languages_and_emoji_need(format: str) -> None:
    text = "می\u200cخواهم ක්\u200dරමය 👩\u200d👧 ❤\ufe0f"
    scene = Scene("A title")
    scene.add("writer", text)
    assert text in export(scene, format)


def test_a_hostile_scene_survives_its_export_as_json() -> None:
    scene = Scene(ALL)
    scene.add("writer", ALL)
    again = scene_from_json(export(scene, "json"))
    assert (again.title, again.text) == (ALL, ALL)
