"""What a key does that is pressed: which action it has, and where it goes on the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

if TYPE_CHECKING:
    from bardtui.tui.screens.stage import StageScreen

WORD_SECONDS = 0.3  # a character that follows a letter so soon belongs to the same word


def action_of(widget: Widget, key: str) -> str | None:
    """The action that a key has in the focused `widget` by the widget's own bindings."""
    active = widget.screen.active_bindings.get(key)
    return active.binding.action if active and active.node is widget and active.enabled else None


def has_use_for(pane: Widget, event: Key) -> bool:
    """Whether the focused pane uses a printable key itself."""
    typed = getattr(pane, "TYPED", "")
    return action_of(pane, event.key) is not None or (event.character or " ") in typed


async def obey(pane: Widget, event: Key) -> None:
    """Run the action of a printable key in a pane, before the stage takes it for the seed line."""
    if event.is_printable and (action := action_of(pane, event.key)):
        event.stop()
        await pane.run_action(action)


class TypedKeys:
    """Sends typed characters into the seed line, unless the focused pane uses them.

    A letter that is a key of the transcript acts after a moment. If another character follows it in
    that time, the writer types a word: both go into the line, and neither acts.
    """

    def __init__(self, stage: StageScreen) -> None:
        self._stage = stage
        self._letter, self._action = "", ""  # that was pressed, and what it will do
        self._timer: Timer | None = None

    async def lead(self, event: Key) -> bool:
        """Focus the seed line for a typed character, unless the focused pane uses the key.

        The app calls this before it dispatches the key, so that the keys typed next do not reach
        the pane. Returns True for a letter that waits, and is not to be dispatched.
        """
        stage, letter, pane = self._stage, self._letter, self._stage.focused
        if letter and not event.is_printable:
            await self._act()
        elif letter and event.character != letter:
            self._forget()
            stage.set_focus(stage.seed_line)
            stage.seed_line.insert(letter)
        elif isinstance(pane, Input) or not event.is_printable:
            return False
        elif pane is stage.transcript and (action := action_of(pane, event.key)):
            self._forget()
            self._letter, self._action = event.character or "", action
            self._timer = stage.set_timer(WORD_SECONDS, self._act)
            return True
        elif pane is None or not has_use_for(pane, event):
            stage.set_focus(stage.seed_line)
        return False

    async def _act(self) -> None:
        """Do what the letter that was pressed is for, unless a dialog has opened since."""
        action = self._action
        self._forget()
        if action and self._stage.is_active:
            await self._stage.transcript.run_action(action)

    def _forget(self) -> None:
        self._letter, self._action = "", ""
        if self._timer is not None:
            self._timer.stop()
