"""The parts of a row of a scene: cues, directions and speech."""

import re
from typing import Literal

from bardtui.scene.script import MAX_CUE_LENGTH, is_cue
from bardtui.tui.wrapping import WrappedText

Kind = Literal["speech", "cue", "direction"]

_MAX_DIRECTION = 1000  # characters that a row looks back for an open bracket
_DIRECTION = re.compile(r"\[[^\]]*\]?")


def kinds_in(whole: WrappedText, begin: int, row: str) -> dict[int, Kind]:
    """The parts of the `row` at offset `begin` of a text, by where they begin in the row."""
    before = whole.slice(max(0, begin - _MAX_DIRECTION), begin).rpartition("\n")[2]
    if len(before) + len(row) <= MAX_CUE_LENGTH:
        end = begin + len(row)
        line = before + row + whole.slice(end, end + MAX_CUE_LENGTH).partition("\n")[0]
        if len(line) <= MAX_CUE_LENGTH and is_cue(line):
            return {0: "cue"}
    kinds: dict[int, Kind] = {0: "speech"}
    at = 0
    if before.rfind("[") > before.rfind("]"):  # the row begins within a direction
        at = row.find("]") + 1 or len(row)
        kinds = {0: "direction", at: "speech"}
    for match in _DIRECTION.finditer(row, at):
        kinds[match.start()] = "direction"
        kinds[match.end()] = "speech"
    return kinds
