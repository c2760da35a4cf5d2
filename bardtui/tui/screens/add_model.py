"""The dialog that adds a model: from a file or a folder, or over the network once that is agreed.

Nothing asks the network before the writer has seen the address and said yes.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from bardtui.errors import UserError, user_message
from bardtui.escaping import visible
from bardtui.files import expanded
from bardtui.model.library import NameTaken, conflict
from bardtui.progress import OnProgress
from bardtui.sharing import hub, sources
from bardtui.sharing.fetch import host_of, is_address
from bardtui.sharing.model_index import Offer, check_offer, fetch_index
from bardtui.sharing.pack import SUFFIX
from bardtui.sharing.sources import Source
from bardtui.sharing.unpack import MAX_FILE, Added, add
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.dialog import ErrorLine, Form
from bardtui.tui.screens.files import FilesScreen
from bardtui.tui.screens.model_card import ModelNameScreen
from bardtui.tui.widgets.rows import ListPane, Rows, distinct, spread
from bardtui.tui.widgets.safe_inputs import SafeInput

_LOOKS = 0.2  # seconds between two looks at the progress

Found = TypeVar("Found")


class _Stopped(Exception):
    """The writer stopped a download."""


class AddModelScreen(Form[Added | None]):
    """Adds a model; dismissed with it once it is checked and among the writer's.

    Args:
        folder: Where files are looked for first.
        index: The address of an index of models; empty without one.
    """

    DEFAULT_CSS = """
    AddModelScreen {
        & #box { width: 78; padding: 0 1; }
        & #about, & #progress { padding: 0 1; }
        & #offers { height: auto; max-height: 10; }
        & .buttons { margin-top: 0; }
    }
    """
    ACCEPTS = "add"
    BINDINGS = [Binding("ctrl+o", "choose", "Choose a file", priority=True, id="new_run.choose")]
    AUTO_FOCUS = "#source"

    def __init__(self, folder: Path, index: str = "") -> None:
        super().__init__()
        self._folder, self._index = folder, index
        self._field = SafeInput(id="source", placeholder="Its path or address; ^o: choose a file")
        self._field.border_title = f"A {SUFFIX} file, a folder, https://… or {hub.PREFIX}OWNER/NAME"
        self._offers: Sequence[Offer] = ()
        self._list = ListPane(Option(Rows(self._invitation), id="ask"), id="offers", markup=False)
        self._list.border_title = "Models that your index offers"
        self._progress = Static(id="progress", classes="note")
        self._done: tuple[int, int | None] = (0, None)
        """The bytes that were fetched, and of how many."""
        self._stop: threading.Event | None = None
        """Stops the download; None while there is none."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Add a model"
            box.border_subtitle = "^o: choose a file, Enter: add, Esc: cancel"
            yield self._field
            yield Static(
                "It is checked before it is added; nothing in it is run. For an address, you are "
                "asked before the network is used.",
                id="about",
                classes="note",
            )
            if self._index:
                yield self._list
            yield self._progress
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Choose a file", id="choose", compact=True)
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Add", id="add", compact=True)

    def on_mount(self) -> None:
        self._progress.display = False
        self.set_interval(_LOOKS, self._show_progress)

    # -- keys and buttons --------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id != "add":
            event.prevent_default()  # the form would close although something is being fetched
            self.action_choose() if event.button.id == "choose" else self.action_cancel()

    def action_choose(self) -> None:
        """Choose a file or a folder."""
        title = f"A {SUFFIX} file, or the folder of a model"
        self.app.push_screen(FilesScreen(self._folder, title, SUFFIX), self._take_file)

    def _take_file(self, path: Path | None) -> None:
        if path is not None:
            self._field.value = str(path)
            self.action_accept()

    def action_accept(self) -> None:
        """Add what was typed."""
        if not (typed := self._field.value.strip()):
            self._say("Type a path or an address, or choose a file.")
        elif self._stop is not None:
            self._say("A model is being fetched. Esc stops that.")
        elif is_address(typed) or typed.startswith(hub.PREFIX):
            self._add(typed)
        else:
            self._add(str(self._folder / expanded(typed)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._stop is not None:
            self._say("Esc stops what is being fetched.")
        elif self._offers:
            self._add(self._offers[event.option_index])
        else:
            self._ask_index()

    def action_cancel(self) -> None:
        """Stop a download; without one, close."""
        if self._stop is None:
            self.dismiss(None)
        else:
            self._stop.set()

    # -- the index ---------------------------------------------------------------------------------

    @work(exclusive=True)
    async def _ask_index(self) -> None:
        """List what the index offers, if the writer agrees that it is asked."""
        self._say("")
        try:
            host_of(self._index)
            if not await self._agreed(self._index, "the list of its models"):
                return
            offers = await self._network(
                lambda on_progress: fetch_index(self._index, on_progress=on_progress)
            )
        except _Stopped:
            self._say("Stopped.")
            return
        except (UserError, OSError) as error:
            self._say(user_message(error) or "")
            return
        if not offers:
            self._say("The index offers no model that this bardtui can use.")
            return
        self._offers = offers
        self._list.clear_options()
        ids = distinct(offer.name for offer in offers)
        self._list.add_options(
            Option(Rows(partial(_row, offer)), id=id) for offer, id in zip(offers, ids, strict=True)
        )
        self._list.border_subtitle = "Enter: add"
        self._list.highlighted = 0
        self._list.focus()

    def _invitation(self, width: int) -> list[Content]:
        words = Content(f"Ask {visible(self._index)} …")
        return [words.truncate(width, ellipsis=True)]

    # -- adding ------------------------------------------------------------------------------------

    @work(exclusive=True)
    async def _add(self, source: Source) -> None:
        """Add a model, fetching it if the writer agrees."""
        self._say("")
        name: str | None = None
        try:
            with ExitStack() as stack:
                address = sources.network_address(source)
                if isinstance(source, Offer):
                    name = source.name
                    if problem := conflict(name):  # before anything is fetched
                        name = await self._other_name(name, problem)
                        if name is None:
                            return
                if address:
                    size = source.size if isinstance(source, Offer) else 0
                    amount = f"{size / 1e6:.2f}" if size else f"at most {MAX_FILE / 1e6:,.0f}"
                    if not await self._agreed(address, f"a model of {amount} MB"):
                        return
                    if isinstance(source, Offer):
                        await asyncio.to_thread(check_offer, source, self._index)
                    path = await self._network(
                        lambda on_progress: stack.enter_context(
                            sources.at_hand(source, on_progress=on_progress)
                        )
                    )
                else:
                    path = stack.enter_context(sources.at_hand(source))
                added = await self._checked(path, name, sources.name_of(source))
        except _Stopped:
            kept = " What was fetched is kept. Add the model again to continue."
            self._say("Stopped." + kept * sources.goes_on(source))
        except (UserError, OSError) as error:
            self._say(user_message(error) or "")
        else:
            if added is not None:
                self.dismiss(added)

    async def _checked(self, path: Path, name: str | None, origin: str) -> Added | None:
        """Add the model of a file or a folder, under another name where its own is taken."""
        while True:
            try:
                return await asyncio.to_thread(add, path, name, origin=origin)
            except NameTaken as error:
                own = name or Path(origin.rstrip("/")).name.removesuffix(SUFFIX)
                if (name := await self._other_name(own, str(error))) is None:
                    return None

    async def _other_name(self, name: str, problem: str) -> str | None:
        """Ask for another name than one that is taken; None if the writer gives none."""
        self._say(f"{problem}: give this one another name.")
        return await self.app.push_screen_wait(ModelNameScreen(name, "Add"))

    # -- the network -------------------------------------------------------------------------------

    async def _agreed(self, address: str, what: str) -> bool:
        """Whether the writer agrees that an address is asked."""
        question = (
            f"Use the network? bardtui asks\n\n{address}\n\nfor {what}, and follows redirects."
        )
        return await self.app.push_screen_wait(ConfirmScreen(question, "Ask it", "No"))

    async def _network(self, fetch: Callable[[OnProgress], Found]) -> Found:
        """Fetch something in a thread; it stops when the writer wants that, or the program ends.

        Raises _Stopped, and what `fetch` raises.
        """
        stop = self._stop = threading.Event()
        self._done = (0, None)

        def on_progress(done: int, total: int | None) -> None:
            if stop.is_set():
                raise _Stopped
            self._done = (done, total)

        try:
            return await asyncio.to_thread(fetch, on_progress)
        finally:
            stop.set()
            self._stop = None
            self._progress.display = False

    def _show_progress(self) -> None:
        if self._stop is None:
            return
        self._progress.display = True
        done, total = self._done
        of = f" of {total / 1e6:.2f} MB, {done / total:.0%}" if total else " MB"
        self._progress.update(f"Fetching: {done / 1e6:.2f}{of}. Esc stops.")

    def _say(self, text: str) -> None:
        self.query_one(ErrorLine).say(text)


def _row(offer: Offer, width: int) -> list[Content]:
    """An offer in two rows: its name, language, licence and size, and its description."""
    size = f"{offer.size / 1e6:.2f} MB"
    about = " · ".join(filter(None, (offer.language, offer.licence, size)))
    described = offer.description or "It has no description."
    return [
        spread(Content.styled(visible(offer.name), "bold"), Content(visible(about)), width),
        Content.styled(f"  {visible(described)}", "$text-muted").truncate(width, ellipsis=True),
    ]
