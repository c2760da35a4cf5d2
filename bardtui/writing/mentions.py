"""Guards against names from plays that nobody in the scene is from, and unknown speakers."""

import re

from bardtui.scene.script import is_cue_line, split_cue
from bardtui.writing.company import Company
from bardtui.writing.cue_memory import CueMemory

_RECENT = 8_000  # characters before a name that show who is on stage, and what has been named
_LONGEST = 40  # letters of a name
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"[^\W\d_]+\Z")


class Mentions:
    """A guard against names from the model's plays that have no place in the scene.

    A name may stand in the scene already, or be one from the plays of those on stage. A script with
    nobody on stage may name anybody.
    """

    tries, strict = 6, False

    def __init__(self, company: Company, *, script: bool) -> None:
        self._company, self._script = company, script

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. A name is finished by the next character that is no letter."""
        if text[end - 1].isalpha() or not text[end - 2 : end - 1].islower():
            return None
        word = _LAST_WORD.search(text, max(0, end - _LONGEST), end - 1)
        if word is None or word[0] not in self._company.names:
            return None
        return None if self._has_place(word[0], text[: word.start()]) else word.start()

    def _has_place(self, name: str, before: str) -> bool:
        before = before[-_RECENT:]
        if re.search(rf"\b{name}\b", before, re.IGNORECASE):
            return True
        if not self._script:
            return False
        present = CueMemory(before).present
        members = self._company.members(present)
        return not present or any(name.upper() in _WORD.findall(member) for member in members)


class UnknownSpeakers:
    """A guard against speakers who are neither in the scene nor in one of the model's plays.

    At a high temperature, a model makes up names such as "First Juliet".
    """

    tries, strict = 4, False

    def __init__(self, company: Company) -> None:
        self._known = frozenset(name for cast in company.casts.values() for name in cast)

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. The whole cue is drawn again."""
        if text[end - 1] != ":":
            return None
        start = text.rfind("\n", 0, end) + 1
        if not is_cue_line(text[start:end], start == 0 or text[start - 2 : start] == "\n\n"):
            return None
        name = split_cue(text[start:end])[0]
        known = name in self._known or name in CueMemory(text[:start]).present
        return None if known else start
