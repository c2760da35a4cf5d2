"""Stop rules: where a passage ends before its greatest length."""

import re
from collections.abc import Callable

from bardtui.scene.script import is_cue
from bardtui.settings import Stop

# The first screen waits for this module, so these two are compiled at their first use.
_LINE = r"\S[^\n]*\n"
# A sentence's closing mark, closing quotes or brackets, then a space or the end of the line.
# It is looked for once from each mark on, so that a text without any takes linear time.
_SENTENCE = r"""(?:\A|(?<=[.!?]))\s*[^\s.!?][^.!?]*[.!?…]++["'”’)\]]*(?=\s)"""
_GAP = re.compile(r"\n[ \t]*\n")
# A line longer than verse and wrapped prose have is a whole paragraph.
_PARAGRAPH = re.compile(r"[^\n]{90,}\n")


def end_of(stop: Stop, text: str) -> int | None:
    """Return the offset in `text`, a passage so far, at which the rule ends it; None if not yet.

    "line" ends after the first line that is not empty, with its line break; "sentence" after the
    sentence's closing mark; "speech" after the line break before an empty line or another cue, or
    after a paragraph of prose on one line.
    An offset that was found does not change when the passage grows.
    """
    return _ENDS[stop](text)


def _end_of_line(text: str) -> int | None:
    found = re.search(_LINE, text)
    return found.end() if found else None


def _end_of_sentence(text: str) -> int | None:
    found = re.search(_SENTENCE, text)
    return found.end() if found else None


def _end_of_speech(text: str) -> int | None:
    begin = len(text) - len(text.lstrip())
    if paragraph := _PARAGRAPH.search(text, begin):
        text = text[: paragraph.end()]
    gap = _GAP.search(text, begin)
    at = begin
    # The first line may be a cue itself; only a later line can be another speaker's cue.
    while (at := text.find("\n", at) + 1) and (end := text.find("\n", at)) >= 0:
        if gap and gap.start() < at:
            break
        if is_cue(text[at:end]):
            return at
    if gap:
        return gap.start() + 1
    return paragraph.end() if paragraph else None


_ENDS: dict[Stop, Callable[[str], int | None]] = {
    "length": lambda text: None,
    "line": _end_of_line,
    "sentence": _end_of_sentence,
    "speech": _end_of_speech,
}
