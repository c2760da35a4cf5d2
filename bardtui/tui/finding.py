"""Finding words in the scene on the stage, and replacing them."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from bardtui.scene.find import occurrences
from bardtui.tui.widgets.findbar import Action

if TYPE_CHECKING:
    from bardtui.scene.scene_search import Match
    from bardtui.tui.screens.stage import StageScreen


class Finding:
    """The hits of the find bar's words in the visible text, and the one that is looked at."""

    def __init__(self, stage: StageScreen) -> None:
        self._stage = stage
        self._hits: list[tuple[int, int]] = []
        self._at = 0

    @property
    def active(self) -> bool:
        """Whether the find bar is open."""
        return self._stage.view.find_bar.has_class("-shown")

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
        stage, bar = self._stage, self._stage.view.find_bar
        if not bar.is_attached:  # the first screen is drawn sooner without it
            await stage.query_one("#stage").mount(bar, before=stage.seed_line)
        bar.open(words)

    def look(self, place: int | None = None) -> None:
        """Find all hits again, and look at the first one from an offset on."""
        if not self.active:
            return
        here = self._hits[self._at][0] if self._hits else 0
        self._hits = occurrences(self._stage.session.text, self._stage.view.find_bar.words)
        self._at = bisect_left(self._hits, (here if place is None else place, 0))
        self._show()

    def act(self, action: Action) -> None:
        """Do what the find bar's keys and buttons ask for."""
        match action:
            case "look":
                self.look(self._stage.transcript.cursor)
            case "next" | "previous":  # the first hit follows the last
                self._at += 1 if action == "next" else -1
                self._show()
            case "replace" | "replace all":
                self._replace(all=action == "replace all")
            case "close":
                self._close()

    def _replace(self, *, all: bool) -> None:
        """Replace the hit that is looked at and go to the next, or replace all."""
        new, chosen = self._stage.view.find_bar.new, self._hits
        if not all:
            chosen = self._hits[self._at : self._at + 1]
        if chosen:
            self._stage.session.editing.substitute([(begin, end, new) for begin, end in chosen])
            self.look(chosen[-1][0] + len(new))

    def _close(self) -> None:
        """Go to the hit in the text; without one, to the line."""
        stage, found = self._stage, bool(self._hits)
        self._hits = []
        stage.transcript.mark("hit", ())
        stage.transcript.mark("current-hit", ())
        (stage.transcript if found else stage.seed_line).focus()

    def _show(self) -> None:
        view, count = self._stage.view, len(self._hits)
        self._at = self._at % count if count else 0
        if count:
            view.find_bar.tell(f"{self._at + 1:,} of {count:,} ↑↓")
            view.transcript.go_to(self._hits[self._at][0])
        else:
            view.find_bar.tell("nothing found" if view.find_bar.words else "Esc: close")
        view.transcript.mark("hit", self._hits)
        view.transcript.mark("current-hit", self._hits[self._at : self._at + 1])
