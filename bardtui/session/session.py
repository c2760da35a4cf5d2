"""A writing session: everything a writer can do, without a front end.

The session owns the scene and its journal, the settings in use, the engine, and what is being
written. It belongs to one thread, the front end's. The engine's events come from another thread
through `deliver`; the front end passes each to `handle` in its own thread. `listen` is called with
the events that say what changed.
"""

from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from bardtui.errors import UserError, user_message
from bardtui.files import atomic_write
from bardtui.scene.cast import Cast, Role
from bardtui.scene.scene import Author, Scene
from bardtui.session.choices import Choices
from bardtui.session.copies import Copies
from bardtui.session.editing import Editing
from bardtui.session.engine import Engine
from bardtui.session.events import (
    AlternativesFound,
    Chunk,
    CopiesFound,
    EngineEvent,
    EngineFault,
    Finished,
    ModelState,
    Notice,
    PassageBegan,
    SceneShown,
    Scored,
    SessionEvent,
    Severity,
    Started,
    StateChanged,
    Suggested,
    TakesScored,
    TextAdded,
)
from bardtui.session.manuscript import Manuscript
from bardtui.session.passage_writing import PassageWriting
from bardtui.session.saving import BackgroundSaver, Draft, save_remembered
from bardtui.session.suggestions import Suggestions
from bardtui.session.surprise import Surprise
from bardtui.session.takes import Takes
from bardtui.settings import Remembered, Settings
from bardtui.writing.turns import next_role, next_turn, spoken


class WritingSession:
    """Co-writes a scene with a model.

    Attributes:
        manuscript: The scene and its journal.
        settings: The writer's settings file.
        remembered: What is in use: model, temperature, length, pace, stop rule, theme, scene.
        draft: The unsent line.
        model_states: "loading", "ready" or "unusable" for each model that was asked for.
        passage: The passage that is being written.
        suggestions: Endings for the line that is being typed.
        takes: Takes written side by side.
        editing: Changes of the text that is there, and of what belongs to the scene.
        copies: What the last reply copies from the model's corpus.
        surprise: How likely the model thought the visible text.
        choices: What else the model might write at a place.
    """

    def __init__(
        self,
        manuscript: Manuscript,
        settings: Settings,
        remembered: Remembered,
        *,
        listen: Callable[[SessionEvent], object],
        deliver: Callable[[EngineEvent], object],
    ) -> None:
        self.manuscript = manuscript
        self.settings = settings
        self.remembered = remembered
        self.draft = Draft()
        self.model_states: dict[str, str] = {}
        self.engine = Engine(deliver)
        self.passage = PassageWriting(self)
        self.suggestions = Suggestions(self)
        self.takes = Takes(self)
        self.copies = Copies(self)
        self.surprise = Surprise(self)
        self.choices = Choices(self)
        self.editing = Editing(self)
        self.emit = listen
        self._ids, self._problem_told = count(1), False
        self._saver = BackgroundSaver(save_remembered)

    # -- life --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the engine and load the model; does nothing the second time."""
        self.engine.start(self.model)

    def tick(self) -> None:
        """Try again to save what the disk refused. A front end calls this a few times a second."""
        if self.manuscript.problem:
            self.manuscript.retry_saving()
        if moved := self.manuscript.take_notice():
            self.notify("file_moved", "warning", notice=moved)
        if bool(self.manuscript.problem) != self._problem_told:
            self._problem_told = not self._problem_told
            if self._problem_told:
                self.notify("not_saved", "error", problem=self.manuscript.problem)
            self.emit(StateChanged())
        self._remember_scene()

    def close(self) -> None:
        """Stop writing and save everything."""
        self.stop()
        self.surprise.keep()
        self._remember_scene()
        self.draft.close()
        self.engine.close(timeout=0.5)
        self.manuscript.close()
        self._saver.keep(self.remembered)
        self._saver.close()

    def _remember_scene(self) -> None:
        """Open this scene at the next start, once it has a file."""
        if path := self.manuscript.path:
            self.choose(scene=str(path))

    # -- what there is -----------------------------------------------------------------------------

    @property
    def model(self) -> str:
        """The name of the model in use."""
        return self.remembered.model

    @property
    def text(self) -> str:
        """The visible text."""
        return self.manuscript.scene.text

    @property
    def cast(self) -> Cast:
        """Who plays whom; empty in free text."""
        return self.manuscript.cast

    @property
    def your_role(self) -> Role | None:
        """The role that the writer's next line is spoken by."""
        return next_role(self.cast, self.text, "writer")

    @property
    def cut_row(self) -> str:
        """The row in which the visible text was cut, where the next line goes on; "" for none."""
        return self.text.rsplit("\n", 1)[-1] if self.manuscript.scene.is_cut else ""

    @property
    def next_speaker(self) -> str:
        """The role that the model speaks next; "" in free text and where no role may speak."""
        turn = next_turn(self.cast, self.text)
        return turn.speaker if turn else ""

    @property
    def writing(self) -> bool:
        """Whether a passage is being written, or waits for the model."""
        return self.passage.request is not None

    def runs(self) -> list[tuple[Author, str]]:
        """Return the visible text in runs, each with its author."""
        path = self.manuscript.scene.path()
        return [run for passage, shown in path for run in passage.by_author(shown)]

    # -- writing -----------------------------------------------------------------------------------

    def send(self, line: str) -> None:
        """Add the writer's line, if it is not empty, and let the model go on.

        A model that is writing is stopped at the text that shows.
        """
        interrupted = self.passage.writer_name if self.passage.has_text else ""
        self.stop()
        if line:
            added = self.as_spoken(line)
            self.manuscript.add_line(added)
            self.emit(PassageBegan("writer"))
            self.emit(TextAdded(added))
            if interrupted:
                self.notify("interrupted", writer=interrupted)
        self.draft.keep("")
        self.passage.begin()
        self.count_words(line)

    def as_spoken(self, line: str) -> str:
        """Return the writer's line as it is added to the visible text, with its role's cue."""
        return spoken(self.cast, self.text, line, cut=self.manuscript.scene.is_cut)

    def stop(self, reason: str = "stopped") -> None:
        """End what is being written; the text that shows is kept, nothing beyond it."""
        self.suggestions.drop()
        if self.writing:
            self.passage.end(reason)
        if self.takes.request is not None:
            self.takes.keep("stopped")

    def show_rest(self) -> None:
        """Show the rest of the passage at once."""
        self.engine.show_rest()

    def new_id(self) -> int:
        """Return an id for a request."""
        return next(self._ids)

    # -- back, forward and sideways ----------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last exchange, jump, cut or edit."""
        self.stop()
        self._moved(self.manuscript.undo(), "nothing_to_undo")

    def redo(self) -> None:
        """Bring back what was taken back."""
        self.stop()
        self._moved(self.manuscript.redo(), "nothing_to_redo")

    def retry(self, of: int | None = None) -> None:
        """Write another take of the model's last reply, or of the one that has passage `of`."""
        self.stop()
        if (before := self.manuscript.retry(of)) is None:
            self.notify("nothing_to_retry" if of is None else "your_text")
            return
        self.show_scene()
        self.passage.begin(instead_of=before)

    def next_take(self, of: int | None = None) -> None:
        """Show the next take of the last reply, or of the one that passage `of` belongs to."""
        self.stop()
        is_yours = of is not None and not self.manuscript.takes(of)
        self._moved(self.manuscript.next_take(of), "your_text" if is_yours else "no_other_take")

    def jump(self, passage: int) -> None:
        """Go to the end of a passage anywhere in the tree."""
        self.stop()
        self.manuscript.jump(passage)
        self.show_scene()

    def cut(self, offset: int) -> None:
        """End the visible text after `offset` characters, to go on from there."""
        self.stop()
        if self.manuscript.cut(offset):
            self.show_scene()
            self.notify("cut")

    def show_scene(self) -> None:
        """Report that the visible text was replaced."""
        self.suggestions.drop()
        self.copies.look()
        self.emit(SceneShown())
        self.emit(StateChanged())

    def _moved(self, moved: bool, nothing: str) -> None:
        if moved:
            self.show_scene()
        else:
            self.notify(nothing)

    # -- settings ----------------------------------------------------------------------------------

    def choose(self, **changes: Any) -> None:
        """Change settings in use: fields of `Remembered` other than the model."""
        remembered = self.remembered._replace(**changes)
        if remembered == self.remembered:
            return
        self.remembered = remembered
        if self.passage.request is not None and "pace" in changes:
            self.passage.request.pace = remembered.pace
        self._saver.keep(remembered)
        self.emit(StateChanged())

    def count_words(self, text: str, *, instead_of: str = "") -> None:
        """Count what the writer wrote today. What is undone or deleted later still counts."""
        if (words := len(text.split()) - len(instead_of.split())) > 0:
            self.choose(day=date.today().isoformat(), words=self.remembered.words_today + words)

    def set_model(self, name: str) -> None:
        """Write with this model from the next passage on."""
        self.passage.unknown_told.clear()
        self.engine.load(name)
        self.choose(model=name)

    def models_listed(self, usable: list[str]) -> None:
        """Take another model where the one in use is neither loaded nor among the usable ones."""
        missing = self.model
        if usable and missing not in usable and self.model_states.get(missing) != "ready":
            instead = Remembered.model if Remembered.model in usable else usable[0]
            self.notify("model_missing", "warning", model=missing, instead=instead)
            self.set_model(instead)

    def keep_cast(self, cast: Cast) -> None:
        """Make this the scene's cast."""
        self.manuscript.keep_cast(cast)
        self.emit(StateChanged())

    # -- scenes ------------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin a new scene; this one stays saved."""
        self._replace(Manuscript(), "")

    def open(self, path: Path) -> None:
        """Open a saved scene or a text file; this scene stays saved."""
        try:
            manuscript, notice = Manuscript.open(path)
        except (UserError, OSError) as error:
            self.notify("failed", "error", reason=user_message(error))
        else:
            self._replace(manuscript, notice)

    def export(self, path: Path, scene: Scene | None = None) -> None:
        """Save a scene's visible text, or this one's, in the format of the path's suffix.

        Raises SceneError if a font lacks characters or a package is missing, and OSError.
        """
        from bardtui.scene import export as exports  # not before the first screen

        options = exports.Options(self.settings.author, font=self.settings.export_font)
        format, scene = exports.format_of(path) or "txt", scene or self.manuscript.scene
        atomic_write(path, exports.file_content(scene, format, options), private=False)

    def _replace(self, manuscript: Manuscript, notice: str) -> None:
        self.stop()
        self.surprise.keep()
        self.manuscript.retry_saving()
        if self.manuscript.problem:
            manuscript.close()
            self.notify("scene_stays", "error", problem=self.manuscript.problem)
            return
        self.manuscript.close()
        self.manuscript = manuscript
        self.show_scene()
        if notice:
            self.notify("opened", "warning", notice=notice)

    # -- events of the engine ----------------------------------------------------------------------

    def handle(self, event: EngineEvent) -> None:
        """Take an event of the engine. Events of requests that were stopped are ignored."""
        match event:
            case ModelState():
                self._model_changed(event)
            case Suggested():
                self.suggestions.found(event)
            case CopiesFound():
                self.copies.found(event)
            case Scored():
                self.surprise.found(event)
            case TakesScored():
                self.takes.scored(event)
            case AlternativesFound():
                self.choices.found(event)
            case EngineFault():
                self.notify("failed", "error", reason=event.message)
            case Started() | Chunk() | Finished() if self.passage.is_current(event.request):
                self.passage.handle(event)
            case Started() | Chunk() | Finished() if self.takes.is_current(event.request):
                self.takes.handle(event)

    def _model_changed(self, event: ModelState) -> None:
        self.model_states[event.name] = event.state
        self.surprise.model_changed(event)
        if not self.copies.words:
            self.copies.look()
        if event.state == "unusable":
            self.notify("model_unusable", "error", model=event.name, reason=event.detail)
        elif event.detail:
            self.notify("model_slow", "warning", detail=event.detail)
        self.emit(StateChanged())

    def notify(self, name: str, severity: Severity = "information", **values: Any) -> None:
        """Tell the writer something; the front end has the words for `name`."""
        self.emit(Notice(name, values, severity))
