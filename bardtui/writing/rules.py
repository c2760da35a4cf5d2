"""The rules that a passage is written by."""

from typing import NamedTuple

from bardtui.settings import Form, Newcomers, Stop


class Rules(NamedTuple):
    """How a passage is written, besides how its characters are drawn.

    Attributes:
        stop: Where the passage ends, if that is before its length.
        newcomers: Who may join those on stage in a script: nobody, seldom somebody of their plays,
            or, without the cue memory, anybody the model names.
        form: What the text is. "scene" recognises it from the text so far; "play" allows
            everything.
        spelling: Whether words unknown to the model and the scene are drawn again.
        vary_words: Whether uncommon words that were written lately are drawn again.
        banned: Words and phrases that are never written.
        avoid_loops: Whether text that repeats itself is drawn again.
        max_copy: The most characters of a run that stands in the model's corpus; 0 for any number.
        exact_length: Whether a passage has exactly its length. Otherwise it ends with a sentence
            or a line near it.
    """

    stop: Stop = "length"
    newcomers: Newcomers = "seldom"
    form: Form = "scene"
    spelling: bool = True
    vary_words: bool = True
    banned: tuple[str, ...] = ()
    avoid_loops: bool = True
    max_copy: int = 0
    exact_length: bool = False


PLAIN = Rules(
    newcomers="free",
    form="play",
    spelling=False,
    vary_words=False,
    avoid_loops=False,
    exact_length=True,
)
"""The model alone, without memory and guards."""
