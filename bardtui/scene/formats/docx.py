"""Export a scene to DOCX, as a screenplay or as a play, with a style for each kind of element.

Word processors break the pages themselves, so nothing says that a speech goes on. Sections,
synopses and notes are left out. Paragraphs of right-to-left scripts run from right to left.
"""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bardtui.scene.elements import Element, Group, Layout, Line, Run, groups_of, layout_of, text_of
from bardtui.scene.formats.extra import library
from bardtui.scene.formats.shared import Options, xml_text
from bardtui.scene.printing.layouts import cue_of, is_dual, is_prose, unwrapped
from bardtui.scene.printing.paper import paper_size
from bardtui.scene.scene import Scene
from bardtui.scene.script_elements import elements_of
from bardtui.scene.title_page import TitlePage, title_page_of

_MAX_PROPERTY = 255  # characters of a property of a file
_LEFT, _CENTRE, _RIGHT = 0, 1, 2  # w:jc


@dataclass(frozen=True, slots=True)
class _Style:
    """A style of paragraphs; lengths are in inches, spaces in points."""

    left: float = 0
    right: float = 0
    before: float = 0
    align: int = _LEFT
    keep_next: bool = False
    italic: bool = False
    capitals: bool = False
    size: float = 12
    first: float = 0


@dataclass(frozen=True, slots=True)
class _Look:
    """What the paragraphs of a layout look like; margins are in inches, leading in points."""

    font: str
    leading: float
    margins: tuple[float, float, float, float]  # top, bottom, left, right
    styles: dict[str, _Style]


_LOOKS: dict[Layout, _Look] = {
    "screenplay": _Look(
        "Courier New",
        12,
        (1, 1, 1.5, 1),
        {
            "Title": _Style(before=170, align=_CENTRE),
            "Byline": _Style(before=12, align=_CENTRE),
            "Scene Heading": _Style(before=24, keep_next=True),
            "Action": _Style(before=12),
            "Further Line": _Style(),
            "Prose": _Style(before=12),
            "Further Prose": _Style(before=12),
            "Character": _Style(left=2.2, before=12, keep_next=True),
            "Parenthetical": _Style(left=1.6, right=1.9, keep_next=True),
            "Dialogue": _Style(left=1, right=1.5),
            "Lyrics": _Style(left=1, right=1.5, italic=True),
            "Transition": _Style(before=12, align=_RIGHT),
            "Centred": _Style(before=12, align=_CENTRE),
        },
    ),
    "play": _Look(
        "Times New Roman",
        15.5,
        (1.1, 1.15, 1.25, 1.25),
        {
            "Title": _Style(before=180, align=_CENTRE, size=26),
            "Byline": _Style(before=15, align=_CENTRE),
            "Scene Heading": _Style(before=22, align=_CENTRE, keep_next=True, size=13),
            "Action": _Style(left=1 / 3, right=1 / 3, before=9, italic=True),
            "Text": _Style(left=1 / 3, first=-1 / 3, before=9),
            "Further Line": _Style(left=1 / 3, first=-1 / 3),
            "Prose": _Style(before=9),
            "Further Prose": _Style(first=0.25),
            "Character": _Style(before=9, keep_next=True),
            "Parenthetical": _Style(left=1 / 3, keep_next=True, italic=True),
            "Dialogue": _Style(left=1 / 3),
            "Lyrics": _Style(left=2 / 3, right=1 / 3, italic=True),
            "Transition": _Style(before=9, align=_RIGHT),
            "Centred": _Style(before=22, align=_CENTRE, size=14),
        },
    ),
}
# The styles of the library's template that stay.
_TEMPLATE_STYLES = ("Normal", "Header", "Footer", "Default Paragraph Font", "Normal Table")
_STYLE_OF = {"heading": "Scene Heading"}
_NUMBER_TAB = -0.5  # inches: where the number of a heading stands


def to_docx(scene: Scene, options: Options) -> bytes:
    """Return the visible text as a DOCX file with a title page.

    Raises SceneError if the library is missing.
    """
    elements = elements_of(scene)
    layout = options.layout or layout_of(elements)
    document = _Document(layout)
    document.title_page(title_page_of(scene, options))
    document.body(elements)
    return document.content()


class _Document:
    """A DOCX file that is being written."""

    def __init__(self, layout: Layout) -> None:
        self._layout, self._look = layout, _LOOKS[layout]
        self._document: Any = library("docx").Document()
        self._shared = library("docx.shared")
        self._oxml, self._names = library("docx.oxml"), library("docx.oxml.ns")
        self._styles: dict[str, Any] = {}
        self._turn_page = False
        self._pages(self._document.sections[0])
        self._make_styles()

    def content(self) -> bytes:
        for paragraph in self._document.element.body.iter(self._tag("w:p")):
            self._turn(paragraph)
        file = io.BytesIO()
        self._document.save(file)
        return file.getvalue()

    def _pages(self, section: Any) -> None:
        points, inches = self._shared.Pt, self._shared.Inches
        section.page_width, section.page_height = map(points, paper_size())
        top, bottom, left, right = map(inches, self._look.margins)
        section.top_margin, section.bottom_margin = top, bottom
        section.left_margin, section.right_margin = left, right
        section.header_distance = section.footer_distance = inches(0.5)

    def _make_styles(self) -> None:
        points, inches = self._shared.Pt, self._shared.Inches
        styles = self._document.styles
        for style in list(styles):  # the library looks through all of them for each paragraph
            if style.name not in _TEMPLATE_STYLES:
                style.delete()
        normal = styles["Normal"]
        normal.font.name, normal.font.size = self._look.font, points(12)
        normal.paragraph_format.space_after = points(0)
        for name, look in self._look.styles.items():
            style = styles.add_style(f"Script {name}", 1)  # a style of paragraphs
            self._styles[name] = style
            style.base_style = normal
            style.font.italic, style.font.size = look.italic, points(look.size)
            format = style.paragraph_format
            format.alignment, format.keep_with_next = look.align, look.keep_next
            format.left_indent, format.right_indent = inches(look.left), inches(look.right)
            format.first_line_indent = inches(look.first)
            format.space_before, format.widow_control = points(look.before), True
            format.line_spacing = points(max(self._look.leading, 1.2 * look.size - 2.4))

    # -- pages -------------------------------------------------------------------------------------

    def title_page(self, page: TitlePage) -> None:
        """Write the title page and the properties of the file."""
        properties = self._document.core_properties
        properties.title = xml_text(text_of(page.title))[:_MAX_PROPERTY]
        properties.author = xml_text(page.author)[:_MAX_PROPERTY]
        properties.comments = ""
        self._add("Title", page.title)
        for line in page.below:
            self._add("Byline", line)
        for index, line in enumerate(page.foot):
            paragraph = self._add("Further Line", line)
            if not index:
                paragraph.paragraph_format.space_before = self._shared.Pt(200)
        section = self._document.add_section()
        self._number_pages(section)

    def _number_pages(self, section: Any) -> None:
        """Number the pages behind the title page from 1; the first of a screenplay has none."""
        start = self._node("w:pgNumType", "w:start", "1")
        last = self._document.element.body[-1]  # the properties of the last section
        last.find(self._tag("w:cols")).addprevious(start)
        is_screenplay = self._layout == "screenplay"
        section.different_first_page_header_footer = is_screenplay
        place = section.header if is_screenplay else section.footer
        place.is_linked_to_previous = False
        place.paragraphs[0].alignment = _RIGHT if is_screenplay else _CENTRE
        (paragraph,) = place.part.element.iter(self._tag("w:p"))
        paragraph.append(self._node("w:fldSimple", "w:instr", "PAGE"))
        if is_screenplay:
            place.paragraphs[0].add_run(".")

    def _turn(self, paragraph: Any) -> None:
        """Make a paragraph run from right to left, if its text does."""
        texts = (node.text or "" for node in paragraph.iter(self._tag("w:t")))
        style = paragraph.find(f"{self._tag('w:pPr')}/{self._tag('w:pStyle')}")
        if style is not None and _is_right_to_left("".join(texts)):
            style.addnext(self._node("w:bidi", "w:val", "1"))

    def _tag(self, name: str) -> str:
        return str(self._names.qn(name))

    def _node(self, name: str, attribute: str, value: str) -> Any:
        node = self._oxml.OxmlElement(name)
        node.set(self._tag(attribute), value)
        return node

    # -- the text ----------------------------------------------------------------------------------

    def body(self, elements: Sequence[Element]) -> None:
        """Write the elements; in a screenplay, two speeches side by side are a table."""
        groups = groups_of(elements)
        skip = after_prose = False
        for group, following in zip(groups, [*groups[1:], ()], strict=False):
            if skip:
                skip = False
                continue
            skip = self._layout == "screenplay" and group[0].kind == "character"
            skip = skip and is_dual(following)
            if skip:
                self._pair(group, following)
            elif group[0].kind == "page break":
                self._turn_page = True
            else:
                self._group(group, after_prose)
            after_prose = group[0].kind == "text" and is_prose(group[0])

    def _group(self, group: Group, after_prose: bool) -> None:
        for element in group:
            if element.kind == "text":
                self._text(element, after_prose)
            elif element.kind == "character":
                self._cue(element)
            elif element.number:
                self._numbered(element)
            else:
                self._lines(element)

    def _text(self, element: Element, after_prose: bool) -> None:
        if is_prose(element):
            self._add("Further Prose" if after_prose else "Prose", unwrapped(element))
            return
        first = "Text" if "Text" in self._look.styles else "Action"
        for index, line in enumerate(element.lines):
            self._add("Further Line" if index else first, line)

    def _cue(self, element: Element) -> None:
        if self._layout == "screenplay":
            self._add("Character", cue_of(element))
            return
        paragraph = self._add("Character", element.lines[0])
        for run in paragraph.runs:
            run.font.all_caps, run.font.size = True, self._shared.Pt(10)
        if element.extension:
            self._runs(paragraph, "Character", (Run(f" {element.extension}", italic=True),))

    def _numbered(self, element: Element) -> None:
        tab = self._shared.Inches(_NUMBER_TAB)
        line = (Run(f"{element.number}\t"), *element.lines[0])
        paragraph = self._add("Scene Heading", line)
        if self._layout == "screenplay":
            paragraph.paragraph_format.first_line_indent = tab

    def _lines(self, element: Element) -> None:
        name = _STYLE_OF.get(element.kind, element.kind.title())
        first, *others = element.lines or ((),)
        paragraph = self._add(name, first)
        for line in others:
            paragraph.add_run().add_break()
            self._runs(paragraph, name, line)

    def _pair(self, *speeches: Group) -> None:
        table = self._document.add_table(rows=1, cols=2)
        for cell, group in zip(table.rows[0].cells, speeches, strict=True):
            paragraph = cell.paragraphs[0]
            for index, element in enumerate(group):
                line = cue_of(element) if element.kind == "character" else element.lines[0]
                paragraph = cell.add_paragraph() if index else paragraph
                self._fill(paragraph, element.kind.title(), line)
                indent = {"character": 0.8, "parenthetical": 0.3}.get(element.kind, 0)
                paragraph.paragraph_format.left_indent = self._shared.Inches(indent)
                paragraph.paragraph_format.right_indent = self._shared.Inches(0)

    def _add(self, style: str, line: Line) -> Any:
        paragraph = self._document.add_paragraph()
        self._fill(paragraph, style, line)
        return paragraph

    def _fill(self, paragraph: Any, style: str, line: Line) -> None:
        paragraph.style = self._styles[style]
        if self._turn_page:
            paragraph.paragraph_format.page_break_before = True
            self._turn_page = False
        self._runs(paragraph, style, line)

    def _runs(self, paragraph: Any, style: str, line: Iterable[Run]) -> None:
        is_italic = self._look.styles[style].italic
        for run in line:
            written = paragraph.add_run(xml_text(run.text))
            written.bold, written.underline = run.bold or None, run.underline or None
            if run.italic:
                written.italic = not is_italic  # emphasis within italics is upright
            if _is_right_to_left(run.text):
                written.font.rtl = True


def _is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is of a right-to-left script."""
    directions = (unicodedata.bidirectional(character) for character in text)
    first = next((d for d in directions if d in ("L", "R", "AL")), "L")
    return first != "L"
