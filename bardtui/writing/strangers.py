"""Strangers: stage directions must not bring in somebody from another play."""

import re
from typing import Literal

from bardtui.writing.company import Company
from bardtui.writing.cue_memory import CueMemory
from bardtui.writing.directions import capital_names

_RECENT = 8_000  # characters before a direction that show who is on stage
_WORD = re.compile(r"[^\W\d_]+")
_JOINT = re.compile(r"[ .'’&-]{1,2}")  # between two words of a name

Name = tuple[str, ...]


class Strangers:
    """A guard: people named in stage directions are on stage, or belong to those who are.

    While nobody is on stage, anybody may enter.
    """

    tries, strict = 6, True

    def __init__(self, company: Company) -> None:
        self._company = company
        self._before = ""  # the text before the name that was looked at last
        self._allowed: frozenset[Name] = frozenset()  # names there

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. A name in capitals is a fault at the letter that no allowed name has, and
        where it ends too early.

        The whole direction is drawn again. If only the name were, what follows a verb such as
        "Enter" would often make no sense: the names that the model expects there are excluded.
        """
        begin = text.rfind("[", max(text.rfind("\n", 0, end - 1), text.rfind("]", 0, end - 1)) + 1)
        if not 0 <= begin < end - 1:
            return None
        words = [*_WORD.finditer(text, begin + 1, end)]
        state = _state(words, end, text[end - 1]) if words else None
        if state is None:
            return None
        if words[-1].end() == end and state != "unfinished":
            words.pop()  # the first letters of the word after the name
        run = _run(words, text, begin + 1)
        if not run:
            return None
        self._look(text, begin, run[0].start())
        name = tuple(word[0] for word in run)
        if name[1:] and name[-1] == "S" and state == "finished":
            name = name[:-1]  # a possessive
        return None if not self._allowed or self._fits(name, state) else begin

    def _fits(self, name: Name, state: str) -> bool:
        """Whether words in capitals are allowed names, the last of them perhaps unfinished."""
        if state != "unfinished" and name in self._allowed:
            return True
        if state != "finished" and any(
            allowed[: len(name) - 1] == name[:-1]
            and len(allowed) >= len(name)
            and allowed[len(name) - 1].startswith(name[-1])
            for allowed in self._allowed
        ):
            return True
        # Two names may follow each other without a comma.
        return any(
            name[:at] in self._allowed and self._fits(name[at:], state)
            for at in range(1, len(name))
        )

    def _look(self, text: str, begin: int, name: int) -> None:
        """Note who may be named at the offset `name`, in the direction that starts at `begin`."""
        before = text[max(0, name - _RECENT) : name]
        if before == self._before:
            return
        self._before = before
        present = CueMemory(text[max(0, begin - _RECENT) : begin]).present
        present |= dict.fromkeys(capital_names(text[begin + 1 : name]), 1.0)
        names = self._company.members(present)
        self._allowed = frozenset(tuple(_WORD.findall(name)) for name in names if name.isupper())


def _state(
    words: list[re.Match[str]], end: int, last: str
) -> Literal["unfinished", "open", "finished"] | None:
    """What the last character does to a name in capitals; None where there is nothing to see.

    "unfinished" is in a word, "open" ends one, after which the name may go on.
    """
    word = words[-1]
    if word.end() == end:
        if word[0].isupper():
            return "unfinished" if len(word[0]) > 1 else None
        return "finished" if len(word[0]) == 1 + word[0][0].isupper() else None
    if word.end() < end - 1 or not word[0].isupper():
        return None
    return "open" if _JOINT.fullmatch(last) else "finished"


def _run(words: list[re.Match[str]], text: str, begin: int) -> list[re.Match[str]]:
    """The last words, as far back as they are in capitals and belong to one name.

    The first word of a direction and a Roman numeral behind it are a heading: "[SCENE II. A wood]".
    """
    run: list[re.Match[str]] = []
    for word in reversed(words):
        joined = not run or _JOINT.fullmatch(text, word.end(), run[0].start())
        if not word[0].isupper() or not joined:
            break
        run.insert(0, word)
    if run and run[0].start() == begin:
        run.pop(0)
        if run and not set(run[0][0]) - set("IVXLC"):
            run.pop(0)
    if len(run) == 1 and len(run[0][0]) == 1:
        return []  # "A", "I"
    return run
