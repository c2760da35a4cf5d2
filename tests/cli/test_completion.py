"""Completion in a shell: names of models, texts and scenes, without waiting for libraries."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bardtui import paths
from bardtui.cli.app import app
from bardtui.cli.completion import model_names, scene_names, text_names
from bardtui.scene.journal import Journal
from bardtui.scene.names import new_scene_path
from bardtui.scene.scene import Scene


def asked(*words: str) -> dict[str, str]:
    """The environment variables by which bash asks what could follow."""
    line = " ".join(("bardtui", *words))
    question = {"COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    return {"_BARDTUI_COMPLETE": "complete_bash", **question}


def offered(*words: str) -> list[str]:
    """What the program offers after these words, asked in this process."""
    result = CliRunner(env=asked(*words)).invoke(app, [], prog_name="bardtui")
    assert result.exit_code == 0
    return result.stdout.split()


@pytest.mark.usefixtures("installed")
def test_models_are_completed_without_numpy_and_tensorflow() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bardtui"],
        env={**os.environ, **asked("generate", "--model", "ti")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["tiny"]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "bardtui.cli.completion" in imported
    assert not imported & {"numpy", "tensorflow", "keras", "textual"}


def test_texts_of_the_catalogue_are_completed() -> None:
    assert offered("train", "the-lower") == ["the-lower-stair"]
    assert [name for name, _ in text_names("sonn")] == ["sonnets"]


def test_a_bundled_model_and_ones_own_are_offered_once(installed: object) -> None:
    shutil.copytree(paths.models_dir() / "tiny", paths.models_dir() / "pocket")
    assert [name for name, _ in model_names("")].count("pocket") == 1
    assert [name for name, _ in model_names("T")] == ["tiny"]


def test_scenes_are_completed_by_file_name_or_title_and_titles_cannot_act_on_a_shell() -> None:
    for title in ("The Hall", "A $(date) `date` 'of' \\$(date) wrath"):
        Journal.create(new_scene_path(paths.scenes_dir(), title), Scene(title)).close()
    assert scene_names("the h") == [("the-hall", "The Hall")]
    ((name, title),) = scene_names("a")
    assert title == "A date date of date wrath"
    assert name.replace("-", "").isalnum()


def test_commands_that_have_no_names_to_offer_leave_files_to_the_shell() -> None:
    assert offered("open", "no-such") == []
    assert scene_names("") == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_the_script_for_bash_works(tmp_path: Path, installed: object) -> None:
    program = tmp_path / "bardtui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bardtui "$@"\n')
    program.chmod(0o755)
    script = """
        eval "$(bardtui --show-completion)"
        COMP_WORDS=(bardtui models show ti) COMP_CWORD=3
        $(complete -p bardtui | sed 's/.*-F \\([^ ]*\\) .*/\\1/') bardtui
        echo "offered: ${COMPREPLY[*]}"
    """
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "offered: tiny\n"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("models", "cells", "poc"), "pocket"),
        (("models", "cells", "pocket", "the-low"), "the-lower-stair"),
        (("explain", "a.txt", "--model", "poc"), "pocket"),
        (("corpus", "info", "the-low"), "the-lower-stair"),
    ],
)
def test_names_are_completed_wherever_they_are_asked_for(words: tuple[str, ...], name: str) -> None:
    assert offered(*words) == [name]
