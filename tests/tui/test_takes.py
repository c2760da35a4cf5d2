"""Takes side by side: written at once, picked or not, and always kept."""

import math
from collections.abc import Callable, Sequence

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.scene.cast import Cast, Role
from bardtui.scene.scene import Scene
from bardtui.session.takes import Scores
from bardtui.settings import TOP_P
from bardtui.tui.app import BardApp
from bardtui.tui.screens.takes import TAKES, WIDE, TakePane, TakesScreen
from bardtui.tui.widgets.transcript import Transcript
from bardtui.writing.passage import write_passage
from bardtui.writing.stops import end_of
from tests.tui.conftest import Program
from tests.tui.hosts import Host, asked, click, press, settle, shown, toasts, until
from tests.tui.test_stage import idle, on_disk, type_line

pytestmark = pytest.mark.usefixtures("installed")


async def opened(pilot: Pilot[None]) -> TakesScreen:
    """Ask for takes and wait for their screen."""
    await press(pilot, "f5")
    await until(pilot, lambda: isinstance(pilot.app.screen, TakesScreen))
    assert isinstance(pilot.app.screen, TakesScreen)
    return pilot.app.screen


async def another(pilot: Pilot[None], screen: TakesScreen) -> TakesScreen:
    """Wait for the screen of takes that comes after one."""
    await until(pilot, lambda: pilot.app.screen is not screen)
    await until(pilot, lambda: isinstance(pilot.app.screen, TakesScreen))
    assert isinstance(pilot.app.screen, TakesScreen)
    return pilot.app.screen


def kept(app: BardApp, count: int) -> Callable[[], bool]:
    """Whether the tree of the scene has this many passages."""
    return lambda: len(app.stage.session.manuscript.scene.passages) == count


async def test_takes_instead_of_the_reply_are_kept_and_the_picked_one_is_shown(
    installed: ModelBundle, program: Program
) -> None:
    async with program(length=60, temperature=2.0, size=(120, 34)) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        before, scene = stage.session.text, stage.session.manuscript.scene
        screen = await opened(pilot)
        assert "Instead of: " in shown(stage.app)
        await until(pilot, kept(stage.app, 2 + TAKES))
        assert scene.text == before == stage.transcript.text
        takes = scene.children(1)[1:]
        assert all(45 <= len(take.text) <= 75 for take in takes)
        panes = [pane.text for pane in screen.query(TakePane)]
        assert [take.text.lstrip("\n") for take in takes] == panes
        await press(pilot, "3")
        await until(pilot, lambda: stage.app.screen is stage)
        await until(pilot, lambda: scene.text == "ANN:\n" + takes[2].text)
        assert stage.transcript.text == scene.text == on_disk()
        assert len(stage.session.manuscript.takes()) == 1 + TAKES
        assert "take 4 of 6" in str(stage.transcript.border_subtitle)
        assert {take.reason for take in takes} == {"length"}
        assert len({take.random_seed for take in takes}) == TAKES
        assert all(take.model == "tiny" and take.fingerprint for take in takes)
        assert all(take.settings["temperature"] == 2.0 for take in takes)
        await press(pilot, "ctrl+t")
        assert scene.text == "ANN:\n" + takes[3].text
        await press(pilot, "ctrl+t", "ctrl+t")
        assert scene.text == before  # the reply that was there is a take too
    # Each can be written again from what is kept with it.
    context = Context(Decoder(installed.spec, installed.vocabulary, installed.weights()))
    again = []
    for take in takes:
        context.seek("ANN:\n")
        sampling = Sampling(2.0, top_p=TOP_P, random_seed=take.random_seed or 0)
        again.append("".join(write_passage(context, "ANN:\n", 60, sampling)))
    assert sum(text == take.text for text, take in zip(again, takes, strict=True)) >= TAKES - 1


async def test_a_key_switches_to_takes_after_the_reply_and_back(program: Program) -> None:
    async with program(length=60, temperature=2.0) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        before, scene = stage.session.text, stage.session.manuscript.scene
        first = await opened(pilot)
        await press(pilot, "i")  # they are instead of it already
        assert stage.app.screen is first
        await until(pilot, lambda: "a: after it" in said(first))
        await press(pilot, "a")
        second = await another(pilot, first)
        assert "After: " in shown(stage.app)
        await until(pilot, lambda: "all are saved" in said(second))
        await press(pilot, "i")
        await another(pilot, second)
        await press(pilot, "escape")
        await until(pilot, lambda: stage.app.screen is stage)
        assert scene.text == before
        assert len(scene.children(2)) == TAKES


async def test_without_a_pick_all_takes_are_kept(program: Program) -> None:
    async with program(length=20_000, size=(80, 24)) as (pilot, stage):
        scene = stage.session.manuscript.scene
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: stage.session.manuscript.length > 30)
        screen = await opened(pilot)  # it also stops what is being written
        before = scene.text
        panes = list(screen.query(TakePane))
        await until(pilot, lambda: bool(panes[0].text))
        await press(pilot, "escape")
        await until(pilot, lambda: stage.app.screen is stage)
        assert scene.text == before == stage.transcript.text == on_disk()
        written, take = scene.children(1)
        assert written.id == scene.head
        assert take.text.lstrip("\n") == panes[0].text
        assert take.reason == "stopped"
        await press(pilot, "enter")  # the engine is free for what comes next
        await until(pilot, lambda: stage.session.manuscript.length > len(before))
        await press(pilot, "escape")
        assert scene.text.startswith(before)


async def test_takes_may_end_before_the_screen_is_laid_out() -> None:
    screen = TakesScreen("")
    host = Host()
    async with host.run_test(size=(100, 30)) as pilot:
        for take in screen.query(TakePane):
            take.set_reactive(TakePane.show_vertical_scrollbar, False)
        host.ask(screen)
        screen.end()
        await until(pilot, lambda: host.screen is screen)
        screen.end()
        await press(pilot, "escape")


@pytest.mark.parametrize("width", [80, WIDE])
async def test_arrows_and_the_mouse_pick_a_take(width: int, program: Program) -> None:
    async with program(temperature=2.0, size=(width, 24)) as (pilot, stage):
        scene = stage.session.manuscript.scene
        screen = await opened(pilot)
        await until(pilot, kept(stage.app, TAKES))
        panes = list(screen.query(TakePane))
        wide = len({pane.region.y for pane in panes}) == 1
        assert wide == (width >= WIDE)
        await press(pilot, "right" if wide else "down", "enter")
        await until(pilot, lambda: scene.text.lstrip("\n") == panes[1].text)
        before = scene.text
        screen = await opened(pilot)
        await until(pilot, kept(stage.app, 2 * TAKES))
        fourth = list(screen.query(TakePane))[3]
        await click(pilot, fourth)
        await until(pilot, lambda: scene.text != before)
        assert scene.text.lstrip("\n") == fourth.text


async def test_in_a_scene_with_roles_each_take_may_be_a_speech(program: Program) -> None:
    async with program(length=200, rule="speech", size=(120, 34)) as (pilot, stage):
        scene = stage.session.manuscript.scene
        stage.session.manuscript.keep_cast(Cast((Role("ANN", "writer"), Role("BEN"))))
        stage.session.manuscript.add_line("ANN:\nThe lamp is low.\n")
        await opened(pilot)
        await until(pilot, kept(stage.app, 1 + TAKES))
        for take in scene.children(1):
            assert take.text.startswith("\nBEN:\n")
            speech = take.text.removeprefix("\nBEN:\n")
            assert take.reason == "speech"
            end = end_of("speech", speech)
            assert end is None or end == len(speech)
        await press(pilot, "escape")
        await until(pilot, lambda: stage.app.screen is stage)
        stage.session.manuscript.keep_cast(Cast((Role("ANN", "writer"),)))
        await press(pilot, "f5")
        await until(pilot, lambda: "no role that may speak" in str(stage.seed_line.border_subtitle))
        assert stage.app.screen is stage


async def test_quitting_keeps_unfinished_takes(program: Program) -> None:
    async with program(length=20_000, size=(120, 34)) as (pilot, stage):
        scene = stage.session.manuscript.scene
        screen = await opened(pilot)
        await until(pilot, lambda: any(pane.text for pane in screen.query(TakePane)))
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: stage.app.return_code is not None)
    assert len(scene.passages) == 1
    assert scene.text == on_disk() == ""


def said(screen: TakesScreen) -> str:
    """The line below the takes."""
    return str(screen.query_one("#status", Static).render())


@pytest.mark.parametrize("size", [(120, 34), (60, 12)])
async def test_an_error_is_shown_and_the_text_kept(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], program: Program
) -> None:

    def fail(decoder: Decoder, *args: object, **options: object) -> None:
        raise RuntimeError("the network is gone")

    monkeypatch.setattr(Decoder, "write", fail)
    async with program(length=50, size=size, toasts=True) as (pilot, stage):
        screen = await opened(pilot)
        await until(pilot, lambda: "stopped by an error" in said(screen))
        await until(pilot, lambda: "Internal error" in toasts(stage.app))
        await press(pilot, "1")  # there is nothing of it
        assert stage.app.screen is screen
        await press(pilot, "escape")
        await until(pilot, lambda: stage.app.screen is stage)
        assert not stage.session.manuscript.scene.passages


async def test_what_was_written_before_the_screen_is_shown_is_seen() -> None:
    screen = TakesScreen("")
    screen.show(("One.", "", "", "", ""))
    screen.tell("stopped by an error")
    host = Host()
    async with host.run_test(size=(100, 24)) as pilot:
        await asked(pilot, screen)
        assert "stopped by an error" in said(screen)
        screen.show(("One. Two.", "", "", "", ""))
        await settle(pilot)
        assert "One. Two." in shown(host)


@pytest.mark.parametrize("width", [80, WIDE])
async def test_takes_are_shown_without_markup_or_terminal_codes(width: int) -> None:
    screen = TakesScreen("Act I\n[/] \x1b[31m Enter ANN")
    host = Host()
    async with host.run_test(size=(width, 24)) as pilot:
        await asked(pilot, screen)
        texts = ("[bold]one", "", "\x1b]8;;three", "four", "five")
        screen.show(tuple(text and f"\n\nBEN:\n{text}" for text in texts))
        await settle(pilot)
        picture = shown(host)
        assert "… [/] ␛[31m Enter ANN" in picture
        assert "[bold]one" in picture
        assert "␛]8;;three" in picture
        assert picture.count("BEN:") == TAKES - 1
        panes = list(screen.query(Transcript))
        assert panes[0].text == "BEN:\n[bold]one"
        await press(pilot, "2")  # nothing of it yet
        assert host.screen is screen
        await press(pilot, "1")
        await until(pilot, lambda: host.answers == [0])


@pytest.mark.parametrize("width", [80, WIDE])
async def test_two_takes_are_compared_and_one_is_picked(width: int) -> None:
    screen = TakesScreen("")
    host = Host()
    async with host.run_test(size=(width, 24)) as pilot:
        await asked(pilot, screen)
        screen.show(("BEN:\nNo tide.", "Two", "BEN:\nNo wind.", "", ""))
        screen.end()
        screen.tell("all are saved")
        await until(pilot, lambda: "c: compare" in shown(host))
        await press(pilot, "c")
        await until(pilot, lambda: "Go to another take" in shown(host))
        assert "1 · to compare" in shown(host)
        await press(pilot, "right", "right", "c")
        await until(pilot, lambda: "1 and 3, Enter: pick" in shown(host))
        await until(pilot, lambda: "Two" not in shown(host))
        one, other = (screen.query(TakePane)[place] for place in (0, 2))
        await until(pilot, lambda: one.size.height > 4 and other.size.height > 4)
        for pane, letter in ((one, "t"), (other, "w")):
            await until(pilot, lambda pane=pane, letter=letter: marked(pane) == letter)  # type: ignore[misc]
        await press(pilot, "escape")  # all again
        await until(pilot, lambda: "Two" in shown(host) and marked(one) == "")
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [2])


async def test_compared_takes_show_what_the_model_thought_where_they_part() -> None:
    places_asked: list[Sequence[int]] = []

    def score(places: Sequence[int], then: Callable[[Scores], object]) -> None:
        places_asked.append(places)
        then(([0.5, 0.5, math.log(4), 1.0], [0.0, 0.0]))

    screen, host = TakesScreen("", "", score), Host()
    async with host.run_test(size=(WIDE, 24)) as pilot:
        await asked(pilot, screen)
        screen.show(("\nAye", "No", "\nA", "", ""))
        await press(pilot, "c", "right", "right", "c")
        await until(pilot, lambda: "“y” was 25% likely, 1.39 nats · mean 0.85" in shown(host))
        assert "ends before the other · mean 0.00" in shown(host)
        screen.end()  # what is compared while takes are written is scored when they are complete
        assert places_asked == [(0, 2), (0, 2)]
        await press(pilot, "escape")
        await until(pilot, lambda: "likely" not in shown(host))


def marked(pane: TakePane) -> str:
    """What is drawn in reverse in a pane."""
    strips = [pane.render_line(y) for y in range(pane.size.height)]
    return "".join(s.text for strip in strips for s in strip if s.style and s.style.reverse)


def test_takes_can_begin_a_scene() -> None:
    scene = Scene()
    first, second = (scene.add("model", text, reason="length", after=(None, None)) for text in "ab")
    assert scene.takes(first.id) == [first, second]
    assert scene.text == "b"
