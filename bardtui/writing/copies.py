"""A guard against copies: text that stands in the corpus of the model."""

from bardtui.model.corpus_index import FOUND, GRAM, STEP, CorpusIndex

_LONGEST_WORD = 20  # characters


class Copies:
    """No run of more than `most` characters stands in the corpus; `most` is at least FOUND.

    The run that is being written may have STEP - 1 characters before the first gram that is found.
    So text is drawn again a little earlier than it must, where the grams that are found cover
    between `most` - 19 and `most` - 9 characters.
    """

    tries, strict = 4, True

    def __init__(self, index: CorpusIndex, most: int) -> None:
        self._index = index
        self._grams = max(0, most - FOUND + 1) // STEP + 1

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. The last word of the run is drawn again."""
        for number in range(self._grams):
            start = end - GRAM - number * STEP
            if start < 0 or not self._index.holds(text[start : start + GRAM]):
                return None
        begin = end - 1
        while begin > end - _LONGEST_WORD and not text[begin - 1].isspace():
            begin -= 1
        return begin if text[begin - 1].isspace() else end - 1
