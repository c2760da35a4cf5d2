"""Text that is safe to show: text from files, models and people is data and never acts.

Two kinds of characters are unsafe. Control characters, surrogates and line separators act on a
terminal or on a document. Invisible characters hide: what Unicode calls default ignorable code
points, with the exceptions that languages and emoji need (see `remove_invisible`).

- `visible` is for terminals: every unsafe character becomes a glyph.
- `one_line` is for lists, dialogs and messages: as `visible`, and cut to a width.
- `inert` is for documents: as `visible`, but emoji sequences stay whole.
- `typed`, `remove_invisible`, `remove_controls` and `limit_marks` clean text that comes in.

This module is imported before the first screen is drawn, so it needs nothing but `re` and
`unicodedata`, and its larger tables are built when a text first needs them.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from itertools import accumulate

#: Line breaks other than the newline. Pasted and loaded texts get newlines in their place.
LINE_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")

MARK_LIMIT = 30
"""The most combining marks in a row, as in the stream-safe text format (Unicode UAX #15)."""

# Invisible characters that some texts need: two joiners, text style and emoji style.
_ZWNJ, _ZWJ, _TEXT_STYLE, _EMOJI_STYLE = "\u200c", "\u200d", "\ufe0e", "\ufe0f"
_EXCEPTIONS = f"{_ZWNJ}{_ZWJ}{_TEXT_STYLE}{_EMOJI_STYLE}"

# The others. Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 16, which includes
# unassigned code points; and U+FFF9 to U+FFFB, which hide annotations.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ALWAYS_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_EXCEPTION = re.compile(f"[{_EXCEPTIONS}]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

# Extended_Pictographic of emoji-data.txt, Unicode 14.
_PICTOGRAPHS = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf"
    "\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605"
    "\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734"
    "\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27a1\u27b0\u27bf\u2934"
    "\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f0ff"
    "\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e"
    "\U0001f191-\U0001f19a\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f\U0001f21a\U0001f22f"
    "\U0001f232-\U0001f23a\U0001f23c-\U0001f23f\U0001f249-\U0001f3fa\U0001f400-\U0001f53d"
    "\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff"
    "\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f"
    "\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff"
    "\U0001fc00-\U0001fffd"
)
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"

# Blocks of the scripts that spell with joiners: the Arabic family, N'Ko and Mandaic, the scripts
# of India and Southeast Asia, Mongolian, Adlam. Of them, letters and marks take a joiner.
_JOINER_BLOCKS = (
    (0x0620, 0x077F),
    (0x07C0, 0x07FF),
    (0x0840, 0x0DFF),
    (0x1000, 0x109F),
    (0x1780, 0x18AF),
    (0x1900, 0x194F),
    (0x1A20, 0x1AAF),
    (0x1B00, 0x1BFF),
    (0x1CD0, 0x1CFF),
    (0xA800, 0xA8FF),
    (0xA980, 0xA9DF),
    (0xAA60, 0xAA7F),
    (0xABC0, 0xABFF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x10D00, 0x10D3F),
    (0x10F30, 0x10FAF),
    (0x11000, 0x11FFF),
    (0x1E900, 0x1E95F),
)

# Prepended_Concatenation_Mark of PropList.txt: format characters that are drawn.
_DRAWN_FORMATS = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
_DRAWN_FORMAT = f"[{_DRAWN_FORMATS}]"

_CONTEXT = 3  # at least as many characters as the place of a joiner or a style depends on
_HIDDEN_GLYPH, _UNKNOWN_GLYPH, _LINE_GLYPH = "\u00b7", "\ufffd", "\u2424"


def is_safe(character: str) -> bool:
    """Whether a model may know a character: it neither acts nor hides.

    Newline and tab are safe, and so are joiners and emoji styles, because every text that is shown
    is checked for their place.
    """
    if character in "\n\t" or character in _EXCEPTIONS:
        return True
    acts = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    return not acts and not _ALWAYS_INVISIBLE.match(character)


def remove_controls(text: str) -> str:
    """`text` without control characters other than newline and tab."""
    return _CONTROL.sub("", text)


def remove_invisible(text: str, before: str = "") -> str:
    """`text` without its invisible characters; `before` is the text that it follows.

    These stay, because languages and emoji need them:

    - U+200C and U+200D after a letter or mark of a script that spells with joiners;
    - U+200D after an emoji;
    - U+FE0E and U+FE0F after a character that has a text style and an emoji style.

    Only what stands before a character counts, so text can be cleaned while it is typed.
    """
    if text.isascii():
        return text
    text = _ALWAYS_INVISIBLE.sub("", text)
    if not _EXCEPTION.search(text):
        return text
    context = before[-_CONTEXT:]
    cleaned = _misplaced().sub("", context + text)
    return cleaned[len(_misplaced().sub("", context)) :]


def limit_marks(text: str) -> str:
    """`text` with at most MARK_LIMIT combining marks in a row.

    No language comes near the limit. Without it, Unicode normalization takes quadratic time.
    """
    if text.isascii():
        return text
    marks = sorted(c for c in set(text) if unicodedata.category(c).startswith("M"))
    if not marks:
        return text
    mark = f"[{''.join(marks)}]"
    return re.sub(f"({mark}{{{MARK_LIMIT}}}){mark}+", r"\1", text)


def visible(text: str, keep: str = "") -> str:
    """`text` as it may go to a terminal, character for character.

    Control characters become their pictures (U+241B for ESC), line separators U+2424, surrogates
    and unassigned characters U+FFFD, invisible characters a middle dot. Joiners and text style
    stay where they belong. Characters on whose width terminals disagree are replaced: emoji style
    by text style, a joiner between emoji by a middle dot, other zero width joiners by non-joiners.
    The characters of `keep`, such as newline and tab, stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = text.translate(_glyphs(keep))
    if not _EXCEPTION.search(shown):
        return shown
    shown = _misplaced().sub(_HIDDEN_GLYPH, shown)
    shown = _joining_emoji().sub(_HIDDEN_GLYPH, shown)
    return shown.replace(_ZWJ, _ZWNJ).replace(_EMOJI_STYLE, _TEXT_STYLE)


def inert(text: str) -> str:
    """`text` as it may stand in a document, character for character.

    As `visible`, but newlines, tabs, emoji sequences and unassigned characters stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = text.translate(_document_glyphs())
    return _misplaced().sub(_HIDDEN_GLYPH, shown) if _EXCEPTION.search(shown) else shown


def typed(text: str, before: str = "") -> str:
    """Typed or pasted text as it enters an editor, where `before` stands before it.

    Invisible characters are removed, and characters that act become the glyphs they are shown as,
    so that what is sent is what was seen.
    """
    before = before[-_CONTEXT:]
    return inert(before + remove_invisible(text, before))[len(before) :]


def one_line(text: str, width: int) -> str:
    """`text` as one visible line of at most `width` cells, which is at least 1.

    "…" stands for what is cut off. The time it takes does not depend on the length of `text`.
    """
    line = visible(text[: width + 1])
    ends = list(accumulate(map(_cells, line)))
    if ends and ends[-1] > width:
        line = line[: bisect_right(ends, width - 1)] + "…"
    return line


def shared_length(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginnings; quick for long ones."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class _Glyphs(dict[int, str]):
    """What each character is shown as, worked out when it is first needed.

    Joiners and styles stand for themselves: their glyph depends on their place.
    """

    def __init__(self, keep: str, *, document: bool) -> None:
        super().__init__((ord(character), character) for character in keep)
        self._document = document

    def __missing__(self, code: int) -> str:
        self[code] = glyph = self._glyph(chr(code))
        return glyph

    def _glyph(self, character: str) -> str:
        category = unicodedata.category(character)
        if character < " ":
            return chr(0x2400 + ord(character))
        if character == "\x7f":
            return "\u2421"
        if LINE_BREAK.match(character):
            return _LINE_GLYPH
        if category in ("Cc", "Cs"):
            return _UNKNOWN_GLYPH
        if character in _EXCEPTIONS:
            return character
        if _ALWAYS_INVISIBLE.match(character):
            return _HIDDEN_GLYPH
        if self._document:
            return character
        if category == "Cn" and not _pictograph().match(character):
            return _UNKNOWN_GLYPH
        if category == "Cf" and not re.match(_DRAWN_FORMAT, character):
            return _HIDDEN_GLYPH
        return character


@cache
def _glyphs(keep: str) -> _Glyphs:
    return _Glyphs(keep, document=False)


@cache
def _document_glyphs() -> _Glyphs:
    return _Glyphs("\n\t", document=True)


@cache
def _pictograph() -> re.Pattern[str]:
    return re.compile(f"[{_PICTOGRAPHS}]")


@cache
def _misplaced() -> re.Pattern[str]:
    """Joiners and styles that follow nothing that takes one."""
    letters = "".join(
        character
        for first, last in _JOINER_BLOCKS
        for character in map(chr, range(first, last + 1))
        if unicodedata.category(character)[0] in "LM" and not _ALWAYS_INVISIBLE.match(character)
    )
    return re.compile(
        f"{_ZWNJ}(?<![{letters}]{_ZWNJ})"
        f"|{_ZWJ}(?<![{letters}{_PICTOGRAPHS}{_SKIN_TONES}]{_ZWJ})"
        f"(?<![{_PICTOGRAPHS}]{_EMOJI_STYLE}{_ZWJ})"
        f"|[{_TEXT_STYLE}{_EMOJI_STYLE}](?<![#*0-9{_PICTOGRAPHS}][{_TEXT_STYLE}{_EMOJI_STYLE}])"
    )


@cache
def _joining_emoji() -> re.Pattern[str]:
    """Joiners after emoji, once the misplaced ones are gone."""
    return re.compile(f"(?<=[{_PICTOGRAPHS}{_SKIN_TONES}{_EMOJI_STYLE}]){_ZWJ}")


def _cells(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
