"""The list of scenes: title, last use, length, the writer's share, and text that was found."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from textual.content import Content
from textual.css.styles import RulesMap
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.scene.library import ago
from bardtui.scene.scene_search import Counts, Match, Query
from bardtui.tui.scene_catalogue import FileRow, NewRow, Row, SceneRow
from bardtui.tui.widgets.rows import Layout, RowList, Rows, spread, wrapped

_MARKED, _OPEN, _BROKEN, _PLAIN = "✓ ", "● ", "✗ ", "  "
_SUBTLE, _FOUND = "$foreground-muted", "bold underline $cue"
_WIDE, _MEDIUM = 104, 66  # cells for all columns, and for the most important ones
_BAR = 8  # cells


class SceneList(RowList):
    """Rows of scenes. A click highlights a row, another one on the same row selects it."""

    DEFAULT_CSS = """
    SceneList {
        border: none;
        padding: 0;
        background: transparent;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted, &:focus > .option-list--option-highlighted {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        &:nocolor > .option-list--option-highlighted { text-style: reverse; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._rows: list[Row] = []
        self._places: dict[Path, int] = {}
        self._now = datetime.now()
        self._query: Query | None = None

    @property
    def chosen(self) -> Row | None:
        """The highlighted row."""
        return None if self.highlighted is None or not self._rows else self._rows[self.highlighted]

    @property
    def scene_count(self) -> int:
        """The number of listed scenes."""
        return len(self._places)

    def show(self, rows: Sequence[Row], query: Query | None, at: Path | int | None) -> None:
        """Show these rows, with the matches of `query` marked in their titles.

        The highlight goes to the scene with the path `at` or to the row of that number, else to the
        first row but that for a new scene.
        """
        scrolled = self.scroll_offset.y
        self._query, self._now = query, datetime.now()
        self._rows.clear()
        self._places.clear()
        self.clear_options()
        self.add(rows)
        if not rows:
            return
        self.scroll_to(y=scrolled, animate=False, immediate=True)
        if not isinstance(at, int):
            first = 1 if isinstance(rows[0], NewRow) else 0
            at = first if at is None else self._places.get(at, first)
        self.highlighted = min(at, len(rows) - 1)

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows below the others."""
        for row in rows:
            if isinstance(row, SceneRow):
                self._places[row.info.path] = len(self._rows)
            self._rows.append(row)
        self.add_options(Option(self._prompt(row), id=_id(row)) for row in rows)
        if self.highlighted is None and rows:
            self.highlighted = 0

    def change(self, row: SceneRow) -> None:
        """Replace the row of a scene, if it is listed."""
        if (place := self._places.get(row.info.path)) is not None:
            self._rows[place] = row
            self.replace_option_prompt_at_index(place, self._prompt(row))

    def click_option(self, index: int) -> None:
        """Highlight the clicked row; select it if it was highlighted before."""
        if index == self.highlighted:
            self.action_select()
        self.highlighted = index

    def _prompt(self, row: Row) -> Rows:
        now, query = self._now, self._query
        match row:
            case NewRow():
                return _Fixed(1, lambda width: [_new(width)])
            case FileRow(path):
                return _Fixed(1, lambda width: [_file(path, width)])
            case SceneRow():
                height = 2 if row.match or row.info.broken else 1
                return _Fixed(height, lambda width: _scene(row, query, now, width))


def _id(row: Row) -> str:
    return str(row.info.path) if isinstance(row, SceneRow) else type(row).__name__


class _Fixed(Rows):
    """Rows whose number is known without laying them out, to list a thousand scenes quickly."""

    def __init__(self, height: int, layout: Layout) -> None:
        super().__init__(layout)
        self._height = height

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self._height


def _new(width: int) -> Content:
    return Content.styled("+ New scene", "bold $cue").truncate(width, ellipsis=True)


def _file(path: Path, width: int) -> Content:
    offer = Content.styled(f"+ Open the file {visible(path.name)}", "bold $cue")
    return offer.truncate(width, ellipsis=True)


def _scene(row: SceneRow, query: Query | None, now: datetime, width: int) -> list[Content]:
    info = row.info
    mark = _OPEN if row.is_open else _PLAIN
    mark = _BROKEN if info.broken else _MARKED if row.is_marked else mark
    title = Content(visible(info.title) or "untitled")
    if query and (place := query.find(info.title)):
        title = title.stylize(_FOUND, *place)
    style = _SUBTLE if info.broken else "bold $cue" if row.is_open else ""
    head = Content.assemble((mark, style), title.stylize_before(style))
    when = Content.styled(ago(info.modified, now), _SUBTLE)
    if info.broken:
        reason = wrapped(Content(visible(info.broken)), width - 2, rows=1)
        below = [Content.assemble(_PLAIN, line).stylize(_SUBTLE) for line in reason]
        return [spread(head, when, width), *below]
    first = spread(head, _columns(when, row.counts, width), width)
    return [first, _snippet(row.match, width)] if row.match else [first]


def _columns(when: Content, counts: Counts | None, width: int) -> Content:
    """The columns at the right that there is room for: last use, size and the writer's share."""
    if width < _MEDIUM:
        share = "" if counts is None else _share(counts)
        return Content.assemble(when, (share.rjust(11), _SUBTLE)) if width >= _MEDIUM // 2 else when
    padding = " " * (15 - when.cell_length)
    words, characters, share = ("…", "", "") if counts is None else in_words(counts)
    more = Content.assemble((characters.rjust(20), _SUBTLE), "  ", share_bar(counts))
    return Content.assemble(
        padding,
        when,
        (words.rjust(15), _SUBTLE),
        more if width >= _WIDE else "",
        (share.rjust(11), _SUBTLE),
    )


def _snippet(match: Match, width: int) -> Content:
    """The text that was found, with its context."""
    label = "    in another take: " if match.in_other_take else "    "
    before, room = visible(match.before), max(0, width - len(label)) // 3
    if len(before) > room:
        before = before[len(before) - room :]
        before = "…" + before[before.find(" ") + 1 :]
    return Content.assemble(
        (label, f"italic {_SUBTLE}"),
        (before, _SUBTLE),
        (visible(match.found), _FOUND),
        (visible(match.after), _SUBTLE),
    ).truncate(width, ellipsis=True)


def in_words(counts: Counts) -> tuple[str, str, str]:
    """The numbers of words and characters, and the writer's share."""
    words = "1 word" if counts.words == 1 else f"{counts.words:,} words"
    characters = "1 character" if counts.characters == 1 else f"{counts.characters:,} characters"
    return words, characters, _share(counts)


def _share(counts: Counts) -> str:
    """The writer's share of a scene."""
    return f"{counts.writer_share:.0%} yours" if counts.characters else "empty"


def share_bar(counts: Counts | None) -> Content:
    """The writer's and the model's shares as a bar; any share takes at least a cell."""
    if counts is None or not counts.characters:
        return Content(" " * _BAR)
    cells = round(_BAR * counts.writer_share)
    if 0 < counts.by_writer < counts.characters:
        cells = min(max(cells, 1), _BAR - 1)
    return Content.assemble(("█" * cells, "$writer"), ("░" * (_BAR - cells), _SUBTLE))
