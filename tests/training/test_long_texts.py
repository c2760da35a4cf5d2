"""Training on texts that are not held in memory, and on texts that are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bardtui import paths
from bardtui.model.store import find_model
from bardtui.model.vocabulary import Vocabulary
from bardtui.text import cleaning
from bardtui.text import corpus as corpus_module
from bardtui.text.corpus import load_corpus
from bardtui.training.plan import TrainOptions
from bardtui.training.run_setup import Run, prepare
from bardtui.training.stored_text import StoredText
from tests.cli.commands import refusal, run
from tests.conftest import VERSE

SMALL: dict[str, Any] = {
    "embedding_dim": 4,
    "units": 6,
    "layers": 1,
    "seq_len": 20,
    "batch_size": 4,
    "epochs": 2,
}
TINY = ("--embedding-dim", "4", "--units", "6", "--layers", "1", "--seq-len", "20", "--epochs", "1")


@pytest.fixture
def plays(tmp_path: Path) -> Path:
    folder = tmp_path / "plays"
    folder.mkdir()
    (folder / "a.txt").write_bytes((VERSE * 8).replace("\n", "\r\n").encode())
    (folder / "b.txt").write_text(VERSE * 4 + "Cafe\u0301, 中\u200b!\n")
    return folder


@pytest.mark.parametrize("options", [{"validation": 0.2}, {"hold_out": ("b",)}])
def test_a_long_text_trains_like_a_short_one(
    plays: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def trained() -> Run:
        made = prepare(load_corpus(plays), "mine", TrainOptions(**SMALL, **options))
        assert made.trainer.run(lambda event: None, lambda: False)
        return made

    short = trained()
    monkeypatch.setattr(corpus_module, "IN_MEMORY", 0)
    monkeypatch.setattr(cleaning, "BLOCK", 100)
    long = trained()
    one, other = short.trainer, long.trainer
    assert one.vocabulary == other.vocabulary
    assert one.identity == other.identity
    assert one.held_out[:].tolist() == other.held_out[:].tolist()
    assert one.windows.indices[:].tolist() == other.windows.indices[:].tolist()
    for a, b in zip(one.network.get_weights(), other.network.get_weights(), strict=True):
        assert np.array_equal(a, b)
    losses = [[(e["loss"], e["held_out"]) for e in t.state.history] for t in (one, other)]
    assert losses[0] == losses[1]
    assert (short.notes, find_model("mine").corpus["characters"]) == (
        long.notes,
        load_corpus(plays).length,
    )


def test_the_encoded_text_is_read_from_disk_and_leaves_nothing_there(plays: Path) -> None:
    told: list[tuple[int, int | None]] = []
    corpus = load_corpus(plays)
    made = prepare(
        corpus, "mine", TrainOptions(**SMALL), on_progress=lambda *done: told.append(done)
    )
    assert isinstance(made.trainer.windows.indices, StoredText)
    assert isinstance(made.trainer.held_out, StoredText)
    assert told[-1] == (corpus.length, corpus.length)
    assert [*paths.runs_dir().rglob("*")] == []


def test_a_stopped_encoding_leaves_nothing(plays: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = Vocabulary.encode

    def interrupted(self: Vocabulary, text: str) -> Any:
        if "b" in text and "C" in text:  # in the second file
            raise KeyboardInterrupt
        return encode(self, text)

    with monkeypatch.context() as patch:
        patch.setattr(Vocabulary, "encode", interrupted)
        stopped = run("train", str(plays), "--name", "mine", *TINY)
    assert stopped.exit_code == 130
    assert [*paths.runs_dir().rglob("*")] == []
    assert not paths.models_dir().exists()
    assert "mine is ready" in run("train", str(plays), "--name", "mine", *TINY).stdout


def test_a_run_is_not_resumed_with_a_changed_text(plays: Path) -> None:
    arguments = ("train", str(plays / "a.txt"), "--name", "mine", *TINY)
    assert "mine is ready" in run(*arguments).stdout
    before = load_corpus(plays / "a.txt").sha256
    with (plays / "a.txt").open("a") as file:
        file.write("One line more.\n")
    after = load_corpus(plays / "a.txt").sha256
    assert before != after
    told = refusal(*arguments, "--resume")
    assert f"had another corpus: it was {before}, now it is {after}" in told


# --- texts that are refused


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"a" * 5_000, "consists of one character, repeated"),
        (b"\n" * 5_000, "is empty"),
        (b"ANN:\nHello.\n" * 90 + b"\0", "is not a text: it has a NUL byte at offset 1,080"),
        (
            "".join(map(chr, range(0x4E00, 0x4E00 + 5_001))).encode() * 2,
            "5,001 distinct characters, but a model learns at most 5,000: remove the rarest "
            "(bardtui corpus info lists them)",
        ),
        (b"One short line.", "15 characters are too few: windows of 20+1 and 10% held out need at"),
    ],
)
@pytest.mark.parametrize("limit", [0, corpus_module.IN_MEMORY])
def test_a_text_that_cannot_be_trained_on_is_refused(
    home: Path, raw: bytes, told: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_module, "IN_MEMORY", limit)
    (home / "bad.txt").write_bytes(raw)
    assert told in refusal("train", str(home / "bad.txt"), "--name", "bad", *TINY)
    assert [*paths.runs_dir().rglob("*")] == []


def test_the_rarest_characters_are_listed(home: Path) -> None:
    (home / "signs.txt").write_text("".join(map(chr, range(0x4E00, 0x4E00 + 5_001))))
    assert chr(0x4E00 + 5_000) in run("corpus", "info", str(home / "signs.txt")).stdout


def test_a_text_of_one_long_line_trains(home: Path) -> None:
    (home / "line.txt").write_text("so it is said, and so " * 100)
    arguments = ("train", str(home / "line.txt"), "--name", "line", *TINY)
    assert "line is ready" in run(*arguments).stdout
    assert "\n" not in find_model("line").vocabulary
    written = run("generate", "--model", "line", "--seed", "so it", "--length", "20")
    assert written.exit_code == 0
