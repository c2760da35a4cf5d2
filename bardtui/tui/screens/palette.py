"""The palette of commands, and that of themes."""

from typing import Any

from textual.command import CommandPalette

from bardtui.tui.screens.dialog import ClosesOnce


class Palette(CommandPalette, ClosesOnce[None]):
    """Textual's own, of which a double click chooses once."""

    def _select_or_command(self, event: Any = None) -> None:
        if self.app.screen is self:
            super()._select_or_command(event)
