"""From a text and the user's options to a run."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bardtui import paths
from bardtui.model.decoder import Decoder
from bardtui.model.loss import CONTINUOUS, SEGMENTS, SegmentScorer, loss_figures
from bardtui.model.network import SpecError
from bardtui.model.store import ModelBundle, ModelError, find_model
from bardtui.model.vocabulary import MAX_SIZE
from bardtui.model.word_list import words_in
from bardtui.text.corpus import Corpus, CorpusError, Document
from bardtui.training import defaults
from bardtui.training.checkpoint import FILE
from bardtui.training.defaults import defaults_for, fast_precision
from bardtui.training.loop import SAMPLE_LENGTH
from bardtui.training.plan import TrainingError, TrainOptions
from bardtui.training.run_setup import Run, check_start, name_conflict, prepare
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


def small_run(text: str | Corpus = VERSE * 4, **options: Any) -> Run:
    source = corpus(text) if isinstance(text, str) else text
    return prepare(source, "mine", TrainOptions(**(SMALL | options)))


# --- defaults and options


def test_a_longer_text_gets_a_larger_network_and_fewer_epochs() -> None:
    chosen = [defaults_for(length, from_model=False) for length in (10_000, 200_000, 10**6, 10**7)]
    units = [values.get("units", 512) for values in chosen]
    epochs = [values["epochs"] for values in chosen]
    assert units == sorted(units)
    assert epochs == sorted(epochs, reverse=True)


def test_without_options_the_defaults_are_used() -> None:
    run = prepare(corpus(VERSE * 10), "mine", TrainOptions())
    spec, plan = run.trainer.spec, run.trainer.plan
    assert (spec.units, spec.layers, spec.cell, plan.seq_len) == (128, 2, "lstm", 120)
    assert run.folder == paths.models_dir() / "mine"
    assert run.trainer.folder == paths.runs_dir() / "mine"


def test_every_option_is_used() -> None:
    run = small_run(
        layers=3,
        cell="gru",
        dropout=0.0,
        skip=True,
        epochs=7,
        learning_rate=0.5,
        random_seed=0,
    )
    spec, plan = run.trainer.spec, run.trainer.plan
    assert (spec.embedding_dim, spec.units, spec.layers, spec.cell) == (4, 6, 3, "gru")
    assert (spec.dropout, spec.skip) == (0.0, True)
    assert (plan.seq_len, plan.batch_size, plan.epochs) == (20, 4, 7)
    assert (plan.learning_rate, plan.random_seed) == (0.5, 0)
    assert plan.precision == "float32"  # Keras's GRU has no other
    assert small_run(precision="bfloat16").trainer.plan.precision == "bfloat16"


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
def test_the_default_precision_is_the_fastest_on_this_processor(
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
    monkeypatch.setattr(defaults, "_CPUINFO", tmp_path / "cpuinfo")
    if flags:
        (tmp_path / "cpuinfo").write_text(flags)
    assert fast_precision() == precision
    assert small_run().trainer.plan.precision == precision


def test_the_end_of_the_text_is_held_out() -> None:
    text = VERSE * 4
    trainer = small_run(text, validation=0.25).trainer
    vocabulary = trainer.vocabulary
    cut = len(vocabulary.decode(trainer.windows.indices))
    assert cut == round(len(text) * 0.75)
    assert vocabulary.decode([*trainer.windows.indices, *trainer.held_out]) == text


def test_nothing_is_held_out_with_a_validation_share_of_zero() -> None:
    trainer = small_run(validation=0.0).trainer
    assert len(trainer.held_out) == 0
    assert len(trainer.windows.indices) == len(VERSE * 4)


def test_whole_documents_are_held_out() -> None:
    plays = corpus(VERSE, VERSE + "Zounds!", VERSE * 2)
    trainer = small_run(plays, hold_out=("PLAY 2",)).trainer
    assert trainer.vocabulary.decode(trainer.held_out) == VERSE + "Zounds!"
    assert trainer.vocabulary.decode(trainer.windows.indices) == f"{VERSE}\n\n{VERSE * 2}"
    assert "Z" in trainer.vocabulary


def test_a_smaller_batch_is_noted_after_the_notes_of_the_text() -> None:
    run = prepare(corpus(VERSE * 4), "mine", TrainOptions(**(SMALL | {"batch_size": 128})))
    fitting = run.trainer.windows.batch_size
    assert run.notes == [
        "a note",
        f"the text fills only {fitting} windows, so that is the batch size instead of 128",
    ]


# --- refused, in one line


@pytest.mark.parametrize(
    ("options", "error", "message"),
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
        ({"hold_out": ("play 1",)}, CorpusError, "at least one must be left"),
    ],
)
def test_an_option_out_of_range_is_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        small_run(**options)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "../up", "x" * 65, "a b", "\x1b[2J"])
def test_a_name_that_is_not_a_model_name_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="a model's name") as caught:
        prepare(corpus(VERSE), name, TrainOptions())
    assert str(caught.value).isprintable()


def test_a_text_of_one_character_is_refused() -> None:
    with pytest.raises(TrainingError, match="consists of one character"):
        small_run("a" * 1_000)


def test_a_text_of_too_many_characters_is_refused(tiny_model: ModelBundle) -> None:
    signs = "".join(chr(0x4E00 + i) for i in range(MAX_SIZE))
    with pytest.raises(TrainingError, match=r"^Some Plays: 10,001 distinct characters"):
        small_run(signs + "a")
    with pytest.raises(TrainingError, match=r"^Some Plays: 10,\d\d\d distinct characters"):
        prepare(corpus(signs), "mine", TrainOptions(), base=tiny_model)


def test_a_name_conflict_names_what_works(installed: ModelBundle) -> None:
    assert name_conflict("new") == ""
    check_start("new", resume=False, replace=False)
    with pytest.raises(TrainingError, match=r"^you already have a model tiny$") as taken:
        check_start("tiny", resume=False, replace=False)
    assert taken.value.command == "use --replace to start again, or another --name"
    check_start("tiny", resume=False, replace=True)
    with pytest.raises(TrainingError, match="no stopped run tiny to resume"):
        check_start("tiny", resume=True, replace=False)
    with pytest.raises(TrainingError, match="pocket is a model that comes with bardtui, and yours"):
        check_start("pocket", resume=False, replace=False)
    (paths.runs_dir() / "tiny").mkdir(parents=True)
    (paths.runs_dir() / "tiny" / FILE).touch()
    check_start("tiny", resume=True, replace=False)
    with pytest.raises(TrainingError) as stopped:
        check_start("tiny", resume=False, replace=False)
    assert stopped.value.command.startswith("use --resume to continue the run, --replace to")


def test_a_run_of_version_0_1_is_resumed(home: Path) -> None:
    # Made by 0.1 with the same text and options, stopped after 3 steps of epoch 2.
    shutil.copytree(Path(__file__).parents[1] / "data" / "v01" / "run", home / "runs" / "old")
    options = TrainOptions(**SMALL | {"units": 4}, epochs=2, precision="float32")
    verse = Corpus("verse", "Verse", "", (Document("verse", VERSE * 10),))
    trainer = prepare(verse, "old", options).trainer
    trainer.resume()
    assert (trainer.state.epoch, trainer.state.step) == (1, 3)
    assert trainer.run(lambda report: None, lambda: False)
    # 0.1 did not scale the logits of the weights that it scored.
    averages = [average.numpy() for average in trainer.averages]
    scorer = SegmentScorer(trainer.spec, trainer.vocabulary.first)
    nats = float(sum(scorer.nats(averages, trainer.held_out))[0]) / len(trainer.held_out)
    assert [trainer.state.history[0]["held_out"], nats] == pytest.approx(
        [3.325414, 3.196745], abs=1e-3
    )


# --- the published model


def test_a_published_model_says_how_it_was_made() -> None:
    source = corpus(VERSE * 2, VERSE)
    options = TrainOptions(**SMALL, epochs=2, hold_out=("play 2",), description="Two of them.")
    casts = {"play 1": {"ANN": 4, "BEN": 3}, "Play 2": {"CAL": 2, "DOT": 2}}
    command = "bardtui train plays --name mine"
    run = prepare(source, "mine", options, command=command, casts=casts, public=True)
    assert run.trainer.run(lambda event: None, lambda: False)
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
    assert model.casts == {"play 1": {"ANN": 4, "BEN": 3}}
    assert model.words == {*words_in(VERSE)}
    assert model.corpus_index is not None
    assert [found.document for found in model.corpus_index.find(VERSE)] == ["play 1"]
    assert model.training["command"] == command
    assert (model.training["from"], model.training["epochs"]) == (None, 2)
    assert [entry["epoch"] for entry in model.history] == [1, 2]
    assert all(len(entry["sample"]) == SAMPLE_LENGTH for entry in model.history)
    assert model.evaluation == loss_figures(model.history[-1]["held_out"], len(VERSE), SEGMENTS)
    assert model.held_out_loss == model.history[-1]["held_out"]
    left: list[int] = []
    nats = run.score(lambda done, total: left.append(total - done))
    assert nats == pytest.approx(model.held_out_loss, abs=1e-3)
    assert find_model("mine").evaluation == loss_figures(nats, len(VERSE), CONTINUOUS)
    assert find_model("mine").history == model.history
    assert left[-1] == 0
    assert run.measure_memory() == find_model("mine").memory_length != model.memory_length
    assert set(model.versions) >= {"bardtui", "tensorflow", "keras", "numpy", "python"}
    values = json.loads((run.folder / "model.json").read_text())
    assert values["parameters"] == model.spec.parameters
    assert values["vocabulary"] == list(run.trainer.vocabulary.characters)
    assert "licence" in values


def test_a_model_keeps_nothing_of_a_private_text_but_its_weights() -> None:
    run = prepare(corpus(VERSE * 3), "mine", TrainOptions(**SMALL, epochs=1))
    assert run.trainer.run(lambda event: None, lambda: False)
    model = find_model("mine")
    assert (model.words, model.casts, model.corpus_index) == (frozenset(), {}, None)
    assert (model.sample, set(model.history[-1]) & {"sample"}) == ("", set())
    assert [path.suffix for path in sorted(run.folder.iterdir())] == [".json", ".safetensors"]


def test_an_index_leaves_out_the_share_that_is_held_out() -> None:
    text = "".join(f"{number} lamps are low, {number} houses asleep. " for number in range(90))
    cut = round(0.8 * len(text))
    options = TrainOptions(**SMALL, epochs=1, validation=0.2)
    run = prepare(corpus(text), "mine", options, public=True)
    assert run.trainer.run(lambda event: None, lambda: False)
    index = find_model("mine").corpus_index
    assert index is not None
    assert index.find(text[cut:]) == []
    assert [run.length for run in index.find(text)] == [pytest.approx(cut, abs=10)]


def test_a_loss_is_given_in_three_units() -> None:
    figures = loss_figures(math.log(4), 7, CONTINUOUS)
    assert figures["bits"] == pytest.approx(2)
    assert figures["perplexity"] == pytest.approx(4)
    assert figures["characters"] == 7
    # However large the loss is, the figures are finite.
    assert math.isfinite(loss_figures(5_000.0, 7, CONTINUOUS)["perplexity"])


# --- training on


def test_training_on_starts_with_the_weights_of_the_model(
    tiny_model: ModelBundle, verse: Corpus
) -> None:
    run = prepare(verse, "mine", TrainOptions(seq_len=32, batch_size=8), base=tiny_model)
    assert run.trainer.spec == replace(tiny_model.spec, dropout=run.trainer.spec.dropout)
    assert run.trainer.vocabulary == tiny_model.vocabulary
    for now, was in zip(run.trainer.network.get_weights(), tiny_model.weights(), strict=True):
        assert np.array_equal(now, was)
    assert run.trainer.averages[0].shape == run.trainer.network.get_weights()[0].shape
    assert run.trainer.identity["base model"] == tiny_model.sha256


def test_a_vocabulary_that_grows_changes_little_at_first(
    tiny_model: ModelBundle, decoder: Decoder
) -> None:
    run = prepare(
        corpus(VERSE * 4 + "é\tZ😀" * 5), "mine", TrainOptions(seq_len=32), base=tiny_model
    )
    trainer = run.trainer
    known = len(tiny_model.vocabulary)
    assert trainer.vocabulary.characters[:known] == tiny_model.vocabulary.characters
    assert trainer.vocabulary.characters[known:] == ("\t", "Z", "é", "😀")
    assert "4 new characters: ␉Zé😀" in run.notes
    grown = Decoder(trainer.spec, trainer.vocabulary, trainer.network.get_weights())
    text = tiny_model.vocabulary.encode(VERSE).indices
    before, after = decoder.read(text), grown.read(text)
    assert np.abs(before - after).max() < 0.2
    assert np.abs(before - after).mean() < 0.02
    new = grown.read(np.arange(known, known + 4, dtype=np.int32))
    assert np.isfinite(new).all()


def test_a_grown_model_learns_the_new_characters(tiny_model: ModelBundle) -> None:
    text = VERSE.replace("e", "é") * 20
    options = TrainOptions(seq_len=32, batch_size=8, epochs=3, learning_rate=0.01, dropout=0.0)
    run = prepare(corpus(text), "mine", options, base=tiny_model)
    assert run.trainer.run(lambda event: None, lambda: False)
    model = find_model("mine")
    assert model.training["from"] == "tiny"
    assert model.held_out_loss is not None
    assert model.held_out_loss < 1.5
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    last = decoder.read(model.vocabulary.encode("Thé").indices)[-1]
    assert np.exp(last) > 0.3


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"units": 48}, "tiny has units 24"),
        ({"embedding_dim": 8}, "tiny has embedding-dim 16"),
        ({"layers": 1}, "tiny has layers 2"),
        ({"cell": "gru"}, "tiny has cell lstm"),
        ({"skip": False}, "tiny has skip True"),
    ],
)
def test_training_on_cannot_change_the_network(
    tiny_model: ModelBundle, option: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=f"^{message}; training on cannot change it$"):
        prepare(corpus(VERSE * 4), "mine", TrainOptions(**option), base=tiny_model)


def test_training_on_may_change_the_dropout(tiny_model: ModelBundle) -> None:
    run = prepare(corpus(VERSE * 4), "mine", TrainOptions(dropout=0.25), base=tiny_model)
    assert run.trainer.spec.dropout == 0.25


def test_a_model_is_not_trained_on_into_itself(installed: ModelBundle, home: Path) -> None:
    # Such a run could not be resumed, because the model that it started from would be gone.
    with pytest.raises(ModelError, match="give the new one another name"):
        prepare(corpus(VERSE * 4), "tiny", TrainOptions(), base=installed)


def test_a_text_that_is_too_short_is_refused_with_the_length_it_needs() -> None:
    corpus = Corpus("small", "Small", "", (Document("small", "too small"),))
    with pytest.raises(TooLittleText, match="at least 135"):
        prepare(corpus, "small", TrainOptions())


def test_a_tiny_network_learns_the_verse_by_heart() -> None:
    model = train_tiny_model()
    assert model.held_out_loss is not None
    assert model.held_out_loss < 0.1
