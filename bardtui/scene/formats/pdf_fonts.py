"""Fonts of PDF files: those that every reader has, or a file that the writer chooses."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from bardtui.files import expanded, read_regular
from bardtui.scene.elements import Layout, Run
from bardtui.scene.formats.extra import library
from bardtui.scene.journal_reader import display_name
from bardtui.scene.printing.paper import paper_size
from bardtui.scene.scene import SceneError

_MAX_FONT = 64 * 1024 * 1024  # bytes
_NAMED = 5  # characters in a message

_BUILT_IN: dict[Layout, str] = {"screenplay": "courier", "play": "times"}
_CHOSEN = "chosen"  # the name of the family of a font file
# Characters that look like another one, for fonts without them.
_ALIKE = {
    **dict.fromkeys("\u2010\u2011", "-"),
    "\u2212": "\u2013",
    "\u02bc": "\u2019",
    **dict.fromkeys("\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
    **dict.fromkeys("\xa0\u202f\u205f\u3000", " "),
    # What stands for a character that acts or hides.
    **dict.fromkeys(map(chr, range(0x2400, 0x2425)), "\xb7"),
    "\ufffd": "\xb7",
}
_JOINERS = str.maketrans("", "", "\u200c\u200d\ufe0e\ufe0f")  # nothing of them is drawn

# Scripts whose letters change their shape or place beside others: those of India, Tibet, Burma and
# Southeast Asia, Mongolian.
_SHAPED = (
    (0x0900, 0x0DFF),
    (0x0F00, 0x109F),
    (0x1780, 0x18AF),
    (0x1900, 0x1CFF),
    (0xA800, 0xA8FF),
    (0xA980, 0xAAFF),
    (0xABC0, 0xABFF),
    (0x11000, 0x11FFF),
)


class Fonts:
    """The fonts of one layout. A chosen font file has one style: the others are drawn from it."""

    def __init__(self, layout: Layout, path: str) -> None:
        """Raises SceneError if the file is no usable font, OSError if it cannot be read."""
        self.is_chosen = bool(path)
        self.pdf: Any = new_pdf()
        self._family = _BUILT_IN[layout]
        self._glyphs: frozenset[int] = frozenset()
        self._named = "the built-in font has"
        if path:
            file = expanded(path)
            self._glyphs = _tried(file)
            self.pdf.add_font(_CHOSEN, fname=file)
            self._family = _CHOSEN
            self._named = f"the font {display_name(file)} has"
        self.pdf.add_page()  # a font can be measured on a page only
        self._measured = cache(self._measure)

    def use(self, run: Run, size: float) -> None:
        """Draw in the style of a run from now on."""
        style = "" if self.is_chosen else "B" * run.bold + "I" * run.italic
        self.pdf.set_font(self._family, style, size)

    def width(self, character: str, run: Run, size: float) -> float:
        """Return the width of a character in points, in the style of a run."""
        return self._measured(character, run.bold, run.italic, size)

    def _measure(self, character: str, bold: bool, italic: bool, size: float) -> float:
        self.use(Run("", bold, italic), size)
        return float(self.pdf.get_string_width(character))

    def drawn(self, text: str) -> str:
        """Return what is drawn for a text. Characters without a glyph may become similar ones."""
        text = unicodedata.normalize("NFC", text).translate(_JOINERS)
        if text.isascii():
            return text
        return "".join(c if self._has(c) else _ALIKE.get(c, c) for c in text)

    def capitals(self, text: str) -> str:
        """Return a text, as drawn, in capitals; as it is if the font lacks one of them."""
        capitals = text.upper()
        return capitals if all(map(self._has, capitals)) else text

    def check(self, texts: Iterable[str]) -> None:
        """Raise SceneError if texts, as drawn, have characters that the font cannot show."""
        used = {c: None for text in texts for c in text if c != "\n"}
        if turned := [c for c in used if _needs_shaping(c)]:
            raise SceneError(
                f"PDF has no right-to-left or joined writing ({_list(turned)}): "
                "export it as DOCX, which has"
            )
        if missing := [c for c in used if not self._has(c)]:
            instead = "another font file" if self.is_chosen else "a font file that has them"
            raise SceneError(
                f"{self._named} no {_list(missing)}: choose {instead} by export_font in "
                "settings.toml",
                command="--font FILE.ttf takes one for this export",
            )

    def _has(self, character: str) -> bool:
        if self.is_chosen:
            return ord(character) in self._glyphs
        try:
            character.encode("cp1252")
        except UnicodeEncodeError:
            return False
        return True


def new_pdf() -> Any:
    """Return an empty PDF file, measured in points."""
    pdf = library("fpdf").FPDF(unit="pt", format=paper_size())
    pdf.core_fonts_encoding = "cp1252"
    pdf.set_auto_page_break(False)
    return pdf


def _tried(path: Path) -> frozenset[int]:
    """The code points that a font file has glyphs for; it is tried as it will be used."""
    read_regular(path, _MAX_FONT)  # refuses what is no file
    pdf, tools = new_pdf(), library("fontTools.ttLib")
    try:
        with tools.TTFont(path, lazy=True) as font:
            glyphs = frozenset(font.getBestCmap())
        pdf.add_font(_CHOSEN, fname=path)
        pdf.add_page()
        pdf.set_font(_CHOSEN)
        pdf.text(0, 0, "".join(map(chr, sorted(glyphs)[:40])))
        pdf.output()
    except Exception as error:  # damaged tables fail anywhere in the library
        raise SceneError(f"{display_name(path)} is not a font that can be used") from error
    return glyphs


def _needs_shaping(character: str) -> bool:
    if unicodedata.bidirectional(character) in ("R", "AL", "AN"):
        return True
    return any(first <= ord(character) <= last for first, last in _SHAPED)


def _list(characters: list[str]) -> str:
    named = ", ".join(f"“{c}”" for c in characters[:_NAMED])
    more = len(characters) - _NAMED
    return f"{named} and {more} more" if more > 0 else named
