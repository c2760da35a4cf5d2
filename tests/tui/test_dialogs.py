"""Dialogs and the settings line: keys, mouse, answers, and terminals of any size."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hosts import Host, asked, click, press, settle, shown, until
from textual import work
from textual.screen import Screen
from textual.widgets import Input

from bardtui.scene.figures import figures_of
from bardtui.scene.library import SceneInfo
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.figures import FiguresScreen
from bardtui.tui.screens.help import HelpScreen
from bardtui.tui.screens.map import MapScreen
from bardtui.tui.screens.save import SaveScreen
from bardtui.tui.screens.scenes import ScenesScreen
from bardtui.tui.screens.title import TitleScreen
from bardtui.tui.screens.trash import TrashScreen
from bardtui.tui.widgets.settingsline import SettingsLine
from tests.tui.test_map import branching

# -- closing


class Patient(ConfirmScreen):
    """Waits for something before it looks at its widgets."""

    def __init__(self) -> None:
        super().__init__("Wait?", "Yes", "No")
        self.happened, self.waits, self.looked = asyncio.Event(), False, False

    @work
    async def wait(self) -> None:
        self.waits = True
        await self.happened.wait()
        self.looked = True


async def test_what_a_dialog_waits_for_does_nothing_once_it_is_closed() -> None:
    dialog, host = Patient(), Host()
    async with host.run_test() as pilot:
        await asked(pilot, dialog)
        worker = dialog.wait()
        await until(pilot, lambda: dialog.waits)
        dialog.dismiss(True)
        dialog.happened.set()
        await until(pilot, lambda: worker.is_finished)
    assert not dialog.looked


# -- saving


async def test_the_name_is_filled_in_and_enter_accepts_it(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        dialog = await asked(pilot, SaveScreen(Path("/acts/the lower stair.txt")))
        assert dialog.query_one(Input).selected_text == "the lower stair"
        assert "in /acts" in shown(host)
        await press(pilot, "escape")
        await until(pilot, lambda: host.answers == [None])
        await asked(pilot, SaveScreen(tmp_path / "the lower stair.txt"))
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [None, tmp_path / "the lower stair.txt"])


async def test_a_path_is_relative_to_the_default_folder_or_to_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acts").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    host = Host()
    async with host.run_test() as pilot:
        for typed in ("acts/one.txt", "acts/../acts/one.txt", "~/acts/one.txt", " acts/one.txt "):
            dialog = await asked(pilot, SaveScreen(tmp_path / "x.txt"))
            dialog.query_one(Input).value = typed
            await press(pilot, "enter")
            await until(pilot, lambda: bool(host.answers))
            assert host.answers.pop() == tmp_path / "acts" / "one.txt"


async def test_an_existing_file_needs_a_second_enter(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("kept")
    (tmp_path / "ab.txt").write_text("kept")
    host = Host()
    async with host.run_test() as pilot:
        dialog = await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        await press(pilot, "enter")
        await until(pilot, lambda: "This file exists." in shown(host) and "Replace" in shown(host))
        # Another name is another question, even where the first name comes back.
        dialog.query_one(Input).value = "ab.txt"
        await until(
            pilot, lambda: "This file exists." not in shown(host) and "Save " in shown(host)
        )
        dialog.query_one(Input).value = "a.txt"
        await press(pilot, "enter")
        await until(pilot, lambda: "This file exists." in shown(host))
        assert not host.answers
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [tmp_path / "a.txt"])


def active(dialog: Screen[Any]) -> bool:
    """Whether the save button shows that it was pressed."""
    return dialog.query_one("#save").has_class("-active")


async def test_the_replace_button_replaces_and_cancel_cancels(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("kept")
    host = Host()
    async with host.run_test() as pilot:
        dialog = await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        await click(pilot, "#save")
        # No second click counts while the first shows: a double click replaces nothing.
        await until(pilot, lambda: "Replace" in shown(host) and not active(dialog))
        await click(pilot, "#save")
        await until(pilot, lambda: host.answers == [tmp_path / "a.txt"])
        await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        await click(pilot, "#cancel")
        await until(pilot, lambda: host.answers == [tmp_path / "a.txt", None])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a name."),
        ("   ", "Type a name."),
        (".", "That is a folder."),
        ("nowhere/a.txt", "No such folder"),
        ("~no-such-user/a.txt", "No such folder"),
        ("x" * 300, "File name too long"),
    ],
)
async def test_an_impossible_path_is_explained_and_the_dialog_stays(
    tmp_path: Path, typed: str, said: str
) -> None:
    host = Host()
    async with host.run_test() as pilot:
        dialog = await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        dialog.query_one(Input).value = typed
        await press(pilot, "enter")
        await until(pilot, lambda: said in shown(host))
        assert not host.answers


async def test_an_error_of_the_disk_is_shown_until_the_path_changes(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "a.txt", error="[/] No space left"))
        await settle(pilot)
        assert "[/] No space left" in shown(host)
        await press(pilot, "b")
        await until(pilot, lambda: "No space left" not in shown(host))


# -- confirming


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], False),
        (["escape"], False),
        (["enter"], False),
        (["right", "enter"], True),
        (["left", "enter"], True),
        (["tab", "tab", "enter"], False),
    ],
)
async def test_confirming_by_key(keys: list[str], answer: bool) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, ConfirmScreen("Leave [/] \x1b now?", "Leave", "Stay"))
        assert "Leave [/] ␛ now?" in shown(host)
        await press(pilot, *keys)
        await until(pilot, lambda: host.answers == [answer])


@pytest.mark.parametrize(("button", "answer"), [("#yes", True), ("#no", False)])
async def test_confirming_by_mouse(button: str, answer: bool) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, ConfirmScreen("Leave?", "Leave", "Stay"))
        await click(pilot, button)
        await until(pilot, lambda: host.answers == [answer])


# -- help


async def test_help_lists_the_keys_and_the_guide() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        groups = {"Writing": [("esc", "Stop [/] at once"), ("^r", "Another take")], "Empty": []}
        dialog = await asked(
            pilot, HelpScreen(groups, Path("/home/w/scenes"), Path("/home/w/s.toml"))
        )
        text = shown(host)
        assert "Writing" in text
        assert "esc          Stop [/] at once" in text
        await press(pilot, "end")
        await until(pilot, lambda: "/home/w/scenes" in shown(host).replace("\n", ""))
        assert dialog.query_one("#box").scroll_offset.y > 0
        await press(pilot, "f1")
        await until(pilot, lambda: host.answers == [None])


# -- figures


async def test_the_figures_of_a_scene() -> None:
    scene = branching()
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        await asked(pilot, FiguresScreen(figures_of(scene), "Today you wrote 7 words"))
        await until(pilot, lambda: "Today you wrote 7 words" in shown(host))
        rows = [" ".join(row.strip(" │").split()) for row in shown(host).splitlines()]
        for row in ("Role speeches lines words", "ANN 1 1 1", "you 33% 2", "small 50% 3"):
            assert row in rows, rows


# -- any size


TORN = SceneInfo(Path("/s/torn"), "[/] torn\x1b", 1e9, 5, "[not] JSON")
NAMES = ["save", "confirm", "figures", "map", "scenes", "trash", "title", "help"]
DIALOGS: list[Callable[[], Screen[Any]]] = [
    lambda: SaveScreen(Path("/tmp/a long name of a scene that goes on.txt"), error="No space"),
    lambda: ConfirmScreen("The model is still writing. Stop it and leave?", "Leave", "Stay"),
    lambda: FiguresScreen(figures_of(branching()), "Today"),
    lambda: MapScreen(branching(), lambda passage, name: None),
    lambda: ScenesScreen([TORN]),
    lambda: TrashScreen([TORN]),
    lambda: TitleScreen("[/] the lower\x1b stair"),
    lambda: HelpScreen({"Writing": [("escape", "Stop at once")]}, Path("/scenes"), Path("/s")),
]


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (20, 5), (3, 2)])
@pytest.mark.parametrize("dialog", DIALOGS, ids=NAMES)
async def test_every_dialog_fits_any_terminal_and_esc_closes_it(
    dialog: Callable[[], Screen[Any]], size: tuple[int, int]
) -> None:
    host = Host()
    async with host.run_test(size=size) as pilot:
        screen = await asked(pilot, dialog())
        box = screen.query_one("#box").region
        assert screen.region.contains_region(box)
        await press(pilot, "escape")
        await until(pilot, lambda: len(host.answers) == 1)
        assert not host.answers[0]


# -- the line of settings


@pytest.mark.parametrize(
    ("width", "left"),
    [
        (80, "shake[/]speare · temperature 0.80 · length 400 · pace 120"),
        (62, "shake[/]speare · temperature 0.80 · length 400"),
        (40, "shake[/]speare"),
    ],
)
async def test_a_narrow_settings_line_drops_whole_settings_and_a_click_opens_the_pane(
    width: int, left: str
) -> None:
    line = SettingsLine()
    line.show("shake[/]speare", ["temperature 0.80", "length 400", "pace 120"])
    host = Host(line)
    async with host.run_test(size=(width, 3), message_hook=host.hear) as pilot:
        row = shown(host).splitlines()[0]
        assert row.startswith(f" {left}  ")
        assert row.endswith(" ^b settings ")
        await click(pilot, line)
        await until(pilot, lambda: len(host.got(SettingsLine.Pressed)) == 1)


async def test_the_settings_line_shows_its_key_before_any_settings() -> None:
    host = Host(SettingsLine())
    async with host.run_test(size=(30, 3)):
        assert "^b settings" in shown(host)
