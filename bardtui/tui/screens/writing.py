"""The part of the stage that writes: it carries words between the writer, the scene and the engine.

What is shown and what is kept change together, here and nowhere else.
"""

from typing import Any

from textual.content import Content
from textual.widgets import Static

from bardtui import paths
from bardtui.session.draft import Draft
from bardtui.session.engine import Engine
from bardtui.session.events import Chunk, Finished, Reading, Started, Suggested
from bardtui.session.manuscript import Manuscript
from bardtui.session.requests import Generation, Suggestion, random_seed
from bardtui.settings import Remembered, Settings
from bardtui.tui import ui_strings as words
from bardtui.tui.glyphs import visible
from bardtui.tui.keys import key_of
from bardtui.tui.repaint import PromptScreen
from bardtui.tui.status import Status
from bardtui.tui.widgets.sceneview import SceneView
from bardtui.tui.widgets.seedline import HINT, SeedLine
from bardtui.tui.widgets.settingsline import SettingsLine
from bardtui.tui.widgets.sidepane import SidePane
from bardtui.writing.turns import next_turn, spoken

BOX_SECONDS = 12.0
SUGGESTED = 60  # characters, the most of a suggestion
SUGGESTED_TEMPERATURE = 0.6  # a suggestion dares no more


class WritingScreen(PromptScreen):
    """A manuscript, an engine, and the widgets that show them. Nothing is composed here."""

    def __init__(self, manuscript: Manuscript, settings: Settings, remembered: Remembered) -> None:
        super().__init__()
        self.manuscript = manuscript
        self.settings = settings
        self.engine = Engine(self.post_message)
        self.status = Status(remembered.model)
        self.top_line = Static(id="topline")
        self.side = SidePane(remembered)
        self.settings_line = SettingsLine(id="settings")
        self.transcript = SceneView(
            max_text_width=settings.text_width, hint=words.EMPTY_STAGE, id="transcript"
        )
        self.seed_line = SeedLine(id="seed")
        self.suggesting = settings.suggestions
        self._suggestion: tuple[int, str] = (0, "")  # the last order for one, and the line it is of
        self.writing: Generation | None = None  # what is being written
        self._last_id = 0
        self._passage: int | None = None  # the model's passage that is growing
        self._before_retry: int | None = None  # the take that was tried again
        self._draft = Draft()
        self._fingerprint = ""  # of the model that is writing
        self._speaker = ""  # the role it writes
        self._hint = HINT
        self._top, self._state = Content(), ""
        self._warned = False  # that the scene is not being saved
        self._told: set[str] = set()  # characters said to be unknown

    # -- writing -----------------------------------------------------------------------------------

    def on_seed_line_sent(self, message: SeedLine.Sent) -> None:
        interrupted = self.status.writer if self._passage is not None else ""
        self._stop()
        if message.text:
            self._say_line(message.text)
            if interrupted:
                self.say(words.interrupted(interrupted))
        self.seed_line.on_its_way = ""
        self._draft.note(self.seed_line.unsaved)
        self.transcript.action_scroll_end()
        self._write()

    def on_seed_line_too_long(self, message: SeedLine.TooLong) -> None:
        self.say(words.too_long(message.length, message.kept), severity="warning")

    def _say_line(self, text: str) -> None:
        """Add the writer's line to the scene, under the cue of the role that they play."""
        line = self._spoken(self.manuscript.scene.text, text)
        self.manuscript.add_line(line)
        self.transcript.begin_passage("writer")
        self.transcript.append(line)

    def _spoken(self, before: str, line: str) -> str:
        """The writer's line as it is added to the visible text, which is `before`."""
        return spoken(self.manuscript.cast, before, line, cut=self.manuscript.scene.is_cut)

    def _write(self) -> None:
        """Let the model write on from the visible text: the scene, or the role whose turn it is."""
        if (terms := self._terms()) is None:
            return
        self.writing = Generation(**terms, pace=self.side.values()["pace"])
        self._passage, self.status.activity = None, "your line waits"
        self.status.asked = self.writing.model
        self.engine.write(self.writing)
        self.refresh_bindings()
        self._show_cast()
        self._remember()
        self._show_state()

    def _terms(self) -> dict[str, Any] | None:
        """What an order to write on from the visible text says; None, and told so, where no role
        may speak."""
        values, text = self.side.values(), self.manuscript.scene.text
        turn = next_turn(self.manuscript.cast, text)
        if turn is None:
            self.say(words.NOBODY_ELSE)
            self._show_cast()
            return None
        self._speaker = turn.speaker
        return {
            "id": self._next_id(),
            "model": turn.model or self.status.model,
            "text": text,
            "length": values["length"],
            "temperature": turn.temperature or values["temperature"],
            "random_seed": random_seed(),
            "opening": turn.opening,
            "rule": turn.rule or values["rule"],
            "top_k": self.settings.top_k,
            "top_p": self.settings.top_p,
        }

    def _next_id(self) -> int:
        """For an order to the engine."""
        self._last_id += 1
        return self._last_id

    def _stop(self, reason: str = "stopped") -> None:
        """End what is being written, at the character that shows. What the engine has posted
        beyond it will be of an old generation, and dropped."""
        self._forget_suggestion()
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
        self._show_cast()
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
        self.status.begin(words.writer(self._speaker, generation.model))
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
        self._ask_for_suggestion()

    # -- suggestions -------------------------------------------------------------------------------

    def on_seed_line_paused(self) -> None:
        self._ask_for_suggestion()

    def on_text_area_changed(self) -> None:
        self._draft.note(self.seed_line.unsaved)
        self.engine.forget_suggestion()  # what there is of it holds as far as it matches

    def on_seed_line_dropped(self) -> None:
        self._forget_suggestion()

    def _ask_for_suggestion(self) -> None:
        """Have the line that is being typed finished, if nothing else is being written."""
        line, model = self.seed_line.unfinished, self.status.model
        ready = self.status.models.get(model) == "ready"
        if not (line and self.suggesting and ready and self.writing is None):
            return
        before = self.manuscript.scene.text
        joined = self._spoken(before, line)
        self._suggestion = (self._next_id(), line)
        self.engine.suggest(
            Suggestion(
                id=self._suggestion[0],
                model=model,
                text=before + (joined if line[-1].isspace() else joined.removesuffix("\n")),
                length=SUGGESTED,
                temperature=min(self.side.values()["temperature"], SUGGESTED_TEMPERATURE),
                random_seed=0,  # so that a line that is typed as suggested goes on as suggested
                rule="line",
                top_k=self.settings.top_k,
                top_p=self.settings.top_p,
            )
        )

    def on_suggested(self, message: Suggested) -> None:
        order, line = self._suggestion
        if message.order == order:
            self.seed_line.offer(line, message.ends)

    def _forget_suggestion(self) -> None:
        """The line may still stand, but what it would be added to is another text."""
        self._suggestion = (0, "")
        self.engine.forget_suggestion()
        self.seed_line.drop()

    def on_seed_line_offering(self, message: SeedLine.Offering) -> None:
        key = key_of(self.app, "line.take")
        self.status.offer = words.offer(key, message.place, message.count)
        self._show_state()

    # -- showing -----------------------------------------------------------------------------------

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the writer something: in passing in the status line, or, if it is a warning or an
        error, in a box over the stage. The text is never markup."""
        if severity == "information":
            self.status.note(text)
            self._show_state()
        else:
            self.notify(
                visible(text),
                severity=severity,  # type: ignore[arg-type]
                timeout=BOX_SECONDS,
                markup=False,
            )

    def _show_scene(self) -> None:
        self._forget_suggestion()
        path = self.manuscript.scene.path()
        self.transcript.set_passages([run for p, shown in path for run in p.by_author(shown)])
        self._show_takes()
        self._show_cast()
        self._show_state()

    def _show_cast(self) -> None:
        """The roles; whom the writer speaks as, and who speaks after that."""
        cast, text = self.manuscript.cast, self.manuscript.scene.text
        yours, next_up = cast.turn("writer", text), next_turn(cast, text)
        speaker = next_up.speaker if next_up else ""
        turn = self._speaker if self.writing else yours.name if yours else speaker
        self.side.show_cast(cast, turn or None)
        self.seed_line.border_title = words.your_line(yours)
        self._hint = words.line_hint(yours, speaker) if cast.roles else HINT
        self._show_hint()
        self._show_settings()

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
                    f"{key_of(self.app, 'stage.save')} saves it elsewhere.",
                    severity="error",
                )
        width = self.top_line.size.width or self.app.size.width - 4  # the first picture's
        if (line := words.top_line(self.manuscript, width)) != self._top:
            self._top = line
            self.top_line.update(line, layout=False)  # a row of its own, whatever it says
        if (state := visible(self.status.text)) != self._state:  # to set it is to draw the line
            self._state = state
            self.seed_line.border_subtitle = Content(state)
            self._show_hint()

    def _show_hint(self) -> None:
        """What an empty line says: what to do with it, or, without room for it elsewhere, what the
        model is doing."""
        tiny = self.has_class("-tiny")
        self.seed_line.placeholder = Content(self._state) if tiny else self._hint

    def _remember(self) -> None:
        """Keep the settings for the next start, also if this one ends badly."""
        try:
            self.side.remembered(self.status.model, self.app.theme).save(paths.remembered_file())
        except OSError as error:
            self.log.error(error)  # a scene that cannot be saved either is told of at the top
