"""Which parts of the stage show, by the terminal's size and the writer's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bardtui.tui.screens.stage import StageScreen

FOLDED_BELOW = 96  # columns: narrower terminals fold the side pane
LOW_BELOW = 32  # rows: lower terminals hide the words below the dials
TINY_BELOW = (40, 12)  # columns, rows
AROUND_A_ROW = 12  # columns of the stage beside a row of text


class Panes:
    """Folds, opens and hides the parts around the scene. Their state is classes of the stage."""

    def __init__(self, stage: StageScreen) -> None:
        self._stage = stage

    def fit(self, width: int, height: int) -> None:
        """Show what there is room for."""
        stage = self._stage
        stage.set_class(width < FOLDED_BELOW, "-folded")
        stage.set_class(height < LOW_BELOW, "-low")
        stage.set_class(width < TINY_BELOW[0] or height < TINY_BELOW[1], "-tiny")
        stage.view.show_hint()
        if width >= FOLDED_BELOW:
            stage.remove_class("-drawer")

    def alone(self) -> None:
        """Show only the scene and the line, or show everything again."""
        stage = self._stage
        alone = not stage.has_class("-alone")
        stage.set_class(alone, "-alone")
        stage.remove_class("-drawer")
        # The longest row stands in the middle of the screen.
        column = stage.session.settings.text_width + AROUND_A_ROW
        stage.query_one("#stage").styles.max_width = column if alone else None
        stage.view.show_place()
        stage.seed_line.focus()

    def settings(self) -> None:
        """Open or close the drawer; where the side pane is not folded, go to it."""
        stage = self._stage
        if stage.has_class("-alone"):
            self.alone()
        if not stage.has_class("-folded"):
            stage.side.temperature.focus()
            return
        stage.toggle_class("-drawer")
        if stage.has_class("-drawer"):
            stage.side.temperature.focus()
        else:
            stage.seed_line.focus()

    def cast(self) -> None:
        """Go to the cast, and back to the seed line."""
        stage = self._stage
        if stage.focused is stage.side.cast:
            stage.action_stop()
            return
        if stage.has_class("-alone"):
            self.alone()
        stage.set_class(stage.has_class("-folded"), "-drawer")
        stage.side.cast.focus()
        # The drawer has to be laid out first.
        stage.call_after_refresh(stage.side.cast.scroll_visible, animate=False)
