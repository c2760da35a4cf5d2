"""The stage: the main screen.

It forwards the writer's actions to the session and shows the session's events. Other screens are
imported on first use, so that they do not delay the first screen.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker

from bardtui.session.events import (
    EngineEvent,
    ModelState,
    SceneShown,
    SessionEvent,
    StateChanged,
    StateRead,
    SurpriseChanged,
    TakesEnded,
    TakesShown,
)
from bardtui.session.manuscript import Manuscript
from bardtui.session.session import WritingSession
from bardtui.settings import Remembered, Settings
from bardtui.tui import clipboard, flows, ui_strings
from bardtui.tui.cells import Cells
from bardtui.tui.commands import STAGE_KEYS
from bardtui.tui.finding import Finding
from bardtui.tui.keys import key_of
from bardtui.tui.panes import Panes
from bardtui.tui.shading import Shading
from bardtui.tui.stage_display import StageDisplay
from bardtui.tui.typed_keys import TypedKeys
from bardtui.tui.widgets.cast import CastPane
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.seedline import SeedLine

if TYPE_CHECKING:
    from bardtui.scene.scene_search import SceneSearch
    from bardtui.tui.widgets.findbar import FindBar

Flow = Callable[["StageScreen"], Coroutine[None, None, None]]


class EngineMessage(Message):
    """Carries an event of the engine to the interface's thread."""

    def __init__(self, event: EngineEvent) -> None:
        super().__init__()
        self.event = event


class StageScreen(Screen[None]):
    """The panes, the transcript and the seed line, and every action on them."""

    BINDINGS = STAGE_KEYS
    BINDING_GROUP_TITLE = "The scene"
    AUTO_FOCUS = "#seed"

    def __init__(self, manuscript: Manuscript, settings: Settings, remembered: Remembered) -> None:
        super().__init__()
        self.session = WritingSession(
            manuscript,
            settings,
            remembered,
            listen=self._show_event,
            deliver=lambda event: self.post_message(EngineMessage(event)),
        )
        self.view = StageDisplay(self, self.session)
        self.side = self.view.side
        self.transcript = self.view.transcript
        self.seed_line = self.view.seed_line
        self.finding = Finding(self)
        self.panes = Panes(self)
        self.shading = Shading(self.view)
        self.cells = Cells(self)
        self.typed_keys = TypedKeys(self)
        self.takes_screen: flows.TakesView | None = None
        self._flow: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield self.view.top_line
        yield self.side
        with Vertical(id="stage"):
            yield self.view.settings_line
            yield self.transcript
            yield self.seed_line
        yield KeysLine()

    @cached_property
    def scene_contents(self) -> SceneSearch:
        """What was read of the saved scenes, for the list of scenes."""
        from bardtui.scene.scene_search import SceneSearch

        return SceneSearch()

    # -- life --------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.panes.fit(*self.app.size)  # before the first screen is drawn
        self.view.show_place()
        self.view.settings_line.key = key_of(self.app, "stage.settings")
        self.view.status.stop_key = key_of(self.app, "stage.stop")
        self.view.status.rest_key = key_of(self.app, "stage.hurry")
        self.app.theme_changed_signal.subscribe(
            self, lambda theme: self.session.choose(theme=self.app.theme)
        )
        self.session.show_scene()
        self.seed_line.text = self.session.draft.text
        self.seed_line.move_cursor(self.seed_line.document.end)
        self.set_interval(0.25, self._tick)
        # The engine starts after the first screen.
        self.call_after_refresh(self.session.start)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Keep the styles at first: all widgets were styled as they were mounted."""
        if not self.stack_updates:
            event.refresh_styles = False

    def on_screen_suspend(self) -> None:
        """Start the engine: while another screen covers this one, no first refresh comes."""
        self.session.start()

    def _tick(self) -> None:
        self.session.tick()
        self.view.show_status()

    def on_resize(self, event: events.Resize) -> None:
        self.panes.fit(*event.size)

    def leave(self) -> None:
        """Stop, and save what is left."""
        self.session.draft.keep(self.seed_line.unsaved)
        self.session.close()

    # -- events ------------------------------------------------------------------------------------

    def on_engine_message(self, message: EngineMessage) -> None:
        was_writing = self.session.writing
        self.session.handle(message.event)
        if isinstance(message.event, StateRead):
            self.cells.take(message.event)
        finished = was_writing and not self.session.writing
        if finished or isinstance(message.event, ModelState):
            self._ask_for_suggestion()

    def _show_event(self, event: SessionEvent) -> None:
        """Show an event of the session, which calls this."""
        match event:
            case TakesShown(texts) if self.takes_screen is not None:
                self.takes_screen.show(texts)
            case TakesEnded(failed) if self.takes_screen is not None:
                self.takes_screen.end()
                self.takes_screen.tell("stopped by an error" if failed else "all are saved")
            case _ if self.is_running:  # as it closes, nothing can be drawn any more
                self.view.show(event)
                changes = isinstance(event, SceneShown | StateChanged)
                if isinstance(event, SurpriseChanged) or (changes and self.session.surprise.on):
                    self.shading.show()
                if isinstance(event, SceneShown) or (
                    isinstance(event, StateChanged) and not self.session.writing
                ):
                    self.finding.look()
                    self.cells.look()

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the writer something."""
        self.view.say(text, severity)

    # -- the seed line -----------------------------------------------------------------------------

    def on_seed_line_sent(self, message: SeedLine.Sent) -> None:
        self.session.send(message.text)
        self.seed_line.on_its_way = ""
        self.session.draft.keep(self.seed_line.unsaved)
        self.transcript.action_scroll_end()

    def on_seed_line_too_long(self, message: SeedLine.TooLong) -> None:
        key = key_of(self.app, "stage.scenes")
        told = ui_strings.line_too_long(message.length, message.kept, key)
        self.say(told, severity="warning")

    def on_seed_line_paused(self) -> None:
        self._ask_for_suggestion()

    def on_text_area_changed(self) -> None:
        self.session.draft.keep(self.seed_line.unsaved)
        self.session.suggestions.cancel()

    def on_seed_line_dropped(self) -> None:
        self.session.suggestions.drop()

    def on_seed_line_offering(self, message: SeedLine.Offering) -> None:
        self.view.show_suggestion_keys(message.place, message.count)
        if not message.count:
            self.refresh_bindings()  # Esc no longer dismisses a suggestion

    def _ask_for_suggestion(self) -> None:
        self.session.suggestions.ask(self.seed_line.unfinished)

    # -- writing -----------------------------------------------------------------------------------

    def action_example(self, text: str) -> None:
        """Put the beginning of a scene into the line, to change it and send it."""
        if self.seed_line.text:
            self.say("Your line is not empty. Send or clear it first.", "warning")
            return
        self.seed_line.text = text
        self.seed_line.move_cursor(self.seed_line.document.end)
        self.seed_line.focus()

    def action_stop(self) -> None:
        """Stop writing; where nothing is written, close the drawer or leave the focus mode."""
        if not self.session.writing and self.has_class("-drawer"):
            self.panes.settings()
            return
        if not self.session.writing and self.has_class("-alone"):
            self.panes.alone()
            return
        self.session.stop()
        self.seed_line.focus()
        self._ask_for_suggestion()

    def action_hurry(self) -> None:
        self.session.show_rest()

    def action_suggestions(self) -> None:
        self.session.suggestions.switch()
        self._ask_for_suggestion()

    def action_undo(self) -> None:
        self.session.undo()

    def action_redo(self) -> None:
        self.session.redo()

    def action_retry(self) -> None:
        self.session.retry()

    def action_take(self) -> None:
        self.session.next_take()

    def action_retry_here(self) -> None:
        self.session.retry(self.session.manuscript.passage_at(self.transcript.cursor))

    def action_take_here(self) -> None:
        self.session.next_take(self.session.manuscript.passage_at(self.transcript.cursor))

    def on_scene_view_cursor_moved(self) -> None:
        self.view.show_place()
        self.shading.show_figures()
        self.cells.look()

    def on_scene_view_window_moved(self) -> None:
        if self.session.surprise.on:
            self.shading.show()

    def action_surprise(self) -> None:
        self.session.surprise.switch()

    def action_alternatives(self) -> None:
        key = key_of(self.app, "transcript.others")
        letter = key if len(key) == 1 and key.isalnum() else ""
        self.run_flow(partial(flows.choose_alternative, letter=letter))

    def action_surprising(self) -> None:
        self.shading.go_to_least_expected()

    def action_cut_here(self) -> None:
        """End the text at the cursor, to go on from there."""
        self.session.cut(self.transcript.cursor)
        self.transcript.action_scroll_end()
        self.seed_line.focus()

    def action_speakers(self) -> None:
        self.session.editing.add_speakers()

    def action_new(self) -> None:
        self.session.new()
        self.seed_line.focus()

    # -- dialogs -----------------------------------------------------------------------------------

    def run_flow(self, flow: Flow) -> None:
        """Run a dialog's flow, unless one is running: no dialog opens twice."""
        if self._flow is None or self._flow.is_finished:
            self._flow = self.run_worker(flow(self))

    def action_takes(self) -> None:
        self.run_flow(flows.choose_take)

    def action_map(self) -> None:
        self.run_flow(flows.choose_on_map)

    def action_edit(self) -> None:
        self.run_flow(flows.edit_passage)

    def action_keep(self) -> None:
        self.session.editing.keep(*self.transcript.chosen)

    def action_kept(self) -> None:
        self.run_flow(flows.show_kept)

    def action_save(self) -> None:
        self.run_flow(flows.save_scene)

    def action_scenes(self) -> None:
        self.run_flow(flows.choose_scene)

    def action_help(self) -> None:
        self.run_flow(flows.show_help)

    def action_play_cast(self) -> None:
        self.run_flow(flows.take_cast)

    def action_ban(self) -> None:
        self.run_flow(flows.ban_phrases)

    def on_cast_pane_play_wanted(self) -> None:
        self.action_play_cast()

    def on_cast_pane_edit(self, message: CastPane.Edit) -> None:
        self.run_flow(lambda stage: flows.edit_role(stage, message.role))

    def action_rename(self) -> None:
        self.run_flow(flows.rename_scene)

    # -- finding -----------------------------------------------------------------------------------

    async def action_find(self) -> None:
        """Find words in the scene."""
        await self.finding.open()

    def on_find_bar_acted(self, message: FindBar.Acted) -> None:
        self.finding.act(message.action)

    async def action_cells(self) -> None:
        await self.cells.switch()

    # -- the clipboard -----------------------------------------------------------------------------

    def action_copy_passage(self) -> None:
        clipboard.copy_passage(self)

    def action_copy_text(self) -> None:
        if not clipboard.copy_selection(self):
            raise SkipAction

    def action_copy_scene(self) -> None:
        clipboard.copy_scene(self)

    # -- the panes ---------------------------------------------------------------------------------

    def action_alone(self) -> None:
        self.panes.alone()

    def action_settings(self) -> None:
        self.panes.settings()

    def action_cast(self) -> None:
        self.panes.cast()

    def action_read(self, pages: int) -> None:
        """Page through the transcript from the seed line."""
        page = self.transcript.action_page_up if pages < 0 else self.transcript.action_page_down
        page()

    def action_follow(self) -> None:
        """Go to the end of the scene and follow it."""
        self.transcript.action_scroll_end()

    def on_transcript_follow_changed(self) -> None:
        self.view.show_takes()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Close the drawer: it would cover the line."""
        if event.widget is self.seed_line:
            self.remove_class("-drawer")

    def on_click(self, event: events.Click) -> None:
        """A click on the program's name opens the palette."""
        if event.widget is self.view.top_line:
            self.app.action_command_palette()

    def on_settings_line_pressed(self) -> None:
        self.panes.settings()

    def on_models_pane_picked(self) -> None:
        self.seed_line.focus()
