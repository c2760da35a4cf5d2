"""Marks in a row of the transcript."""

from hypothesis import given
from hypothesis import strategies as st

from bardtui.tui.marks import Mark
from bardtui.tui.passages import PassageText

TEXT = 40  # characters
SPANS = st.lists(st.integers(0, TEXT), max_size=8, unique=True).map(
    lambda ends: [*zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False)]
)


@given(SPANS, SPANS, st.integers(0, TEXT - 1), st.integers(1, TEXT))
def test_each_character_of_a_row_has_the_marks_of_the_spans_that_hold_it(
    hits: list[tuple[int, int]], copied: list[tuple[int, int]], begin: int, length: int
) -> None:
    text = PassageText(TEXT)
    text.mark("copied", copied)
    text.mark("hit", hits)
    changes = text.marks(begin, length)
    assert all(0 <= at <= length for at in changes)
    marks: list[Mark] = []
    for at in range(length):
        marks = changes.get(at, marks)
        of = {"copied": copied, "hit": hits}
        expected = [m for m, spans in of.items() if any(f <= begin + at < e for f, e in spans)]
        assert marks == expected
