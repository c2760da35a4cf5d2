"""The stage: the main screen. It carries words between the writer, the scene and the engine."""

import secrets
from pathlib import Path

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from bardtui import paths
from bardtui.config import Remembered, Settings
from bardtui.scene.scene import SceneError
from bardtui.scene.script import joined
from bardtui.tui import words
from bardtui.tui.commands import STAGE_KEYS, key_groups
from bardtui.tui.draft import Draft
from bardtui.tui.engine import Engine, Generation
from bardtui.tui.glyphs import visible
from bardtui.tui.manuscript import Manuscript
from bardtui.tui.messages import (
    Chunk,
    Finished,
    ModelState,
    Reading,
    Started,
)
from bardtui.tui.screens.files import choose_scene, save_as
from bardtui.tui.screens.help import HelpScreen
from bardtui.tui.screens.scenes import NewScene
from bardtui.tui.status import Status
from bardtui.tui.widgets.dial import Dial
from bardtui.tui.widgets.models import ModelsPane
from bardtui.tui.widgets.seedline import SeedLine
from bardtui.tui.widgets.settingsline import SettingsLine
from bardtui.tui.widgets.sidepane import SidePane
from bardtui.tui.widgets.transcript import Transcript

FOLDED_BELOW = 96  # columns: narrower terminals fold the side pane
TINY_BELOW = (40, 12)  # columns, rows


class StageScreen(Screen[None]):
    """Panes, transcript and seed line. The scene and its journal are the manuscript's, the models
    the engine's; what is left here is who answers whom."""

    BINDINGS = STAGE_KEYS
    AUTO_FOCUS = "#seed"

    def __init__(self, manuscript: Manuscript, settings: Settings, remembered: Remembered) -> None:
        super().__init__()
        self.manuscript = manuscript
        self.settings = settings
        self.engine = Engine(self.post_message)
        self.status = Status(remembered.model)
        self.top_line = Static(id="topline")
        self.side = SidePane(remembered)
        self.settings_line = SettingsLine(id="settings")
        self.transcript = Transcript(
            max_text_width=settings.text_width, hint=words.EMPTY_STAGE, id="transcript"
        )
        self.seed_line = SeedLine(id="seed")
        self.writing: Generation | None = None  # what is being written
        self._last_id = 0
        self._passage: int | None = None  # the model's passage that is growing
        self._before_retry: int | None = None  # the take that was tried again
        self._draft = Draft()
        self._fingerprint = ""  # of the model that is writing
        self._top = Content()
        self._warned = False  # that the scene is not being saved
        self._told: set[str] = set()  # characters said to be unknown

    def compose(self) -> ComposeResult:
        yield self.top_line
        with Horizontal(id="body"):
            yield self.side
            with Vertical(id="stage"):
                yield from (self.settings_line, self.transcript, self.seed_line)
        yield Footer(show_command_palette=False)  # its place is needed at 80 columns

    # -- the screen's life -------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.transcript.border_title = "Scene"
        self._show_scene()
        self._show_settings()
        self.seed_line.text = self._draft.text
        self.seed_line.move_cursor(self.seed_line.document.end)
        self.set_interval(0.5, lambda: self._draft.keep(self.seed_line.text))
        self.set_interval(0.25, self._show_state)
        # The first picture comes before anything slow is asked for.
        self.call_after_refresh(self.engine.start, self.status.model)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < FOLDED_BELOW, "-folded")
        self.set_class(width < TINY_BELOW[0] or height < TINY_BELOW[1], "-tiny")
        if width >= FOLDED_BELOW:
            self.remove_class("-drawer")

    def leave(self) -> None:
        """Stop, save what is left, and remember the settings."""
        self._stop()
        self._draft.keep(self.seed_line.text)
        self.engine.close(timeout=0.5)
        self.manuscript.close()
        self._remember()

    # -- writing -----------------------------------------------------------------------------------

    def on_seed_line_sent(self, message: SeedLine.Sent) -> None:
        self._stop()
        if message.text:
            line = joined(self.manuscript.scene.text, message.text)
            self.manuscript.add_line(line)
            self.transcript.begin_passage("writer")
            self.transcript.append(line)
        self.transcript.action_scroll_end()
        self._write()

    def on_seed_line_too_long(self, message: SeedLine.TooLong) -> None:
        self.say(words.too_long(message.length, message.kept), severity="warning")

    def _write(self) -> None:
        """Let the model write on from the visible text."""
        self._last_id += 1
        self.writing = Generation(
            id=self._last_id,
            model=self.status.model,
            text=self.manuscript.scene.text,
            random_seed=secrets.randbelow(2**31),
            top_k=self.settings.top_k,
            top_p=self.settings.top_p,
            **self.side.values(),
        )
        self._passage, self.status.activity = None, "your line waits"
        self.engine.write(self.writing)
        self.refresh_bindings()
        self._remember()
        self._show_state()

    def _stop(self, reason: str = "stopped") -> None:
        """End what is being written, at the character that shows. What the engine has posted
        beyond it will be of an old generation, and dropped."""
        if self.writing is None:
            return
        self.engine.stop()
        if self._passage is not None:
            self.manuscript.scene.end(self._passage, reason)
        elif self._before_retry is not None:  # not a character of another take: the old one stays
            self.manuscript.back_to(self._before_retry)
            self._show_scene()
        self._before_retry = None
        self.writing, self._passage, self.status.activity = None, None, ""
        self.transcript.writing = False
        self._show_takes()
        self.refresh_bindings()
        self._show_state()

    def _is_current(self, generation: int) -> bool:
        return self.writing is not None and self.writing.id == generation

    def on_reading(self, message: Reading) -> None:
        if self._is_current(message.generation):
            self.status.activity = f"reading the scene, {message.share:.0%}"
            self._show_state()

    def on_started(self, message: Started) -> None:
        if (generation := self.writing) is None or generation.id != message.generation:
            return
        self.status.begin(generation.model)
        self._fingerprint = message.fingerprint
        self.transcript.writing = True
        self.transcript.begin_passage("model")
        if new := [c for c in message.unknown if c not in self._told]:
            self._told.update(new)
            self.say(words.unknown(generation.model, new))

    def on_chunk(self, message: Chunk) -> None:
        if (generation := self.writing) is None or generation.id != message.generation:
            return
        if self._passage is None:
            self._passage = self.manuscript.begin(
                generation.model,
                self._fingerprint,
                generation.settings(),
                generation.random_seed,
            )
        self.manuscript.extend(self._passage, message.text)
        self.transcript.append(message.text)
        self.status.written += len(message.text)

    def on_finished(self, message: Finished) -> None:
        if not self._is_current(message.generation):
            return
        self._stop(message.reason)
        if message.reason == "error":
            self.say(f"{message.error}. Your words are kept.", severity="error")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer offers the rest only while something is being written."""
        return True if action != "hurry" or self.writing is not None else None

    # -- actions -----------------------------------------------------------------------------------

    def action_stop(self) -> None:
        if self.has_class("-drawer") and self.writing is None:
            self.action_settings()
            return
        self._stop()
        self.seed_line.focus()

    def action_hurry(self) -> None:
        self.engine.hurry()

    def action_retry(self) -> None:
        """Another take of the model's last passage; the earlier one stays in the scene's tree."""
        self._stop()
        before = self.manuscript.scene.head
        if self.manuscript.retry():
            self._show_scene()
            self._write()
            self._before_retry = before
        else:
            self.say("There is no passage of the model's to try again.")

    def action_take(self) -> None:
        """Show the next of the takes, in turn; all of them stay."""
        self._stop()
        self._moved(self.manuscript.next_take(), "There is no other take: Ctrl+R writes one.")

    def action_undo(self) -> None:
        self._stop()
        self._moved(self.manuscript.undo(), "There is nothing to undo.")

    def action_redo(self) -> None:
        self._stop()
        self._moved(self.manuscript.redo(), "There is nothing to redo.")

    def _moved(self, moved: bool, nothing: str) -> None:
        if moved:
            self._show_scene()
        else:
            self.say(nothing)

    def action_read(self, pages: int) -> None:
        """Page through the transcript from the seed line."""
        page = self.transcript.action_page_up if pages < 0 else self.transcript.action_page_down
        page()

    def action_follow(self) -> None:
        """Go to the end of the scene and follow it."""
        self.transcript.action_scroll_end()

    def on_transcript_follow_changed(self) -> None:
        self._show_takes()

    def on_key(self, event: events.Key) -> None:
        """What is typed anywhere but in a field belongs to the seed line."""
        if event.is_printable and event.character and self.focused is not self.seed_line:
            event.stop()
            self.seed_line.focus()
            self.seed_line.insert(event.character)

    def action_settings(self) -> None:
        """Open or close the side pane, where it is folded; else go to it."""
        if not self.has_class("-folded"):
            self.side.temperature.focus()
            return
        self.toggle_class("-drawer")
        if self.has_class("-drawer"):
            self.side.temperature.focus()
        else:
            self.seed_line.focus()

    def on_click(self, event: events.Click) -> None:
        """The program's name opens the palette, which has every action, for the mouse."""
        if event.widget is self.top_line:
            self.app.action_command_palette()

    def on_settings_line_pressed(self) -> None:
        self.action_settings()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(key_groups(self), paths.scenes_dir()))

    @work
    async def action_save(self) -> None:
        """Save the scene as a text file."""
        if path := await save_as(self.app, self.manuscript.scene):
            self.say(f"Saved as {path}")

    @work
    async def action_scenes(self) -> None:
        """Choose another scene."""
        self.manuscript.retry_saving()
        try:
            choice = await choose_scene(self.app)
        except OSError as error:
            self.say(f"The scenes cannot be listed: {error.strerror}", severity="error")
            return
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

    def on_dial_changed(self, message: Dial.Changed) -> None:
        if message.dial.id == "pace" and self.writing is not None:
            self.writing.pace = message.value
        self._show_settings()

    def _remember(self) -> None:
        """Keep the settings for the next start, also if this one ends badly."""
        try:
            self.side.remembered(self.status.model, self.app.theme).save(paths.remembered_file())
        except OSError as error:
            self.log.error(error)  # a scene that cannot be saved either is told of at the top

    # -- showing -----------------------------------------------------------------------------------

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the writer something: in passing in the status line, or, if it is a warning or an
        error, in a box over the stage. The text is never markup."""
        if severity == "information":
            self.status.note(text)
            self._show_state()
        else:
            self.notify(visible(text), severity=severity, markup=False)  # type: ignore[arg-type]

    def _show_scene(self) -> None:
        path = self.manuscript.scene.path()
        self.transcript.set_passages([(p.author, p.text[:shown]) for p, shown in path])
        self._show_takes()
        self._show_state()

    def _show_takes(self) -> None:
        below = words.below_the_scene(self.manuscript, self.transcript.follow)
        self.transcript.border_subtitle = below

    def _show_settings(self) -> None:
        self.settings_line.show(self.status.model, self.side.words())

    def _show_state(self) -> None:
        """The top line and the status; called four times a second and on change."""
        if self.manuscript.problem:
            self.manuscript.retry_saving()
        if bool(self.manuscript.problem) != self._warned:
            self._warned = not self._warned
            if self._warned:
                self.say(
                    f"This scene is not being saved: {self.manuscript.problem}. "
                    "Ctrl+S saves it elsewhere.",
                    severity="error",
                )
        if (line := words.top_line(self.manuscript)) != self._top:
            self._top = line
            self.top_line.update(line)
        self.seed_line.border_subtitle = Content(visible(self.status.text))
