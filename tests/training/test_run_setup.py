"""From a corpus and a few wishes to a run."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bardtui import paths
from bardtui.model.decoder import Decoder
from bardtui.model.loss import CONTINUOUS, STRETCHES, scores_of
from bardtui.model.network import SpecError
from bardtui.model.store import ModelBundle, ModelError, find_model
from bardtui.model.vocabulary import MAX_SIZE
from bardtui.text.corpus import Corpus, CorpusError, Document
from bardtui.training import distributed as machines
from bardtui.training.distributed import fast_precision
from bardtui.training.loop import TrainingError
from bardtui.training.run_setup import Run, Wishes, prepare
from bardtui.training.windows import TooLittleText
from tests.conftest import VERSE
from tests.make_tiny_model import train as train_tiny_model

SMALL: dict[str, Any] = {
    "embedding_dim": 4,
    "units": 6,
    "layers": 1,
    "seq_len": 20,
    "batch_size": 4,
}


def corpus(*texts: str) -> Corpus:
    documents = tuple(Document(f"play {i}", text) for i, text in enumerate(texts, 1))
    return Corpus("plays", "Some Plays", "CC0", documents, ("a note",))


def small_run(text: str | Corpus = VERSE * 4, **wishes: Any) -> Run:
    source = corpus(text) if isinstance(text, str) else text
    return prepare(source, "mine", Wishes(**(SMALL | wishes)))


# --- what is chosen


def test_a_longer_text_gets_a_larger_network() -> None:
    units, epochs = [], []
    for times in (10, 600, 3_000):
        run = prepare(corpus(VERSE * times), "mine", Wishes())
        spec, plan = run.training.spec, run.training.plan
        units.append(spec.units)
        epochs.append(plan.epochs)
        assert (spec.layers, spec.cell) == (2, "lstm")
        assert plan.seq_len in (120, 240)
        assert run.folder == paths.models_dir() / "mine"
        assert run.training.folder == paths.runs_dir() / "mine"
    assert units == [128, 256, 512]
    assert epochs == sorted(epochs, reverse=True)


def test_every_wish_is_granted() -> None:
    run = small_run(
        layers=3,
        cell="gru",
        dropout=0.0,
        skip=True,
        epochs=7,
        learning_rate=0.5,
        random_seed=0,
    )
    spec, plan = run.training.spec, run.training.plan
    assert (spec.embedding_dim, spec.units, spec.layers, spec.cell) == (4, 6, 3, "gru")
    assert (spec.dropout, spec.skip) == (0.0, True)
    assert (plan.seq_len, plan.batch_size, plan.epochs) == (20, 4, 7)
    assert (plan.learning_rate, plan.random_seed) == (0.5, 0)
    assert plan.precision == "float32"  # Keras's GRU has no other
    assert small_run(precision="bfloat16").training.plan.precision == "bfloat16"


@pytest.mark.parametrize(
    ("flags", "gpus", "onednn", "precision"),
    [
        ("flags : fpu avx512f avx512_bf16 ssse3\n", 0, "1", "bfloat16"),
        ("flags : fpu amx_tile amx_bf16\n", 0, "1", "bfloat16"),
        ("flags : fpu avx2 avx512f avx512_bf16x\n", 0, "1", "float32"),
        (None, 0, "1", "float32"),
        ("flags : fpu avx512_bf16\n", 1, "1", "float32"),
        ("flags : fpu avx512_bf16\n", 0, "0", "float32"),
    ],
)
def test_the_products_are_of_what_the_processor_multiplies_fastest(
    flags: str | None,
    gpus: int,
    onednn: str,
    precision: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import tensorflow as tf

    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", onednn)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"] * gpus)
    monkeypatch.setattr(machines, "_CPUINFO", tmp_path / "cpuinfo")
    if flags:
        (tmp_path / "cpuinfo").write_text(flags)
    assert fast_precision() == precision
    assert small_run().training.plan.precision == precision


def test_the_end_of_the_text_is_held_out() -> None:
    text = VERSE * 4
    training = small_run(text, validation=0.25).training
    vocabulary = training.vocabulary
    cut = len(vocabulary.decode(training.windows.indices))
    assert cut == round(len(text) * 0.75)
    assert vocabulary.decode([*training.windows.indices, *training.held_out]) == text


def test_nothing_is_held_out_where_nothing_shall_be() -> None:
    training = small_run(validation=0.0).training
    assert len(training.held_out) == 0
    assert len(training.windows.indices) == len(VERSE * 4)


def test_whole_documents_are_held_out() -> None:
    plays = corpus(VERSE, VERSE + "Zounds!", VERSE * 2)
    training = small_run(plays, hold_out=("PLAY 2",)).training
    assert training.vocabulary.decode(training.held_out) == VERSE + "Zounds!"
    assert training.vocabulary.decode(training.windows.indices) == f"{VERSE}\n\n{VERSE * 2}"
    assert "Z" in training.vocabulary


def test_a_smaller_batch_is_told_with_the_corpus_s_notes() -> None:
    run = prepare(corpus(VERSE * 4), "mine", Wishes(**(SMALL | {"batch_size": 128})))
    fitting = run.training.windows.batch_size
    assert run.notes == [
        "a note",
        f"the text fills {fitting} windows: batches of {fitting}, not 128",
    ]


# --- what is refused, in one line


@pytest.mark.parametrize(
    ("wishes", "error", "told"),
    [
        ({"units": 0}, SpecError, "units"),
        ({"cell": "rnn"}, SpecError, "lstm or gru"),
        ({"dropout": math.nan}, SpecError, "dropout"),
        ({"epochs": 0}, TrainingError, "epochs"),
        ({"random_seed": 2**31}, TrainingError, "random-seed"),
        ({"cell": "gru", "precision": "bfloat16"}, TrainingError, "precision"),
        ({"precision": "float64"}, TrainingError, "float32 or bfloat16"),
        ({"learning_rate": -1.0}, TrainingError, "learning-rate"),
        ({"validation": 1.0}, TrainingError, "validation"),
        ({"validation": -0.1}, TrainingError, "validation"),
        ({"validation": math.nan}, TrainingError, "validation"),
        ({"validation": 0.001}, TrainingError, "too small to be scored"),
        ({"validation": 0.99}, TooLittleText, "at least 2,100"),
        ({"seq_len": 10_000}, TooLittleText, "at least 11,113"),
        ({"hold_out": ("Hamlet",)}, CorpusError, "no document 'Hamlet'"),
        ({"hold_out": ("play 1",)}, CorpusError, "none is left"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_told(
    wishes: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told) as caught:
        small_run(**wishes)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "../up", "x" * 65, "a b", "\x1b[2J"])
def test_a_name_that_is_no_folder_s_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="a model's name") as caught:
        prepare(corpus(VERSE), name, Wishes())
    assert str(caught.value).isprintable()


def test_a_text_of_one_character_is_refused() -> None:
    with pytest.raises(TrainingError, match="one character only"):
        small_run("a" * 1_000)


def test_a_text_of_too_many_characters_is_refused(tiny_model: ModelBundle) -> None:
    signs = "".join(chr(0x4E00 + i) for i in range(MAX_SIZE))
    with pytest.raises(TrainingError, match=r"^Some Plays: 5,001 distinct characters"):
        small_run(signs + "a")
    with pytest.raises(TrainingError, match=r"^Some Plays: 5,\d\d\d distinct characters"):
        prepare(corpus(signs), "mine", Wishes(), base=tiny_model)


# --- what is published


def test_a_run_publishes_a_model_that_tells_how_it_was_made() -> None:
    source = corpus(VERSE * 2, VERSE)
    wishes = Wishes(**SMALL, epochs=2, hold_out=("play 2",), description="Two of them.")
    run = prepare(source, "mine", wishes, command="bardtui train plays --name mine")
    assert run.training.run(lambda event: None, lambda: False)
    model = find_model("mine")
    assert (model.description, model.licence) == ("Two of them.", "CC0")
    assert model.corpus == {
        "name": "plays",
        "title": "Some Plays",
        "sha256": source.sha256,
        "characters": len(source.text),
        "documents": 2,
        "held_out": ["play 2"],
    }
    assert model.training["command"] == "bardtui train plays --name mine"
    assert (model.training["from"], model.training["epochs"]) == (None, 2)
    assert [entry["epoch"] for entry in model.history] == [1, 2]
    assert model.evaluation == scores_of(model.history[-1]["held_out"], len(VERSE), STRETCHES)
    assert model.held_out_loss == model.history[-1]["held_out"]
    again: list[int] = []
    nats = run.score(lambda done, total: again.append(total - done))
    assert nats == pytest.approx(model.held_out_loss, abs=1e-3)
    assert find_model("mine").evaluation == scores_of(nats, len(VERSE), CONTINUOUS)
    assert find_model("mine").history == model.history
    assert run.measure_memory() == find_model("mine").memory_length != model.memory_length
    assert again[-1] == 0
    assert set(model.versions) >= {"bardtui", "tensorflow", "keras", "numpy", "python"}
    values = json.loads((run.folder / "model.json").read_text())
    assert values["parameters"] == model.spec.parameters
    assert values["vocabulary"] == list(run.training.vocabulary.characters)
    assert "licence" in values


def test_a_loss_is_told_in_the_three_forms() -> None:
    told = scores_of(math.log(4), 7, CONTINUOUS)
    assert told["bits"] == pytest.approx(2)
    assert told["perplexity"] == pytest.approx(4)
    assert told["characters"] == 7
    # However badly it went, the numbers stay numbers.
    assert math.isfinite(scores_of(5_000.0, 7, CONTINUOUS)["perplexity"])


# --- training on


def test_training_on_begins_with_the_model_as_it_was(
    tiny_model: ModelBundle, verse: Corpus
) -> None:
    run = prepare(verse, "mine", Wishes(seq_len=32, batch_size=8), base=tiny_model)
    assert run.training.spec == replace(tiny_model.spec, dropout=run.training.spec.dropout)
    assert run.training.vocabulary == tiny_model.vocabulary
    for now, was in zip(run.training.network.get_weights(), tiny_model.weights(), strict=True):
        assert np.array_equal(now, was)
    assert run.training.averages[0].shape == run.training.network.get_weights()[0].shape
    assert run.training.identity["base model"] == tiny_model.sha256


def test_a_vocabulary_that_grows_changes_little_at_first(
    tiny_model: ModelBundle, decoder: Decoder
) -> None:
    run = prepare(corpus(VERSE * 4 + "é\tZ😀" * 5), "mine", Wishes(seq_len=32), base=tiny_model)
    training = run.training
    known = len(tiny_model.vocabulary)
    assert training.vocabulary.characters[:known] == tiny_model.vocabulary.characters
    assert training.vocabulary.characters[known:] == ("\t", "Z", "é", "😀")
    assert "the vocabulary grows by 4: ␉Zé😀" in run.notes
    grown = Decoder(training.spec, training.vocabulary, training.network.get_weights(), jit=False)
    text = tiny_model.vocabulary.encode(VERSE).indices
    before, after = decoder.read(text), grown.read(text)
    assert np.abs(before - after).max() < 0.2
    assert np.abs(before - after).mean() < 0.02
    new = grown.read(np.arange(known, known + 4, dtype=np.int32))
    assert np.isfinite(new).all()


def test_a_grown_model_learns_the_new_characters(tiny_model: ModelBundle) -> None:
    text = VERSE.replace("e", "é") * 20
    wishes = Wishes(seq_len=32, batch_size=8, epochs=3, learning_rate=0.01, dropout=0.0)
    run = prepare(corpus(text), "mine", wishes, base=tiny_model)
    assert run.training.run(lambda event: None, lambda: False)
    model = find_model("mine")
    assert model.training["from"] == "tiny"
    assert model.held_out_loss is not None
    assert model.held_out_loss < 1.5
    decoder = Decoder(model.spec, model.vocabulary, model.weights(), jit=False)
    last = decoder.read(model.vocabulary.encode("Thé").indices)[-1]
    assert np.exp(last) > 0.3


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"units": 48}, "tiny has units 24"),
        ({"embedding_dim": 8}, "tiny has embedding-dim 16"),
        ({"layers": 1}, "tiny has layers 2"),
        ({"cell": "gru"}, "tiny has cell lstm"),
        ({"skip": False}, "tiny has skip True"),
    ],
)
def test_training_on_cannot_change_the_network(
    tiny_model: ModelBundle, wish: dict[str, Any], told: str
) -> None:
    with pytest.raises(ModelError, match=f"^{told}; training on cannot change it$"):
        prepare(corpus(VERSE * 4), "mine", Wishes(**wish), base=tiny_model)


def test_training_on_may_change_the_dropout(tiny_model: ModelBundle) -> None:
    run = prepare(corpus(VERSE * 4), "mine", Wishes(dropout=0.25), base=tiny_model)
    assert run.training.spec.dropout == 0.25


def test_a_model_is_not_trained_on_into_itself(installed: ModelBundle, home: Path) -> None:
    # It could not be resumed: what it began from would be gone.
    with pytest.raises(ModelError, match="give the new one another name"):
        prepare(corpus(VERSE * 4), "tiny", Wishes(), base=installed)


def test_a_text_too_small_is_refused_with_the_size_it_would_need() -> None:
    corpus = Corpus("small", "Small", "", (Document("small", "too small"),))
    with pytest.raises(TooLittleText, match="at least 135"):
        prepare(corpus, "small", Wishes())


def test_a_tiny_network_learns_the_verse_by_heart() -> None:
    model = train_tiny_model()
    assert model.held_out_loss is not None
    assert model.held_out_loss < 0.1
