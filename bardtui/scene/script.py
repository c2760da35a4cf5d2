"""The grammar of script text: cues, and how one line is joined to what stands before it."""

import re

_CUE = re.compile(r"[^\W\d_a-z][^\Wa-z]*(?:[ .,'’&-]+[^\Wa-z]+)*:\s*")


def is_cue(line: str) -> bool:
    """Whether a line names who speaks: capitals, then a colon, and nothing more."""
    return _CUE.fullmatch(line) is not None and line.upper() == line


def joined(before: str, line: str) -> str:
    """`line` as it is to be added to a scene that ends in `before`.

    A line of the writer's begins a new line; a cue (alone, or with its speech below it) begins a
    new paragraph, as speeches do. It ends its line too, unless it ends in a space: then what
    follows goes on in it.
    """
    if not line:
        return line
    breaks = len(before) - len(before.rstrip("\n"))
    wanted = 2 if is_cue(line.split("\n", 1)[0]) else 1
    opening = "\n" * max(0, wanted - breaks) if before else ""
    return opening + line + ("" if line[-1].isspace() else "\n")
