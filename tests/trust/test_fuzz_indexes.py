"""Fuzzing of indexes of corpora: any file is read or refused, and what is read answers."""

from hypothesis import strategies as st

from bardtui.model.corpus_index import CorpusIndex, IndexDamaged
from tests.trust.fuzzing import ANY_TEXT, NASTY, fuzz, is_one_line

TEXT = "".join(f"ANN {number}:\nThe tide is out at {number} o'clock.\n\n" for number in range(20))


def saved_index() -> bytes:
    """The file of a valid index."""
    index = CorpusIndex.of([("A", [TEXT]), ("B", [TEXT.swapcase()])])
    assert index is not None
    return index.to_bytes()


VALID = saved_index()
_CHANGES = st.dictionaries(st.integers(0, len(VALID) - 1), st.integers(0, 255), max_size=6)


@fuzz(_CHANGES, st.none() | st.integers(0, len(VALID)), st.binary(max_size=9), NASTY | ANY_TEXT)
def test_any_index_is_read_or_refused(
    changes: dict[int, int], end: int | None, more: bytes, text: str
) -> None:
    data = bytearray(VALID)
    for at, byte in changes.items():
        data[at] = byte
    try:
        index = CorpusIndex.from_bytes(bytes(data[:end]) + more)
    except IndexDamaged as error:
        is_one_line(error)
        return
    for looked_up in (text, TEXT, TEXT[:100] + text):
        for run in index.find(looked_up):
            assert 0 <= run.start < run.start + run.length <= len(looked_up)
            assert run.document == run.document.strip()
        index.holds(TEXT[:30])
