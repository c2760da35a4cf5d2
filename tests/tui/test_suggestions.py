"""Suggestions in the seed line, and the stage that asks a small model for them."""

import pytest
from hosts import Host, press, settle, shown, until
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Button

from bardtui.session.events import Suggested
from bardtui.session.requests import SuggestionRequest
from bardtui.settings import Settings
from bardtui.tui.screens.stage import StageScreen
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.seedline import SeedLine
from tests.tui.conftest import Program

# --- the line alone


async def offered(pilot: Pilot[None], line: SeedLine, typed: str, *ends: str) -> None:
    """Type into the line and offer these endings."""
    line.focus()
    await press(pilot, *typed)
    line.offer(typed, ends)
    await settle(pilot)


async def test_a_pause_in_typing_is_reported_once() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        line.insert("The lam")
        line.insert("p")
        assert line.unfinished == ""
        await until(pilot, lambda: bool(host.got(SeedLine.Paused)))
        assert line.unfinished == "The lamp"
        await press(pilot, "left")
        assert line.unfinished == ""
        await press(pilot, "right")
        assert line.unfinished == "The lamp"
        line.offer("The lamp", ["s"])
        assert line.unfinished == ""
        line.drop()
        assert line.unfinished == "The lamp"
        assert len(host.got(SeedLine.Paused)) == 1


async def test_a_recalled_or_sent_line_is_not_unfinished() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        await press(pilot, *"The lamp")
        await until(pilot, lambda: bool(host.got(SeedLine.Paused)))
        await press(pilot, "enter", "up")
        assert (line.text, line.unfinished) == ("The lamp", "")


@pytest.mark.parametrize("key", ["tab", "right"])
async def test_a_suggestion_shows_after_the_text_and_a_key_accepts_it(key: str) -> None:
    line = SeedLine()
    host = Host(line, Button("other"))
    async with host.run_test(message_hook=host.hear) as pilot:
        await offered(pilot, line, "The la", "mp is low", "st")
        assert "The lamp is low" in shown(host)
        assert line.text == "The la"
        assert [(o.place, o.count) for o in host.got(SeedLine.Offering)] == [(1, 2)]
        await press(pilot, key)
        assert line.text == "The lamp is low"
        assert line.cursor_location == (0, len("The lamp is low"))
        assert line.has_focus
        await until(pilot, lambda: len(host.got(SeedLine.Offering)) == 2)
        assert host.got(SeedLine.Offering)[1].count == 0
        await press(pilot, "ctrl+z")
        assert line.text == "The la"


async def test_without_a_suggestion_tab_moves_to_the_next_pane() -> None:
    line, other = SeedLine(), Button("other")
    host = Host(line, other)
    async with host.run_test() as pilot:
        await offered(pilot, line, "The la", "mp")
        await press(pilot, "x", "tab")
        assert host.focused is other
        assert line.text == "The lax"


async def test_keys_that_arrive_together_act_in_order() -> None:
    line = SeedLine()
    host = Host(line, Button("other"))
    async with host.run_test(message_hook=host.hear) as pilot:
        await offered(pilot, line, "The la", "mp")
        for key, character in (("tab", "\t"), ("s", "s"), ("enter", "\r"), ("B", "B")):
            host.post_message(Key(key, character))
        await until(pilot, lambda: line.text == "B")
        assert [sent.text for sent in host.got(SeedLine.Sent)] == ["The lamps"]


async def test_up_and_down_show_other_suggestions_and_escape_drops_them() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        await press(pilot, *"old", "enter")
        await offered(pilot, line, "The ", "lamp", "stair", "house")
        seen = []
        for key in ("down", "down", "down", "up"):
            await press(pilot, key)
            seen.append(line.suggestion)
        assert seen == ["stair", "house", "lamp", "house"]
        await press(pilot, "escape")
        await until(pilot, lambda: bool(host.got(SeedLine.Dropped)))
        assert (line.suggestion, line.text) == ("", "The ")
        await press(pilot, "up")
        assert line.text == "old"


async def test_typing_keeps_matching_suggestions_and_drops_the_others() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        await offered(pilot, line, "The ", "lamp", "latch", "stair")
        await press(pilot, "l", "a")
        assert line.suggestion == "mp"
        await press(pilot, "t")
        assert line.suggestion == "ch"
        await press(pilot, "backspace")
        assert line.suggestion == "tch"
        await press(pilot, "x")
        assert line.suggestion == ""
        assert line.text == "The lax"


async def test_a_suggestion_for_other_text_is_dropped() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        await offered(pilot, line, "The la", "mp")
        await press(pilot, "backspace")
        assert line.suggestion == ""
        line.offer("Another line", [" of which the answer comes late"])
        assert line.suggestion == ""


async def test_more_suggestions_leave_the_shown_one_in_place() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        await offered(pilot, line, "The ", "lamp", "stair")
        await press(pilot, "down")
        line.offer("The ", ["lamp", "stair", "house"])
        assert line.suggestion == "stair"
        await until(pilot, lambda: len(host.got(SeedLine.Offering)) == 3)
        last = host.got(SeedLine.Offering)[-1]
        assert (last.place, last.count) == (2, 3)


async def test_a_suggestion_shows_only_with_the_cursor_at_the_end() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        await offered(pilot, line, "The la", "mp")
        await press(pilot, "left")
        assert line.suggestion == ""
        await press(pilot, "right")
        assert (line.suggestion, line.text) == ("mp", "The la")
        await press(pilot, "shift+left")
        assert line.suggestion == ""


async def test_one_word_of_a_suggestion_can_be_accepted() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        await offered(pilot, line, "The la", "mp is low")
        await press(pilot, "ctrl+right")
        assert (line.text, line.suggestion) == ("The lamp ", "is low")
        await press(pilot, "ctrl+right", "ctrl+right")
        assert (line.text, line.suggestion) == ("The lamp is low", "")


async def test_a_suggestion_is_shown_as_one_row_without_control_characters() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        ends = [" [/] \x1b[31m\u202ee\nsecond", "\nnot this", "\r\nnor this", "\u2028nor", "  "]
        await offered(pilot, line, "a", *ends)
        assert line.suggestion == " [/] ␛[31me"
        assert "a [/] ␛[31me" in shown(host)
        await press(pilot, "tab")
        assert line.text == "a [/] ␛[31me"
        line.offer("a [/] ␛[31me", ["\tb"])
        assert line.suggestion == " b"
        await press(pilot, "tab")
        assert line.text.endswith("e\tb")


async def test_a_suggestion_that_does_not_fit_ends_in_an_ellipsis() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(size=(30, 10)) as pilot:
        await offered(pilot, line, "The la", "mp is low, the house asleep")
        assert "The lamp is low, the hou…  │" in shown(host)
        assert line.size.height == 1
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: "The lamp is low, the house asleep" in shown(host))
        await press(pilot, "tab")
        assert line.text == "The lamp is low, the house asleep"


# --- on the stage


REMEMBERED = {"length": 30, "temperature": 2.0}


class Asked:
    """Records the requests for suggestions that a stage makes; they are served too."""

    def __init__(self, stage: StageScreen, monkeypatch: pytest.MonkeyPatch) -> None:
        self.orders: list[SuggestionRequest] = []
        suggest = stage.session.engine.suggest

        def keep(order: SuggestionRequest) -> None:
            self.orders.append(order)
            suggest(order)

        monkeypatch.setattr(stage.session.engine, "suggest", keep)


async def loaded(pilot: Pilot[None], stage: StageScreen) -> None:
    """Wait for the model."""
    await until(pilot, lambda: stage.session.model_states.get("tiny") == "ready")


async def test_the_model_suggests_an_ending_and_tab_accepts_it(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(**REMEMBERED, size=(100, 30)) as (pilot, stage):
        stage, line = stage, stage.seed_line
        asked = Asked(stage, monkeypatch)
        await loaded(pilot, stage)
        await press(pilot, *"ANN:", "enter")
        await until(
            pilot, lambda: not stage.session.writing and stage.session.manuscript.length > 5
        )
        before = stage.session.text
        line.insert("The lamp is")
        await until(pilot, lambda: bool(line.suggestion))
        order = asked.orders[-1]
        assert order.text == before + "\n" * (not before.endswith("\n")) + "The lamp is"
        assert (order.rules.stop, order.temperature) == ("line", 0.6)
        await until(pilot, lambda: "tab accepts" in shown(stage.app))
        end = line.suggestion
        await press(pilot, "tab")
        assert line.text == "The lamp is" + end
        assert stage.focused is line
        await until(pilot, order.stop.is_set)  # whoever types on is not to be slowed down
        assert stage.session.text == before  # a ghost is no part of the scene
        await press(pilot, "enter")
        await until(pilot, lambda: not stage.session.writing)
        assert stage.session.text.startswith(f"{order.text}{end}\n")


async def test_a_line_typed_while_the_model_loads_gets_a_suggestion_afterwards(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(**REMEMBERED) as (pilot, stage):
        asked = Asked(stage, monkeypatch)
        stage.seed_line.insert("The lamp is")
        await until(pilot, lambda: bool(stage.seed_line.suggestion))
        assert {order.text for order in asked.orders} == {"The lamp is"}


async def test_a_new_row_of_the_line_is_finished_as_a_new_row(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(**REMEMBERED) as (pilot, stage):
        asked = Asked(stage, monkeypatch)
        await loaded(pilot, stage)
        await press(pilot, *"The lamp", "ctrl+j")
        await until(pilot, lambda: bool(asked.orders) and asked.orders[-1].text == "The lamp\n")


async def test_answers_to_earlier_questions_are_dropped(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(**REMEMBERED) as (pilot, stage):
        stage, line = stage, stage.seed_line
        await loaded(pilot, stage)
        orders: list[SuggestionRequest] = []
        monkeypatch.setattr(stage.session.engine, "suggest", orders.append)  # the test answers them
        line.insert("The lamp is")
        await until(pilot, lambda: bool(orders))
        stage.session.handle(Suggested(orders[0].id - 1, (" of another order",)))
        stage.session.handle(Suggested(orders[0].id, (" of this order",)))
        await until(pilot, lambda: line.suggestion == " of this order")
        await press(pilot, "escape")
        await settle(pilot)
        stage.session.handle(Suggested(orders[0].id, (" once more",)))
        line.insert(" ")
        await until(pilot, lambda: len(orders) == 2)  # which is asked after that has come
        assert line.suggestion == ""


async def test_a_change_of_the_scene_drops_the_suggestion(program: Program) -> None:
    async with program(**REMEMBERED) as (pilot, stage):
        stage, line = stage, stage.seed_line
        await press(pilot, *"ANN:", "enter")
        await until(pilot, lambda: not stage.session.writing)
        line.insert("The lamp is")
        await until(pilot, lambda: bool(line.suggestion))
        stage.action_undo()
        assert (line.suggestion, line.text) == ("", "The lamp is")


async def test_esc_stops_again_when_a_suggestion_is_gone(program: Program) -> None:
    async with program(**REMEMBERED) as (pilot, stage):
        line, keys = stage.seed_line, stage.query_one(KeysLine)

        def can_stop() -> bool:
            return next(key.enabled for key in keys.keys if key.binding.id == "stage.stop")

        await loaded(pilot, stage)
        line.insert("The lamp is")
        await until(pilot, lambda: bool(line.suggestion))
        stage.transcript.focus()
        await until(pilot, lambda: stage.focused is stage.transcript)
        line.focus()
        await until(pilot, lambda: not can_stop())
        await press(pilot, "escape")
        await until(pilot, can_stop)


async def test_suggestions_wait_until_the_model_has_written(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(**REMEMBERED) as (pilot, stage):
        stage, line = stage, stage.seed_line
        await loaded(pilot, stage)
        stage.side.length.value, stage.side.pace.value = 20_000, 50
        await press(pilot, "enter")
        asked = Asked(stage, monkeypatch)
        line.insert("The lamp is")
        await until(pilot, lambda: bool(line.unfinished))
        assert not asked.orders
        await press(pilot, "escape")
        await until(pilot, lambda: bool(line.suggestion))
        assert [order.text.rpartition("\n")[2] for order in asked.orders] == ["The lamp is"]


async def test_settings_turn_suggestions_off_and_a_key_turns_them_on(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(**REMEMBERED, settings=Settings(suggestions=False)) as (pilot, stage):
        stage, line = stage, stage.seed_line
        asked = Asked(stage, monkeypatch)
        await loaded(pilot, stage)
        line.insert("The lamp is")
        await until(pilot, lambda: bool(line.unfinished))
        assert not asked.orders
        await press(pilot, "f3")
        await until(pilot, lambda: bool(line.suggestion))
        await press(pilot, "f3")
        await until(pilot, lambda: not line.suggestion)
        await press(pilot, *" low")
        await until(pilot, lambda: bool(line.unfinished))
        assert len(asked.orders) == 1
