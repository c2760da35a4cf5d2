"""The palette of commands, and the palette of themes."""

from textual.command import CommandList, CommandPalette
from textual.message import Message
from textual.widgets import Input, OptionList

from bardtui.tui.screens.dialog import ClosesOnce


class Palette(CommandPalette, ClosesOnce[None]):
    """Textual's palette, without three of its faults.

    A second Enter or click, after the palette has closed, does not run the command again. Page Up
    and Page Down do nothing while there is no room for the list, where Textual raises KeyError.
    A paste of characters that act on a terminal is refused, where Textual sends them there.
    """

    def on_mount(self) -> None:
        self.query_one(Input).restrict = "[ -~]*"  # all commands and themes have such names

    def on_input_changed(self, event: Input.Changed) -> None:
        self._ignore_if_closed(event)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._ignore_if_closed(event)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._ignore_if_closed(event)

    def _ignore_if_closed(self, event: Message) -> None:
        if self.app.screen is not self:
            event.stop()
            event.prevent_default()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether the list's pages can be turned."""
        if action != "command_list" or parameters not in (("page_up",), ("page_down",)):
            return True
        return all(commands.scrollable_content_region for commands in self.query(CommandList))
