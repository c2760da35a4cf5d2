"""A model on disk: what comes back, what it costs, and what a stranger may put in its place."""

import hashlib
import json
import math
import os
import random
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from bardtui import paths
from bardtui.files import atomic_write
from bardtui.model import store as module
from bardtui.model.decoder import Decoder
from bardtui.model.description import DESCRIPTION, MAX_TEXT, ModelError
from bardtui.model.memory_length import DEFAULT_MEMORY_LENGTH
from bardtui.model.store import ModelBundle, check_name, find_model, list_models
from bardtui.model.weights import WEIGHTS
from bardtui.text.corpus import Corpus
from tests.conftest import random_weights, small_model


def write_model(folder: Path, **changes: Any) -> ModelBundle:
    """A small model with random weights in `folder`."""
    bundle = small_model(**changes)
    return bundle.save(folder, random_weights(bundle.spec))


@pytest.fixture
def model(home: Path) -> ModelBundle:
    """A small model among the user's."""
    return write_model(paths.models_dir() / "small")


@pytest.fixture(autouse=True)
def bundled(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where, for these tests, the models that ship with the program lie."""
    folder = home / "bundled"
    monkeypatch.setattr(paths, "bundled_models", lambda: folder)
    return folder


def refusal(folder: Path, *, weights: bool = False) -> str:
    """Why the model is refused, at loading or only when its `weights` are read; that has to be
    told at once and in one printable line."""
    began = time.monotonic()
    with pytest.raises(ModelError) as caught:
        ModelBundle.load(folder).weights()
    assert time.monotonic() - began < 3
    message = str(caught.value)
    assert message.isprintable()
    assert 0 < len(message) < 200
    (listed,) = [entry for entry in list_models() if entry.folder == folder]
    assert (listed.error is None) is weights
    return message


# --- there and back


def test_a_model_comes_back_as_it_was_saved(home: Path) -> None:
    from dataclasses import replace

    for cell, skip in (("lstm", True), ("gru", False)):
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
        )
        weights = random_weights(bundle.spec)
        saved = bundle.save(home / cell, weights)
        loaded = ModelBundle.load(home / cell)
        assert loaded == replace(saved, name=cell)
        assert loaded.held_out_loss == 1.25
        assert loaded.folder == home / cell
        for was, now in zip(weights, loaded.weights(), strict=True):
            assert now.dtype == np.float32
            assert np.array_equal(now, was.astype(np.float16).astype(np.float32))


def test_only_the_two_files_are_left_behind(model: ModelBundle) -> None:
    assert model.folder is not None
    assert sorted(path.name for path in model.folder.iterdir()) == [DESCRIPTION, WEIGHTS]
    assert [path.name for path in model.folder.parent.iterdir()] == ["small"]


def test_half_precision_costs_less_than_the_third_decimal(
    tiny_model: ModelBundle, verse: Corpus, shared_decoder: Decoder
) -> None:
    # The fixture's loss was taken before the weights were halved.
    indices = tiny_model.vocabulary.encode(verse.text).indices
    held_out = indices[round(len(indices) * 0.9) :]
    shared_decoder.reset()
    halved = -shared_decoder.read(held_out).mean()
    assert tiny_model.held_out_loss is not None
    assert abs(halved - tiny_model.held_out_loss) < 0.001
    assert tiny_model.held_out_loss < 1.5


def test_full_precision_weights_are_read_too(model: ModelBundle) -> None:
    assert model.folder is not None
    tensors = {name: t.astype(np.float32) for name, t in tensors_of(model.folder).items()}
    put_weights(model.folder, save(tensors))
    assert np.array_equal(ModelBundle.load(model.folder).weights()[0], tensors["embedding"])


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_leaves_the_older_model_standing(
    model: ModelBundle, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    assert model.folder is not None
    genuine, calls = atomic_write, []

    def full(path: Path, data: str | bytes) -> None:
        calls.append(path)
        if len(calls) == failing:
            raise OSError(28, "No space left on device", str(path))
        genuine(path, data)

    monkeypatch.setattr(module, "atomic_write", full)
    with pytest.raises(OSError, match="No space"):
        model.save(model.folder, random_weights(model.spec, seed=1))
    kept = ModelBundle.load(model.folder).weights()
    assert np.array_equal(kept[0], random_weights(model.spec)[0].astype(np.float16))
    assert [path.name for path in model.folder.parent.iterdir()] == ["small"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_model_belongs_to_the_user_alone(model: ModelBundle) -> None:
    assert model.folder is not None
    assert model.folder.stat().st_mode & 0o077 == 0
    assert (model.folder / WEIGHTS).stat().st_mode & 0o077 == 0


# --- finding models


def test_the_users_model_goes_before_a_bundled_one_of_that_name(
    model: ModelBundle, bundled: Path
) -> None:
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


def test_a_broken_model_of_the_user_hides_the_bundled_one_everywhere(bundled: Path) -> None:
    write_model(bundled / "small")
    (paths.models_dir() / "small").mkdir(parents=True)
    (listed,) = list_models()
    assert listed.error == "model.json is missing"
    with pytest.raises(ModelError, match=r"^small: model.json is missing$"):
        find_model("small")


def test_a_model_is_found_by_its_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(home / "elsewhere" / "small")
    assert find_model(str(home / "elsewhere" / "small")).name == "small"
    monkeypatch.chdir(home / "elsewhere")
    assert find_model("./small").folder == home / "elsewhere" / "small"
    assert find_model("small").name == "small"


def test_an_unknown_name_tells_which_there_are(model: ModelBundle, bundled: Path) -> None:
    write_model(bundled / "other")
    with pytest.raises(ModelError, match=r"^there is no model 'smal'; there are: other, small$"):
        find_model("smal")


def test_no_models_at_all() -> None:
    assert list_models() == []
    with pytest.raises(ModelError, match="there are: none"):
        find_model("shakespeare")


@pytest.mark.parametrize("name", ["..", "../small", "a/b", "\x1b[2J", "[/]", "a" * 200, "\0", "ж"])
def test_odd_names_are_no_models(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_model(name)
    assert str(caught.value).isprintable()
    with pytest.raises(ModelError, match="a model's name has letters"):
        check_name(name)


def test_hidden_folders_and_files_are_no_models(model: ModelBundle) -> None:
    assert model.folder is not None
    (model.folder.parent / ".hidden").mkdir()
    (model.folder.parent / "notes.txt").write_text("not a model")
    assert [entry.name for entry in list_models()] == ["small"]


def test_the_models_that_ship_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the true folder
    monkeypatch.setenv("BARDTUI_HOME", "/nonexistent")
    shipped = list_models()
    assert {"pocket", "shakespeare"} <= {listed.name for listed in shipped}
    for listed in shipped:
        assert listed.error is None, listed
        assert listed.bundle is not None
        assert listed.bundle.bundled
        listed.bundle.weights()


# --- garbage and malice: model.json


def described(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads((folder / DESCRIPTION).read_text())
    change(values)
    (folder / DESCRIPTION).write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("vocabulary_size", 11),
        ("vocabulary_size", 10**12),
        ("units", 10**12),
        ("units", 4_096),
        ("units", 0),
        ("units", -6),
        ("units", 6.0),
        ("units", math.nan),
        ("units", "6"),
        ("units", True),
        ("units", 10**400),
        ("embedding_dim", -5),
        ("embedding_dim", [5]),
        ("layers", 10**9),
        ("layers", None),
        ("layers", 3),
        ("cell", "__import__"),
        ("cell", "gru"),
        ("cell", {"class_name": "Lambda"}),
        ("dropout", math.nan),
        ("dropout", math.inf),
        ("dropout", 10**400),
        ("skip", "no"),
        ("skip", True),
        ("extra", 1),
        ("self", 1),
        ("\x1b[2J", 1),
    ],
)
def test_a_network_that_is_none_or_another_is_refused(
    model: ModelBundle, key: str, value: Any
) -> None:
    assert model.folder is not None
    described(model.folder, lambda values: values["network"].update({key: value}))
    refusal(model.folder)


@pytest.mark.parametrize(
    "characters",
    [
        [],
        ["a"],
        [*"\n '.abcdefg", "a"],
        [*"\n '.abcdefg", "\x1b"],
        [*"\n '.abcdefg", "\x9b"],
        [*"\n '.abcdefg", "\u202e"],
        [*"\n '.abcdefg", "\ud800"],
        [*"\n '.abcdefg", "hh"],
        [*"\n '.abcdefg", ""],
        [*"\n '.abcdefg", 7],
        [*"\n '.abcdefg", None],
        [*"\n '.abcdefg", ["h"]],
        [*"\n '.abcdefg", {"h": 1}],
        [chr(0x4E00 + i) for i in range(20_000)],
        "\n '.abcdefgh",
        {"a": 0},
        None,
        7,
    ],
)
def test_a_vocabulary_that_is_none_is_refused(model: ModelBundle, characters: Any) -> None:
    assert model.folder is not None
    described(model.folder, lambda values: values.update(vocabulary=characters))
    refusal(model.folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"model"',
        "{}",
        '{"format": 2}',
        '{"format": "1\\u001b[2J"}',
        '{"format": NaN}',
        '{"format": 1}',
        '{"format": 1, "network": [], "vocabulary": {}}',
        '{"format": 1, "network": {}, "vocabulary": ["a"]}',
        "9" * 10_000,
        "\ufeff{}",
        "[" * 100_000,
        '{"format":' * 50_000,
        "[" + "[]," * 690_000 + "[]]",
        " " * 5_000_000,
    ],
    ids=lambda text: text[:30],
)
def test_a_description_that_is_none_is_refused(model: ModelBundle, text: str) -> None:
    assert model.folder is not None
    (model.folder / DESCRIPTION).write_text(text, encoding="utf-8")
    refusal(model.folder)


def test_a_description_that_is_no_text_is_refused(model: ModelBundle) -> None:
    assert model.folder is not None
    for garbage in (b"\xff\xfe\x00", random.Random(7).randbytes(5_000), b"\0" * 100):
        (model.folder / DESCRIPTION).write_bytes(garbage)
        assert refusal(model.folder) == "model.json is not JSON"


@pytest.mark.parametrize("key", ["format", "vocabulary", "corpus", "evaluation", "history"])
def test_deep_nesting_is_refused_however_deep(model: ModelBundle, key: str) -> None:
    assert model.folder is not None
    # Around the interpreter's own limit, where reading might pass and printing might not.
    for depth in (9, 30, *range(900, 1_000, 7)):
        described(model.folder, lambda values: values.update({key: "HERE"}))
        text = (model.folder / DESCRIPTION).read_text()
        (model.folder / DESCRIPTION).write_text(text.replace('"HERE"', "[" * depth + "]" * depth))
        refusal(model.folder)
        (model.folder / DESCRIPTION).write_text(text)


@pytest.mark.parametrize("nonsense", [None, 7, "text", [], [1], {"nats": 10**400}, {"nats": "1"}])
def test_nonsense_beside_the_network_does_no_harm(model: ModelBundle, nonsense: Any) -> None:
    assert model.folder is not None
    keys = "description", "licence", "corpus", "training", "history", "evaluation", "versions"
    described(model.folder, lambda values: values.update(dict.fromkeys(keys, nonsense)))
    bundle = ModelBundle.load(model.folder)
    assert bundle.held_out_loss is None
    assert isinstance(bundle.description, str)
    assert isinstance(bundle.corpus, dict)
    assert all(isinstance(entry, dict) for entry in bundle.history)
    assert bundle.weights()


@pytest.mark.parametrize("value", [0, -1, 20_001, 10**400, 900.0, True, "900", None, [900]])
def test_a_memory_length_out_of_range_is_the_default(model: ModelBundle, value: Any) -> None:
    assert model.folder is not None
    described(model.folder, lambda values: values.update(memory_length=value))
    assert ModelBundle.load(model.folder).memory_length == DEFAULT_MEMORY_LENGTH


@pytest.mark.parametrize("value", [1, 900, 20_000])
def test_a_memory_length_is_kept(model: ModelBundle, value: int, home: Path) -> None:
    assert model.folder is not None
    described(model.folder, lambda values: values.update(memory_length=value))
    bundle = ModelBundle.load(model.folder)
    bundle.save(home / "again", bundle.weights())
    assert ModelBundle.load(home / "again").memory_length == value


def test_long_texts_are_cut(model: ModelBundle) -> None:
    assert model.folder is not None
    long = "x" * 500_000
    corpus = {"title": long[:300_000], "k" * 10_000: ["y" * 10_000] * 5, "n": 10**4_000}
    described(model.folder, lambda values: values.update(corpus=corpus, description=long[:50_000]))
    bundle = ModelBundle.load(model.folder)
    assert bundle.description == long[:MAX_TEXT]
    assert bundle.title == "x" * 79 + "…"
    assert len(repr(bundle)) < 10_000
    described(model.folder, lambda values: values.update(corpus={str(n): n for n in range(9_999)}))
    assert len(ModelBundle.load(model.folder).corpus) == 100


def test_a_title_is_one_line_that_is_safe_to_show(model: ModelBundle) -> None:
    assert model.folder is not None
    described(model.folder, lambda values: values["corpus"].update(title="A\x1b[2J\nplay\u202e"))
    assert ModelBundle.load(model.folder).title == "A␛[2J␊play·"
    for title in (7, None, ["A"]):
        described(model.folder, lambda values, title=title: values["corpus"].update(title=title))
        assert ModelBundle.load(model.folder).title == ""


def test_a_hash_that_is_none_is_dropped(model: ModelBundle) -> None:
    assert model.folder is not None
    for value in ("x" * 100_000, "\x1b[2J", "A" * 64, 7):
        described(model.folder, lambda values, value=value: values.update(weights_sha256=value))
        assert ModelBundle.load(model.folder).sha256 == ""


# --- garbage and malice: the weights


def tensors_of(folder: Path) -> dict[str, Any]:
    return dict(load((folder / WEIGHTS).read_bytes()))


def put_weights(folder: Path, data: bytes) -> None:
    """Weights whose hash model.json tells, as a stranger would."""
    (folder / WEIGHTS).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    described(folder, lambda values: values.update(weights_sha256=digest))


def header(entries: dict[str, Any], data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def test_changed_weights_are_found_out(model: ModelBundle) -> None:
    assert model.folder is not None
    data = bytearray((model.folder / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (model.folder / WEIGHTS).write_bytes(data)
    assert "is damaged" in refusal(model.folder, weights=True)


def test_weights_that_nothing_vouches_for_are_refused(model: ModelBundle) -> None:
    assert model.folder is not None
    described(model.folder, lambda values: values.pop("weights_sha256"))
    assert "is damaged" in refusal(model.folder, weights=True)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(model: ModelBundle, number: float) -> None:
    assert model.folder is not None
    tensors = tensors_of(model.folder)
    tensors["lstm_2/bias"][3] = number
    put_weights(model.folder, save(tensors))
    assert "lstm_2/bias holds numbers that are not finite" in refusal(model.folder, weights=True)


def _transposed(tensors: dict[str, Any]) -> None:
    tensors["logits/kernel"] = np.ascontiguousarray(tensors["logits/kernel"].T)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.clear(),
        lambda t: t.pop("logits/bias"),
        lambda t: t.update(extra=np.zeros(3, np.float16)),
        lambda t: t.update({"lstm_3/bias": np.zeros(24, np.float16)}),
        lambda t: t.update({"logits/bias": np.zeros(11, np.float16)}),
        lambda t: t.update({"logits/bias": np.zeros((12, 1), np.float16)}),
        lambda t: t.update({"logits/bias": np.zeros((), np.float16)}),
        lambda t: t.update({"logits/bias": np.zeros(12, np.float64)}),
        lambda t: t.update({"logits/bias": np.zeros(12, np.int32)}),
        lambda t: t.update({"logits/bias": np.zeros(12, np.bool_)}),
        _transposed,
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    model: ModelBundle, change: Callable[[dict[str, Any]], object]
) -> None:
    assert model.folder is not None
    tensors = tensors_of(model.folder)
    change(tensors)
    put_weights(model.folder, save(tensors))
    assert WEIGHTS in refusal(model.folder)


def test_a_file_cut_short_anywhere_is_refused(model: ModelBundle) -> None:
    assert model.folder is not None
    data = (model.folder / WEIGHTS).read_bytes()
    for length in (0, 1, 7, 8, 9, 100, len(data) // 2, len(data) - 1):
        put_weights(model.folder, data[:length])
        assert refusal(model.folder) == f"{WEIGHTS} is not a safetensors file"
    put_weights(model.folder, data + b"\0" * 10)
    refusal(model.folder)


ONE = {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}


@pytest.mark.parametrize(
    "data",
    [
        random.Random(7).randbytes(2_000),
        b"PK\x03\x04" + b"\0" * 100,
        header({}, length=2**63),
        header({}, length=2**64 - 1),
        header({}, length=10**9),
        header({}, length=0),
        header({"embedding": ONE}),
        header({"embedding": ONE | {"shape": [2**62, 4]}}, b"\0\0"),
        header({"embedding": ONE | {"shape": [10**30]}}, b"\0\0"),
        header({"embedding": ONE | {"shape": [-1]}}, b"\0\0"),
        header({"embedding": ONE | {"data_offsets": [0, 10**12]}}, b"\0\0"),
        header({"embedding": ONE | {"data_offsets": [2, 0]}}, b"\0\0"),
        header({"embedding": ONE | {"dtype": "PICKLE"}}, b"\0\0"),
        header({"embedding": ONE, "logits/bias": ONE}, b"\0\0"),
        header({"embedding": "cos\nsystem\n(S'true'\ntR."}, b"\0\0"),
        header({"embedding": [[[[]]]]}, b"\0\0"),
        struct.pack("<Q", 90_000) + b"[" * 90_000,
        struct.pack("<Q", 4) + b"\xff\xfe\xfd\xfc",
    ],
)
def test_headers_that_lie_are_refused(model: ModelBundle, data: bytes) -> None:
    assert model.folder is not None
    put_weights(model.folder, data)
    assert WEIGHTS in refusal(model.folder)


# --- garbage and malice: the folder


@pytest.mark.parametrize("name", [DESCRIPTION, WEIGHTS])
def test_a_missing_file_is_told(model: ModelBundle, name: str) -> None:
    assert model.folder is not None
    (model.folder / name).unlink()
    assert refusal(model.folder) == f"{name} is missing"
    (model.folder / name).mkdir()
    assert refusal(model.folder) == f"{name} is missing"


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX's")
@pytest.mark.parametrize("name", [DESCRIPTION, WEIGHTS])
def test_links_out_of_the_folder_are_refused(model: ModelBundle, name: str, home: Path) -> None:
    assert model.folder is not None
    file = model.folder / name
    file.rename(home / name)
    file.symlink_to(home / name)
    assert refusal(model.folder) == f"{name} is a link out of the model's folder"
    file.unlink()
    file.symlink_to("/dev/zero")
    assert refusal(model.folder) == f"{name} is missing"
    file.unlink()
    file.symlink_to(name)  # a link to itself
    assert refusal(model.folder) == f"{name} is missing"
    file.unlink()
    os.mkfifo(file)  # must not be waited for
    assert refusal(model.folder) == f"{name} is missing"


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_a_link_within_the_folder_is_fine(model: ModelBundle) -> None:
    assert model.folder is not None
    (model.folder / WEIGHTS).rename(model.folder / "half.safetensors")
    (model.folder / WEIGHTS).symlink_to("half.safetensors")
    assert ModelBundle.load(model.folder).weights()


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_a_staged_folder_that_is_a_link_is_not_followed(model: ModelBundle, home: Path) -> None:
    other = small_model(units=7).save(home / "other", random_weights(small_model(units=7).spec))
    assert model.folder is not None
    assert other.folder is not None
    (other.folder / WEIGHTS).unlink()
    model.folder.with_name(".small.new").symlink_to(other.folder)
    assert ModelBundle.load(model.folder).spec.units == 6
    model.save(model.folder, random_weights(model.spec))
    assert (other.folder / DESCRIPTION).exists()
    assert not model.folder.with_name(".small.new").is_symlink()


def test_a_list_of_long_names_stays_narrow(model: ModelBundle) -> None:
    assert model.folder is not None
    for number in range(20):
        model.folder.with_name(f"{number:02}" + "x" * 248).mkdir()
    assert all(len(entry.name) <= 64 for entry in list_models())
    with pytest.raises(ModelError) as caught:
        find_model("none")
    assert len(str(caught.value)) <= 300


def test_files_that_may_not_be_read_are_told(
    model: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert model.folder is not None
    genuine = Path.is_file

    def is_file(path: Path) -> bool:
        if path.name == DESCRIPTION:
            raise PermissionError(13, "Permission denied", str(path))
        return genuine(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    assert refusal(model.folder) == "model.json cannot be read: Permission denied"
