"""Fuzzing of indexes of corpora and of models: any is read or refused; what is read is sound."""

import json

from hypothesis import strategies as st

from bardtui.escaping import is_safe
from bardtui.model.corpus_index import CorpusIndex, IndexDamaged
from bardtui.model.store import check_name
from bardtui.sharing.fetch import host_of
from bardtui.sharing.model_index import OfferError, read_index
from bardtui.sharing.unpack import MAX_FILE
from tests.trust.fuzzing import ANY_JSON, ANY_TEXT, NASTY, fuzz, is_one_line

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


_OFFER = {"name": "a", "url": "a.bardmodel", "sha256": "0" * 64, "size": 10, "language": "en"}
_OFFERS = st.dictionaries(
    st.sampled_from(sorted(_OFFER)), ANY_JSON | st.sampled_from(["http://[", "//h:9", "\\\\h/a"])
).map(lambda changes: _OFFER | changes)
_INDEXES = st.builds(
    lambda models, more: {"format": 1, "models": models} | more,
    st.lists(_OFFERS | ANY_JSON, max_size=3),
    st.dictionaries(st.sampled_from(["format", "models"]), ANY_JSON, max_size=1),
)


@fuzz((_INDEXES | ANY_JSON).map(json.dumps).map(str.encode) | st.binary(max_size=50))
def test_any_index_of_models_is_read_or_refused(data: bytes) -> None:
    try:
        offers = read_index(data, "https://example.org/models/index.json")
    except OfferError as error:
        is_one_line(error)
        return
    for offer in offers:
        assert check_name(offer.name)
        assert host_of(offer.url)
        assert 0 < offer.size <= MAX_FILE
        assert all(map(is_safe, offer.description + offer.licence))
