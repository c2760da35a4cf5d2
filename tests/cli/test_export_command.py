"""bardtui export: which scene, which format, where to, and what it never does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
import typer
from typer.testing import CliRunner

from bardtui import paths
from bardtui.cli import export as command
from bardtui.scene.export import FORMATS, scene_from_json, suffix_of
from bardtui.scene.export import export as exported
from bardtui.scene.journal import Journal
from bardtui.scene.names import new_scene_path
from bardtui.scene.scene import Scene

app = typer.Typer()
app.command()(command.export)


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def written(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return str(result.stdout_bytes.decode())


def refusal(*arguments: str) -> str:
    """What it says when it cannot do its work: one printable line on standard error."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("bardtui: ")
    assert result.stderr[:-1].isprintable()
    return str(result.stderr[:-1])


def saved(title: str, text: str = "ANN:\nYes, “so”.\n") -> tuple[Path, Scene]:
    scene = Scene(title)
    path = new_scene_path(paths.scenes_dir(), title)
    journal = Journal.create(path, scene)
    scene.add("writer", text)
    answer = scene.add("model", "\nBEN:\nNo.", model="shakespeare")
    scene.end(answer.id, "length")
    journal.close()
    return path, scene


@pytest.mark.parametrize("name", ["the-lower-stair", "The Lower Stair", "the lower STAIR"])
def test_a_scene_is_found_by_its_title_or_its_files_name(name: str) -> None:
    _, scene = saved("The Lower Stair")
    saved("Another")
    assert written(name) == scene.text + "\n"


def test_a_scene_is_found_by_its_file(tmp_path: Path) -> None:
    path, scene = saved("Act I")
    moved = path.rename(tmp_path / "elsewhere.scene.jsonl")
    assert written(str(moved), "--format", "txt") == scene.text + "\n"


def test_a_title_given_later_counts() -> None:
    path, _ = saved("Act I")
    journal, scene, _ = Journal.open(path)
    scene.set("title", "Act II")
    journal.close()
    assert written("act ii").startswith("ANN:")
    assert written("act-i").startswith("ANN:")


def test_scenes_of_one_title_are_listed_and_their_files_names_tell_them_apart() -> None:
    saved("Act I", "First.")
    saved("Act I", "Second.")
    assert refusal("ACT I").endswith("2 scenes are called ACT I: say which, act-i, act-i-2") or (
        refusal("ACT I").endswith("say which, act-i-2, act-i")
    )
    assert written("act-i").startswith("First.")
    assert written("act-i-2").startswith("Second.")


def test_what_is_not_there_is_said_with_what_is() -> None:
    assert refusal("nothing").endswith("there is no scene called nothing: none is saved yet")
    saved("Act I")
    assert refusal("no\x1bthing").endswith(
        "there is no scene called no\ufffdthing: there are act-i"
    )
    for number in range(12):
        saved(f"Scene {number}")
    assert refusal("nothing").endswith(", ...")
    assert "cannot be read" in refusal("nowhere.scene.jsonl")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_goes_to_standard_output_or_a_file(format: str, tmp_path: Path) -> None:
    _, scene = saved("Act I")
    assert written("act-i", "-f", format) == exported(scene, format)
    target = tmp_path / f"out{suffix_of(format)}"
    assert written("act-i", "-o", str(target)) == ""
    assert target.read_bytes().decode() == exported(scene, format)


def test_the_format_named_wins_over_the_suffix_and_an_odd_suffix_needs_one(tmp_path: Path) -> None:
    _, scene = saved("Act I")
    written("act-i", "-o", str(tmp_path / "a.html"), "--format", "fountain")
    assert (tmp_path / "a.html").read_text("utf-8") == exported(scene, "fountain")
    assert "--format" in refusal("act-i", "-o", str(tmp_path / "a.pdf"))
    assert "choose from txt, markdown" in refusal("act-i", "--format", "pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_a_file_is_replaced_only_when_told_and_a_scenes_never(tmp_path: Path) -> None:
    path, scene = saved("Act I")
    target = tmp_path / "a.txt"
    target.write_text("kept")
    assert refusal("act-i", "-o", str(target)).endswith("exists: --force replaces it")
    assert target.read_text() == "kept"
    written("act-i", "-o", str(target), "--force")
    assert target.read_text("utf-8") == scene.text + "\n"
    before = path.read_bytes()
    assert "saved scene" in refusal("act-i", "-o", str(path), "--format", "txt", "--force")
    assert path.read_bytes() == before


def test_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    saved("Act I")
    assert "No such file" in refusal("act-i", "-o", str(tmp_path / "nowhere" / "a.txt"))
    (tmp_path / "a.txt").mkdir()
    assert "exists" in refusal("act-i", "-o", str(tmp_path / "a.txt"))
    assert refusal("act-i", "-o", str(tmp_path / "a.txt"), "--force")


def test_a_scene_that_is_open_is_exported_and_not_touched() -> None:
    path, _ = saved("Act I")
    journal, scene, _ = Journal.open(path)
    scene.add("writer", "More.")
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert written("act-i").endswith("More.\n")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    scene.add("writer", "And more.")
    journal.close()
    assert written("act-i").endswith("And more.\n")


def test_of_a_damaged_scene_what_can_be_read_leaves_and_the_damage_is_said() -> None:
    path, scene = saved("Act I")
    path.write_bytes(path.read_bytes() + b"nonsense\n")
    before = path.read_bytes()
    result = run("act-i")
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == scene.text + "\n"
    assert result.stderr == "bardtui: damaged in line 5; all that can be read is here\n"
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_newer_scene_and_what_is_none_are_refused() -> None:
    path = paths.scenes_dir() / "new.scene.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"bardtui": "scene", "version": 9, "title": "T"}) + "\n")
    assert "newer bardtui" in refusal("new")
    path.write_text("ANN:\nYes.\n")
    assert "is not a scene" in refusal("new")


def test_json_brings_every_take_along() -> None:
    path, _ = saved("Act I")
    journal, scene, _ = Journal.open(path)
    scene.undo()
    scene.add("model", "Another take.", model="comedy", reason="length")
    journal.close()
    again = scene_from_json(written("act-i", "--format", "json"))
    assert [p.event() for p in again.passages.values()] == [
        p.event() for p in scene.passages.values()
    ]
    assert again.text == scene.text


CODE = """
import sys
from bardtui.cli.export import export
export("act-i", "html")
assert not {"tensorflow", "keras", "textual"} & set(sys.modules), "it imports too much"
"""


def test_it_starts_without_tensorflow_and_textual_and_writes_utf8_anywhere(home: Path) -> None:
    _, scene = saved("Act I")
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == b""
    assert done.stdout.decode() == exported(scene, "html")


def test_a_terminal_gets_nothing_to_obey(home: Path) -> None:
    saved("Act I", "A \x1b]0;owned\x07 title.")
    code = 'from bardtui.cli.export import export; export("act-i")'
    child = pexpect.spawn(sys.executable, ["-c", code], env=dict(os.environ), timeout=60)
    child.expect(pexpect.EOF)
    assert b"A \xef\xbf\xbd]0;owned\xef\xbf\xbd title." in child.before
    assert b"\x1b" not in child.before
