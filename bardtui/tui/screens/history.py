"""The part of the stage that moves through the scene's tree: takes, undo, jumps, cuts and edits.

Every one of these first ends what is being written, at what shows; none destroys anything.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual import work

from bardtui.scene.scene import SceneError
from bardtui.session.events import Finished, Reading, Started, TakesGrew
from bardtui.session.manuscript import Manuscript, Take
from bardtui.session.requests import SeveralTakes, random_seed
from bardtui.settings import Remembered, Settings
from bardtui.tui.keys import key_of
from bardtui.tui.screens.writing import WritingScreen

if TYPE_CHECKING:
    from bardtui.tui.screens.takes import TakesScreen


@dataclass
class _Several:
    """Takes being written side by side; `passages` are those that were kept, by their places."""

    order: SeveralTakes
    screen: "TakesScreen"
    fingerprint: str = ""
    texts: tuple[str, ...] = ()
    passages: dict[int, int] = field(default_factory=dict)


class HistoryScreen(WritingScreen):
    """The way back, forward and sideways."""

    def __init__(self, manuscript: Manuscript, settings: Settings, remembered: Remembered) -> None:
        super().__init__(manuscript, settings, remembered)
        self._several: _Several | None = None  # until they are kept

    # -- back and forward --------------------------------------------------------------------------

    def action_undo(self) -> None:
        self._stop()
        self._moved(self.manuscript.undo(), "There is nothing to undo.")

    def action_redo(self) -> None:
        self._stop()
        self._moved(self.manuscript.redo(), "There is nothing to redo.")

    def _moved(self, moved: bool, nothing: str) -> None:
        if moved:
            self._show_moved()
        else:
            self.say(nothing)

    def _show_moved(self) -> None:
        self.status.forget()  # what was said was of the scene as it was
        self._show_scene()

    @work
    async def action_map(self) -> None:
        """Choose a passage on the map of the scene, and go to its end."""
        from bardtui.tui.screens.map import MapScreen, followers

        self._stop()
        manuscript = self.manuscript
        if not manuscript.scene.passages:
            self.say("There is nothing on the map yet.")
            return
        chosen = await self.app.push_screen_wait(MapScreen(manuscript.scene))
        if chosen is not None and manuscript is self.manuscript:
            self._stop()
            manuscript.jump(chosen)
            self._show_moved()
            self.transcript.action_scroll_end()
            self.seed_line.focus()
            if more := len(followers(manuscript.scene, manuscript.scene.passages[chosen])):
                way = f"{key_of(self.app, 'stage.map')} g goes to the end of this way"
                self.say(f"{more:,} {'passages follow' if more > 1 else 'passage follows'}: {way}")

    # -- at the cursor -----------------------------------------------------------------------------

    def action_cut_here(self) -> None:
        """Let the text end at the cursor, to go on from there."""
        self._stop()
        if self.manuscript.cut(self.transcript.cursor):
            self._show_scene()
            self.say(f"Cut here; {key_of(self.app, 'stage.undo')} brings back what stood behind")
        self.transcript.action_scroll_end()
        self.seed_line.focus()

    @work
    async def action_edit(self) -> None:
        """Edit the passage at the cursor."""
        from bardtui.tui.screens.edit import EditScreen, part_around

        self._stop()
        manuscript, cursor = self.manuscript, self.transcript.cursor
        if (found := manuscript.scene.passage_at(cursor)) is None:
            self.say("There is nothing to edit yet.")
            return
        passage, begin, end = found
        text = passage.text[: end - begin]
        first, last = part_around(text, cursor - begin)
        place = min(max(cursor - begin, first), last) - first
        edited = await self.app.push_screen_wait(EditScreen(text[first:last], place))
        if edited is None or edited == text[first:last] or manuscript is not self.manuscript:
            return
        self._stop()
        try:
            whole = text[:first] + edited + text[last:]
            manuscript.edit(passage.id, whole if edited or whole.strip("\n") else "")
        except SceneError as error:  # it was undone meanwhile, through the palette
            self.say(str(error), severity="error")
            return
        self._show_scene()
        self.say(f"Edited; {key_of(self.app, 'stage.undo')} brings the old words back")

    def action_copy_passage(self) -> None:
        """Copy the passage at the cursor."""
        if (found := self.manuscript.scene.passage_at(self.transcript.cursor)) is not None:
            passage, begin, end = found
            text = passage.text[: end - begin]
            self._copy("passage", text.strip("\n") + "\n" * text.endswith("\n"))

    def action_copy_scene(self) -> None:
        """Copy all that shows."""
        self._copy("scene", self.manuscript.scene.text)

    def _copy(self, what: str, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.say(f"The {what} is on the clipboard: {len(text):,} characters")

    # -- takes -------------------------------------------------------------------------------------

    def action_retry(self) -> None:
        """Another take of the model's last passage; the earlier one stays in the scene's tree."""
        self._stop()
        if (before := self.manuscript.retry()) is None:
            self.say("There is no passage of the model's to try again.")
            return
        self._show_scene()
        self._write()
        if self.writing is not None:
            self._before_retry = before
        else:  # nobody may speak
            self.manuscript.back_to(before)
            self._show_scene()

    def action_take(self) -> None:
        """Show the next of the takes, in turn; all of them stay."""
        self._stop()
        self._moved(
            self.manuscript.next_take(),
            f"There is no other take: {key_of(self.app, 'stage.retry')} writes one.",
        )

    @work
    async def action_takes(self) -> None:
        """Write several takes from the end of the visible text, side by side, to pick one of. All
        that was written of them is kept, also if none is picked."""
        from bardtui.tui.screens.takes import TAKES, TakesScreen

        self._stop()
        if (terms := self._terms()) is None:
            return
        seeds = tuple(random_seed() for _ in range(TAKES))
        order = SeveralTakes(**(terms | {"random_seed": seeds[0]}), seeds=seeds)
        screen = TakesScreen(order.text, order.opening)
        several = self._several = _Several(order, screen)
        manuscript = self.manuscript
        self.engine.write(order)
        picked = await self.app.push_screen_wait(screen)
        self._stop()
        if picked in several.passages and manuscript is self.manuscript:
            manuscript.jump(several.passages[picked])
            self._show_scene()
            self.transcript.action_scroll_end()
        self._remember()

    def _stop(self, reason: str = "stopped") -> None:
        super()._stop(reason)
        self._keep_takes("stopped")

    def _keep_takes(self, reason: str) -> None:
        """Make passages of the takes; the visible text stays as it is."""
        several, self._several = self._several, None
        if several is None:
            return
        self.engine.stop()
        order = several.order
        takes = {
            place: Take(
                order.opening + text,
                order.seeds[place],
                order.settings(),
                "length" if len(text) >= order.length else reason,
            )
            for place, text in enumerate(several.texts)
            if text
        }
        ids = self.manuscript.add_takes(order.model, several.fingerprint, list(takes.values()))
        several.passages.update(zip(takes, ids, strict=True))
        self._show_takes()

    # A message of the engine's is handled here if it is about several takes, and then by the
    # handler of the same name in WritingScreen, which knows its own order.

    def _are_current(self, order: int) -> _Several | None:
        several = self._several
        return several if several is not None and several.order.id == order else None

    def on_reading(self, message: Reading) -> None:
        if several := self._are_current(message.generation):
            several.screen.tell(f"reading the scene, {message.share:.0%}")

    def on_started(self, message: Started) -> None:
        if several := self._are_current(message.generation):
            several.fingerprint = message.fingerprint
            several.screen.tell(f"{several.order.model} writes")

    def on_takes_grew(self, message: TakesGrew) -> None:
        if several := self._are_current(message.generation):
            several.texts = message.texts
            several.screen.show(message.texts)

    def on_finished(self, message: Finished) -> None:
        if several := self._are_current(message.generation):
            self._keep_takes(several.order.rule if message.reason == "length" else "stopped")
            several.screen.end()
            several.screen.tell("an error ended it" if message.error else "all are kept")
            if message.error:
                self.say(f"{message.error}. What was written is kept.", severity="error")
