"""The stage's ways through a scene: cut, edit, copy, the map, undo; and that writing goes on."""

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import TextArea

from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.settings import TEMPERATURE, TOP_P
from bardtui.tui import typed_keys
from bardtui.tui.app import BardApp
from bardtui.tui.keys import key_groups
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.edit import EDIT_LIMIT, EditScreen, part_around
from bardtui.tui.screens.map import MapScreen
from bardtui.tui.screens.takes import TakesScreen
from bardtui.writing.passage import write_passage
from tests.tui.conftest import Program
from tests.tui.hosts import Host, asked, press, shown
from tests.tui.test_stage import idle, on_disk, type_line, until

pytestmark = pytest.mark.usefixtures("installed")


def exchange(app: BardApp, line: str, answer: str) -> None:
    """Let a line and a model's answer stand in the scene."""
    manuscript = app.stage.session.manuscript
    manuscript.add_line(line)
    passage = manuscript.begin("tiny", "f", {}, 0)
    manuscript.extend(passage, answer)
    manuscript.scene.end(passage, "length")
    app.stage.session.show_scene()


async def pointing(pilot: Pilot[None], app: BardApp, offset: int) -> None:
    """Put the cursor on a character, by the keys."""
    view = app.stage.transcript
    view.focus()
    await press(pilot, "ctrl+home")
    while view.cursor < offset:
        await press(pilot, "right")
    assert view.cursor == offset


async def edited(pilot: Pilot[None], app: BardApp) -> TextArea:
    """Press e, and wait for the editor."""
    await press(pilot, "e")
    await until(pilot, lambda: isinstance(app.screen, EditScreen) and app.focused is not None)
    area = app.screen.query_one("#text", TextArea)
    await until(pilot, lambda: not area.cursor_blink)  # then its cursor is in place
    return area


async def test_a_line_sent_after_a_cut_continues_the_row(program: Program) -> None:
    async with program(length=30) as (pilot, stage):
        exchange(stage.app, "Wait: I know thee.\n", "Ay.\n")
        await pointing(pilot, stage.app, 10)
        await press(pilot, "enter")
        await type_line(pilot, "ot that face.")
        await idle(pilot, stage)
        assert stage.session.text.startswith("Wait: I knot that face.\n")
        assert stage.transcript.text == stage.session.text == on_disk()


async def test_an_edited_speech_keeps_the_empty_line_after_it(program: Program) -> None:
    async with program() as (pilot, stage):
        exchange(stage.app, "ANN:\nWho?\n\n", "BEN:\nI.\n")
        await pointing(pilot, stage.app, 9)  # on the empty row
        editor = await edited(pilot, stage.app)
        assert editor.text == "ANN:\nWho?"
        await press(pilot, "ctrl+end", " ", "S", "o", "?", "ctrl+s")
        await until(pilot, lambda: stage.app.screen is stage)
        assert stage.transcript.text == "ANN:\nWho? So?\n\nBEN:\nI.\n"
        await pointing(pilot, stage.app, 2)
        (await edited(pilot, stage.app)).select_all()
        await press(pilot, "backspace", "ctrl+s")  # of nothing, nothing is left
        await until(pilot, lambda: stage.app.screen is stage)
        assert stage.transcript.text == "BEN:\nI.\n"


async def test_after_a_cut_the_model_continues_from_the_cursor(
    installed: ModelBundle, program: Program
) -> None:
    async with program(length=30) as (pilot, stage):
        exchange(stage.app, "ANN:\n", "Come in, sit down.\n")
        whole = stage.transcript.text
        await pointing(pilot, stage.app, 12)
        await press(pilot, "enter")
        assert stage.transcript.text == stage.session.text == whole[:12] == on_disk()
        assert stage.app.focused is stage.seed_line
        await press(pilot, "enter")
        await idle(pilot, stage)
        passage, _ = stage.session.manuscript.scene.path()[-1]
        await press(pilot, "ctrl+z")
        assert stage.transcript.text == whole[:12]
        await press(pilot, "ctrl+z")
        assert stage.transcript.text == whole
        await press(pilot, "ctrl+y")
        assert stage.transcript.text == whole[:12]
        await press(pilot, "ctrl+z", "shift+tab", "ctrl+end", "enter")  # at the end: nothing to cut
        assert stage.transcript.text == whole
        assert stage.app.focused is stage.seed_line
    context = Context(Decoder(installed.spec, installed.vocabulary, installed.weights()))
    context.seek(whole[:12])
    seed = passage.random_seed or 0
    sampling = Sampling(TEMPERATURE, top_p=TOP_P, random_seed=seed)
    assert "".join(write_passage(context, whole[:12], 30, sampling)) == passage.text


async def test_a_passage_is_edited_in_place(program: Program) -> None:
    async with program(length=30) as (pilot, stage):
        exchange(stage.app, "ANN:\n", "Come in.\n")
        exchange(stage.app, "BEN:\n", "No.\n")
        whole = stage.transcript.text
        await pointing(pilot, stage.app, whole.index("in."))
        area = await edited(pilot, stage.app)
        assert (area.text, area.cursor_location) == ("Come in.", (0, 5))
        await press(pilot, "escape")
        await until(pilot, lambda: stage.app.screen is stage)
        assert stage.transcript.text == whole
        await edited(pilot, stage.app)
        await press(pilot, *"back ", "ctrl+s")
        await until(pilot, lambda: stage.app.screen is stage)
        await until(pilot, lambda: stage.transcript.text == whole.replace("in.", "back in."))
        assert stage.session.text == stage.transcript.text == on_disk()
        theirs = stage.session.manuscript.length - len("ANN:\n" + "BEN:\n" + "back ")
        assert (
            stage.session.manuscript.writers_share == 1 - theirs / stage.session.manuscript.length
        )
        assert stage.app.focused is stage.transcript
        await until(pilot, lambda: "Edited" in stage.view.status.text)
        await press(pilot, "ctrl+z")
        assert stage.transcript.text == whole
        await press(pilot, "ctrl+y")
        assert "back in." in stage.transcript.text


async def test_the_last_passage_edited_is_one_of_its_takes(program: Program) -> None:
    async with program(length=30) as (pilot, stage):
        exchange(stage.app, "ANN:\n", "Come in.\n")
        stage.transcript.focus()
        await edited(pilot, stage.app)
        await press(pilot, *"Sit.", "ctrl+s")
        await until(pilot, lambda: stage.transcript.text == "ANN:\nCome in.Sit.\n")
        assert "take 2 of 2" in str(stage.transcript.border_subtitle)
        await press(pilot, "ctrl+t")
        assert stage.transcript.text == "ANN:\nCome in.\n"
        await press(pilot, "ctrl+t", "ctrl+r")
        await idle(pilot, stage)
        assert "take 3 of 3" in str(stage.transcript.border_subtitle)


async def test_y_copies_and_other_letters_are_typed(program: Program) -> None:
    async with program() as (pilot, stage):
        stage.transcript.focus()
        await press(pilot, "e")
        await until(pilot, lambda: "nothing to edit" in stage.view.status.text)
        exchange(stage.app, "ANN:\n", "Come in\ud800.\n")
        await pointing(pilot, stage.app, 2)
        await press(pilot, "y")
        await until(pilot, lambda: stage.app.clipboard == "ANN:\n")
        assert "5 characters" in stage.view.status.text
        await press(pilot, "Y", "left")  # another key lets a letter act at once
        await until(pilot, lambda: stage.app.clipboard == "ANN:\nCome in?.\n")
        await press(pilot, "x", "y")
        assert stage.seed_line.text == "xy"
        told = key_groups(stage)["The transcript"]
        assert ("e", "Edit the passage at the cursor") in told
        assert stage.app.clipboard == "ANN:\nCome in?.\n"


async def test_words_typed_in_the_transcript_go_to_the_line_and_do_nothing_else(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_keys, "WORD_SECONDS", 100.0)  # a slow machine types slowly
    async with program() as (pilot, stage):
        exchange(stage.app, "ANN:\n", "Come in.\n")
        for words in ("You kept it", "even so", "as say I"):
            stage.seed_line.text = ""
            stage.transcript.focus()
            await until(pilot, lambda: stage.focused is stage.transcript)
            await press(pilot, *words)
            await until(pilot, lambda words=words: stage.seed_line.text == words)  # type: ignore[misc]
        assert stage.app.screen is stage
        assert stage.app.clipboard == ""


async def test_a_letter_does_nothing_to_a_dialog_that_has_opened_since(program: Program) -> None:
    acted: list[str] = []

    class Asks(ConfirmScreen):
        def action_copy_scene(self) -> None:
            acted.append("copied")

    async with program() as (pilot, stage):
        exchange(stage.app, "ANN:\n", "Come in.\n")
        await pointing(pilot, stage.app, 2)
        waited: list[bool] = []
        assert await stage.typed_keys.lead(events.Key("Y", "Y"))
        stage.set_timer(typed_keys.WORD_SECONDS, lambda: waited.append(True))
        await stage.app.push_screen(Asks("Begin anew?"))
        await until(pilot, lambda: bool(waited))
        assert not acted


async def test_what_the_mouse_selects_is_copied_as_it_was_written(program: Program) -> None:
    async with program() as (pilot, stage):
        view = stage.transcript
        exchange(stage.app, "ANN:\n", "Come in, " * 20)
        await pilot.mouse_down(view, offset=(5, 2))
        await pilot.hover(view, offset=(30, 3))
        await pilot.mouse_up(view, offset=(30, 3))
        await press(pilot, "ctrl+c")
        await until(
            pilot, lambda: "\n" not in stage.app.clipboard and len(stage.app.clipboard) > 60
        )
        assert stage.app.clipboard in view.text


async def test_the_map_jumps_to_any_passage_and_undo_returns(program: Program) -> None:
    async with program(temperature=2.0, size=(100, 30)) as (pilot, stage):
        await press(pilot, "f6")
        await until(pilot, lambda: "no map yet" in stage.view.status.text)
        exchange(stage.app, "ANN:\n", "Come in.\n")
        await press(pilot, "f5")
        await until(pilot, lambda: isinstance(stage.app.screen, TakesScreen))
        await until(pilot, lambda: len(stage.session.manuscript.scene.passages) == 7)
        await press(pilot, "2")
        await until(
            pilot, lambda: stage.app.screen is stage and len(stage.session.manuscript.takes()) == 6
        )
        whole = stage.transcript.text
        await press(pilot, "f6")
        await until(
            pilot,
            lambda: isinstance(stage.app.screen, MapScreen) and "This way" in shown(stage.app),
        )
        await press(pilot, "up", "c")
        await until(pilot, lambda: stage.app.screen is stage)
        await until(pilot, lambda: stage.transcript.text == "ANN:\n")
        await press(pilot, "enter")
        await idle(pilot, stage)
        assert stage.session.manuscript.length >= len("ANN:\n") + 15
        await press(pilot, "ctrl+z", "ctrl+z")
        assert stage.transcript.text == whole == on_disk()


async def test_every_history_action_stops_writing_and_keeps_the_text(program: Program) -> None:
    async with program(length=20_000, pace=400, size=(100, 30)) as (pilot, stage):
        scene = stage.session.manuscript.scene
        await type_line(pilot, "ANN:")
        for key in ("f6", "e", "enter", "f5"):
            before = stage.session.manuscript.length
            await until(pilot, lambda before=before: stage.session.manuscript.length > before + 20)  # type: ignore[misc]
            stage.transcript.focus()
            await press(pilot, "up", key)
            await until(pilot, lambda: not stage.session.writing)
            text = {id: passage.text for id, passage in scene.passages.items()}
            if key != "enter":
                await until(pilot, lambda: stage.app.screen is not stage)
                await press(pilot, "escape")
                await until(pilot, lambda: stage.app.screen is stage)
            assert text.items() <= {id: p.text for id, p in scene.passages.items()}.items()
            assert stage.transcript.text == scene.text
            stage.seed_line.focus()
            await press(pilot, "enter")


# -- the editor ------------------------------------------------------------------------------------


async def test_an_edit_leaves_untouched_characters_unchanged() -> None:
    text = "a\x1b[31m \u202eb\n\tc \x9b\r\n\ud800[/] end"
    host = Host()
    async with host.run_test(size=(60, 20)) as pilot:
        screen = await asked(pilot, EditScreen(text, 3))
        assert "a␛[31m ·b" in shown(host)
        assert "\x1b" not in screen.query_one("#text", TextArea).text
        await press(pilot, "X", "ctrl+s")
        await until(
            pilot, lambda: host.answers == ["a\x1b[X31m \u202eb\n\tc \x9b\r\n\ud800[/] end"]
        )
        screen = await asked(pilot, EditScreen(text, len(text)))
        await press(pilot, "!", "up", "up", "home", ">", "ctrl+enter")
        await until(pilot, lambda: len(host.answers) == 2)
        edited = str(host.answers[1])
        assert (edited[0], edited[-1]) == (">", "!")


@pytest.mark.parametrize("pasted", ["a\nb", "a\r\nb", "a\rb", "a\u2028b"])
async def test_pasted_text_keeps_its_lines(pasted: str) -> None:
    host = Host()
    async with host.run_test(size=(60, 20)) as pilot:
        screen = await asked(pilot, EditScreen("One.", 4))
        host.post_message(events.Paste(pasted))
        await until(pilot, lambda: screen.query_one("#text", TextArea).text == "One.a\nb")


async def test_closing_an_edit_with_changes_takes_two_keys() -> None:
    host = Host()
    async with host.run_test(size=(60, 20)) as pilot:
        screen = await asked(pilot, EditScreen("One.", 4))
        await press(pilot, "!", "escape")
        assert "Esc again" in str(screen.query_one("#box").border_subtitle)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: host.answers == ["One.!"])
        await asked(pilot, EditScreen("One.", 4))
        await press(pilot, "!", "escape", "escape")
        await until(pilot, lambda: host.answers == ["One.!", None])


@pytest.mark.parametrize("line", ["a line of the text\n", "no line at all "])
def test_only_the_lines_near_the_cursor_of_a_long_passage_are_edited(line: str) -> None:
    text = line * 10_000
    for at in (0, 7, 90_001, len(text) - 1, len(text)):
        begin, end = part_around(text, at)
        assert 0 <= begin <= min(at, end) <= end <= len(text)
        assert at <= end or end == len(text.rstrip("\n"))
        assert EDIT_LIMIT / 3 < end - begin <= EDIT_LIMIT
        if "\n" in line:
            assert begin == 0 or text[begin - 1] == "\n"
            assert text[end - 1] != "\n" == text[end]
    assert part_around("short", 2) == (0, 5)


def test_the_empty_lines_around_a_passage_are_not_edited() -> None:
    for at in range(16):
        assert part_around("\n\nANN:\nYes.\n\n\n", at) == (2, 11)
    assert part_around("\n\n", 1) == (0, 2)
    assert part_around("", 0) == (0, 0)


async def test_quitting_does_not_discard_an_edit_without_a_warning(program: Program) -> None:
    async with program() as (pilot, stage):
        exchange(stage.app, "Wait: I know thee.\n", "Ay.\n")
        await pointing(pilot, stage.app, 0)
        editor = await edited(pilot, stage.app)
        await press(pilot, "ctrl+end", *" Now")
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: "^q again: discard the changes" in shown(stage.app))
        assert stage.app.is_running
        await press(pilot, "ctrl+home", *"So. ", "ctrl+s")
        await until(pilot, lambda: stage.app.screen is stage)
        assert editor.text == "So. Wait: I know thee. Now"
        assert stage.session.text == "So. Wait: I know thee. Now\nAy.\n"


async def test_undoing_an_edit_removes_its_message(program: Program) -> None:
    async with program() as (pilot, stage):
        exchange(stage.app, "Wait: I know thee.\n", "Ay.\n")
        await pointing(pilot, stage.app, 0)
        await edited(pilot, stage.app)
        await press(pilot, *"So. ", "ctrl+s")
        await until(pilot, lambda: "^z restores the old text" in shown(stage.app))
        await press(pilot, "ctrl+z")
        assert stage.session.text == "Wait: I know thee.\nAy.\n"
        assert "restores the old text" not in stage.view.status.text


async def test_any_reply_is_retried_and_its_takes_are_shown_at_the_cursor(
    program: Program,
) -> None:
    async with program(length=30) as (pilot, stage):
        exchange(stage.app, "ANN:\nWho?\n", "I.\n")
        exchange(stage.app, "ANN:\nWhere?\n", "Here.\n")
        text, scene = stage.session.text, stage.session.manuscript.scene
        await until(pilot, lambda: stage.session.model_states.get("tiny") == "ready")
        await pointing(pilot, stage.app, text.index("I."))
        await until(pilot, lambda: "tiny · random seed 0" in shown(stage.app))
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: not stage.session.writing and len(scene.takes(2)) == 2)
        assert stage.session.text.startswith("ANN:\nWho?\n")
        assert "Where?" not in stage.session.text
        await until(pilot, lambda: stage.session.manuscript.takes(2) == [2, 5])
        await pointing(pilot, stage.app, text.index("I."))
        await until(pilot, lambda: "take 2 of 2" in shown(stage.app))
        await press(pilot, "ctrl+t")
        await until(pilot, lambda: "take 1 of 2" in shown(stage.app))
        assert stage.session.text == "ANN:\nWho?\nI.\n"
        stage.session.jump(4)
        assert stage.session.text == text
        await pointing(pilot, stage.app, 0)
        await until(pilot, lambda: "By you" in shown(stage.app))
        for key in ("ctrl+r", "ctrl+t"):
            await press(pilot, key)
            await until(pilot, lambda: "This text is yours." in shown(stage.app))
        assert stage.session.text == text


async def test_the_selected_text_is_copied(program: Program) -> None:
    async with program() as (pilot, stage):
        exchange(stage.app, "ANN:\nWho?\n", "I.\n")
        for key in ("y", "ctrl+c"):
            stage.app.copy_to_clipboard("")
            stage.transcript.focus()
            stage.transcript.text_select_all()
            await press(pilot, key)
            await until(pilot, lambda: stage.app.clipboard == "ANN:\nWho?\nI.")
            await until(pilot, lambda: "Copied the selection: 12 characters" in shown(stage.app))
