"""Spelling: a word unknown to the model and the scene is drawn again."""

from functools import cached_property

from bardtui.model.word_list import MAX_LENGTH, words_in
from bardtui.writing.guards import finished_word

# The letters that a word needs at least for its forms to be accepted. A model's list has most forms
# of its short words, and a long list those of the others too: what it lacks is often wrong, such as
# "fighted".
_LEAST_SCENE_STEM, _LEAST_STEM, _NO_FORMS = 3, 5, MAX_LENGTH + 1
_LONG_LIST = 15_000  # words
_ENDINGS = ("s", "es", "d", "ed", "'d", "ing", "ly", "st", "'st", "est", "th", "eth")
_RECENT = 200_000  # characters of the scene whose words are known


class Spelling:
    """A finished word must be one of the model's `words` or of the scene's, or a form of one.

    The words of scripts without spaces are not looked at.
    """

    tries, strict = 8, False

    def __init__(self, words: frozenset[str], scene: str) -> None:
        self._words, self._scene = words, scene
        self._least = _LEAST_STEM if len(words) < _LONG_LIST else _NO_FORMS

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`."""
        found = finished_word(text, end)
        if found is None or self._knows(found[0].casefold().replace("’", "'")):
            return None
        return found.start()

    def _knows(self, word: str) -> bool:
        return is_known(word, self._words, self._least) or is_known(
            word, self._scene_words, _LEAST_SCENE_STEM
        )

    @cached_property
    def _scene_words(self) -> frozenset[str]:
        return frozenset(words_in(self._scene[-_RECENT:]))


def is_known(word: str, words: frozenset[str], least: int) -> bool:
    """Return whether a word in small letters, or what it is a form of, is in a list.

    Forms are those of English, of words with at least `least` letters before the ending: loves,
    lov'd, loving, lovest, unloved. A possessive 's is always accepted.
    """
    if word in words or word.removesuffix("'s") in words:
        return True
    if word.startswith("un") and is_known(word[2:], words, least):
        return len(word) >= least + 2
    stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    forms = [form for stem in stems if len(stem) >= least for form in _before_ending(stem)]
    return not words.isdisjoint(forms)


def _before_ending(stem: str) -> tuple[str, ...]:
    """What a word may be without the ending that leaves `stem`: lov(ing), runn(ing), cri(es)."""
    doubled = (stem[:-1],) if stem[-1] == stem[-2] else ()
    changed = (f"{stem[:-1]}y",) if stem.endswith("i") else ()
    return (stem, f"{stem}e", *doubled, *changed)
