"""Fuzzing of texts: corpora, and what is pasted into a terminal."""

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import example
from hypothesis import strategies as st

from bardtui.escaping import is_safe, one_line, typed, visible
from bardtui.text.catalogue import CorpusError
from bardtui.text.cleaning import clean
from bardtui.text.corpus import load_corpus
from bardtui.tui.driver import PasteFilter
from tests.trust.fuzzing import ANY_TEXT, NASTY, fuzz, is_one_line

_ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1", "gb18030", "shift_jis", "big5"]
)
_ENCODED = st.builds(lambda text, name: text.encode(name, "replace"), NASTY, _ENCODINGS)


@fuzz(st.lists(_ENCODED | st.binary(max_size=60), max_size=3).map(b"".join))
@example(b"\xef\xbb\xbf")
@example(b"\x00")
def test_any_corpus_is_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_bytes(data)
        try:
            corpus = load_corpus(path)
            of_folder = load_corpus(folder)
        except CorpusError as error:
            is_one_line(error)
            return
    assert corpus.text == "".join(corpus.pieces())
    assert corpus.length == len(corpus.text) == sum(corpus.characters.values())
    assert all(map(is_safe, corpus.characters))
    assert all(note.isprintable() for note in corpus.notes)
    assert of_folder.text.strip("\n") == corpus.text.strip("\n")
    assert clean(corpus.text.encode(), "again")[0] == corpus.text


@fuzz(NASTY | ANY_TEXT)
def test_any_text_is_shown_safely(text: str) -> None:
    assert len(visible(text)) == len(text)
    assert all(map(is_safe, visible(text, keep="\n\t")))
    line = one_line(text, 40)
    assert all(map(is_safe, line))
    assert not {"\n", "\t"} & {*visible(text), *line}
    assert len(line) <= 40 + line.count("\u0301") + line.count("\u0323")


@fuzz(NASTY | ANY_TEXT)
def test_any_typed_text_is_safe_and_typing_it_again_changes_nothing(text: str) -> None:
    kept = typed(text)
    assert all(map(is_safe, kept))
    assert typed(kept) == kept


@fuzz(NASTY, st.lists(st.integers(0, 60), max_size=8))
@example("x\x1b[200~a\x1b[31mb\x11\x1b[201~y", [3, 5, 9])
def test_a_paste_is_one_piece_wherever_it_is_cut(text: str, cuts: list[int]) -> None:
    sent = f"before\x1b[200~{text.replace(chr(27) + '[201~', '')}\x1b[201~after"
    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    paste = PasteFilter()
    got = "".join(paste.feed(sent[a:b]) for a, b in pairwise(places))
    assert got == PasteFilter().feed(sent)
    start, _, rest = got.partition("\x1b[200~")
    body, _, end = rest.rpartition("\x1b[201~")
    assert (start, end) == ("before", "after")
    assert "\x1b" not in body
