"""bardtui export: finding the scene, the format and the file, and what is never replaced."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from bardtui import paths
from bardtui.scene.export import BINARY_FORMATS, TEXT_FORMATS, scene_from_json, suffix_of
from bardtui.scene.export import export as exported
from bardtui.scene.journal import Journal
from bardtui.scene.names import new_scene_path
from bardtui.scene.scene import Scene
from tests.cli.commands import refusal, run


def written(*arguments: str) -> str:
    result = run("export", *arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return str(result.stdout_bytes.decode())


def refused(*arguments: str) -> str:
    return refusal("export", *arguments)


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
def test_a_scene_is_found_by_its_title_or_file_name(name: str) -> None:
    _, scene = saved("The Lower Stair")
    saved("Another")
    assert written(name) == scene.text + "\n"


def test_a_scene_is_found_by_its_path(tmp_path: Path) -> None:
    path, scene = saved("Act I")
    moved = path.rename(tmp_path / "elsewhere.scene.jsonl")
    assert written(str(moved), "--format", "txt") == scene.text + "\n"


def test_a_text_file_is_exported_as_it_would_be_opened(tmp_path: Path) -> None:
    screenplay = tmp_path / "yard.fountain"
    screenplay.write_text("Title: The Yard\n\nINT. YARD\n\nANN (O.S.)\nYes.\n")
    assert written(str(screenplay), "-f", "fountain") == screenplay.read_text()
    assert written(str(screenplay)) == "INT. YARD\n\nANN (O.S.):\nYes.\n"
    whole = tmp_path / "yard.json"
    assert written(str(screenplay), "-o", str(whole)) == ""
    assert written(str(whole), "-f", "fountain") == screenplay.read_text()
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe")
    assert refused(str(tmp_path / "bytes.txt")) == "bytes.txt is not a UTF-8 text"


def test_a_scene_is_found_by_a_later_title() -> None:
    path, _ = saved("Act I")
    journal, scene, _ = Journal.open(path)
    scene.set("title", "Act II")
    journal.close()
    assert written("act ii").startswith("ANN:")
    assert written("act-i").startswith("ANN:")


def test_scenes_with_the_same_title_are_listed_by_file_name() -> None:
    saved("Act I", "First.")
    saved("Act I", "Second.")
    message = refused("ACT I")
    assert message.startswith("2 scenes are called ACT I; use a file name: ")
    assert set(message.rpartition(": ")[2].split(", ")) == {"act-i", "act-i-2"}
    assert written("act-i").startswith("First.")
    assert written("act-i-2").startswith("Second.")


def test_a_scene_that_does_not_exist_is_refused_with_those_that_do() -> None:
    assert refused("nothing") == "there is no scene called nothing; no scene is saved yet"
    saved("Act I")
    message = refused("no\x1bthing")
    assert message == "there is no scene called no␛thing; saved scenes: act-i"
    for number in range(12):
        saved(f"Scene {number}")
    assert refused("nothing").endswith(", ...")
    assert "cannot be read" in refused("nowhere.scene.jsonl")


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_text_goes_to_standard_output_or_a_file(format: str, tmp_path: Path) -> None:
    _, scene = saved("Act I")
    assert written("act-i", "-f", format) == exported(scene, format)
    assert written("act-i", "-f", format, "-o", "-") == exported(scene, format)
    target = tmp_path / f"out{suffix_of(format)}"
    assert written("act-i", "-o", str(target)) == ""
    assert target.read_bytes().decode() == exported(scene, format)


def test_damaged_settings_keep_no_scene_from_leaving(home: Path) -> None:
    _, scene = saved("Act I")
    (home / "settings.toml").write_text("nonsense = 1\n")
    result = run("export", "act-i")
    assert (result.exit_code, result.stdout) == (0, f"{scene.text}\n")
    assert "unknown key 'nonsense'" in result.stderr


@pytest.mark.parametrize("format", BINARY_FORMATS)
def test_what_is_no_text_goes_to_a_file_only(format: str, tmp_path: Path) -> None:
    saved("Act I")
    assert refused("act-i", "-f", format) == f"{format} goes to a file: name one with --output"
    target = tmp_path / f"out{suffix_of(format)}"
    assert written("act-i", "-o", str(target)) == ""
    assert target.read_bytes()[:4] in (b"%PDF", b"PK\x03\x04")


def test_the_layout_and_the_font_are_checked(tmp_path: Path, home: Path) -> None:
    saved("Act I", "ANN:\nДа.\n")
    pdf = ["act-i", "-o", str(tmp_path / "a.pdf")]
    assert refused(*pdf, "--layout", "novel").endswith("choose from screenplay, play")
    assert refused(*pdf).startswith("the built-in font has no “Д”, “а”")
    (home / "settings.toml").write_text('export_font = "/nowhere/a.ttf"\n')
    assert "No such file" in refused(*pdf)
    no_font = tmp_path / "a.ttf"
    no_font.write_bytes(b"\0\1\0\0" + bytes(60))
    reason = "a.ttf is not a font that can be used"
    assert refused(*pdf, "--font", str(no_font)) == reason
    assert not (tmp_path / "a.pdf").exists()


def test_the_author_of_the_settings_is_named(home: Path) -> None:
    saved("Act I")
    (home / "settings.toml").write_text('author = "Ann <Able>"\n')
    assert "Credit: by\nAuthor: Ann <Able>\n" in written("act-i", "-f", "fountain")
    assert "Ann &lt;Able&gt;" in written("act-i", "-f", "html")
    assert "<Text>Ann &lt;Able&gt;</Text>" in written("act-i", "-f", "fdx")


@pytest.mark.parametrize(
    ("name", "format"),
    [("md", "markdown"), (".md", "markdown"), ("MD", "markdown"), ("htm", "html"), ("text", "txt")],
)
def test_a_file_suffix_names_its_format(name: str, format: str) -> None:
    _, scene = saved("Act I")
    assert written("act-i", "--format", name) == exported(scene, format)


def test_a_dash_is_standard_output_and_not_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, scene = saved("Act I")
    (folder := tmp_path / "here").mkdir()
    monkeypatch.chdir(folder)
    assert written("act-i", "-o", "-") == scene.text + "\n"
    assert [*folder.iterdir()] == []


def test_the_format_option_wins_and_an_unknown_suffix_needs_it(tmp_path: Path) -> None:
    _, scene = saved("Act I")
    written("act-i", "-o", str(tmp_path / "a.html"), "--format", "fountain")
    assert (tmp_path / "a.html").read_text("utf-8") == exported(scene, "fountain")
    assert "--format" in refused("act-i", "-o", str(tmp_path / "a.odt"))
    assert "choose from txt, markdown" in refused("act-i", "--format", "odt")
    assert not (tmp_path / "a.odt").exists()


def test_a_file_is_replaced_only_with_force_and_a_saved_scene_never(tmp_path: Path) -> None:
    path, scene = saved("Act I")
    target = tmp_path / "a.txt"
    target.write_text("kept")
    assert refused("act-i", "-o", str(target)).endswith("exists: --force replaces it")
    assert target.read_text() == "kept"
    written("act-i", "-o", str(target), "--force")
    assert target.read_text("utf-8") == scene.text + "\n"
    before = path.read_bytes()
    assert "saved scene" in refused("act-i", "-o", str(path), "--format", "txt", "--force")
    assert path.read_bytes() == before


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    saved("Act I")
    assert "No such file" in refused("act-i", "-o", str(tmp_path / "nowhere" / "a.txt"))
    (tmp_path / "a.txt").mkdir()
    assert "exists" in refused("act-i", "-o", str(tmp_path / "a.txt"))
    assert refused("act-i", "-o", str(tmp_path / "a.txt"), "--force")


def test_an_open_scene_is_exported_and_not_changed() -> None:
    path, _ = saved("Act I")
    journal, scene, _ = Journal.open(path)
    scene.add("writer", "More.")
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert written("act-i").endswith("More.\n")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    scene.add("writer", "And more.")
    journal.close()
    assert written("act-i").endswith("And more.\n")


def test_the_readable_part_of_a_damaged_scene_is_exported_with_a_warning() -> None:
    path, scene = saved("Act I")
    path.write_bytes(path.read_bytes() + b"nonsense\n")
    before = path.read_bytes()
    result = run("export", "act-i")
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == scene.text + "\n"
    assert result.stderr == "bardtui: damaged in line 5; all that can be read is here\n"
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_newer_scene_and_a_file_that_is_not_a_scene_are_refused() -> None:
    path = paths.scenes_dir() / "new.scene.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"bardtui": "scene", "version": 9, "title": "T"}) + "\n")
    assert "newer bardtui" in refused("new")
    path.write_text("ANN:\nYes.\n")
    assert "is not a scene" in refused("new")


def test_json_contains_every_take() -> None:
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
from bardtui.cli.app import app
app(["export", "act-i", "-f", "html"], standalone_mode=False)
assert not {"tensorflow", "keras", "textual"} & set(sys.modules), "it imports too much"
"""


def test_export_imports_no_tensorflow_or_textual_and_writes_utf8_in_any_locale(home: Path) -> None:
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


def test_escape_sequences_do_not_reach_a_terminal(home: Path) -> None:
    saved("Act I", "A \x1b]0;owned\x07 title.")
    command = ["-m", "bardtui", "export", "act-i"]
    child = pexpect.spawn(sys.executable, command, env=dict(os.environ), timeout=60)
    child.expect(pexpect.EOF)
    assert "A ␛]0;owned␇ title.".encode() in child.before
    assert b"\x1b" not in child.before
