"""The settings in one row, for terminals that are too narrow for the side pane."""

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from bardtui.escaping import visible
from bardtui.tui.widgets.rows import spread


class SettingsLine(Widget):
    """The model's name and the settings; a click opens the side pane."""

    DEFAULT_CSS = """
    SettingsLine {
        height: 1;
        padding: 0 1;
        pointer: pointer;
        &:hover { background: $block-hover-background; }
    }
    """

    parts: reactive[tuple[str, ...]] = reactive(())

    key: reactive[str] = reactive("^b")
    """The key that opens the side pane, as the footer shows it."""

    class Pressed(Message):
        """The writer clicked the line."""

    def show(self, model: str, settings: Sequence[str]) -> None:
        """Show the model in use and the settings, such as `temperature 0.80`."""
        self.parts = (model, *settings)

    def render(self) -> Content:
        model, *settings = self.parts or ("",)
        opener = Content.assemble((self.key, "bold $cue"), (" settings", "$foreground-muted"))
        width = self.content_size.width
        shown = Content.styled(visible(model), "bold $cue")
        for setting in settings:
            longer = shown + Content.styled(f" · {visible(setting)}", "$foreground-muted")
            # A narrow row shows fewer settings, but no half of one.
            if longer.cell_length + 1 + opener.cell_length > width:
                break
            shown = longer
        return spread(shown, opener, width)

    def on_click(self) -> None:
        self.post_message(self.Pressed())
