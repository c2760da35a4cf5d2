"""The elements of a text with Fountain's marks, as fountain.io/syntax describes them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bardtui.scene.elements import Element, Kind, Line, Run
from bardtui.scene.formats.fountain_source import CUT, HEADING_LIKE, NOTE, is_character, masked

_PAGE_BREAK = re.compile(r"={3,}")
_SECTION = re.compile(r"(#{1,6})(?!#)(.*)")
_NUMBER = re.compile(r"#([\w.\- ]{1,20})#$")
_HIDDEN = re.compile(f"[{CUT}{NOTE}]")
_HIDDEN_NOTES = re.compile(f"{NOTE}+(?:\n+{NOTE}+)*")
_NOTE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_MARK = re.compile(r"\\[*_\\]|\*{1,3}|_")


def fountain_elements(source: str) -> list[Element]:
    """Return the elements of Fountain source without its title page.

    The boneyard is left out. A note is an element behind the one that it stands in. Without
    characters, what would be action is prose or verse.
    """
    elements = _Reader().read(source)
    if any(element.kind == "character" for element in elements):
        return elements
    return [replace(e, kind="text") if e.kind == "action" else e for e in elements]


class _Reader:
    """Reads line by line. Lines of action are collected, and notes until their element ends."""

    def __init__(self) -> None:
        self._elements: list[Element] = []
        self._action: list[Line] = []
        self._notes: list[Element] = []
        self._in_speech = False

    def read(self, source: str) -> list[Element]:
        lines = list(_shown_lines(source))
        blank = [True, *(not line.strip() and not notes for line, notes in lines), True]
        for index, (line, notes) in enumerate(lines):
            self._notes += notes
            if blank[index + 1]:
                # Two spaces are a pause within a speech.
                self._in_speech = self._in_speech and line.startswith("  ")
                self._add(*[Element("dialogue", ((),))] * self._in_speech)
            elif line.strip():
                self._line(line, blank[index], blank[index + 2])
        self._add()
        return self._elements

    def _line(self, line: str, opens: bool, closes: bool) -> None:
        text = line.strip()
        element = _spoken(text) if self._in_speech else _marked(line, opens, closes)
        if element is None:
            self._action.append(emphasis(line.rstrip().expandtabs(4).removeprefix("!")))
        else:
            self._add(element)
            self._in_speech = self._in_speech or element.kind == "character"

    def _add(self, *elements: Element) -> None:
        """End the action and add elements, with the notes that have been read."""
        if self._action:
            self._elements.append(Element("action", tuple(self._action)))
        self._elements += [*elements, *self._notes]
        self._action, self._notes = [], []


def _spoken(text: str) -> Element:
    """The element for a line below a character."""
    if text.startswith("~"):
        return _element("lyrics", text[1:])
    is_aside = text.startswith("(") and text.endswith(")")
    return _element("parenthetical" if is_aside else "dialogue", text)


def _marked(line: str, opens: bool, closes: bool) -> Element | None:
    """The element for a line outside a speech; None for a line of action.

    `opens` and `closes` say whether empty lines stand before and after it.
    """
    text = line.strip()
    if line.startswith("!"):
        return None
    if _PAGE_BREAK.fullmatch(text):
        return Element("page break")
    if section := _SECTION.fullmatch(text):
        return replace(_element("section", section[2]), level=len(section[1]))
    if text.startswith("="):
        return _element("synopsis", text[1:])
    if text.startswith("~"):
        return _element("lyrics", text[1:])
    if text.startswith(">"):
        if text.endswith("<") and len(text) > 1:
            return _element("centred", text[1:-1])
        return _element("transition", text[1:])
    if opens and closes and HEADING_LIKE.match(text.upper()):
        return _heading(text)
    if opens and text.startswith(".") and text[1:2] not in ("", "."):
        return _heading(text[1:])
    if opens and closes and text.endswith("TO:") and text.upper() == text:
        return _element("transition", text)
    return _character(text) if is_character(line.lstrip(), opens, closes) else None


def _heading(text: str) -> Element:
    number = _NUMBER.search(text)
    words = text[: number.start()] if number else text
    return replace(_element("heading", words), number=number[1].strip() if number else "")


def _character(text: str) -> Element:
    is_dual = text.endswith("^")
    name, bracket, extension = text.removeprefix("@").removesuffix("^").partition("(")
    return replace(
        _element("character", name),
        extension="".join(run.text for run in emphasis((bracket + extension).strip())),
        dual=is_dual,
    )


def _element(kind: Kind, text: str) -> Element:
    return Element(kind, (emphasis(text.expandtabs(4).strip()),))


def emphasis(text: str) -> Line:
    """Return a line of Fountain as runs: `*italic*`, `**bold**`, `***both***`, `_underlined_`.

    Marks next to white space on the inner side, and marks without a partner, are text.
    """
    parts, at = list[str](), 0
    styles: dict[int, int] = {}  # the part where a style begins: the part where it ends
    open_marks: dict[str, int] = {}
    for found in _MARK.finditer(text):
        parts.append(text[at : found.start()])
        mark, at = found[0], found.end()
        if mark[0] == "\\":
            parts.append(mark[1])
            continue
        index = len(parts)
        parts.append(mark)
        before, after = text[max(found.start() - 1, 0) : found.start()], text[at : at + 1]
        if mark in open_marks and before and not before.isspace():
            begin = open_marks.pop(mark)
            styles[begin] = index
            open_marks = {m: i for m, i in open_marks.items() if i < begin}
        elif after and not after.isspace():
            open_marks[mark] = index
    parts.append(text[at:])
    return _runs(parts, styles)


def _runs(parts: list[str], styles: dict[int, int]) -> Line:
    ends = {end: begin for begin, end in styles.items()}
    depth = {"italic": 0, "bold": 0, "underline": 0}
    runs = list[Run]()
    for index, part in enumerate(parts):
        if index in styles or index in ends:
            step = 1 if index in styles else -1
            depth["underline"] += step * (part == "_")
            depth["italic"] += step * (part in ("*", "***"))
            depth["bold"] += step * (part in ("**", "***"))
        elif part:
            run = Run(part, **{name: bool(level) for name, level in depth.items()})
            if runs and replace(runs[-1], text="") == replace(run, text=""):
                run = replace(run, text=runs.pop().text + part)
            runs.append(run)
    return tuple(runs)


def _shown_lines(source: str) -> Iterator[tuple[str, list[Element]]]:
    """Each line without what is hidden, and the notes that begin in it."""
    hidden, begin = masked(source), 0
    notes = {m.start(): source[m.start() : m.end()] for m in _HIDDEN_NOTES.finditer(hidden)}
    starts = iter([*notes, len(source) + 1])
    start = next(starts)
    for line in hidden.split("\n"):
        end = begin + len(line)
        found = list[Element]()
        while start < end:
            found += [_note(note) for note in _NOTE.findall(notes[start])]
            start = next(starts)
        visible = [c for c, sign in zip(source[begin:end], line, strict=True) if _is_shown(sign)]
        yield "".join(visible), found
        begin = end + 1


def _is_shown(sign: str) -> bool:
    return _HIDDEN.match(sign) is None


def _note(text: str) -> Element:
    return Element("note", tuple((Run(line.strip()),) for line in text.strip().split("\n")))
