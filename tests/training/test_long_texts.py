"""Training on texts that are not held in memory, and on texts that are refused."""

from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.model.store import find_model
from bardtui.model.vocabulary import Vocabulary
from bardtui.text import cleaning
from bardtui.text import corpus as corpus_module
from bardtui.text.corpus import load_corpus
from bardtui.training.plan import TrainOptions
from bardtui.training.run_setup import prepare
from bardtui.training.stored_text import StoredText
from tests.cli.commands import refusal, run
from tests.conftest import VERSE

SIZES: dict[str, Any] = {"embedding_dim": 4, "units": 6, "layers": 1, "seq_len": 20, "epochs": 1}
OPTIONS = [f"--{name.replace('_', '-')}={value}" for name, value in SIZES.items()]


@pytest.fixture
def plays(tmp_path: Path) -> Path:
    folder = tmp_path / "plays"
    folder.mkdir()
    (folder / "a.txt").write_bytes((VERSE * 8).replace("\n", "\r\n").encode())
    (folder / "b.txt").write_text(VERSE * 4 + "Cafe\u0301, 中\u200b!\n")
    return folder


@pytest.mark.parametrize("options", [{"validation": 0.2}, {"hold_out": ("b",)}])
def test_a_long_text_is_trained_on_like_a_short_one(
    plays: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = prepare(load_corpus(plays), "mine", TrainOptions(**SIZES, **options))
    monkeypatch.setattr(corpus_module, "IN_MEMORY", 0)
    monkeypatch.setattr(cleaning, "BLOCK", 100)
    long = prepare(load_corpus(plays), "mine", TrainOptions(**SIZES, **options))
    assert short.notes == long.notes
    one, other = short.trainer, long.trainer
    assert one.vocabulary == other.vocabulary
    assert one.identity == other.identity
    assert one.held_out[:].tolist() == other.held_out[:].tolist()
    assert one.windows.indices[:].tolist() == other.windows.indices[:].tolist()


def test_the_encoded_text_is_read_from_disk_and_leaves_nothing_there(plays: Path) -> None:
    progress: list[tuple[int, int | None]] = []
    corpus = load_corpus(plays)
    options = TrainOptions(**SIZES)
    run = prepare(corpus, "mine", options, on_progress=lambda *done: progress.append(done))
    assert isinstance(run.trainer.windows.indices, StoredText)
    assert isinstance(run.trainer.held_out, StoredText)
    assert progress[-1] == (corpus.length, corpus.length)
    assert [*paths.runs_dir().rglob("*")] == []


def test_a_stopped_encoding_leaves_nothing(plays: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = Vocabulary.encode

    def interrupted(self: Vocabulary, text: str) -> Any:
        if "b" in text and "C" in text:  # in the second file
            raise KeyboardInterrupt
        return encode(self, text)

    monkeypatch.setattr(Vocabulary, "encode", interrupted)
    assert run("train", plays, "--name", "mine", *OPTIONS).exit_code == 130
    assert [*paths.runs_dir().rglob("*")] == []
    assert not paths.models_dir().exists()


def test_a_run_is_not_resumed_with_a_changed_text(plays: Path) -> None:
    path = plays / "a.txt"
    before = load_corpus(path)
    prepare(before, "mine", TrainOptions(**SIZES)).trainer.save()
    with path.open("a") as file:
        file.write("One line more.\n")
    after = load_corpus(path)
    message = refusal("train", path, "--name", "mine", *OPTIONS, "--resume")
    assert f"had another corpus: it was {before.sha256}, now it is {after.sha256}" in message


def test_a_text_of_one_long_line_trains(home: Path) -> None:
    (home / "line.txt").write_text("so it is said, and so " * 100)
    trainer = prepare(load_corpus(home / "line.txt"), "line", TrainOptions(**SIZES)).trainer
    assert trainer.run(lambda report: None, lambda: False)
    assert "\n" not in find_model("line").vocabulary


# --- texts that are refused


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a" * 5_000, "consists of one character, repeated"),
        (b"\n" * 5_000, "is empty"),
        (b"ANN:\nHello.\n" * 90 + b"\0", "is not a text: it has a NUL byte at offset 1,080"),
        (
            "".join(map(chr, range(0x4E00, 0x4E00 + 10_001))).encode() * 2,
            "10,001 distinct characters, but a model learns at most 10,000: remove the rarest; "
            "bardtui corpus info lists them",
        ),
        (b"One short line.", "15 characters are too few: windows of 20+1 and 10% held out need at"),
    ],
)
@pytest.mark.parametrize("limit", [0, corpus_module.IN_MEMORY])
def test_a_text_that_cannot_be_trained_on_is_refused(
    home: Path, raw: bytes, message: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_module, "IN_MEMORY", limit)
    (home / "bad.txt").write_bytes(raw)
    assert message in refusal("train", home / "bad.txt", "--name", "bad", *OPTIONS)
    assert [*paths.runs_dir().rglob("*")] == []


def test_the_rarest_characters_are_listed(home: Path) -> None:
    (home / "signs.txt").write_text("".join(map(chr, range(0x4E00, 0x4E00 + 5_001))))
    assert chr(0x4E00 + 5_000) in run("corpus", "info", str(home / "signs.txt")).stdout
