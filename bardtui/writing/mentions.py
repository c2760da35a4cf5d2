"""Mentions: people of the model's plays who have no place in the scene."""

import re

from bardtui.writing.company import Company
from bardtui.writing.cue_memory import CueMemory

_RECENT = 8_000  # characters before a name that show who is on stage, and what has been named
_LONGEST = 40  # letters of a name
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"[^\W\d_]+\Z")


class Mentions:
    """A guard: a name from the model's plays is one of the scene's, or of the plays of those in it.

    A script with nobody on stage may name anybody.
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
