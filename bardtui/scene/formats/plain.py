"""What a scene's text may bring into a file that others read: characters, and nothing that acts."""

import re

from bardtui.scene.scene import Passage, Scene

_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNTITLED = "Untitled scene"


def printable(text: str) -> str:
    """`text` with a visible glyph for every character that would act on the reader's program.

    Control characters but for tab and newline become their pictures (ESC is U+241B), the other
    line breaks of Unicode U+2424, and what UTF-8 or a document cannot hold U+FFFD.
    """
    return _ACTING.sub(_glyph, text)


def _glyph(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return {0x7F: "\u2421", 0x2028: "\u2424", 0x2029: "\u2424"}.get(code, "\ufffd")


def one_line(text: str) -> str:
    """`text` printable, in one line, with single spaces."""
    return printable(" ".join(text.split()))


def title_of(scene: Scene) -> str:
    """The scene's title as one printable line; never empty."""
    return one_line(scene.title) or _UNTITLED


def models_of(scene: Scene) -> list[str]:
    """The names of the models that wrote some of the visible text, in order of appearance."""
    return list(
        dict.fromkeys(
            model_of(passage)
            for passage, shown in scene.path()
            if any(author == "model" for author, _ in passage.by_author(shown))
        )
    )


def model_of(passage: Passage) -> str:
    """The name of the model that wrote a passage, as one printable line; never empty."""
    return one_line(passage.model or "") or "unnamed"
