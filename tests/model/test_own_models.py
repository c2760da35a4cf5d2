"""The user's models: which names are free, and how they are renamed, copied and deleted."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.files import lock_file
from bardtui.model import library
from bardtui.model.description import ModelError
from bardtui.model.library import NameTaken, size_of
from bardtui.model.store import ModelBundle, find_model, list_models
from tests.conftest import random_weights, small_model


@pytest.fixture
def own(home: Path) -> ModelBundle:
    """A model of the user's, with a run."""
    bundle = replace(small_model(), name="own")
    (paths.runs_dir() / "own").mkdir(parents=True)
    (paths.runs_dir() / "own" / "checkpoint").write_text("a run")
    return bundle.save(paths.models_dir() / "own", random_weights(bundle.spec))


def names() -> list[str]:
    return [listed.name for listed in list_models() if listed.bundle and not listed.bundle.bundled]


def test_a_renamed_model_keeps_everything_and_its_run(own: ModelBundle) -> None:
    renamed = library.rename("own", "other")
    assert names() == ["other"]
    assert find_model("other").sha256 == own.sha256
    assert renamed == find_model("other")
    assert json.loads((paths.models_dir() / "other/model.json").read_text())["name"] == "other"
    assert (paths.runs_dir() / "other" / "checkpoint").read_text() == "a run"
    assert not (paths.runs_dir() / "own").exists()


@pytest.mark.parametrize("taken", ["own", "OWN", "shakespeare", "Pocket"])
def test_a_name_that_is_taken_is_refused(own: ModelBundle, taken: str) -> None:
    with pytest.raises(NameTaken):
        library.duplicate("own", taken)
    with pytest.raises(NameTaken):
        library.rename("own", taken)
    assert names() == ["own"]


def test_the_name_of_a_run_is_taken(own: ModelBundle) -> None:
    (paths.runs_dir() / "begun").mkdir()
    with pytest.raises(NameTaken, match="a run begun"):
        library.duplicate("own", "begun")


def test_a_copy_of_a_bundled_model_is_the_user_s(own: ModelBundle) -> None:
    copy = library.duplicate("pocket", "mine")
    assert names() == ["mine", "own"]
    original = find_model("pocket")
    assert (copy.sha256, copy.casts) == (original.sha256, original.casts)
    assert copy.corpus_index is not None
    assert (paths.models_dir() / "mine" / "corpus-index.bin").stat().st_mode & 0o777 == 0o600
    library.describe("mine", description="My copy.", language="en")
    assert (find_model("mine").description, find_model("mine").language) == ("My copy.", "en")
    assert find_model("mine").licence == original.licence


def test_a_deleted_model_is_brought_back_with_its_run(own: ModelBundle) -> None:
    library.delete("own")
    assert names() == []
    assert not (paths.runs_dir() / "own").exists()
    assert library.restore("own") == "own"
    assert find_model("own") == own
    assert (paths.runs_dir() / "own" / "checkpoint").read_text() == "a run"
    assert library.trash() == []


def test_the_model_that_was_deleted_last_is_brought_back_first(own: ModelBundle) -> None:
    library.duplicate("own", "copy")
    library.describe("copy", description="The second.")
    library.delete("own")
    library.rename("copy", "own")
    library.delete("own")
    assert [deleted.name for deleted in library.trash()] == ["own", "own"]
    library.restore("own")
    assert find_model("own").description == "The second."
    with pytest.raises(NameTaken):
        library.restore("own")
    assert library.restore("own", "first") == "first"
    assert names() == ["first", "own"]
    with pytest.raises(ModelError, match="no deleted model"):
        library.restore("own")


def test_a_broken_model_can_be_deleted(home: Path) -> None:
    (paths.models_dir() / "bad name").mkdir(parents=True)
    deleted = library.delete("bad name")
    assert deleted.folder.exists()
    deleted.remove()
    assert not deleted.folder.exists()
    assert library.trash() == []


def test_what_a_deleted_link_leads_to_stays(own: ModelBundle, home: Path) -> None:
    assert own.folder is not None
    (own.folder.with_name("link")).symlink_to(own.folder)
    library.delete("link").remove()
    assert names() == ["own"]


@pytest.mark.parametrize("name", ["pocket", "nobody", "..", ".trash", "", "../models/own"])
def test_only_models_of_the_user_are_deleted(own: ModelBundle, name: str) -> None:
    with pytest.raises(ModelError):
        library.delete(name)
    assert names() == ["own"]


def test_a_bundled_model_stays_as_it_is() -> None:
    for change in (lambda: library.rename("pocket", "x"), lambda: library.describe("pocket")):
        with pytest.raises(ModelError, match="stays as it is") as refused:
            change()
        assert "models duplicate pocket NEW" in refused.value.command


def test_a_model_in_training_is_not_moved(own: ModelBundle) -> None:
    with lock_file(paths.runs_dir() / ".own.lock"):
        for change in (lambda: library.rename("own", "x"), lambda: library.delete("own")):
            with pytest.raises(ModelError, match="is being trained"):
                change()
    assert names() == ["own"]


@pytest.mark.parametrize("text", ["two\nlines", "x" * 501])
def test_a_description_is_one_short_line(own: ModelBundle, text: str) -> None:
    with pytest.raises(ModelError):
        library.describe("own", description=text)


def test_a_file_that_vanishes_while_sizes_are_counted_has_none(
    own: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own.folder is not None
    walked = [(str(own.folder), [], ["model.json", ".gone.tmp"])]
    monkeypatch.setattr(os, "walk", lambda path: walked)
    assert size_of(own.folder) == (own.folder / "model.json").stat().st_size


def test_files_in_the_trash_that_are_no_models_are_ignored(own: ModelBundle) -> None:
    (paths.models_dir() / library.TRASH).mkdir()
    for name in ("own~", "own~x", "~1", "own~1.run", "own~" + "9" * 99):
        (paths.models_dir() / library.TRASH / name).mkdir()
    assert library.trash() == []
