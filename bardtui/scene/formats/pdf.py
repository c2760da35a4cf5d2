"""Export a scene to PDF, as a screenplay or as a play.

Sections, synopses and notes are left out. A character that the font cannot show is an error.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from bardtui.scene.elements import NOT_PRINTED, Element, Layout, Line, Run, layout_of, text_of
from bardtui.scene.formats.pdf_fonts import Fonts
from bardtui.scene.formats.shared import Options
from bardtui.scene.printing.layouts import INCH, Layouter, layouter
from bardtui.scene.printing.pages import Block, Page, paginate
from bardtui.scene.printing.paper import paper_size
from bardtui.scene.printing.rows import Row, Span, set_rows, spans_of
from bardtui.scene.scene import Scene
from bardtui.scene.script_elements import elements_of
from bardtui.scene.title_page import TitlePage, title_page_of

_SLANT = 12  # degrees, of italics that are drawn from an upright font
_UNDERLINE = 0.1  # of the size, below the line


def to_pdf(scene: Scene, options: Options) -> bytes:
    """Return the visible text as a PDF file with a title page.

    Raises SceneError if the font lacks characters or the library is missing, OSError if the font
    file cannot be read.
    """
    elements = elements_of(scene)
    layout = options.layout or layout_of(elements)
    fonts = Fonts(layout, options.font)
    elements = [_drawn(element, layout, fonts) for element in elements]
    page = _drawn_page(title_page_of(scene, options), fonts)
    fonts.check(_texts(elements, page))
    return _Document(layout, fonts).written(elements, page, _date(scene))


class _Document:
    """A PDF file that is being written."""

    def __init__(self, layout: Layout, fonts: Fonts) -> None:
        self._fonts = fonts
        self._layout = layout
        self._size = paper_size()
        self._layouter: Layouter = layouter(layout, self._size[0], fonts.width)
        self._height = self._size[1] - self._layouter.top - self._layouter.bottom
        self._pdf = fonts.pdf

    def written(self, elements: list[Element], page: TitlePage, date: datetime) -> bytes:
        self._pdf.set_title(text_of(page.title))
        self._pdf.set_creator("bardtui")
        self._pdf.set_creation_date(date)  # the same scene gives the same file
        if page.author:
            self._pdf.set_author(page.author)
        pages = self._title_pages(page)
        before = len(pages)
        pages += paginate(list(self._layouter.blocks(elements)), self._height)
        for index, rows in enumerate(pages):
            if index:  # the first page is there
                self._pdf.add_page()
            if index >= before:
                self._number(index - before + 1)
            for at, row in rows:
                self._draw(row, self._layouter.top + self._layouter.size + at)
        return bytes(self._pdf.output())

    def _title_pages(self, page: TitlePage) -> list[Page]:
        """The title in the upper half, and the notes at the foot if there is room."""
        leading, size = self._layouter.leading, self._layouter.size
        large = self._layouter.title_size
        blocks = [self._centred(page.title, large, 1.2 * large)]
        blocks += [self._centred(line, size, leading, leading) for line in page.below]
        foot = tuple(row for line in page.foot for row in self._rows(line, size))
        pages = paginate(blocks, self._height, 0.28 * self._height)
        at = self._height - len(foot) * leading
        if foot and (len(pages) > 1 or pages[0][-1][0] + 3 * leading > at):
            return pages + paginate([Block(foot, leading)], self._height)
        pages[0] += [(at + index * leading, row) for index, row in enumerate(foot)]
        return pages

    def _centred(self, line: Line, size: float, leading: float, before: float = 0) -> Block:
        column = replace(self._layouter.body, align="centre")
        return Block(
            tuple(set_rows(spans_of(line, size), column, self._fonts.width)), leading, before
        )

    def _rows(self, line: Line, size: float) -> list[Row]:
        return set_rows(spans_of(line, size), self._layouter.body, self._fonts.width)

    def _number(self, number: int) -> None:
        """Draw a page's number: a screenplay's from the second page on, top right."""
        body, size = self._layouter.body, self._layouter.size
        if self._layout == "play":
            column, line = replace(body, align="centre"), (Run(str(number)),)
            y = self._size[1] - 0.65 * INCH
        elif number > 1:
            column, line, y = replace(body, align="right"), (Run(f"{number}."),), 0.5 * INCH + size
        else:
            return
        (row,) = set_rows(spans_of(line, size), column, self._fonts.width)
        self._draw(row, y)

    def _draw(self, row: Row, y: float) -> None:
        """Draw a row; y is the distance of its base line from the upper edge."""
        for x, spans in row.pieces:
            for span in spans:
                width = sum(self._fonts.width(c, span.run, span.size) for c in span.run.text)
                self._draw_span(span, x, y)
                if span.run.underline:
                    below = y + _UNDERLINE * span.size
                    self._pdf.set_line_width(span.size / 24)
                    self._pdf.line(x, below, x + width, below)
                x += width

    def _draw_span(self, span: Span, x: float, y: float) -> None:
        run, size = span.run, span.size
        self._fonts.use(run, size)
        with ExitStack() as stack:
            if self._fonts.is_chosen and run.italic:
                stack.enter_context(self._pdf.skew(ax=_SLANT, x=x, y=y))
            if self._fonts.is_chosen and run.bold:
                mode = {"text_mode": "FILL_STROKE", "line_width": size / 45}
                stack.enter_context(self._pdf.local_context(**mode))
            self._pdf.text(x, y, run.text)


def _drawn(element: Element, layout: Layout, fonts: Fonts) -> Element:
    """An element with the text that is drawn for it. Names in plays are in capitals."""
    lines = tuple(_drawn_line(line, fonts) for line in element.lines)
    if element.kind == "character" and layout == "play":
        (line,) = lines
        lines = (tuple(replace(run, text=fonts.capitals(run.text)) for run in line),)
    return replace(
        element,
        lines=lines,
        extension=fonts.drawn(element.extension),
        number=fonts.drawn(element.number),
    )


def _drawn_line(line: Line, fonts: Fonts) -> Line:
    return tuple(replace(run, text=fonts.drawn(run.text)) for run in line)


def _drawn_page(page: TitlePage, fonts: Fonts) -> TitlePage:
    return replace(
        page,
        title=_drawn_line(page.title, fonts),
        below=tuple(_drawn_line(line, fonts) for line in page.below),
        foot=tuple(_drawn_line(line, fonts) for line in page.foot),
    )


def _texts(elements: list[Element], page: TitlePage) -> Iterable[str]:
    """All text that is drawn; of the elements that are not printed, nothing is."""
    yield from (text_of(line) for line in (page.title, *page.below, *page.foot))
    for element in elements:
        if element.kind not in NOT_PRINTED:
            yield from (element.text, element.extension, element.number)


def _date(scene: Scene) -> datetime:
    """When a scene was begun; the beginning of 2000 if its file has no date."""
    try:
        date = datetime.fromisoformat(scene.created)
    except ValueError:
        date = datetime(2000, 1, 1, tzinfo=UTC)
    return date if date.tzinfo else date.replace(tzinfo=UTC)
