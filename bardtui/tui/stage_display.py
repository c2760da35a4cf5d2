"""Drawing a session's state and events into the stage's widgets."""

import time
from functools import cached_property
from typing import get_args

from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static

from bardtui.escaping import visible
from bardtui.scene.kept import visible_spans
from bardtui.session.events import (
    KeptChanged,
    Notice,
    PassageBegan,
    SceneShown,
    SessionEvent,
    StateChanged,
    SuggestionsDropped,
    SuggestionsFound,
    TextAdded,
)
from bardtui.session.notices import notice
from bardtui.session.session import WritingSession
from bardtui.tui import ui_strings
from bardtui.tui.keys import key_of
from bardtui.tui.marks import SurpriseMark, mark_style
from bardtui.tui.widgets.sceneview import SceneView
from bardtui.tui.widgets.seedline import HINT, SeedLine
from bardtui.tui.widgets.settingsline import SettingsLine
from bardtui.tui.widgets.sidepane import SidePane

_BORDER = 6  # cells of a border beside its title
MESSAGE_SECONDS = 12.0  # a warning or an error stays this long
NOTE_SECONDS = 4.0  # and a note in the status line


class StageDisplay:
    """The stage's widgets, and how they show the session. Nothing is decided here."""

    def __init__(self, screen: Screen[None], session: WritingSession) -> None:
        self._screen, self.session = screen, session
        self.status = Status(session)
        self.top_line = Static(id="topline")
        self.side = SidePane(session)
        self.settings_line = SettingsLine(id="settings")
        self.transcript = SceneView(
            max_text_width=session.settings.text_width, hint=ui_strings.EMPTY_STAGE, id="transcript"
        )
        self.seed_line = SeedLine(id="seed")
        self._hint, self._figures = HINT, ""
        self._top, self._state = Content(), ""
        self._models: object = None  # what the panes show, to draw only what changes
        self._cast: object = None
        self._lacking: tuple[object, tuple[str, ...]] = None, ()  # for which text, and who
        self._settings: object = None

    def show(self, event: SessionEvent) -> None:
        """Show what an event of the session says."""
        match event:
            case SceneShown():
                self.status.forget()  # it was about the scene as it was
                self.transcript.set_passages(self.session.runs())
                self._show_kept()
            case PassageBegan(author):
                self.transcript.begin_passage(author)
                if author == "model":
                    self.status.begin()
            case TextAdded(text):
                self.transcript.append(text)
                if self.session.passage.activity == "writing":
                    self.status.count(len(text))
            case StateChanged():
                self.show_state()
            case KeptChanged():
                self._show_kept()
            case SuggestionsFound(line, endings):
                self.seed_line.offer(line, endings)
            case SuggestionsDropped():
                self.seed_line.drop()
            case Notice():
                text = notice(event, self.key)
                self.say(text, event.severity)

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the writer something: in the status line, or as a box if it is a warning or an
        error. The text is never markup."""
        if severity == "information":
            self.status.note(text)
            self.show_status()
        else:
            self._screen.notify(
                visible(text),
                severity=severity,  # type: ignore[arg-type]
                timeout=MESSAGE_SECONDS,
                markup=False,
            )

    def show_state(self) -> None:
        """Show all of the session's state but its text."""
        session = self.session
        self.transcript.writing = session.passage.activity == "writing"
        self.show_takes()
        self._show_cast()
        self._show_panes()
        self.show_status()

    def show_takes(self) -> None:
        """Show the take's number, whether there is text below, and what the reply copies."""
        session = self.session
        self._show_below()
        self.transcript.mark("copied", session.copies.spans)
        self.show_place()

    def _show_kept(self) -> None:
        kept = visible_spans(self.session.manuscript.scene).values()
        self.transcript.mark("kept", sorted(kept))

    def show_figures(self, figures: str) -> None:
        """Show in the lower border what Surprise found; an empty text removes it."""
        self._figures = figures
        self._show_below()

    def _show_below(self) -> None:
        session = self.session
        goal = ui_strings.word_goal(session.remembered.words_today, session.settings.word_goal)
        self.transcript.border_subtitle = ui_strings.below_the_scene(
            session.manuscript, self.transcript.follow, session.copies.words, self._figures, goal
        )

    def key(self, id: str) -> str:
        """The key of an action, by the id of its binding."""
        return key_of(self._screen.app, id)

    def show_place(self) -> None:
        """Show who wrote the passage at the cursor, while the transcript has one, and what the
        shades of Surprise mean, where there is room."""
        alone = self._screen.has_class("-alone")
        manuscript, place = self.session.manuscript, None
        if self.transcript.has_focus:
            place = manuscript.scene.passage_at(self.transcript.cursor)
        title = ui_strings.place(manuscript, place[0]) if place else Content("Scene" * (not alone))
        legend = Content()
        if self.session.surprise.on:
            styles = [
                Style.from_rich_style(mark_style(self.transcript, mark))
                for mark in get_args(SurpriseMark)
            ]
            legend = ui_strings.surprise_legend(styles)
        fits = title.cell_length + legend.cell_length + _BORDER <= self.transcript.size.width
        self.transcript.border_title = title + legend if fits else title

    def _show_cast(self) -> None:
        """Show the roles, where the writer's line goes, and who speaks after it."""
        session = self.session
        role, speaker, cut_row = session.your_role, session.next_speaker, session.cut_row
        turn = session.passage.speaker if session.writing else role.name if role else speaker
        lacking = self._without_a_role()
        if (shown := (session.cast, role, speaker, turn, cut_row, lacking)) == self._cast:
            return
        self._cast = shown
        self.side.show_cast(session.cast, turn or None, lacking)
        self.seed_line.border_title = ui_strings.your_line(role, cut_row)
        known = session.cast.roles or cut_row
        self._hint = ui_strings.line_hint(role, speaker, cut_row) if known else HINT
        self.show_hint()

    def _without_a_role(self) -> tuple[str, ...]:
        """Who speaks in the scene but is not in its cast, if it has one.

        While a passage is written, those that were found before.
        """
        session = self.session
        scene, cast = session.manuscript.scene, session.cast
        seen = (scene, scene.head, scene.head_at, session.manuscript.length, cast)
        if not session.writing and seen != self._lacking[0]:
            self._lacking = seen, cast.lacking(session.text) if cast.roles else ()
        return self._lacking[1]

    def _show_panes(self) -> None:
        """Show the model in use, and the settings line."""
        session = self.session
        if (models := (session.model, dict(session.model_states))) != self._models:
            self._models = models
            self.side.show_model()
        # Every line that is sent changes the words of the day, which the panes do not show.
        if (settings := session.remembered._replace(words=0)) != self._settings:
            self._settings = settings
            self.side.show_settings()
            self.settings_line.show(session.model, self.side.summary())

    def show_status(self) -> None:
        """Show the top line and the status. Called four times a second, and on changes."""
        manuscript = self.session.manuscript
        width = self.top_line.size.width or self._screen.app.size.width - 4  # before the layout
        if (line := ui_strings.top_line(manuscript, width)) != self._top:
            self._top = line
            self.top_line.update(line, layout=False)  # always one row
        if (state := visible(self.status.text)) != self._state:  # setting it draws the line
            self._state = state
            self.seed_line.border_subtitle = Content(state)
            self.show_hint()

    def show_hint(self) -> None:
        """Show the placeholder of an empty line; on a tiny terminal, the status instead."""
        tiny = self._screen.has_class("-tiny")
        self.seed_line.placeholder = Content(self._state) if tiny else self._hint

    def show_suggestion_keys(self, place: int, count: int) -> None:
        """Show the keys for the suggestion at `place` of `count`."""
        self.status.offer = ui_strings.suggestion_keys(self._take_key, place, count)
        self.show_status()

    @cached_property
    def _take_key(self) -> str:
        return self.key("line.take")


class Status:
    """Makes one line of the session's state and of the last note.

    Attributes:
        offer: The keys for the suggestion that shows.
        stop_key: The key that stops writing.
        rest_key: The key that shows the rest at once.
    """

    def __init__(self, session: WritingSession) -> None:
        self._session = session
        self.offer = ""
        self.stop_key, self.rest_key = "esc", "^g"
        self._written = 0
        self._began = 0.0
        self._note = ""
        self._note_ends = 0.0

    def note(self, text: str) -> None:
        """Show a text for a few seconds."""
        self._note, self._note_ends = text, time.monotonic() + NOTE_SECONDS

    def forget(self) -> None:
        """Stop showing the note: it is no longer true."""
        self._note_ends = 0.0

    def begin(self) -> None:
        """Start to measure the speed of writing."""
        self._written, self._began = 0, time.monotonic()
        self._note_ends = min(self._note_ends, self._began + 1)

    def count(self, characters: int) -> None:
        """Count written characters."""
        self._written += characters

    @property
    def text(self) -> str:
        """The line."""
        session, now = self._session, time.monotonic()
        passage = session.passage
        if now < self._note_ends:
            return self._note
        if passage.activity == "writing":
            rate = self._written / max(now - self._began, 0.05)
            keys = f"{self.stop_key} stops, {self.rest_key} the rest"
            return f"{passage.writer_name} writes · {rate:,.0f} char/s · {keys}"
        model = passage.request.model if passage.request else session.model
        match session.model_states.get(model, "loading"), passage.activity:
            case "unusable", _:
                return f"{model} cannot be used · pick another model"
            case "loading", "":
                return f"loading {model} ..."
            case "loading", _:
                return f"loading {model} ... · your line waits"
            case _, "":
                return f"{model} · {self.offer}" if self.offer else f"{model} is ready"
        return f"{model}: your line waits · {self.stop_key} stops"
