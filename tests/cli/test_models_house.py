"""bardtui models rename, describe, duplicate, delete, restore, disk and clean."""

from pathlib import Path

import numpy as np
import pytest

from bardtui import paths
from bardtui.model import library
from bardtui.model.store import find_model
from bardtui.settings import Remembered
from bardtui.training.checkpoint import Checkpoint, run_lock
from tests.cli.commands import refusal, run
from tests.sharing.archives import own_model


def run_of(name: str, *, finished: bool) -> Path:
    """The folder of a training run."""
    folder = paths.runs_dir() / name
    state = {"identity": {}, "progress": {}, "finished": finished}
    Checkpoint({"network": [np.zeros(99_000)]}, state).save(folder)
    return folder


def test_a_model_is_renamed_and_the_next_start_finds_it() -> None:
    own_model()
    Remembered(model="own").save(paths.remembered_file())
    assert "own is now called other" in run("models", "rename", "own", "other").stdout
    assert Remembered.load(paths.remembered_file()).model == "other"
    assert "you already have a model other" in refusal("models", "rename", "other", "other")
    assert "comes with bardtui" in refusal("models", "rename", "pocket", "mine")


def test_a_model_is_described() -> None:
    own_model()
    said = run("models", "describe", "own", "Ink [red].", "--licence", "CC0-1.0").stdout
    assert said == "own: Ink [red]. · CC0-1.0\n"
    assert find_model("own").licence == "CC0-1.0"
    assert "say what to change" in refusal("models", "describe", "own")


def test_a_copy_is_made_of_a_bundled_model() -> None:
    assert "mine is a copy of pocket" in run("models", "duplicate", "pocket", "mine").stdout
    assert find_model("mine").sha256 == find_model("pocket").sha256


def test_a_deleted_model_is_listed_and_brought_back() -> None:
    own_model()
    said = run("models", "delete", "own").stdout
    assert said == "own is deleted; bardtui models restore own brings it back\n"
    assert "own" not in run("models").stdout
    assert "own " in run("models", "restore").stdout
    own_model()
    assert "--as NEW brings it back" in refusal("models", "restore", "own")
    assert "first is back" in run("models", "restore", "own", "--as", "first").stdout
    assert find_model("first")


def test_the_disk_space_is_shown() -> None:
    own_model()
    run_of("own", finished=False)
    run_of("begun", finished=False)
    lines = {line.split()[0]: line.split() for line in run("models", "disk").stdout.splitlines()}
    assert lines["own"][3:] == ["0.79", "MB"]
    assert lines["begun"] == ["begun", "0.79", "MB"]
    run("models", "delete", "own")
    assert "deleted models: 0.8" in run("models", "disk").stdout


def test_a_deleted_model_from_the_far_future_is_listed() -> None:
    (paths.models_dir() / library.TRASH / f"far~{10**24 - 1}").mkdir(parents=True)
    assert "some day" in run("models", "restore").stdout


def test_cleaning_asks_and_removes_only_what_nobody_needs() -> None:
    own_model()
    own_model("gone")
    finished, stopped = run_of("own", finished=True), run_of("begun", finished=False)
    (paths.runs_dir() / "strange").mkdir()
    library.delete("gone")
    asked = run("models", "clean", text="n\n").stdout
    assert "checkpoint of own" in asked
    assert "deleted model gone" not in asked
    assert "nothing is removed" in asked
    assert finished.exists()
    assert "deleted model gone" in run("models", "clean", "--days", "0", "--yes").stdout
    assert not finished.exists()
    assert stopped.exists()
    assert library.trash() == []
    assert find_model("own")
    assert run("models", "clean", "--days", "0").stdout == "nothing to remove\n"


def test_a_run_that_has_begun_again_is_kept() -> None:
    folder = run_of("own", finished=True)
    with run_lock(folder):
        run("models", "clean", "--yes")
    assert folder.exists()


@pytest.mark.parametrize("name", ["nobody", "pocket", "../x", "[red]\x1b[2J"])
def test_other_models_are_not_deleted(name: str) -> None:
    refusal("models", "delete", name)


def test_the_card_is_in_plain_words() -> None:
    shown = " ".join(run("models", "show", "pocket").stdout.split())
    assert "pocket came with bardtui. It has read Thirty-eight plays of 4,996,711 char" in shown
    assert "as unsure of the next character as among 4.7 equally likely ones (1.544 nats)" in shown
    assert "It says this about its text: the list of its words; the names of its" in shown
    own_model()
    assert "own is yours. It has read my-diary" in run("models", "show", "own").stdout
