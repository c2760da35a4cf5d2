"""The palette of commands, and that of themes."""

from typing import Any

from textual.command import CommandList, CommandPalette

from bardtui.tui.screens.dialog import ClosesOnce


class Palette(CommandPalette, ClosesOnce[None]):
    """Textual's own, which does nothing more once it is closed: of a double click it chooses once,
    and it looks for no commands for what was typed last. Where it has no room for a list, it does
    not fail at turning its pages."""

    def _select_or_command(self, event: Any = None) -> None:
        if self.app.screen is self:
            super()._select_or_command(event)

    def _action_command_list(self, action: str) -> None:
        commands = self.query_one(CommandList)
        if not action.startswith("page_") or commands.highlighted in commands._index_to_line:
            super()._action_command_list(action)

    def _gather_commands(self, search_value: str) -> Any:
        return super()._gather_commands(search_value) if self.app.screen is self else None
