"""The screen that compares models: their figures, and what two of them write after one line."""

import asyncio
from collections.abc import Mapping, Sequence

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bardtui.errors import UserError, command_of, user_message
from bardtui.escaping import visible
from bardtui.tui.keys import key_of
from bardtui.tui.own_texts import OwnTexts
from bardtui.tui.screens.dialog import ClosesOnce, ErrorLine
from bardtui.tui.screens.texts import TextField
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.models import ModelEntry, short_count
from bardtui.tui.widgets.rows import RowList, Rows, distinct, spread
from bardtui.tui.widgets.safe_inputs import SafeInput
from bardtui.workshop import comparing
from bardtui.workshop.comparing import Figures

_WRITTEN = 300  # characters
_RIGHT = 1  # the left side is 0
_MARKS = ("◂", "▸")
_HEADINGS = ("size", "loss", "char/s", "words")
_COLUMN = 9  # cells of each of them
_WIDEST_NAME, _LEAST = 24, 8  # cells of a name, and of what a model was trained on


class ModelTable(RowList):
    """The models, one a row. The left and the right key say which of them write."""

    BINDINGS = [
        Binding("left", "screen.side(0)", "Writes left", id="compare.left"),
        Binding("right", "screen.side(1)", "Writes right", id="compare.right"),
    ]


class CompareScreen(ModalScreen[None], ClosesOnce[None]):
    """Measures models on the end of a text, and lets two of them go on from one line.

    A process of its own does both. It ends when the screen is closed.

    Args:
        models: Those that can be used.
        current: The one in use, which writes on the left at first.
        texts: What the writer can choose to measure on.
    """

    DEFAULT_CSS = """
    CompareScreen {
        background: $background;
        & SafeInput, & #table, & .text {
            border: round $foreground 25%;
            border-title-color: $cue;
            border-subtitle-color: $text-muted;
            background: transparent;
            &:focus, &:focus-within { border: round $border; }
            &:nocolor:focus { border: heavy $border; }
        }
        & SafeInput { height: 3; }
        & #table { max-height: 45%; }
        & #heading { padding: 0 1; color: $text-muted; }
        & #figures {
            border: none;
            padding: 0;
            height: 1fr;
            background: transparent;
            scrollbar-size-vertical: 1;
            & > .option-list--option { padding: 0 1; }
        }
        & #note, & #error { padding: 0 2; max-height: 2; color: $text-muted; }
        & #error { color: $text-error; }
        & #texts { height: 1fr; min-height: 4; }
        & .text {
            width: 1fr;
            height: 1fr;
            padding: 0 1;
            color: $model;
            scrollbar-size-vertical: 1;
        }
    }
    """
    BINDINGS = [
        Binding("ctrl+o", "choose", "Choose a text", priority=True, id="new_run.choose"),
        Binding("escape", "close", "Close", id="compare.close"),
    ]
    AUTO_FOCUS = "#source"

    def __init__(self, models: Sequence[ModelEntry], current: str, texts: OwnTexts) -> None:
        super().__init__()
        self._models = list(models)
        self._figures: dict[str, Figures] = {}
        names = [entry.name for entry in models]
        others = [name for name in names if name != current]
        self._sides = [current if current in names else "", *others][:2]
        """The models that write on the left and on the right."""
        self._older = _RIGHT
        """The side that was chosen longer ago: the next choice is for it."""
        self._texts = texts
        self._source = TextField(texts, id="source")
        self._source.border_title = "The loss on the end of a text"
        self._list = ModelTable(
            *(
                Option(self._prompt(entry), id=id)
                for entry, id in zip(models, distinct(names), strict=True)
            ),
            id="figures",
            markup=False,
        )
        self._seed = SafeInput(id="line", placeholder="A line, such as ROMEO:")
        self._seed.border_title = "Two models go on from one line"
        self._note, self._problem = Static(id="note"), ErrorLine()
        self._written = [Static(), Static()]
        self._boxes = [
            VerticalScroll(written, classes="text", id=f"side-{side}")
            for side, written in enumerate(self._written)
        ]

    def compose(self) -> ComposeResult:
        yield self._source
        with Vertical(id="table") as table:
            table.border_title = "Models"
            table.border_subtitle = "← →: which of them write"
            table.styles.height = len(self._models) + 3
            yield Static(Rows(self._heading), id="heading")
            yield self._list
        yield self._note
        yield self._problem
        yield self._seed
        with Horizontal(id="texts"):
            yield from self._boxes
        yield KeysLine()

    def on_mount(self) -> None:
        self._show_state()
        self._show_note()
        self._show_texts({})

    # -- measuring ---------------------------------------------------------------------------------

    def action_choose(self) -> None:
        """Choose a text from lists."""
        self._source.choose()

    def action_measure(self) -> None:
        """Measure all models on the text, or their speed alone without one."""
        self._measure(self._source.value.strip())

    @work(exclusive=True, group="comparing")
    async def _measure(self, typed: str) -> None:
        names = [entry.name for entry in self._models]

        def take(figures: Figures) -> None:
            self._figures[figures.model] = figures
            done = len(self._figures)
            self._show_state(measuring=f"measuring {min(done + 1, len(names))} of {len(names)} …")
            self._show_table()

        self._figures.clear()
        self._show_state(measuring=f"measuring 1 of {len(names)} …")
        self._show_table()
        try:
            source = await asyncio.to_thread(self._texts.source, typed) if typed else ""
            await comparing.measure(names, source, take)
        except (UserError, OSError) as error:
            problem = user_message(error) or ""
            if command_of(error):  # the text is in another encoding
                problem += f". Choose it in {key_of(self.app, 'stage.train')} to convert it."
            self._show_state(problem=problem)
        else:
            self._show_state()

    # -- writing -----------------------------------------------------------------------------------

    def action_side(self, side: int) -> None:
        """Let the highlighted model write on a side; one from the other side changes places."""
        if (place := self._list.highlighted) is not None and side < len(self._sides):
            name, before = self._models[place].name, self._sides[side]
            self._sides = [before if each == name else each for each in self._sides]
            self._sides[side], self._older = name, 1 - side
            self._show_table()
            self._show_texts({})

    def action_write(self) -> None:
        """Let the two models go on from the line."""
        if self._seed.value:
            self._write(self._seed.value, list(self._sides))
        else:
            self._show_state(problem="Type a line first.")

    @work(exclusive=True, group="comparing")
    async def _write(self, seed: str, names: Sequence[str]) -> None:
        texts: dict[str, str] = {}

        def take(name: str, text: str) -> None:
            texts[name] = text
            self._show_texts(texts, seed)

        self._show_state(writing="writing …")
        self._show_texts(texts, seed)
        try:
            await comparing.write(list(dict.fromkeys(names)), seed, _WRITTEN, take)
        except UserError as error:
            self._show_state(problem=str(error))
        else:
            self._show_state()

    # -- what shows --------------------------------------------------------------------------------

    def _show_state(self, *, measuring: str = "", writing: str = "", problem: str = "") -> None:
        """Show what is being done, or how to begin it, and what went wrong."""
        self._source.border_subtitle = measuring or _click("measure", "Enter: measure")
        self._seed.border_subtitle = writing or _click("write", "Enter: write")
        self._problem.say(problem)

    def _show_table(self) -> None:
        for place, entry in enumerate(self._models):
            self._list.replace_option_prompt_at_index(place, self._prompt(entry))
        self._show_note()

    def _show_note(self) -> None:
        """Say which characters the highlighted model skipped."""
        name = self._models[self._list.highlighted or 0].name if self._models else ""
        figures = self._figures.get(name)
        left_out = figures.left_out if figures else ""
        note = f"* {name} does not know, and skipped: {left_out}" if left_out else ""
        self._note.update(Content(visible(note)))
        self._note.display = bool(note)

    def _show_texts(self, texts: Mapping[str, str], seed: str = "") -> None:
        """Show the models on both sides, and what they have written."""
        for side, name in enumerate(self._sides):
            self._boxes[side].border_title = Content(visible(f"{_MARKS[side]} {name}"))
            begin = (visible(seed), "$text-muted")
            text = visible(texts.get(name, ""), keep="\n").rstrip()
            self._written[side].update(Content.assemble(begin, text))

    def _heading(self, width: int) -> list[Content]:
        return [self._row("", "name", "trained on", _HEADINGS, width)]

    def _prompt(self, entry: ModelEntry) -> Rows:
        marks = "".join(
            mark if entry.name == name else " "
            for mark, name in zip(_MARKS, [*self._sides, "", ""], strict=False)
        )
        figures = self._figures.get(entry.name)
        numbers = [short_count(entry.parameters or 0), "", "", ""]
        if figures:
            loss = "" if figures.loss is None else f"{figures.loss:.3f}"
            words = f"{figures.words:,}" if figures.words else "none"
            numbers[1:] = [loss + "*" * bool(figures.left_out), f"{figures.speed:,.0f}", words]
        return Rows(lambda width: [self._row(marks, entry.name, entry.corpus, numbers, width)])

    def _row(
        self, marks: str, name: str, corpus: str, numbers: Sequence[str], width: int
    ) -> Content:
        """A row of the table; what a model was trained on gives way to the rest."""
        longest = max((len(entry.name) for entry in self._models), default=0)
        named = _cell(name, min(longest, _WIDEST_NAME) + 2)
        right = Content("".join(number.rjust(_COLUMN) for number in numbers))
        left = Content.assemble((marks.ljust(3), "bold $cue"), named)
        room = width - left.cell_length - right.cell_length - 1
        about = _cell(corpus, room).stylize("$text-muted") if room >= _LEAST else Content("")
        return spread(Content.assemble(left, about), right, width)

    # -- keys and the mouse ------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input is self._source:
            self.action_measure()
        else:
            self.action_write()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_note()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_side(self._older)

    def action_close(self) -> None:
        self.dismiss(None)


def _click(action: str, words: str) -> Content:
    """Words that do something when they are clicked."""
    return Content.styled(words, Style.from_meta({"@click": f"screen.{action}"}))


def _cell(text: str, width: int) -> Content:
    """A text cut or filled up to a width, with a space at its end."""
    cut = Content(visible(text)).truncate(width - 1, ellipsis=True)
    return cut.pad_right(width - cut.cell_length)
