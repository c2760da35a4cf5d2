"""The screen of several takes side by side, to pick one."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from bardtui.escaping import shared_length, visible
from bardtui.session.takes import Scores
from bardtui.tui import ui_strings
from bardtui.tui.comparison import parting
from bardtui.tui.keys import OwnBindings
from bardtui.tui.widgets.transcript import Transcript

TAKES = 5
WIDE = 110  # columns; in a narrower terminal the takes are below each other
OTHER = -1  # the answer for takes instead of the reply, or else after it
_PICK = f"1-{TAKES}, Enter: pick"


class TakePane(Transcript, OwnBindings, can_focus=True, inherit_bindings=False):
    """One of the takes. A click picks it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", show=False, id="takes.page_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="takes.page_down"),
        Binding("home", "scroll_home", "Beginning", show=False, id="takes.home"),
        Binding("end", "scroll_end", "End", show=False, id="takes.end"),
    ]
    ALLOW_SELECT = False  # a click picks the take

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place
        self.border_title = str(place + 1)
        self._take, self._ended, self._ready = "", False, False
        self._begin = 0  # of what shows in the take

    def on_mount(self) -> None:
        """Show what was written before the pane was there."""
        self.set_passages([("model", self._take)])
        self.writing = not self._ended
        self._ready = True

    def show(self, text: str) -> None:
        """Show the take, without empty rows at its beginning."""
        self._take = text.lstrip("\n")
        self._begin = len(text) - len(self._take)
        if self._ready:
            self.append(self._take[len(self.text) :])

    def part_at(self, at: int, begin: int, end: int) -> None:
        """Mark the character at which the take parts from another, and its word from `begin` to
        `end`, and bring them into view."""
        self.mark("hit", [(begin, end)] if begin < end else [])
        self.mark("current-hit", [(at, at + 1)] if at < end else [])
        if begin < end:
            self.scroll_to(y=max(0, self._text.row_at(begin) - self.size.height // 3))

    def show_scores(self, at: int, surprise: Sequence[float]) -> None:
        """Say what the model thought of the character at which the take parts from another, and of
        the take."""
        known = [nats for nats in surprise if not math.isnan(nats)]
        if not known:
            return
        step = self.text[at : at + 1] or None
        nats = surprise[self._begin + at] if step else math.nan
        scores = ui_strings.take_scores(step, nats, sum(known) / len(known))
        self.border_title = Content(f"{self.place + 1} · {scores}")

    def end(self) -> None:
        """Mark the take as complete, and show it from its beginning."""
        self._ended = True
        if self._ready:
            self.writing = False
            if self.follow:
                self.scroll_home()

    async def on_click(self) -> None:
        await self.run_action(f"screen.pick({self.place})")


class TakesScreen(ModalScreen[int | None]):
    """Takes that follow the text `before`, instead of `reply` or, if that is empty, at the end.

    With `can_replace`, the writer may switch between takes instead of a reply and after it.
    Dismissed with the number of the picked take, counted from 0, with OTHER to switch, or with
    None. The stage calls `tell`, `show` and `end` as the takes are written. `score` is called with
    the numbers of two takes, and calls what it is given with their scores.
    """

    DEFAULT_CSS = """
    TakesScreen {
        background: $background;
        & #before, & #status {
            height: 1;
            padding: 0 2;
            color: $text-muted;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & #takes { layout: vertical; height: 1fr; }
        & TakePane {
            height: 1fr;
            width: 1fr;
            border-top: solid $foreground 25%;
            border-title-color: $cue;
            padding: 0 1;
            scrollbar-size-vertical: 1;
            &:focus { border-top: solid $border; height: 3fr; }
            &:nocolor:focus { border-top: heavy $border; }
        }
        &.-wide #takes { layout: horizontal; }
        &.-wide TakePane {
            border: round $foreground 25%;
            padding: 0;
            &:focus { border: round $border; height: 1fr; }
            &:nocolor:focus { border: heavy $border; }
        }
        &.-comparing TakePane { display: none; }
        &.-comparing TakePane.-compared { display: block; height: 1fr; }
    }
    """

    BINDINGS = [
        *(
            Binding(str(n), f"pick({n - 1})", f"Take {n}", show=False, id=f"takes.pick_{n}")
            for n in range(1, TAKES + 1)
        ),
        Binding("enter", "pick_focused", "Pick", show=False, id="takes.pick"),
        Binding("left,up", "app.focus_previous", "Previous take", show=False, id="takes.before"),
        Binding("right,down", "app.focus_next", "Next take", show=False, id="takes.next"),
        Binding("a", "after", "Takes after the reply", show=False, id="takes.after"),
        Binding("i", "instead", "Takes instead of the reply", show=False, id="takes.instead"),
        Binding("c", "compare", "Compare with another take", show=False, id="takes.compare"),
        Binding("escape", "none", "None", show=False, id="takes.none"),
    ]

    def __init__(
        self,
        before: str,
        reply: str = "",
        score: Callable[[Sequence[int], Callable[[Scores], object]], None] | None = None,
        *,
        can_replace: bool = False,
    ) -> None:
        super().__init__()
        self._score = score
        last = before[-1000:].strip().rpartition("\n")[2]
        first = " ".join(reply[:1000].split())
        self._before = Content(visible(f"After: … {last}" if last else "Beginning of the scene"))
        if reply:
            self._before = Content.assemble(("Instead of: ", "bold $cue"), visible(first))
        self._instead, self._can_replace = bool(reply), can_replace
        self._takes = [TakePane(n) for n in range(TAKES)]
        self._written = [False] * TAKES
        self._compared: list[TakePane] = []  # up to two
        self._told = "writing ..."
        self._status = Static(self._keys(), id="status")

    def compose(self) -> ComposeResult:
        yield Static(self._before, id="before")
        with Container(id="takes"):
            yield from self._takes
        yield self._status

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")

    def tell(self, text: str) -> None:
        """Show how far the takes are."""
        self._told = text
        self._show_keys()

    def _show_keys(self) -> None:
        self._status.update(self._keys(), layout=False)

    def show(self, texts: tuple[str, ...]) -> None:
        """Show the takes as they are now."""
        self._written = [bool(text) for text in texts]
        for take, text in zip(self._takes, texts, strict=True):
            take.show(text)
        self._show_parting()

    def end(self) -> None:
        """Mark the takes as complete, and show them from their beginnings."""
        for take in self._takes:
            take.end()
        self._ask_for_scores()

    def action_pick(self, place: int) -> None:
        """Pick a take, unless it is still empty."""
        if self._written[place]:
            self.dismiss(place)

    def action_pick_focused(self) -> None:
        if isinstance(self.focused, TakePane):
            self.action_pick(self.focused.place)

    def action_compare(self) -> None:
        """Choose the focused take; when two are chosen, show them alone, and where they part."""
        if self.has_class("-comparing"):
            self._compare([])
        elif isinstance(take := self.focused, TakePane) and self._written[take.place]:
            others = [other for other in self._compared if other is not take]
            self._compare(others if take in self._compared else [*others, take])

    def _compare(self, takes: list[TakePane]) -> None:
        for take in self._takes:
            take.set_class(take in takes, "-compared")
            is_first = takes == [take]
            take.border_title = f"{take.place + 1}{' · to compare' * is_first}"
            take.part_at(0, 0, 0)
        self._compared = takes
        self.set_class(len(takes) == 2, "-comparing")
        self._show_keys()
        self.call_after_refresh(self._show_parting)  # when the panes have their sizes
        self._ask_for_scores()

    def _show_parting(self) -> None:
        """Mark where the two compared takes part, as far as they are written."""
        if self.has_class("-comparing"):
            one, other = self._compared
            at, begin, end, end_of_other = parting(one.text, other.text)
            one.part_at(at, begin, end)
            other.part_at(at, begin, end_of_other)

    def _ask_for_scores(self) -> None:
        """Ask what the model thought of the two compared takes."""
        if len(self._compared) == 2 and self._score is not None:
            one, other = self._compared
            self._score((one.place, other.place), partial(self._show_scores, one, other))

    def _show_scores(self, one: TakePane, other: TakePane, scores: Scores) -> None:
        if self._compared == [one, other]:
            at = shared_length(one.text, other.text)
            for take, surprise in zip(self._compared, scores, strict=True):
                take.show_scores(at, surprise)

    def action_after(self) -> None:
        """Write takes after the reply."""
        if self._instead:
            self.dismiss(OTHER)

    def action_instead(self) -> None:
        """Write takes instead of the reply."""
        if self._can_replace and not self._instead:
            self.dismiss(OTHER)

    def action_none(self) -> None:
        """Pick none; while takes are compared, show all again."""
        if self._compared:
            self._compare([])
        else:
            self.dismiss(None)

    def _keys(self) -> Content:
        """The line of keys, and how far the takes are."""
        if len(self._compared) == 2:
            places = " and ".join(str(take.place + 1) for take in self._compared)
            same = self._compared[0].text == self._compared[1].text
            told = "They are the same" if same else "They part at the marked character"
            return Content(f"{told} · {places}, Enter: pick · c: all takes")
        if self._compared:
            return Content("Go to another take and press c there, to compare the two · Esc: cancel")
        switch = "a: after it · " if self._instead else ""
        if self._can_replace and not self._instead:
            switch = "i: instead of it · "
        leave = "Esc: keep it" if self._instead else "Esc: none"
        return Content(visible(f"{_PICK} · c: compare · {switch}{leave} · {self._told}"))
