"""The stage with a real engine and a small real model: what the writer does, and what is kept."""

import math
import os
import threading
from pathlib import Path

import pytest
from hosts import click, press, remember, settle, shown, toasts, until
from textual import events
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from bardtui import paths
from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.store import ModelBundle
from bardtui.scene.cast import Cast, Role
from bardtui.scene.export import to_text
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene
from bardtui.settings import TEMPERATURE, TOP_P
from bardtui.tui.app import BardApp
from bardtui.tui.commands import STAGE_KEYS
from bardtui.tui.keys import key_groups
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.save import SaveScreen
from bardtui.tui.screens.stage import StageScreen
from bardtui.writing.forms import recognised
from bardtui.writing.passage import write_passage
from tests.tui.conftest import Program

pytestmark = pytest.mark.usefixtures("installed")


def on_disk() -> str:
    """The text of the only scene that is saved."""
    (path,) = paths.scenes_dir().iterdir()
    return read_scene(path)[0].text


async def type_line(pilot: Pilot[None], text: str) -> None:
    """Type a line and send it."""
    await press(pilot, *text, "enter")


async def idle(pilot: Pilot[None], stage: StageScreen) -> None:
    """Wait until nothing is being written."""
    await until(pilot, lambda: not stage.session.writing)


async def test_a_sent_line_joins_the_scene_and_the_model_continues_it(program: Program) -> None:
    async with program(length=80) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        scene = stage.session.manuscript.scene
        assert [p.author for p, _ in scene.path()] == ["writer", "model"]
        assert scene.text.startswith("ANN:")
        assert 60 <= scene.length - len("ANN:\n") <= 100
        assert stage.transcript.text == scene.text
    assert on_disk() == scene.text


async def test_escape_keeps_exactly_what_shows_and_the_model_continues_from_there(
    installed: ModelBundle, program: Program
) -> None:
    async with program(length=5_000, pace=200) as (pilot, stage):
        await type_line(pilot, "BEN:")
        await until(pilot, lambda: len(stage.transcript.text) > 30)
        shown = stage.transcript.text
        await press(pilot, "escape")
        assert not stage.session.writing
        kept = stage.session.text
        assert kept.startswith(shown)
        assert kept == stage.transcript.text == on_disk()
        stage.side.length.value = 40
        await press(pilot, "enter")
        await idle(pilot, stage)
        passage, _ = stage.session.manuscript.scene.path()[-1]
        written, seed = passage.text, passage.random_seed
        after = stage.session.text
    assert after == kept + written
    assert seed is not None
    # Another decoder that reads the same text writes the same: nothing of what was computed
    # beyond the stop has stayed in the state.
    fresh = Context(Decoder(installed.spec, installed.vocabulary, installed.weights()))
    fresh.seek(kept)
    from bardtui.model.sampling import Sampling

    sampling = Sampling(TEMPERATURE, top_p=TOP_P, random_seed=seed)
    assert "".join(write_passage(fresh, kept, 40, sampling)) == written


async def test_sending_a_line_stops_the_writing_model_and_says_so(program: Program) -> None:
    async with program(length=2000, pace=20) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: stage.session.manuscript.scene.length > 5)
        await type_line(pilot, "BEN:")
        await until(pilot, lambda: "tiny stopped when you sent your line" in shown(stage.app))
        written = [p.author for p, _ in stage.session.manuscript.scene.path()]
        assert written[:3] == ["writer", "model", "writer"]


async def test_a_scene_is_named_after_its_first_line_until_it_is_renamed(
    program: Program,
) -> None:
    async with program(length=10) as (pilot, stage):
        scene = stage.session.manuscript.scene
        await type_line(pilot, "The lamp is out.")
        await idle(pilot, stage)
        assert scene.title == "The lamp is out."
        await press(pilot, "ctrl+z")
        await type_line(pilot, "The sea is high.")
        await idle(pilot, stage)
        assert scene.title == "The sea is high."
        scene.set("title", "Act I")
        await press(pilot, "ctrl+z")
        await type_line(pilot, "The lamp is lit.")
        assert scene.title == "Act I"


async def test_text_appears_at_the_pace_until_the_rest_is_asked_for(program: Program) -> None:
    async with program(length=300, pace=10) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: len(stage.transcript.text) > 6)
        assert len(stage.transcript.text) < 100
        await press(pilot, "ctrl+g")
        await idle(pilot, stage)
        assert stage.session.manuscript.scene.length >= 250


async def test_retry_in_the_middle_of_writing_loses_nothing(program: Program) -> None:
    async with program(length=5_000, pace=200) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: len(stage.transcript.text) > 20)
        begun = stage.transcript.text
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: len(stage.session.manuscript.scene.passages) == 3)
        await press(pilot, "escape")
        first = stage.session.manuscript.scene.passages[2]
        assert first.text.startswith(begun.removeprefix("ANN:\n"))
        assert first.reason == "stopped"


async def test_undo_removes_the_exchange_and_redo_restores_it(program: Program) -> None:
    async with program(length=20) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        whole = stage.transcript.text
        await press(pilot, "ctrl+z")
        assert stage.transcript.text == ""
        await press(pilot, "ctrl+y")
        assert stage.transcript.text == whole


async def test_ctrl_z_in_an_unsent_line_undoes_only_the_typing(program: Program) -> None:
    async with program(length=20) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        whole = stage.transcript.text
        await press(pilot, *"Hm", "ctrl+z")
        assert stage.transcript.text == whole


async def test_settings_apply_from_the_next_line_and_are_remembered() -> None:
    remember()
    app = BardApp()
    async with app.run_test() as pilot:
        app.stage.side.temperature.value, app.stage.side.length.value = 0.3, 25
        app.stage.side.pace.value = math.inf
        await type_line(pilot, "ANN:")
        await idle(pilot, app.stage)
        passage, _ = app.stage.session.manuscript.scene.path()[-1]
        assert passage.settings["temperature"] == 0.3
        assert passage.settings["length"] == 25
    again = BardApp()
    async with again.run_test():
        stage = again.stage
        assert (stage.side.temperature.value, stage.side.length.value) == (0.3, 25)
        assert stage.side.pace.value == math.inf
        assert stage.session.model == "tiny"
        assert stage.transcript.text.startswith("ANN:")  # the last scene, opened again


async def test_the_start_opens_the_scene_that_was_open_last(program: Program) -> None:
    older, newer = paths.scenes_dir() / "older.scene.jsonl", paths.scenes_dir() / "a.scene.jsonl"
    for path, used in ((older, 1_000), (newer, 2_000)):
        Journal.create(path, Scene(path.name)).close()
        os.utime(path, (used, used))
    async with program() as (_, stage):
        assert stage.session.manuscript.path == newer  # the last written one, before the first time
        stage.session.open(older)
    again = BardApp()
    assert again.stage.session.manuscript.path == older
    again.stage.session.manuscript.close()
    older.unlink()
    last = BardApp()
    assert last.stage.session.manuscript.path == newer
    last.stage.session.manuscript.close()


async def test_another_model_reads_the_scene_and_continues_it(
    installed: ModelBundle, home: Path, program: Program
) -> None:
    installed.save(paths.models_dir() / "other", installed.weights())
    broken = paths.models_dir() / "broken"
    broken.mkdir()
    (broken / "model.json").write_text("[/] \x1b[31m not json")
    async with program(size=(120, 40)) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        await until(pilot, lambda: stage.side.models.option_count >= 3)
        stage.side.models.focus()
        names = [entry.name for entry in stage.side.models.entries]
        stage.side.models.highlighted = names.index("broken")
        await press(pilot, "enter")
        assert stage.session.model == "tiny"
        stage.side.models.highlighted = names.index("other")
        await press(pilot, "enter")
        assert stage.session.model == "other"
        stage.seed_line.focus()
        await press(pilot, "enter")
        await idle(pilot, stage)
        passage, _ = stage.session.manuscript.scene.path()[-1]
        assert (passage.model, passage.settings["length"]) == ("other", 20)


async def test_a_model_that_cannot_be_loaded_is_reported_and_the_line_kept(
    program: Program,
) -> None:
    async with program(model="missing", size=(120, 40), toasts=True) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        assert stage.session.text.startswith("ANN:\n")
        await until(pilot, lambda: "missing" in toasts(stage.app))
        # One that can be used takes its place.
        await until(pilot, lambda: stage.session.model != "missing")


async def test_the_save_dialog_stays_open_when_the_disk_refuses(
    home: Path, monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    monkeypatch.chdir(home)
    async with program(length=10) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(stage.app.screen, SaveScreen))
        stage.app.screen.query_one("#path", Input).value = "/dev/full"
        await press(pilot, "enter", "enter")
        await until(
            pilot,
            lambda: any("Not saved" in str(e.render()) for e in stage.app.screen.query("#error")),
        )
        stage.app.screen.query_one("#path", Input).value = str(home / "mine.txt")
        await press(pilot, "enter")
        await until(pilot, lambda: (home / "mine.txt").exists())
        assert (home / "mine.txt").read_text() == to_text(stage.session.manuscript.scene)


async def test_a_refused_journal_is_reported_and_writing_continues(
    program: Program,
) -> None:
    paths.scenes_dir().write_text("a file where the folder should be")
    async with program(length=10, size=(120, 40)) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        assert stage.session.manuscript.problem
        assert "NOT SAVED" in str(stage.view.top_line.render())
        paths.scenes_dir().unlink()
        await until(pilot, lambda: not stage.session.manuscript.problem)
    assert on_disk().startswith("ANN:")


async def test_a_long_title_is_cut_to_fit_the_top_line(program: Program) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        stage.session.manuscript.add_line("A line.\n")
        stage.session.manuscript.scene.set(
            "title", "The tempest that came over the hills, part two"
        )
        await until(pilot, lambda: "  ·  saved  ·  8 characters, 100% yours" in shown(stage.app))
        assert "≡ bardtui  ·  The tempest that" in shown(stage.app)
        await pilot.resize_terminal(140, 24)
        await until(pilot, lambda: "over the hills, part two  ·  saved" in shown(stage.app))


async def test_typing_closes_the_drawer_that_covers_the_line(
    program: Program,
) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        await press(pilot, "ctrl+b")
        assert stage.has_class("-drawer")
        await press(pilot, "shift+tab", *"Now")
        await until(pilot, lambda: not stage.has_class("-drawer"))
        assert stage.seed_line.text == "Now"


@pytest.mark.parametrize(("size", "rows"), [((80, 24), (1, 23)), ((30, 10), (0, 10))])
async def test_the_drawer_covers_the_stage_alone(
    program: Program, size: tuple[int, int], rows: tuple[int, int]
) -> None:
    """It leaves the top line and the keys, where the terminal is large enough for them."""
    async with program(size=size) as (pilot, stage):
        await press(pilot, "ctrl+b")
        await until(pilot, lambda: (stage.side.region.y, stage.side.region.bottom) == rows)
        assert not stage.allow_vertical_scroll


async def test_a_new_scene_leaves_the_old_one_saved_and_opens_again(program: Program) -> None:
    async with program(length=10) as (pilot, stage):
        await type_line(pilot, "First scene")
        await idle(pilot, stage)
        text = stage.session.text
        await press(pilot, "ctrl+n")
        assert stage.transcript.text == ""
        await type_line(pilot, "Second scene")
        await idle(pilot, stage)
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: bool(stage.app.screen.query("#scenes")))
        listed = stage.app.screen.query_one("#scenes", OptionList)
        await until(pilot, lambda: listed.option_count >= 2)
        await press(pilot, "escape")
        first = next(p for p in paths.scenes_dir().iterdir() if p.name.startswith("first"))
        stage.session.open(first)
        assert stage.transcript.text == text


async def test_a_scene_that_is_open_in_another_program_is_not_opened(program: Program) -> None:
    async with program() as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        other = BardApp()
        async with other.run_test(notifications=True) as pilot:
            assert other.stage.transcript.text == ""
            await until(pilot, lambda: "open elsewhere" in toasts(other))


async def test_the_help_and_the_palette_list_every_action(
    program: Program,
) -> None:
    async with program(size=(120, 60)) as (pilot, stage):
        await press(pilot, "f1")
        await until(pilot, lambda: bool(stage.app.screen.query("#help")))
        listed = {does for group in key_groups(stage).values() for _, does in group}
        for binding in STAGE_KEYS:
            assert (binding.tooltip or binding.description) in listed
        await press(pilot, "escape")
        titles = " ".join(command.title for command in stage.app.get_system_commands(stage))
        for binding in STAGE_KEYS:
            assert binding.tooltip in titles


async def test_there_is_one_engine_thread(program: Program) -> None:
    async with program(length=5_000, pace=200) as (pilot, stage):
        for _ in range(4):
            await type_line(pilot, "ANN:")
            await until(pilot, lambda: stage.transcript.writing)
        engines = [t for t in threading.enumerate() if t.name == "engine"]
        assert len(engines) == 1
        await press(pilot, "escape")
    assert on_disk() == stage.session.text


async def test_every_take_can_be_shown_again(program: Program) -> None:
    async with program(length=60, temperature=2.0) as (pilot, stage):  # no two takes are alike
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        first = stage.transcript.text
        await press(pilot, "ctrl+r")
        await idle(pilot, stage)
        second = stage.transcript.text
        assert "take 2 of 2" in str(stage.transcript.border_subtitle)
        await press(pilot, "ctrl+t")
        assert stage.transcript.text == first != second
        assert "take 1 of 2" in str(stage.transcript.border_subtitle)
        await press(pilot, "ctrl+t")
        assert stage.transcript.text == second


async def test_the_model_finishes_a_line_that_ends_in_a_space(program: Program) -> None:
    async with program(length=10) as (pilot, stage):
        await type_line(pilot, "The lamp ")
        await idle(pilot, stage)
        writer, model = (passage for passage, _ in stage.session.manuscript.scene.path())
        assert writer.text == "The lamp "
        assert 0 < model.length < 20


async def test_characters_typed_in_another_pane_go_to_the_seed_line(program: Program) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        for pane in (stage.transcript, stage.side.models, stage.side.temperature):
            pane.focus()
            await press(pilot, "H")
        assert stage.seed_line.text == "HHH"


async def test_fast_typing_in_another_pane_loses_nothing(program: Program) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        cast = Cast((Role("ANN"), Role("BEN")))
        stage.session.keep_cast(cast)
        for name in ("transcript", "models", "temperature", "rule", "cast"):
            stage.seed_line.text = ""
            pane = stage.query_one(f"#{name}")
            pane.focus()
            await until(pilot, lambda pane=pane: stage.app.focused is pane)  # type: ignore[misc]
            for character in "the lamp is lit, old friend":
                stage.app.post_message(events.Key(character, character))
            await until(pilot, lambda: stage.app.focused is stage.seed_line)
            await until(pilot, lambda: stage.seed_line.text.endswith("friend"))
            assert stage.seed_line.text == "the lamp is lit, old friend"
            assert stage.session.manuscript.cast == cast


async def test_scrolling_up_stops_following_until_end_is_pressed(program: Program) -> None:
    async with program(length=5_000, pace=500, size=(80, 14)) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: stage.transcript.max_scroll_y > 10)
        await press(pilot, "pageup")
        assert not stage.transcript.follow
        place, length = stage.transcript.scroll_offset.y, len(stage.transcript.text)
        await until(pilot, lambda: len(stage.transcript.text) > length + 100)
        assert stage.transcript.scroll_offset.y == place
        await press(pilot, "end")
        assert stage.transcript.follow
        await press(pilot, "escape")


async def test_quitting_asks_first_if_the_scene_cannot_be_saved(program: Program) -> None:
    paths.scenes_dir().write_text("a file where the folder should be")
    async with program(length=10, size=(120, 40)) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: isinstance(stage.app.screen, ConfirmScreen))
        await press(pilot, "n")
        await until(pilot, lambda: stage.app.screen is stage)
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: isinstance(stage.app.screen, ConfirmScreen))
        await press(pilot, "y")
        await until(pilot, lambda: stage.app.return_code is not None)


async def test_an_unsent_line_is_restored_at_the_next_start() -> None:
    remember()
    app = BardApp()
    async with app.run_test() as pilot:
        await press(pilot, *"Not yet")
    again = BardApp()
    async with again.run_test():
        assert again.stage.seed_line.text == "Not yet"


async def test_the_draft_is_kept_until_the_line_is_in_the_scene(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(length=10) as (pilot, stage):
        genuine, kept = stage.session.manuscript.add_line, []

        def add_line(text: str) -> None:
            kept.append(stage.session.draft.text)
            genuine(text)

        monkeypatch.setattr(stage.session.manuscript, "add_line", add_line)
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: bool(kept))
        assert kept == ["ANN:"]
        await until(pilot, lambda: not paths.draft_file().exists())


async def test_a_retry_stopped_at_once_shows_the_earlier_take(
    program: Program,
) -> None:
    async with program(length=30) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        whole = stage.transcript.text
        stage.action_retry()
        stage.action_stop()
        await settle(pilot)
        assert stage.transcript.text == whole


async def test_focusing_the_models_lists_newly_trained_ones(
    installed: ModelBundle, program: Program
) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        models = stage.side.models
        await until(pilot, lambda: bool(models.entries))
        installed.save(paths.models_dir() / "newer", installed.weights())
        models.focus()
        await until(pilot, lambda: any(entry.name == "newer" for entry in models.entries))


async def test_the_first_screen_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    folded = []

    def drawn(app: BardApp) -> None:
        if isinstance(app.screen, StageScreen):
            folded.append((app.screen.has_class("-folded"), app.screen.has_class("-low")))

    monkeypatch.setattr(BardApp, "post_display_hook", drawn)
    async with program(size=(80, 24)) as (pilot, _):
        await until(pilot, lambda: bool(folded))
    assert set(folded) == {(True, True)}


async def test_a_click_on_the_name_opens_the_palette(program: Program) -> None:
    async with program(size=(100, 30)) as (pilot, stage):
        await click(pilot, "#topline")
        await until(pilot, lambda: isinstance(stage.app.screen, CommandPalette))


async def test_garbage_collection_starts_after_the_first_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collected: list[bool] = []
    monkeypatch.setattr("bardtui.tui.app.gc.enable", lambda: collected.append(True))
    remember()
    async with BardApp().run_test() as pilot:
        await until(pilot, lambda: collected == [True])


@pytest.mark.parametrize(
    ("name", "form"),
    [("a play", "play"), ("a screenplay", "screenplay"), ("prose", "prose"), ("verse", "verse")],
)
async def test_an_example_begins_a_scene_of_its_form(
    name: str, form: str, program: Program
) -> None:
    async with program(toasts=True) as (pilot, stage):
        begin = next(
            command.callback
            for command in stage.app.get_system_commands(stage)
            if command.title == f"Example: {name}"
        )
        begin()
        text = stage.seed_line.text
        begin()
        await until(pilot, lambda: "Your line is not empty" in toasts(stage.app))
        assert stage.seed_line.text == text
        await press(pilot, "enter")
        await until(pilot, lambda: not stage.session.writing)
        passages = stage.session.manuscript.scene.path()
        assert text in passages[0][0].text
        assert recognised(passages[0][0].text) == form
