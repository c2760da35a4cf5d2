"""Models on disk: saving, loading and finding them, and what is kept of a description."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from bardtui import paths
from bardtui.files import atomic_write
from bardtui.model import store
from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.decoder import Decoder
from bardtui.model.description import DESCRIPTION, MAX_HISTORY, MAX_TEXT, ModelError
from bardtui.model.memory_length import DEFAULT_MEMORY_LENGTH
from bardtui.model.store import INDEX, ModelBundle, check_name, find_model, list_models
from bardtui.model.weights import WEIGHTS
from bardtui.model.word_list import pack
from bardtui.text.corpus import Corpus
from tests.conftest import random_weights, small_model
from tests.model.hostile_models import sign


def write_model(folder: Path, **changes: Any) -> ModelBundle:
    """A small model with random weights in `folder`."""
    bundle = small_model(**changes)
    return bundle.save(folder, random_weights(bundle.spec))


@pytest.fixture
def folder(home: Path) -> Path:
    """The folder of a small model among the user's."""
    folder = paths.models_dir() / "small"
    write_model(folder)
    return folder


@pytest.fixture(autouse=True)
def bundled(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the models that come with the program, empty for these tests."""
    folder = home / "bundled"
    monkeypatch.setattr(paths, "bundled_models", lambda: folder)
    return folder


def describe(folder: Path, change: Callable[[dict[str, Any]], object]) -> ModelBundle:
    """Change model.json and load the model."""
    values = json.loads((folder / DESCRIPTION).read_text())
    change(values)
    (folder / DESCRIPTION).write_text(json.dumps(values))
    return ModelBundle.load(folder)


# --- saving and loading


@pytest.mark.parametrize(("cell", "skip"), [("lstm", True), ("gru", False)])
def test_a_model_is_loaded_as_it_was_saved(home: Path, cell: str, skip: bool) -> None:
    bundle = replace(
        small_model(cell=cell, skip=skip, layers=3),
        description="A line.",
        licence="MIT",
        corpus={"title": "A Play", "held_out": ["Hamlet"]},
        training={"epochs": 2},
        history=[{"epoch": 1, "loss": 2.5}],
        evaluation={"nats": 1.25},
        versions={"keras": "3"},
        memory_length=700,
        packed_words=pack(["the lamp"]),
        casts={"A Play": {"ANN": 3, "First Lord": 2}},
    )
    weights = random_weights(bundle.spec)
    saved = bundle.save(home / cell, weights)
    loaded = ModelBundle.load(home / cell)
    assert loaded == replace(saved, name=cell)
    assert loaded.held_out_loss == 1.25
    assert loaded.title == "A Play"
    assert loaded.folder == home / cell
    for saved_weight, weight in zip(weights, loaded.weights(), strict=True):
        assert weight.dtype == np.float32
        assert np.array_equal(weight, saved_weight.astype(np.float16).astype(np.float32))


def test_only_the_two_files_are_left_behind(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [DESCRIPTION, WEIGHTS]
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


def test_half_precision_changes_the_loss_by_less_than_a_thousandth(
    tiny_model: ModelBundle, verse: Corpus, decoder: Decoder
) -> None:
    # The loss in model.json was computed before the weights were rounded.
    indices = tiny_model.vocabulary.encode(verse.text).indices
    loss = -decoder.read(indices[round(len(indices) * 0.9) :]).mean()
    assert tiny_model.held_out_loss is not None
    assert abs(loss - tiny_model.held_out_loss) < 0.001


def test_weights_in_full_precision_are_read_too(folder: Path) -> None:
    tensors = {
        name: tensor.astype(np.float32)
        for name, tensor in load((folder / WEIGHTS).read_bytes()).items()
    }
    sign(folder, save(tensors))
    assert np.array_equal(ModelBundle.load(folder).weights()[0], tensors["embedding"])


def test_changed_weights_are_refused(folder: Path) -> None:
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (folder / WEIGHTS).write_bytes(data)
    with pytest.raises(ModelError, match=r"^small: weights.safetensors is damaged"):
        ModelBundle.load(folder).weights()


@pytest.mark.parametrize("failing", [1, 2])
def test_on_a_full_disk_the_older_model_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    calls: list[Path] = []

    def write(path: Path, data: str | bytes) -> None:
        calls.append(path)
        if len(calls) == failing:
            raise OSError(28, "No space left on device", str(path))
        atomic_write(path, data)

    model = ModelBundle.load(folder)
    before = model.weights()
    monkeypatch.setattr(store, "atomic_write", write)
    with pytest.raises(OSError, match="No space"):
        model.save(folder, random_weights(model.spec, seed=1))
    assert np.array_equal(ModelBundle.load(folder).weights()[0], before[0])
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_model_is_readable_by_the_user_alone(folder: Path) -> None:
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / WEIGHTS).stat().st_mode & 0o077 == 0


# --- links


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "half.safetensors")
    (folder / WEIGHTS).symlink_to("half.safetensors")
    assert ModelBundle.load(folder).weights()


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_a_staged_folder_that_is_a_link_is_not_followed(folder: Path, home: Path) -> None:
    other = home / "other"
    write_model(other, units=7)
    (other / WEIGHTS).unlink()
    before = (other / DESCRIPTION).read_text()
    staged = folder.with_name(".small.new")
    staged.symlink_to(other)
    assert ModelBundle.load(folder).spec.units == 6
    write_model(folder)
    assert [path.name for path in other.iterdir()] == [DESCRIPTION]
    assert (other / DESCRIPTION).read_text() == before
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


def test_a_file_that_may_not_be_read_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = Path.is_file

    def is_file(path: Path) -> bool:
        if path.name == DESCRIPTION:
            raise PermissionError(13, "Permission denied", str(path))
        return genuine(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    with pytest.raises(ModelError, match=r"^model.json cannot be read: Permission denied$"):
        ModelBundle.load(folder)


# --- what is kept of a description


@pytest.mark.parametrize("value", [None, 7, "text", [], [1], {"nats": 10**400}, {"nats": "1"}])
def test_values_of_the_wrong_type_are_ignored(folder: Path, value: Any) -> None:
    keys = "description", "licence", "corpus", "training", "history", "evaluation", "versions"
    bundle = describe(folder, lambda values: values.update(dict.fromkeys(keys, value)))
    assert bundle.held_out_loss is None
    assert isinstance(bundle.description, str)
    assert isinstance(bundle.corpus, dict)
    assert all(isinstance(entry, dict) for entry in bundle.history)
    assert bundle.weights()


@pytest.mark.parametrize("value", [0, -1, 20_001, 10**400, 900.0, True, "900", None, [900]])
def test_a_memory_length_out_of_range_is_the_default(folder: Path, value: Any) -> None:
    bundle = describe(folder, lambda values: values.update(memory_length=value))
    assert bundle.memory_length == DEFAULT_MEMORY_LENGTH


@pytest.mark.parametrize("value", [1, 900, 20_000])
def test_a_memory_length_in_range_is_kept(folder: Path, value: int) -> None:
    assert describe(folder, lambda v: v.update(memory_length=value)).memory_length == value


@pytest.mark.parametrize(
    ("casts", "expected"),
    [
        (None, {}),
        ([["A", "ANN"]], {}),
        ({"A": ["ANN"], "B": {"ANN": 2}}, {"B": {"ANN": 2}}),
        ({"A": {"ANN": "2", "BEN": -1, "CAL": True, "DOT": 1.5, "EVE": 3}}, {"A": {"EVE": 3}}),
        ({"A": {"ANN" * 90: 10**30}}, {"A": {("ANN" * 90)[:60]: 10**18}}),
    ],
)
def test_only_valid_entries_of_casts_are_kept(folder: Path, casts: Any, expected: Any) -> None:
    assert describe(folder, lambda values: values.update(casts=casts)).casts == expected


def test_casts_have_a_largest_size(folder: Path) -> None:
    casts = {str(n): {str(m): 1 for m in range(400)} for n in range(30)}
    assert len(describe(folder, lambda v: v.update(casts=casts)).casts["0"]) == 300


def test_long_values_are_cut(folder: Path) -> None:
    long = "x" * 300_000
    corpus = {"title": long, "k" * 10_000: ["y" * 10_000] * 5, "n": 10**4_000}
    bundle = describe(folder, lambda v: v.update(corpus=corpus, description=long[:50_000]))
    assert bundle.description == long[:MAX_TEXT]
    assert bundle.title == "x" * 79 + "…"
    assert len(repr(bundle)) < 10_000
    bundle = describe(folder, lambda v: v.update(corpus={str(n): n for n in range(9_999)}))
    assert len(bundle.corpus) == 100


def test_a_title_is_one_line_that_is_safe_to_show(folder: Path) -> None:
    corpus = {"title": "A\x1b[2J\nplay\u202e"}
    assert describe(folder, lambda values: values.update(corpus=corpus)).title == "A␛[2J␊play·"
    for title in (7, None, ["A"]):
        corpus = {"title": title}
        assert (
            describe(folder, lambda values, corpus=corpus: values.update(corpus=corpus)).title == ""
        )


@pytest.mark.parametrize(
    ("sample", "line"),
    [
        (
            "ROMEO:\nI had a lamp to \x1b[2Jread.\nAnd then no one could say wh",
            "I had a lamp to ␛[2Jread.",
        ),
        ("\nonly one line, which is cut", "only one line, which is cut"),
        (7, ""),
        (None, ""),
    ],
)
def test_the_sample_is_the_longest_whole_line_of_the_last_one(
    folder: Path, sample: Any, line: str
) -> None:
    entries = [{"epoch": 1, "sample": sample}, {"epoch": 2}]
    assert describe(folder, lambda values: values.update(history=entries)).sample == line


@pytest.mark.parametrize("value", ["x" * 100_000, "\x1b[2J", "A" * 64, 7])
def test_a_hash_that_is_none_is_ignored(folder: Path, value: Any) -> None:
    assert describe(folder, lambda values: values.update(weights_sha256=value)).sha256 == ""


def test_the_last_epochs_of_a_long_history_are_kept(home: Path) -> None:
    history = [
        {"epoch": n, "loss": 1 / n, "held_out": 2 / n, "best": True, "seconds": 1 / 3, "rate": 1e5}
        for n in range(1, 100_001)
    ]
    bundle = replace(small_model(), history=history)
    bundle.save(home / "long", random_weights(bundle.spec))
    assert ModelBundle.load(home / "long").history == history[-MAX_HISTORY:]


@pytest.mark.parametrize("character", ["a", "語", "😀"])
def test_samples_never_make_a_model_unreadable(home: Path, character: str) -> None:
    history = [{"epoch": n, "sample": f"{n}{character * 200}"} for n in range(1_000)]
    bundle = replace(small_model(), history=history, packed_words="x" * 200_000)
    bundle.save(home / "long", random_weights(bundle.spec))
    kept = ModelBundle.load(home / "long")
    assert [entry["epoch"] for entry in kept.history] == [*range(1_000)]
    assert kept.history[-1] == history[-1]
    assert kept.packed_words == bundle.packed_words


def test_casts_never_make_a_model_unreadable(home: Path) -> None:
    casts = {f"Play {n}": {f"SPEAKER {m} OF {n}": m for m in range(1, 40)} for n in range(1_000)}
    bundle = replace(small_model(), casts=casts, history=[{"sample": "A line."}])
    bundle.save(home / "large", random_weights(bundle.spec))
    assert ModelBundle.load(home / "large").sample == "A line."


# --- finding models


def test_a_user_s_model_replaces_a_bundled_one_of_that_name(folder: Path, bundled: Path) -> None:
    write_model(bundled / "small", units=7)
    write_model(bundled / "other")
    assert find_model("small").spec.units == 6
    assert not find_model("small").bundled
    assert find_model("other").bundled
    listed = list_models()
    assert [(entry.name, entry.folder.parent) for entry in listed] == [
        ("other", bundled),
        ("small", paths.models_dir()),
    ]


def test_a_broken_model_of_the_user_replaces_a_bundled_one(bundled: Path) -> None:
    write_model(bundled / "small")
    (paths.models_dir() / "small").mkdir(parents=True)
    (listed,) = list_models()
    assert listed.error == "model.json is missing"
    with pytest.raises(ModelError, match=r"^small: model.json is missing$"):
        find_model("small")


def test_a_model_is_found_by_its_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(home / "elsewhere" / "small")
    assert find_model(str(home / "elsewhere" / "small")).name == "small"
    monkeypatch.chdir(home / "elsewhere")
    assert find_model("./small").folder == home / "elsewhere" / "small"
    assert find_model("small").name == "small"


def test_an_unknown_name_prints_the_valid_ones(folder: Path, bundled: Path) -> None:
    write_model(bundled / "other")
    with pytest.raises(ModelError, match=r"^there is no model 'smal'; there are: other, small$"):
        find_model("smal")


def test_the_valid_names_are_cut(folder: Path) -> None:
    for number in range(20):
        folder.with_name(f"{number:02}" + "x" * 248).mkdir()
    with pytest.raises(ModelError) as caught:
        find_model("none")
    assert len(str(caught.value)) <= 300


def test_there_may_be_no_models_at_all() -> None:
    assert list_models() == []
    with pytest.raises(ModelError, match="there are: none"):
        find_model("shakespeare")


@pytest.mark.parametrize("name", ["..", "../small", "a/b", "\x1b[2J", "[/]", "a" * 200, "\0", "ж"])
def test_odd_names_are_refused(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_model(name)
    assert str(caught.value).isprintable()
    with pytest.raises(ModelError, match="a model's name has letters"):
        check_name(name)


def test_hidden_folders_and_files_are_not_listed(folder: Path) -> None:
    folder.with_name(".hidden").mkdir()
    folder.with_name("notes.txt").write_text("not a model")
    assert [entry.name for entry in list_models()] == ["small"]


def test_the_bundled_models_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real folder
    monkeypatch.setenv("BARDTUI_HOME", "/nonexistent")
    listed = list_models()
    assert {"pocket", "shakespeare"} <= {entry.name for entry in listed}
    for entry in listed:
        assert entry.error is None, entry
        assert entry.bundle is not None
        assert entry.bundle.bundled
        assert entry.bundle.memory_length < DEFAULT_MEMORY_LENGTH  # measured
        entry.bundle.weights()


# --- the index of the training text

TEXT = "The lamp is low, the house asleep; the stair has counted every tread."


def text_index(text: str = TEXT) -> CorpusIndex:
    index = CorpusIndex.of([("A Play", [text])])
    assert index is not None
    return index


def finds(bundle: ModelBundle, text: str = TEXT) -> list[str]:
    index = bundle.corpus_index
    return [run.document for run in index.find(text)] if index else ["no index"]


def test_an_index_is_saved_with_a_model_and_stays_with_it(folder: Path) -> None:
    bundle = small_model()
    weights = random_weights(bundle.spec)
    saved = bundle.save(folder, weights, text_index())
    assert finds(saved) == finds(ModelBundle.load(folder)) == ["A Play"]
    replace(ModelBundle.load(folder), evaluation={"nats": 1.0}).save(folder, weights)
    assert finds(ModelBundle.load(folder)) == ["A Play"]
    bundle.save(folder, weights)
    assert finds(ModelBundle.load(folder)) == ["no index"]
    assert not (folder / INDEX).exists()


def test_an_index_is_added_to_a_model(folder: Path) -> None:
    before = ModelBundle.load(folder)
    before.add_index(text_index())
    after = ModelBundle.load(folder)
    assert finds(after) == ["A Play"]
    assert replace(after, index_sha256="") == before


@pytest.mark.parametrize("damage", ["missing", "other", "link", "no index"])
def test_a_damaged_index_counts_as_none(folder: Path, home: Path, damage: str) -> None:
    ModelBundle.load(folder).add_index(text_index())
    file = folder / INDEX
    match damage:
        case "missing":
            file.unlink()
        case "other":
            file.write_bytes(text_index(TEXT * 2).to_bytes())
        case "link":
            file.replace(home / "elsewhere")
            file.symlink_to(home / "elsewhere")
        case "no index":
            file.write_bytes(b"x")
            digest = hashlib.sha256(b"x").hexdigest()
            describe(folder, lambda values: values.update(corpus_index_sha256=digest))
    assert finds(ModelBundle.load(folder)) == ["no index"]
