"""Loading training texts by name, file or folder, also texts too long for memory."""

import hashlib
import os
from collections import Counter
from pathlib import Path

import pytest

from bardtui.text import corpus as module
from bardtui.text.corpus import (
    Corpus,
    CorpusError,
    Document,
    LongDocument,
    Survey,
    load_corpus,
)

BOOK = """The Project Gutenberg eBook of A Play

*** START OF THE PROJECT GUTENBERG EBOOK A PLAY ***

ANN:
Hello.

*** END OF THE PROJECT GUTENBERG EBOOK A PLAY ***
"""


# --- finding


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "my plays"
    (folder / "late").mkdir(parents=True)
    (folder / "b.txt").write_text("ANN:\nTwo.\n")
    (folder / "a.TXT").write_bytes(b"ANN:\x07\r\nOne.\r\n\r\n")
    (folder / "late" / "c.txt").write_text("ANN:\nThree.")
    (folder / "empty.txt").write_text("\n")
    (folder / "notes.md").write_text("not a text")
    (folder / ".b.txt").write_bytes(b"\0")
    return folder


def test_a_file_is_a_corpus_of_one_document(folder: Path) -> None:
    corpus = load_corpus(folder / "b.txt")
    assert corpus == Corpus("b", "b", "", (Document("b", "ANN:\nTwo.\n"),))
    assert corpus.text == "ANN:\nTwo.\n"
    assert corpus.sha256 == hashlib.sha256(b"ANN:\nTwo.\n").hexdigest()
    assert corpus.characters["\n"] == 2


def test_a_folder_is_a_corpus_of_its_text_files_in_order(folder: Path) -> None:
    corpus = load_corpus(str(folder))
    assert corpus.name == "my plays"
    assert [d.name for d in corpus.documents] == ["a", "b", "late/c"]
    assert corpus.text == "ANN:\nOne.\n\nANN:\nTwo.\n\nANN:\nThree."
    assert corpus.notes == (
        "a: removed 1 control or invisible character",
        "empty is empty and was left out",
    )


def test_a_folder_that_links_to_itself_is_read_once(folder: Path) -> None:
    (folder / "late" / "again").symlink_to(folder, target_is_directory=True)
    assert len(load_corpus(folder).documents) == 3


def test_a_folder_without_a_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("words")
    with pytest.raises(CorpusError, match=r"has no \.txt file with a text in it"):
        load_corpus(tmp_path)


def test_an_error_names_the_file_in_the_folder(folder: Path) -> None:
    (folder / "late" / "d.txt").write_bytes(b"caf\xe9")
    with pytest.raises(CorpusError, match=r"d\.txt is not UTF-8"):
        load_corpus(folder)


def test_broken_links_are_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    with pytest.raises(CorpusError):
        load_corpus(loop)
    with pytest.raises(CorpusError):
        load_corpus(tmp_path)
    gone = tmp_path / "gone.txt"
    gone.symlink_to(tmp_path / "nothing.txt")
    with pytest.raises(CorpusError, match="a link to a file that does not exist"):
        load_corpus(gone)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_or_left_out_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(CorpusError, match=r"pipe\.txt: a pipe, not a file"):
        load_corpus(folder / "pipe.txt")
    assert "pipe is not a file and was left out" in load_corpus(folder).notes
    read, write = os.pipe()
    with pytest.raises(CorpusError, match="a pipe, not a file"):
        load_corpus(f"/dev/fd/{read}")
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("source", ["", "no-such", "a\0b", Path("no-such")])
def test_an_unknown_name_is_refused_with_the_valid_ones(source: str | Path) -> None:
    with pytest.raises(CorpusError, match=r"tinyshakespeare, .*the-lower-stair and gutenberg:"):
        load_corpus(source)


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"too long|no text or file"):
        load_corpus("x" * 5000)


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(CorpusError, match=r"did you mean shakespeare-plays\?"):
        load_corpus("shakespear-plays")


def test_a_file_name_is_shown_without_control_characters(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J\nb.txt").write_text("words")
    assert load_corpus(tmp_path).documents[0].name == "a␛[2J␊b"
    (tmp_path / "a\x1b[2J\nb.txt").write_bytes(b"\0")
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path)
    assert str(caught.value).isprintable()


# --- long texts


@pytest.mark.parametrize("source", ["", "a.TXT", "b.txt"])
def test_a_long_text_is_the_same_as_a_short_one(
    folder: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "book.txt").write_text(BOOK)
    (folder / "licence.txt").write_text(BOOK.replace("ANN:\nHello.", ""))
    short = load_corpus(folder / source)
    told: list[tuple[int, int | None]] = []
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    long = load_corpus(folder / source, on_progress=lambda *done: told.append(done))
    assert {type(d) for d in short.documents} == {Document}
    assert {type(d) for d in long.documents} == {LongDocument}
    assert [(d.name, d.text) for d in long.documents] == [(d.name, d.text) for d in short.documents]
    assert (long.name, long.title, long.notes) == (short.name, short.title, short.notes)
    assert long.text == short.text == "".join(long.pieces())
    survey = Survey([short.text])
    for corpus in (short, long):
        assert corpus.length == survey.length == len(short.text)
        assert corpus.sha256 == survey.sha256 == hashlib.sha256(short.text.encode()).hexdigest()
        assert [*corpus.characters.items()] == sorted(Counter(short.text).items())
    assert told == sorted(told)
    files = module._text_files(folder) if not source else [folder / source]
    size = sum(path.stat().st_size for path in files)
    assert told[-1] == (size, size)


def test_a_survey_does_not_depend_on_the_pieces() -> None:
    text = "a b😀 中\n" * 4_000
    whole, pieces = Survey([text]), Survey(text[at : at + 999] for at in range(0, len(text), 999))
    assert (pieces.length, pieces.sha256) == (whole.length, whole.sha256)
    assert [*whole.characters] == sorted(set(text))
    assert pieces.characters == whole.characters == Counter(text)
    assert Survey().characters == Counter()


def test_a_long_text_that_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    path = tmp_path / "a.txt"
    path.write_text("ANN:\nOne.\n")
    corpus = load_corpus(path)
    assert corpus.text == "ANN:\nOne.\n"
    path.write_text("ANN:\nOne and two.\n")
    with pytest.raises(CorpusError, match=r"a\.txt changed while it was in use"):
        list(corpus.pieces())
    path.unlink()
    with pytest.raises(FileNotFoundError):
        list(corpus.pieces())


def test_long_documents_can_be_held_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    kept, held = load_corpus(folder).split(["B"])
    assert (kept.text, held.text) == ("ANN:\nOne.\n\nANN:\nThree.", "ANN:\nTwo.")
    assert (kept.length, held.length) == (len(kept.text), len(held.text))


# --- holding out


@pytest.fixture
def three() -> Corpus:
    return Corpus("n", "t", "l", tuple(Document(name, name * 2) for name in ("Ann", "Ben", "Cat")))


def test_whole_documents_are_held_out_by_name_in_any_case(three: Corpus) -> None:
    kept, held = three.split(["ben"])
    assert (kept.text, held.text) == ("AnnAnn\n\nCatCat", "BenBen")
    assert (kept.name, held.title, held.licence) == ("n", "t", "l")
    assert three.split([])[0] == three
    assert three.split([])[1].text == ""


def test_holding_out_an_unknown_document_names_the_known_ones(three: Corpus) -> None:
    with pytest.raises(CorpusError, match="n has no document 'Dan'; it has Ann, Ben, Cat"):
        three.split(["Ann", "Dan"])


def test_not_all_documents_can_be_held_out(three: Corpus) -> None:
    with pytest.raises(CorpusError, match="at least one must be left"):
        three.split(["Ann", "Ben", "CAT"])
