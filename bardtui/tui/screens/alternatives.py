"""The panel of what the model might write at a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bardtui.escaping import one_line, visible
from bardtui.likelihood import percent, spelled
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.rows import RowList, Rows, spread

if TYPE_CHECKING:
    from bardtui.session.choices import Alternatives, Choice

_BEFORE = 40  # characters before the place that are shown
_OWN = "Probabilities before temperature and guards"
_MEMORY = "; with the cue memory"
_KEYS = "1 to 8 or Enter: go on with it, ←→: other column, Esc: close"


class ChoiceList(RowList):
    """One column of choices, by their probabilities."""

    def __init__(self, id: str, title: str) -> None:
        super().__init__(id=id, markup=False)
        self.border_title = title
        self.choices: Sequence[Choice] = ()

    def show(self, choices: Sequence["Choice"], there: str) -> None:
        """Show these; the one that the text goes on with, `there`, has a mark."""
        self.choices = choices
        self.clear_options()
        self.add_options(
            Option(Rows(partial(self._row, place, there)), id=str(place))
            for place in range(len(choices))
        )
        self.highlighted = 0 if choices else None

    def _row(self, place: int, there: str, width: int) -> list[Content]:
        choice = self.choices[place]
        is_there = there.startswith(choice.text)
        text = Content.assemble(
            (f"{place + 1} ", "$foreground-muted"),
            (spelled(choice.text), "bold $cue" if is_there else ""),
            (" •" if is_there else "", "$cue"),
        )
        likely = Content.styled(percent(choice.probability), "$foreground-muted")
        return [spread(text, likely, width)]


@dataclass(frozen=True)
class Typed:
    """The answer: the writer typed a character that belongs to the line."""

    character: str


class AlternativesScreen(Dialog[str | Typed]):
    """Shows what may come after the text `before`, which goes on with `there`.

    Dismissed with the chosen text, with `Typed`, or with None. `show` is called once it is known.
    """

    DEFAULT_CSS = """
    AlternativesScreen {
        & #box { width: 84; padding: 0 1; max-height: 100%; }
        & .line { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & #choices { height: auto; }
        & ChoiceList {
            width: 1fr;
            height: 10;
            border: round $foreground 25%;
            border-title-color: $cue;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
            &:focus { border: round $border; background-tint: transparent; }
            &:nocolor:focus { border: heavy $border; }
            & > .option-list--option { padding: 0 1; }
        }
        & #speakers { display: none; width: 1.3fr; }
        &.-speakers #speakers { display: block; }
    }
    """

    BINDINGS = [
        *(
            Binding(str(n), f"choose({n - 1})", f"Choice {n}", show=False, id=f"alternatives.{n}")
            for n in range(1, 9)
        ),
        Binding("left", "app.focus_previous", "Column before", show=False, id="alternatives.left"),
        Binding("right", "app.focus_next", "Next column", show=False, id="alternatives.right"),
    ]
    AUTO_FOCUS = "#words"

    def __init__(self, before: str, there: str, model: str) -> None:
        super().__init__()
        self._there = there
        words = before[-_BEFORE:].rpartition("\n")[2]
        shown = f"… {visible(words)}" if words else "line break" if before else "nothing"
        self._before = Content.assemble("After ", (shown, "$text"))
        self._model = one_line(model, _BEFORE)
        self._lists = [
            ChoiceList("characters", "Characters"),
            ChoiceList("words", "Words"),
            ChoiceList("speakers", "Speakers"),
        ]
        self._found: Alternatives | None = None
        self._ready = False
        self._note = Static(f"{self._model} looks ahead ...", classes="line", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(f"What {self._model} might write")
            box.border_subtitle = _KEYS
            yield Static(self._before, classes="line")
            with Horizontal(id="choices"):
                yield from self._lists
            yield self._note

    def on_mount(self) -> None:
        """Show what was found before the lists were there."""
        self._ready = True
        if self._found is not None:
            self.show(self._found)

    def show(self, found: "Alternatives") -> None:
        """Show what was found."""
        self._found = found
        if not self._ready:
            return
        kinds = (found.characters, found.words, found.speakers)
        for column, choices in zip(self._lists, kinds, strict=True):
            column.show(choices, self._there)
        self.set_class(bool(found.speakers), "-speakers")
        self._note.update(_OWN + (_MEMORY if found.with_memory else ""))
        if found.speakers:
            self._lists[2].focus()

    def on_key(self, event: events.Key) -> None:
        """Leave a character that chooses nothing to the writer's line."""
        if event.is_printable and event.character and event.key not in self.active_bindings:
            event.stop()
            self.dismiss(Typed(event.character))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_choose(event.option_index)

    def action_choose(self, place: int) -> None:
        """Choose from the focused column."""
        if isinstance(self.focused, ChoiceList) and place < len(self.focused.choices):
            self.dismiss(self.focused.choices[place].text)
