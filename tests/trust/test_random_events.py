"""Random keys, mouse events, pastes and sizes: the interface lives, obeys, and saves what it shows.

The same seed gives the same events.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.pilot import Pilot

from bardtui import paths
from bardtui.scene.journal_reader import read_scene
from bardtui.settings import Remembered
from bardtui.tui import keys
from bardtui.tui.app import BardApp
from bardtui.tui.screens.confirm import ConfirmScreen
from tests.conftest import random_weights, small_model
from tests.trust.conftest import times

# No stroke that parts folders, so that no file is saved outside the folder of the test.
TYPED = "aaeeilnorstABN:.,'’ éß中👩[](){}*_~<>&\u0301"
PASTED = (
    "ANN:\nHark!\n",
    "[/] [red]",
    "\x1b[2J\x07\u202e",
    "word " * 8_000,
    "\n" * 500,
    "👩‍👩‍👧é\t" * 50,
    "",
)
TOOLKITS = ["space", "backspace", "delete", "ctrl+u", "ctrl+w", "ctrl+a", "ctrl+c", "shift+left"]
SIZES = [(1, 1), (20, 5), (39, 12), (40, 11), (80, 24), (95, 31), (120, 34), (200, 60)]
PATIENCE = 200.0  # seconds


@pytest.fixture(autouse=True)
def stage(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a small untrained model; the program's random seeds are the same every time."""
    model = small_model()
    model.save(paths.models_dir() / "small", random_weights(model.spec))
    monkeypatch.setattr(paths, "bundled_models", lambda: home / "none")
    for part in ("passage_writing", "takes"):
        lots = random.Random(1)
        monkeypatch.setattr(
            f"bardtui.session.{part}.new_random_seed", lambda lots=lots: lots.getrandbits(31)
        )
    folder = home / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    Remembered(model="small", length=60, pace=1_000.0).save(paths.remembered_file())


def bound() -> list[str]:
    """Every key that means something somewhere, but for the one that leaves."""
    found = {b.key for kind in keys.bound_classes() for b in keys.bindings_of(kind)}
    return sorted({*found, *TOOLKITS} - {"ctrl+q"})


class Hand:
    """Makes the events, one after the other, from a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self._bound = bound()
        self.done: list[str] = []
        self._size = SIZES[4]

    def next(self, app: BardApp) -> Iterator[Message]:
        """What the next thing that happens sends to the program."""
        draw = self.draw
        width, height = self._size
        x, y = draw.randrange(width), draw.randrange(height)
        match draw.choices(
            ["type", "key", "click", "drag", "wheel", "paste", "size", "quit"],
            [30, 40, 10, 4, 6, 3, 4, 0.3],
        )[0]:
            case "type":
                character = draw.choice(TYPED)
                yield self._said(f"type {character!r}", events.Key(character, character))
            case "key":
                key = draw.choice([*self._bound, "escape", "enter"])
                character = "\r" if key == "enter" else key if len(key) == 1 else None
                yield self._said(f"press {key}", events.Key(key, character))
            case "click":
                button = draw.choice([1, 1, 1, 2, 3])
                yield self._said(f"click {x},{y}", self._mouse(events.MouseDown, x, y, button))
                yield self._mouse(events.MouseUp, x, y, button)
            case "drag":
                yield self._said(f"drag from {x},{y}", self._mouse(events.MouseDown, x, y, 1))
                for _ in range(3):
                    x, y = draw.randrange(width), draw.randrange(height)
                    yield self._mouse(events.MouseMove, x, y, 1)
                if draw.random() < 0.8:  # else it is let go of outside of the window
                    yield self._said(f"to {x},{y}", self._mouse(events.MouseUp, x, y, 1))
            case "wheel":
                kind = draw.choice([events.MouseScrollDown, events.MouseScrollUp])
                for _ in range(draw.randrange(1, 5)):
                    yield self._said(f"{kind.__name__} {x},{y}", self._mouse(kind, x, y, 0))
            case "paste":
                text = draw.choice(PASTED)
                yield self._said(f"paste {text[:20]!r}", events.Paste(text))
            case "size":
                yield self._said("size", self.resized(app, *draw.choice(SIZES)))
            case "quit":
                yield self._said("quit", events.Key("ctrl+q", None))

    def resized(self, app: BardApp, width: int, height: int) -> events.Resize:
        """The terminal has another size."""
        self._size = width, height
        assert app._driver is not None
        app._driver._size = self._size
        return events.Resize(Size(width, height), Size(width, height))

    def _mouse(self, kind: type[events.MouseEvent], x: int, y: int, button: int) -> Message:
        shift, meta, ctrl = (self.draw.random() < 0.1 for _ in range(3))
        return kind(None, x, y, 0, 0, button, shift, meta, ctrl, x, y)

    def _said(self, what: str, message: Message) -> Message:
        self.done.append(what)
        return message


async def until(pilot: Pilot[None], condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        await pilot.pause(0.01)


async def live(app: BardApp, hand: Hand, count: int) -> None:
    """Let things happen until there were enough of them or the program was left; if it was not, it
    must do what it is asked to after all of them, and show what it has saved."""
    async with app.run_test(size=(80, 24)) as pilot:
        hand.resized(app, 80, 24)
        while len(hand.done) < count and app.is_running and app.return_code is None:
            for message in hand.next(app):
                app.post_message(message)
            if hand.draw.random() < 0.4:
                await pilot.pause()
        if app.return_code is not None or not app.is_running:
            return
        await settle(app, hand, pilot)


async def settle(app: BardApp, hand: Hand, pilot: Pilot[None]) -> None:
    stage = app.stage
    app.post_message(hand.resized(app, 100, 30))
    await pilot.pause()
    for _ in range(30):
        if app.screen is stage and app.focused is stage.seed_line:
            break
        app.post_message(events.Key("escape", "\x1b"))
        await pilot.pause()
    assert app.screen is stage, "a dialog that does not close"
    stage.seed_line.focus()
    stage.seed_line.text = ""
    app.post_message(events.Paste("Still here."))
    app.post_message(events.Key("enter", "\r"))
    await until(pilot, lambda: "Still here." in stage.session.text[-400:], "a deaf line")
    for _ in range(3):  # a suggestion, a folded pane, and what is being written
        await pilot.press("escape")
    await until(pilot, lambda: not stage.session.writing, "a model that does not stop")
    assert stage.transcript.text == stage.session.text
    assert stage.session.manuscript.length == len(stage.session.text)
    assert not stage.session.manuscript.problem


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(times(1, 10)))
def test_whatever_happens_it_lives_and_is_obeyed(seed: int, home: Path) -> None:
    hand, count = Hand(seed), times(100, 1_000)
    try:
        while len(hand.done) < count:
            asyncio.run(live(BardApp(), hand, count))
    except BaseException as error:
        error.add_note(f"seed {seed}, after {len(hand.done)} events: {hand.done[-30:]}")
        raise
    for path in paths.scenes_dir().glob("**/*.scene.jsonl"):
        scene, report = read_scene(path)
        assert not report, f"{path.name}: {report}"
        assert scene.text or scene.passages


def test_the_same_seed_gives_the_same_events() -> None:
    assert bound() == bound()
    first, second = Hand(3), Hand(3)
    driver = type("App", (), {"_driver": type("Driver", (), {})()})()
    for _ in range(200):
        list(first.next(driver))
        list(second.next(driver))
    assert first.done == second.done


async def test_a_dialog_closes_once_and_nothing_below_it() -> None:
    app = BardApp()
    async with app.run_test(size=(80, 24)) as pilot:
        below, above = ConfirmScreen("Below?", "Yes", "No"), ConfirmScreen("Above?", "Yes", "No")
        answers: list[bool | None] = []
        await app.push_screen(below, answers.append)
        await app.push_screen(above, answers.append)
        above.dismiss(True)
        above.dismiss(False)
        await pilot.pause()
        assert app.screen is below
        assert answers == [True]
        below.dismiss(False)
        below.dismiss(True)
        await pilot.pause()
        assert app.screen is app.stage
        assert answers == [True, False]


async def test_a_page_is_turned_where_no_row_has_room() -> None:
    app = BardApp()
    async with app.run_test(size=(1, 1)) as pilot:
        models = app.stage.side.models
        await until(pilot, lambda: bool(models.entries), "the models are not listed")
        models.action_page_down()
        models.action_page_up()
        models.post_message(events.Key("pagedown", None))
        await pilot.pause()
        assert app.is_running
