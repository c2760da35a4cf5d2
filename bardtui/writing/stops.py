"""Where a passage that a model writes is to end, besides its greatest length."""

import re
from collections.abc import Callable

from bardtui.scene.script import is_cue
from bardtui.settings import Stop

_LINE = re.compile(r"\S[^\n]*\n")
# A sentence's mark, what may close after it, and then a space or the line's end.
_SENTENCE = re.compile(r"""[^\s.!?][^.!?]*[.!?…]+["'”’)\]]*(?=\s)""")
_GAP = re.compile(r"\n[ \t]*\n")


def end_of(stop: Stop, text: str) -> int | None:
    """Where in `text`, all that has been written of a passage, the passage ends; None: not yet.

    "line" ends after the first line that is not empty, its line break included; "sentence" after
    its closing mark; "speech" after the line break before an empty line or before another's cue.
    What is given is a beginning: a longer one never moves an end that was found.
    """
    return _ENDS[stop](text)


def _end_of_line(text: str) -> int | None:
    found = _LINE.search(text)
    return found.end() if found else None


def _end_of_sentence(text: str) -> int | None:
    found = _SENTENCE.search(text)
    return found.end() if found else None


def _end_of_speech(text: str) -> int | None:
    begin = len(text) - len(text.lstrip())
    gap = _GAP.search(text, begin)
    at = begin
    # The first line may be a cue itself; another's cue comes later, at the start of a line.
    while (at := text.find("\n", at) + 1) and (end := text.find("\n", at)) >= 0:
        if gap and gap.start() < at:
            break
        if is_cue(text[at:end]):
            return at
    return gap.start() + 1 if gap else None


_ENDS: dict[Stop, Callable[[str], int | None]] = {
    "length": lambda text: None,
    "line": _end_of_line,
    "sentence": _end_of_sentence,
    "speech": _end_of_speech,
}
