"""The stage: the main screen, and what the writer may do there.

The screens over it are imported when they are first asked for: the first picture does not wait
for them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from bardtui import paths
from bardtui.scene.cast import Cast
from bardtui.scene.library import list_scenes
from bardtui.scene.scene import SceneError
from bardtui.session.events import ModelState
from bardtui.session.manuscript import Manuscript
from bardtui.settings import Remembered, Settings
from bardtui.tui import ui_strings as words
from bardtui.tui.commands import STAGE_KEYS
from bardtui.tui.keys import has_use_for, key_groups, key_of
from bardtui.tui.screens.history import HistoryScreen
from bardtui.tui.widgets.cast import CastPane
from bardtui.tui.widgets.dial import Dial
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.models import ModelsPane
from bardtui.tui.widgets.sidepane import SidePane

if TYPE_CHECKING:
    from bardtui.scene.scene_search import SceneSearch

FOLDED_BELOW = 96  # columns: narrower terminals fold the side pane
LOW_BELOW = 32  # rows: lower terminals lose the words below the dials
TINY_BELOW = (40, 12)  # columns, rows
FRAME = 12  # columns of the stage beside a row of text


class StageScreen(HistoryScreen):
    """Panes, transcript and seed line, and every action of the writer's on them."""

    BINDINGS = STAGE_KEYS
    BINDING_GROUP_TITLE = "The scene"
    AUTO_FOCUS = "#seed"

    def __init__(self, manuscript: Manuscript, settings: Settings, remembered: Remembered) -> None:
        super().__init__(manuscript, settings, remembered)
        self._contents: SceneSearch | None = None  # of the saved scenes, from the last look at them

    def compose(self) -> ComposeResult:
        yield self.top_line
        with Horizontal(id="body"):
            yield self.side
            with Vertical(id="stage"):
                yield from (self.settings_line, self.transcript, self.seed_line)
        yield KeysLine()

    # -- the screen's life -------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._fit(*self.app.size)  # or the first picture would be of a larger terminal
        self.transcript.border_title = "Scene"
        self.settings_line.key = key_of(self.app, "stage.settings")
        self.status.stop = key_of(self.app, "stage.stop")
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._remember())
        self._show_scene()
        self.seed_line.text = self._draft.text
        self.seed_line.move_cursor(self.seed_line.document.end)
        self.set_interval(0.5, lambda: self._draft.keep(self.seed_line.unsaved))
        self.set_interval(0.25, self._show_state)
        # The first picture comes before anything slow is asked for.
        self.call_after_refresh(self.engine.start, self.status.model)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(*event.size)

    def _fit(self, width: int, height: int) -> None:
        """Show what there is room for."""
        self.set_class(width < FOLDED_BELOW, "-folded")
        self.set_class(height < LOW_BELOW, "-low")
        self.set_class(width < TINY_BELOW[0] or height < TINY_BELOW[1], "-tiny")
        self._show_hint()
        if width >= FOLDED_BELOW:
            self.remove_class("-drawer")

    def leave(self) -> None:
        """Stop, save what is left, and remember the settings."""
        self._stop()
        self._draft.keep(self.seed_line.unsaved)
        self._draft.close()
        self.engine.close(timeout=0.5)
        self.manuscript.close()
        self._remember()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer offers the rest only while something is being written."""
        return True if action != "hurry" or self.writing is not None else None

    # -- actions -----------------------------------------------------------------------------------

    def action_stop(self) -> None:
        if self.has_class("-drawer") and self.writing is None:
            self.action_settings()
            return
        if self.has_class("-alone") and self.writing is None:
            self.action_alone()
            return
        self._stop()
        self.seed_line.focus()
        self._ask_for_suggestion()

    def action_alone(self) -> None:
        """Leave nothing on the screen but the scene and the line; or bring the rest back."""
        alone = not self.has_class("-alone")
        self.set_class(alone, "-alone")
        self.remove_class("-drawer")
        # The longest row stands in the middle of the screen.
        column = self.settings.text_width + FRAME
        self.query_one("#stage").styles.max_width = column if alone else None
        self.transcript.border_title = "" if alone else "Scene"
        self.seed_line.focus()

    def action_suggestions(self) -> None:
        """Have lines finished as they are typed, or no longer."""
        self.suggesting = not self.suggesting
        self._forget_suggestion()
        self.say("Your lines are finished as you type" if self.suggesting else "No suggestions")
        self._ask_for_suggestion()

    def action_hurry(self) -> None:
        self.engine.hurry()

    def action_read(self, pages: int) -> None:
        """Page through the transcript from the seed line."""
        page = self.transcript.action_page_up if pages < 0 else self.transcript.action_page_down
        page()

    def action_follow(self) -> None:
        """Go to the end of the scene and follow it."""
        self.transcript.action_scroll_end()

    def on_transcript_follow_changed(self) -> None:
        self._show_takes()

    def lead(self, event: events.Key) -> None:
        """Go to the seed line for what is typed anywhere, unless the pane has a use for it. This is
        done before the key is sent on its way: those behind it are not to reach the pane."""
        pane = self.focused
        if event.is_printable and not (pane is not None and has_use_for(pane, event)):
            self.set_focus(self.seed_line)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The open side pane would lie over the line that is typed into."""
        if event.widget is self.seed_line:
            self.remove_class("-drawer")

    def action_settings(self) -> None:
        """Open or close the side pane, where it is folded; else go to it."""
        if self.has_class("-alone"):
            self.action_alone()
        if not self.has_class("-folded"):
            self.side.temperature.focus()
            return
        self.toggle_class("-drawer")
        if self.has_class("-drawer"):
            self.side.temperature.focus()
        else:
            self.seed_line.focus()

    def action_cast(self) -> None:
        """Go to the roles, and to the seed line from there."""
        if self.focused is self.side.cast:
            self.action_stop()
            return
        if self.has_class("-alone"):
            self.action_alone()
        self.set_class(self.has_class("-folded"), "-drawer")
        self.side.cast.focus()

    def action_speakers(self) -> None:
        """Take those who speak in the scene into the cast."""
        cast, text = self.manuscript.cast, self.manuscript.scene.text
        grown = cast.with_speakers(text)
        self.say(words.joined_the_cast(len(grown.roles) - len(cast.roles)))
        if grown != cast:
            self._keep_cast(grown)

    def _keep_cast(self, cast: Cast) -> None:
        self.manuscript.keep_cast(cast)
        self._show_cast()

    def on_cast_pane_changed(self, message: CastPane.Changed) -> None:
        self._keep_cast(message.cast)

    def on_cast_pane_speakers_wanted(self) -> None:
        self.action_speakers()

    def on_click(self, event: events.Click) -> None:
        """The program's name opens the palette, which has every action, for the mouse."""
        if event.widget is self.top_line:
            self.app.action_command_palette()

    def on_settings_line_pressed(self) -> None:
        self.action_settings()

    def action_help(self) -> None:
        from bardtui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(key_groups(self), paths.scenes_dir(), paths.config_file()))

    @work
    async def action_save(self) -> None:
        """Save the scene as a text file."""
        from bardtui.tui.screens.files import save_as

        if path := await save_as(self.app, self.manuscript.scene):
            self.say(f"Saved as {path}")

    @work
    async def action_scenes(self) -> None:
        """Choose another scene."""
        from bardtui.scene.scene_search import SceneSearch
        from bardtui.tui.screens.scenes import NewScene, ScenesScreen

        self._contents = self._contents or SceneSearch()
        self.manuscript.retry_saving()
        try:
            scenes = list_scenes(paths.scenes_dir())
        except OSError as error:
            self.say(f"The scenes cannot be listed: {error.strerror}", severity="error")
            return
        dialog = ScenesScreen(scenes, current=self.manuscript, contents=self._contents)
        choice = await self.app.push_screen_wait(dialog)
        if isinstance(choice, NewScene):
            self.action_new()
        elif choice is not None and choice.path != self.manuscript.path:
            self.open_scene(choice.path)
        self.seed_line.focus()

    def action_new(self) -> None:
        self._replace(Manuscript())

    def open_scene(self, path: Path) -> None:
        """Open a saved scene in place of this one, which stays saved; or say why not."""
        try:
            manuscript, notice = Manuscript.open(path)
        except (SceneError, OSError) as error:
            self.say(str(error), severity="error")
            return
        self._replace(manuscript)
        if notice:
            self.say(notice, severity="warning")

    def _replace(self, manuscript: Manuscript) -> None:
        self._stop()
        self.manuscript.retry_saving()
        if self.manuscript.problem:
            manuscript.close()
            self.say(f"This scene stays: {self.manuscript.problem}", severity="error")
            return
        self.manuscript.close()
        self.manuscript = manuscript
        self._show_scene()
        self._remember()
        self.seed_line.focus()

    # -- models and settings -----------------------------------------------------------------------

    def on_models_pane_picked(self, message: ModelsPane.Picked) -> None:
        self._pick(message.name)

    def on_side_pane_missing(self, message: SidePane.Missing) -> None:
        self.say(f"{message.name} cannot be used; {message.instead} is.", severity="warning")
        self._pick(message.instead)

    def _pick(self, name: str) -> None:
        self.status.model = name
        self._told.clear()
        self.side.models.set_current(self.status.model)
        self.engine.load(self.status.model)
        self._show_settings()
        self._remember()
        self.seed_line.focus()

    def on_models_pane_refused(self, message: ModelsPane.Refused) -> None:
        self.say(f"{message.name} cannot be used: {message.reason}", severity="error")

    def on_model_state(self, message: ModelState) -> None:
        self.status.models[message.name] = message.state
        self.side.models.set_loading(message.name if message.state == "loading" else None)
        if message.state == "unusable":
            self.say(f"{message.name} cannot be used: {message.detail}", severity="error")
        elif message.detail:
            self.say(message.detail, severity="warning")
        self._show_state()
        self._ask_for_suggestion()

    def on_choice_changed(self) -> None:
        self._show_settings()

    def on_dial_changed(self, message: Dial.Changed) -> None:
        if message.dial.id == "pace" and self.writing is not None:
            self.writing.pace = message.value
        self._show_settings()
