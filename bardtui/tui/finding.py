"""Finding words in the scene on the stage, and replacing them."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from typing import TYPE_CHECKING

from bardtui.scene.find import Search, occurrences

if TYPE_CHECKING:
    from textual.worker import Worker

    from bardtui.scene.scene_search import Match
    from bardtui.tui.screens.stage import StageScreen
    from bardtui.tui.widgets.findbar import Action, FindBar

_STEPS_AT_ONCE = 4  # enough for some ten thousand characters
_PAUSE = 0.001  # seconds between two pieces of a long text, for keys to act


class Finding:
    """The hits of the find bar's words in the visible text, and the one that is looked at.

    A long text is searched in pieces, between which keys act. Until it was searched as a whole, the
    hits on the screen are shown, and what the keys of the bar ask for waits.
    """

    def __init__(self, stage: StageScreen) -> None:
        self._stage = stage
        self._bar: FindBar | None = None  # the first screen is drawn sooner without it
        self._hits: list[tuple[int, int]] = []
        self._at = 0
        self._text = ""
        self._version: tuple[object, ...] = ()  # of the text
        self._search, self._words, self._place = Search("", ""), "", 0
        self._waiting: list[Action] = []
        self._worker: Worker[None] | None = None  # that searches

    @property
    def active(self) -> bool:
        """Whether the find bar is open."""
        return self._bar is not None and self._bar.has_class("-shown")

    @property
    def bar(self) -> FindBar:
        """The find bar."""
        if self._bar is None:
            from bardtui.tui.widgets.findbar import FindBar

            self._bar = FindBar(id="findbar")
        return self._bar

    async def open(self) -> None:
        """Open the find bar."""
        await self._open_bar()
        self.look(self._stage.transcript.cursor)

    async def show(self, match: Match) -> None:
        """Show what a search in all scenes found in this one, wherever in its tree it is."""
        session = self._stage.session
        if match.passage is not None and match.passage in session.manuscript.scene.passages:
            session.jump(match.passage)
        await self._open_bar(match.found)
        self.look(0)

    async def _open_bar(self, words: str | None = None) -> None:
        stage = self._stage
        if not self.bar.is_attached:
            await stage.query_one("#stage").mount(self.bar, before=stage.seed_line)
        self.bar.open(words)

    def look(self, place: int | None = None) -> None:
        """Find all hits again, and look at the first one from an offset on.

        Without an offset, that is the one looked at before; nothing is done where neither the text
        nor the words have changed.
        """
        if not self.active:
            return
        words, changed = self.bar.words, self._take_text()
        if words != self._words:
            self._words, self._waiting = words, []
        elif place is None and not changed:
            return
        if place is not None:
            self._place = place
        elif self._search.done:
            self._place = self._hits[self._at][0] if self._hits else 0
        self._search = search = Search(self._text, words)
        for _ in range(_STEPS_AT_ONCE):
            search.step()
        if search.done:
            self._found()
            return

        async def search_on() -> None:
            while not search.done:
                await asyncio.sleep(_PAUSE)
                if search is not self._search:
                    return
                search.step()
            self._found()

        view = self._stage.view
        self.bar.tell("searching ...")
        view.transcript.mark("hit", occurrences(self._text, words, *view.transcript.window))
        view.transcript.mark("current-hit", ())
        self._worker = self._stage.run_worker(search_on, group="find", exclusive=True)

    def act(self, action: Action) -> None:
        """Do what the find bar's keys and buttons ask for."""
        match action:
            case "look":
                self.look(self._stage.transcript.cursor)
            case "close":
                self._close()
            case _ if not self._search.done:
                self._waiting.append(action)
            case "next" | "previous":  # the first hit follows the last
                self._at += 1 if action == "next" else -1
                self._show()
            case "replace" | "replace all":
                self._replace(all=action == "replace all")

    def _take_text(self) -> bool:
        """Take the visible text, unless it is there already; return whether it is another."""
        scene = self._stage.session.manuscript.scene
        length = 0 if scene.head is None else scene.passages[scene.head].length
        version = (scene, scene.head, scene.head_at, length)
        if version == self._version:
            return False
        self._version, self._text = version, scene.text
        return True

    def _found(self) -> None:
        """Show all hits, and do what has waited for them."""
        self._hits = self._search.hits
        self._at = bisect_left(self._hits, (self._place, 0))
        self._show()
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            self.act(action)

    def _replace(self, *, all: bool) -> None:
        """Replace the hit that is looked at and go to the next, or replace all."""
        new, chosen = self.bar.new, self._hits
        if not all:
            chosen = self._hits[self._at : self._at + 1]
        if chosen:
            self._stage.session.editing.substitute([(begin, end, new) for begin, end in chosen])
            self.look(chosen[-1][0] + len(new))

    def _close(self) -> None:
        """Go to the hit in the text; without one, to the line."""
        stage, found = self._stage, bool(self._hits)
        self._hits, self._waiting = [], []
        self._search, self._version, self._text = Search("", ""), (), ""
        stage.transcript.mark("hit", ())
        stage.transcript.mark("current-hit", ())
        # The focus comes first: without it, the cursor would follow the end of the text.
        stage.set_focus(stage.transcript if found else stage.seed_line)
        self.bar.remove_class("-shown")

    def _show(self) -> None:
        view, count = self._stage.view, len(self._hits)
        self._at = self._at % count if count else 0
        if count:
            self.bar.tell(f"{self._at + 1:,} of {count:,} ↑↓")
            view.transcript.go_to(self._hits[self._at][0])
        else:
            self.bar.tell("nothing found" if self.bar.words else "Esc: close")
        view.transcript.mark("hit", self._hits)
        view.transcript.mark("current-hit", self._hits[self._at : self._at + 1])
