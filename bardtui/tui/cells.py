"""Watching the cells of the model on the stage."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bardtui.session.watching import Watching

if TYPE_CHECKING:
    from bardtui.session.events import StateRead
    from bardtui.tui.screens.stage import StageScreen
    from bardtui.tui.widgets.cellstrip import CellStrip


class Cells:
    """The strip below the transcript, which shows the state at the cursor or as text is written."""

    def __init__(self, stage: StageScreen) -> None:
        self._stage = stage
        self._watching = Watching(stage.session)

    @cached_property
    def _strip(self) -> CellStrip:
        """The strip. The first screen is drawn sooner without it."""
        from bardtui.tui.widgets.cellstrip import CellStrip

        return CellStrip(self._watching, id="cells")

    async def switch(self) -> None:
        """Show or hide the strip."""
        stage = self._stage
        if not self._strip.is_attached:
            await stage.query_one("#stage").mount(self._strip, after=stage.transcript)
        self._watching.switch()
        if self._strip.has_focus and not self._watching.on:
            stage.seed_line.focus()
        self._strip.set_class(self._watching.on, "-shown")
        self._strip.update()
        self.look()

    def look(self) -> None:
        """Look at the state at the cursor of the transcript."""
        if self._watching.on:
            self._watching.look(self._stage.transcript.cursor)

    def take(self, event: StateRead) -> None:
        """Take a state that the engine has read."""
        if self._watching.take(event):
            self._strip.update()
