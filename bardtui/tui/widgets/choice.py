"""A choice: a setting with a few values, set by keys or by mouse."""

from collections.abc import Mapping

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from bardtui.escaping import visible
from bardtui.tui.widgets.rows import spread

_WIDEST_GAP = 3  # cells between two words


class Choice(Widget, can_focus=True):
    """The words of all values in a row, with a dot before the chosen one.

    In a narrow terminal, the chosen word alone stands between two arrows.

    Args:
        label: The name of the setting, for the border.
        options: The values and their words, which are never markup.
        value: The value chosen at first.
        titles: What the border says of the values, after the label.
    """

    DEFAULT_CSS = """
    Choice {
        height: 3;
        border: round $foreground 25%;
        border-title-color: $cue;
        border-subtitle-color: $text-muted;
        pointer: pointer;
        &:focus { border: round $border; }
        &:nocolor:focus { border: heavy $border; }
    }
    """

    BINDING_GROUP_TITLE = "A choice"
    BINDINGS = [
        Binding("left,up", "step(-1)", "Previous", show=False, id="choice.before"),
        Binding("right,down", "step(1)", "Next", show=False, id="choice.next"),
    ]

    value: reactive[str] = reactive("", init=False)

    class Changed(Message):
        """The value has changed."""

        def __init__(self, choice: "Choice", value: str) -> None:
            super().__init__()
            self.choice = choice
            self.value = value

        @property
        def control(self) -> "Choice":
            return self.choice

    def __init__(
        self,
        label: str,
        options: Mapping[str, str],
        value: str,
        *,
        titles: Mapping[str, str] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._options = dict(options)
        self._titles = titles or {}
        self.set_reactive(Choice.value, self.validate_value(value))
        self._show_title()

    def validate_value(self, value: str) -> str:
        """`value`, or the first value in place of an unknown one."""
        return value if value in self._options else next(iter(self._options))

    def watch_value(self, value: str) -> None:
        self._show_title()
        self.post_message(self.Changed(self, value))

    def action_step(self, steps: int) -> None:
        """Choose a value some steps on or back; the first one follows the last."""
        values = list(self._options)
        self.value = values[(values.index(self.value) + steps) % len(values)]

    def on_click(self, event: events.Click) -> None:
        meta = event.style.meta
        if "value" in meta:
            self.value = meta["value"]
        elif "steps" in meta:
            self.action_step(meta["steps"])

    def render(self) -> Content:
        width = self.content_size.width
        words = [Content(visible(word)) for word in self._options.values()]
        taken = sum(1 + word.cell_length for word in words)
        gap = min(_WIDEST_GAP, (width - taken) // max(1, len(words) - 1))
        if gap < 0:
            return self._stepper(width)
        parts = (self._part(value, word) for value, word in zip(self._options, words, strict=True))
        return Content(" " * gap).join(parts)

    def _part(self, value: str, word: Content) -> Content:
        chosen = value == self.value
        word = word.stylize("bold $cue" if chosen else "$foreground-muted")
        part = Content.assemble(("●" if chosen else " ", "bold $foreground"), word)
        return part.stylize(Style.from_meta({"value": value}))

    def _stepper(self, width: int) -> Content:
        back, on = (
            Content.styled(arrow, "$foreground-muted").stylize(Style.from_meta({"steps": steps}))
            for arrow, steps in ((" ◂ ", -1), (" ▸ ", 1))
        )
        place = list(self._options).index(self.value) + 1
        word = Content.styled(visible(self._options[self.value]), "bold $cue")
        word = word.truncate(max(1, width - 6), ellipsis=True)
        count = Content.styled(f"{place} of {len(self._options)} ", "$foreground-muted")
        return spread(
            Content.assemble(back, word.stylize(Style.from_meta({"steps": 1})), on), count, width
        )

    def _show_title(self) -> None:
        state = self._titles.get(self.value, "")
        between = "  " if state else ""
        self.border_title = Content.assemble(self._label, between, (state, "$foreground"))
