"""Spelling: a word that nobody knows is drawn again."""

from functools import cached_property

from bardtui.model.word_list import MAX_LENGTH, WORD, words_in

_LEAST_STEM = 3  # letters
_ENDINGS = ("s", "es", "'s", "d", "ed", "'d", "ing", "ly", "st", "'st", "est", "th", "eth")
_RECENT = 200_000  # characters of the scene whose words are known


class Spelling:
    """A finished word must be one of the model's `words` or of the scene's, or a form of one.

    The words of scripts without spaces are not looked at.
    """

    tries, strict = 8, False

    def __init__(self, words: frozenset[str], scene: str) -> None:
        self._words, self._scene = words, scene

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. A word is finished by the next character that cannot belong to it."""
        finished = _end_of_word(text, end)
        if finished is None:
            return None
        for found in WORD.finditer(text, max(0, finished - MAX_LENGTH), finished):
            if found.end() == finished:
                word = found[0].casefold().replace("’", "'")
                return None if is_known(word, self._words, self._scene_words) else found.start()
        return None

    @cached_property
    def _scene_words(self) -> frozenset[str]:
        *whole, _ = [*words_in(self._scene[-_RECENT:]), ""]
        return frozenset(whole)


def _end_of_word(text: str, end: int) -> int | None:
    """Where a word ends that the last character of text[:end] finished; None if it did not."""
    last = text[end - 1]
    if last.isalnum() or last == "_" or last in "'’" or end < 2:
        return None
    before = text[end - 2]
    if before in "'’" and end > 2:
        return end - 2 if text[end - 3].isalpha() else None
    return end - 1 if before.isalpha() else None


def is_known(word: str, *lists: frozenset[str]) -> bool:
    """Return whether a word in small letters, or what it is a form of, is in one of the lists.

    Forms are those of English: love, loves, lov'd, loving, lovest, unloved.
    """

    def listed(form: str) -> bool:
        return any(form in words for words in lists)

    if listed(word) or (word.startswith("un") and len(word) > 5 and listed(word[2:])):
        return True
    stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    return any(
        listed(form) for stem in stems if len(stem) >= _LEAST_STEM for form in _before_ending(stem)
    )


def _before_ending(stem: str) -> tuple[str, ...]:
    """What a word may be without the ending that leaves `stem`: lov(ing), runn(ing), cri(es)."""
    doubled = (stem[:-1],) if stem[-1] == stem[-2] else ()
    changed = (f"{stem[:-1]}y",) if stem.endswith("i") else ()
    return (stem, f"{stem}e", *doubled, *changed)
