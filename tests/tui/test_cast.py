"""The cast pane, the dialog of a role, and the choice widget."""

from dataclasses import replace

import pytest
from hosts import Host, asked, click, press, settle, shown, until
from textual import events
from textual.widgets import Button, Input

from bardtui.scene.cast import Cast, Role
from bardtui.scene.scene import SceneError
from bardtui.tui.screens.role import RoleScreen
from bardtui.tui.widgets.cast import CastPane
from bardtui.tui.widgets.choice import Choice

ROMEO = Role("ROMEO", "writer")
JULIET = Role("JULIET", model="tragedy", temperature=0.7)
NURSE = Role("NURSE", muted=True)
CAST = Cast((ROMEO, JULIET, NURSE))
MODELS = ["pocket", "tragedy"]


async def rows(pane: CastPane, width: int = 32) -> list[str]:
    """The pane's rows with their borders, in a terminal of that width."""
    host = Host(pane)
    async with host.run_test(size=(width, 12)) as pilot:
        await settle(pilot)
        return [line.rstrip() for line in shown(host).splitlines()]


def pane_of(cast: Cast = CAST, turn: str | None = "ROMEO") -> CastPane:
    pane = CastPane()
    pane.show(cast, turn)
    return pane


# --- what the pane shows


async def test_each_row_shows_a_role_its_player_and_whose_turn_it_is() -> None:
    lines = await rows(pane_of(), 32)
    assert lines[0].startswith("╭─ Cast  3 roles ─")
    assert [line[1:-1].rstrip() for line in lines[1:5]] == [
        " ▌▸ ROMEO                 you",
        "    JULIET       tragedy 0.70",
        "    NURSE               muted",
        " + add a role",
    ]


@pytest.mark.parametrize(
    ("role", "how"),
    [
        (Role("A"), "model"),
        (Role("A", temperature=1.25), "model 1.25"),
        (Role("A", model="pocket"), "pocket"),
        (Role("A", "writer", muted=True), "you, muted"),
        (Role("A", "writer", "pocket", 0.5), "you"),
    ],
)
async def test_a_row_says_who_plays_the_role_and_with_what(role: Role, how: str) -> None:
    assert (await rows(pane_of(Cast((role,)))))[1].removesuffix("│").rstrip().endswith(f" {how}")


async def test_an_empty_cast_explains_itself() -> None:
    lines = await rows(CastPane())
    assert lines[0].startswith("╭─ Cast  no roles ─")
    text = "\n".join(lines)
    assert "free text" in text
    assert "+ add a role" in text
    assert "+ add the scene's speakers" in text


async def test_speakers_without_a_role_are_offered_until_they_have_one() -> None:
    pane = pane_of()
    host = Host(pane)
    async with host.run_test(size=(36, 12), message_hook=host.hear) as pilot:
        pane.show(CAST, "ROMEO", CAST.lacking("TOM:\nHark.\n\nROMEO:\nNo.\n\nANN [Aside]:\nAh.\n"))
        await until(pilot, lambda: "+ 2 without a role: TOM, ANN" in shown(host))
        pane.focus()
        await press(pilot, "end", "up", "enter")
        await until(pilot, lambda: bool(host.got(CastPane.SpeakersWanted)))
        pane.put(Role("TOM"))
        await until(pilot, lambda: "+ 1 without a role: ANN" in shown(host))


# --- what the writer does in it


async def test_arrows_choose_the_player_and_space_mutes() -> None:
    pane = pane_of()
    host = Host(pane)
    async with host.run_test(size=(32, 12), message_hook=host.hear) as pilot:
        pane.focus()
        await press(pilot, "left", "down", "left", "space", "right")
        await until(pilot, lambda: len(host.got(CastPane.Changed)) == 3)
        casts = [message.cast for message in host.got(CastPane.Changed)]
        assert [cast["JULIET"] for cast in casts] == [
            replace(JULIET, player="writer"),
            replace(JULIET, player="writer", muted=True),
            replace(JULIET, muted=True),
        ]
        assert pane.cast == casts[-1]
        assert pane.role == casts[-1]["JULIET"]  # the highlight stays


async def test_letters_go_to_the_screen() -> None:
    keys: list[str] = []

    class Listener(Host):
        def on_key(self, event: events.Key) -> None:
            keys.append(event.key)

    pane = pane_of()
    host = Listener(pane)
    async with host.run_test(size=(32, 12), message_hook=host.hear) as pilot:
        pane.focus()
        await press(pilot, "a", "m", "s", "space")
        await until(pilot, lambda: bool(host.got(CastPane.Changed)))
        assert keys == ["a", "m", "s"]


async def test_delete_removes_a_role_and_the_rows_below_ask_for_one() -> None:
    pane = pane_of(Cast((ROMEO,)))
    host = Host(pane)
    async with host.run_test(size=(32, 12), message_hook=host.hear) as pilot:
        pane.focus()
        await press(pilot, "enter", "insert", "delete", "delete")
        await until(pilot, lambda: bool(host.got(CastPane.Changed)))
        assert pane.cast == Cast()
        await press(pilot, "enter", "down", "enter")
        await until(pilot, lambda: bool(host.got(CastPane.SpeakersWanted)))
        assert [message.role for message in host.got(CastPane.Edit)] == [ROMEO, None, None]
        assert len(host.got(CastPane.Changed)) == 1


async def test_the_first_click_highlights_a_role_and_the_second_opens_it() -> None:
    pane = pane_of()
    host = Host(pane)
    async with host.run_test(size=(32, 12), message_hook=host.hear) as pilot:
        await click(pilot, pane, offset=(5, 1))
        await click(pilot, pane, offset=(5, 2))
        await until(pilot, lambda: pane.role == JULIET)
        assert not host.got(CastPane.Edit)
        await click(pilot, pane, offset=(5, 2))
        await click(pilot, pane, offset=(5, 4))
        await until(pilot, lambda: len(host.got(CastPane.Edit)) == 2)
        assert [message.role for message in host.got(CastPane.Edit)] == [JULIET, None]


async def test_a_new_role_is_highlighted_and_must_have_a_new_name() -> None:
    pane = pane_of()
    host = Host(pane)
    async with host.run_test(size=(32, 12), message_hook=host.hear) as pilot:
        pane.put(Role("PARIS"))
        assert pane.role == Role("PARIS")
        pane.put(Role("TYBALT"), "ROMEO")
        assert pane.role == Role("TYBALT")
        with pytest.raises(SceneError, match="already"):
            pane.put(Role("PARIS"))
        await until(pilot, lambda: len(host.got(CastPane.Changed)) == 2)
        assert [r.name for r in pane.cast.roles] == ["TYBALT", "JULIET", "NURSE", "PARIS"]


# --- the dialog


async def test_a_new_role_is_typed_and_chosen_by_keys() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        await asked(pilot, RoleScreen(None, MODELS))
        await press(pilot, *"juliet", "tab", "tab", "tab", "right", "right", "tab", *"0.7", "enter")
        await until(pilot, lambda: bool(host.answers))
        assert host.answers == [JULIET]


async def test_every_field_of_a_role_can_be_clicked_at_eighty_columns() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = await asked(pilot, RoleScreen(None, MODELS))
        screen.query_one("#name", Input).value = "old ann"
        for choice, value in (("#player", "writer"), ("#muted", "muted")):
            widget = screen.query_one(choice, Choice)
            for x in range(1, widget.size.width):
                await click(pilot, widget, offset=(x, 1))
                if widget.value == value:
                    break
            assert widget.value == value
        assert screen.query_one("#model", Choice).disabled
        assert screen.query_one("#temperature", Input).disabled
        await click(pilot, "#keep")
        await until(pilot, lambda: bool(host.answers))
        assert host.answers == [Role("OLD ANN", "writer", muted=True)]


async def test_an_invalid_role_is_explained_at_its_field_and_not_saved() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = await asked(pilot, RoleScreen(None, MODELS, {"ROMEO"}))
        assert not screen.query("#error.-shown")
        await press(pilot, "enter")
        await until(pilot, lambda: "write a role's name" in shown(host))
        for typed, told in (
            ("ro-", "cannot be a role's name"),
            ("romeo", "a role of that name already"),
        ):
            screen.query_one("#name", Input).value = typed
            await until(pilot, lambda told=told: told in shown(host))  # type: ignore[misc]
            screen.query_one("#temperature").focus()
            await press(pilot, "enter")
            await until(pilot, lambda: screen.focused is screen.query_one("#name"))
        screen.query_one("#name", Input).value = "nurse"
        await until(pilot, lambda: not screen.query("#error.-shown"))
        for typed, told in (("11", "between 0.1 and 2"), (".", "is a number")):
            screen.query_one("#temperature", Input).value = typed
            await until(pilot, lambda told=told: told in shown(host))  # type: ignore[misc]
        await press(pilot, "enter")
        await until(pilot, lambda: screen.focused is screen.query_one("#temperature"))
        assert screen.query_one("#keep", Button).region.bottom < 24
        assert host.answers == []
        await press(pilot, "escape")
        await until(pilot, lambda: host.answers == [None])


async def test_an_unchanged_role_is_no_answer() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        await asked(pilot, RoleScreen(JULIET, ["pocket"]))  # its own model is not there any more
        assert "tragedy" in shown(host)
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [None])


async def test_up_and_down_move_the_temperature() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = await asked(pilot, RoleScreen(JULIET, MODELS))
        screen.query_one("#temperature", Input).focus()
        await press(pilot, "up", "up", "down", "enter")
        await until(pilot, lambda: bool(host.answers))
        assert host.answers == [replace(JULIET, temperature=0.75)]


async def test_a_name_that_is_not_in_capitals_stays_as_it_is() -> None:
    host = Host()
    role = Role("First Citizen")
    async with host.run_test(size=(80, 24)) as pilot:
        screen = await asked(pilot, RoleScreen(role, MODELS))
        screen.query_one("#name", Input).value = "Second Citizen"
        await press(pilot, "enter")
        await until(pilot, lambda: bool(host.answers))
        assert host.answers == [Role("Second Citizen")]


# --- the choice

STOPS = {"length": "length", "line": "line", "sentence": "sentence", "speech": "speech"}


async def test_keys_choose_the_next_value_and_the_title_shows_it() -> None:
    choice = Choice("Stops after", STOPS, "length", titles={"line": "a line"})
    host = Host(choice)
    async with host.run_test(size=(31, 4), message_hook=host.hear) as pilot:
        choice.focus()
        await press(pilot, "right")
        await until(pilot, lambda: "╭─ Stops after  a line ─" in shown(host))
        assert " length●line sentence speech" in shown(host)
        await press(pilot, "up", "left")
        await until(pilot, lambda: len(host.got(Choice.Changed)) == 3)
        assert [message.value for message in host.got(Choice.Changed)] == [
            "line",
            "length",
            "speech",
        ]


async def test_a_click_chooses_a_value_or_in_a_narrow_terminal_the_next() -> None:
    choice = Choice("", STOPS, "nothing of these")
    assert choice.value == "length"
    host = Host(choice)
    async with host.run_test(size=(31, 4)) as pilot:
        await click(pilot, choice, offset=(16, 1))
        assert choice.value == "sentence"
        await pilot.resize_terminal(26, 4)
        await until(pilot, lambda: "◂ sentence ▸" in shown(host))
        assert "3 of 4" in shown(host)
        await click(pilot, choice, offset=(13, 1))
        assert choice.value == "speech"
        await click(pilot, choice, offset=(2, 1))
        assert choice.value == "sentence"


async def test_the_words_of_a_choice_are_no_markup() -> None:
    host = Host(Choice("", {"a": "[/]\x1b[b]", "b": "b"}, "b"))
    async with host.run_test(size=(31, 4)):
        assert " [/]␛[b]   ●b" in shown(host)
