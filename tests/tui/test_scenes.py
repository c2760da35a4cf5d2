"""The scenes dialog: search, open, rename, duplicate, delete and restore."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hosts import Host, asked, click, press, settle, shown, until
from textual.pilot import Pilot
from textual.widgets import Input

from bardtui import paths
from bardtui.scene.certainty import keep_entropy
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.library import ago, list_scenes
from bardtui.scene.names import new_scene_path
from bardtui.scene.operations import delete_scene
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.scene_search import Counts
from bardtui.session.manuscript import Manuscript
from bardtui.tui.scene_catalogue import SceneRow
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.scenes import NewScene, OpenScene, ScenesScreen
from bardtui.tui.screens.title import TitleScreen
from bardtui.tui.screens.trash import TrashScreen
from bardtui.tui.widgets.scenelist import SceneList, in_words, share_bar
from bardtui.tui.widgets.scenepreview import ScenePreview

NOON = datetime(2020, 6, 15, 12, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0
SMALL = (80, 24)


def make(title: str, writer: str, model: str = "", *, other: str = "", days: int = 0) -> Path:
    """A saved scene that was last used some days before the newest."""
    path = new_scene_path(paths.scenes_dir(), title)
    scene = Scene(title)
    journal = Journal.create(path, scene)
    line = scene.add("writer", writer)
    for take in filter(None, (other, model)):
        scene.move_head(line.id)
        answer = scene.add("model", model="tiny")
        scene.extend(answer.id, take)
        scene.end(answer.id, "length")
    journal.close()
    os.utime(path, (NOON - days * DAY,) * 2)
    return path


@pytest.fixture
def stair() -> Path:
    """The newest of some scenes; its title has markup and a control character."""
    make("Ferry", "MIRA:\nWho keeps the lantern?\n", "TOBIN:\nThe dark itself, lady.\n", days=40)
    (paths.scenes_dir() / "torn.scene.jsonl").write_bytes(b"[not] a scene")
    os.utime(paths.scenes_dir() / "torn.scene.jsonl", (NOON - 30 * DAY,) * 2)
    make("Quarrel", "ANN:\nAh.\n", "BEN:\n[Exit]\x1b[2J", other="BEN:\nMarmalade.\n", days=9)
    return make("[/] the lower\x1b stair", "ANN:\nHark!\n", "Nothing but the wind.")


def names() -> list[str]:
    """The names in the folder of scenes."""
    return sorted(path.name.partition(".")[0] for path in paths.scenes_dir().iterdir())


async def up(pilot: Pilot[None], **arguments: Any) -> ScenesScreen:
    """Show the dialog and wait until all scenes are counted."""
    dialog = ScenesScreen(list_scenes(paths.scenes_dir()), **arguments)
    await asked(pilot, dialog)
    rows = dialog.catalogue.rows
    await until(
        pilot,
        lambda: all(row.counts or row.info.broken for row in rows("") if isinstance(row, SceneRow)),
    )
    await settle(pilot)
    return dialog


def highlighted(dialog: ScenesScreen) -> int | None:
    """The number of the highlighted row."""
    return dialog.query_one(SceneList).highlighted


def count(dialog: ScenesScreen) -> int:
    """How many scenes are listed."""
    return dialog.query_one(SceneList).scene_count


async def seen(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all the texts are on the screen."""
    await until(pilot, lambda: all(text in shown(pilot.app) for text in texts))


async def gone(pilot: Pilot[None], *texts: str) -> None:
    """Wait until none of the texts is on the screen."""
    await until(pilot, lambda: not any(text in shown(pilot.app) for text in texts))


# -- the list


@pytest.mark.parametrize("key", ["f2", "delete", "ctrl+d"])
async def test_actions_on_a_scene_need_a_chosen_one(stair: Path, key: str) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await up(pilot)
        await press(pilot, "home", key)
        await seen(pilot, "Choose a scene first.")
        await press(pilot, "down")
        await gone(pilot, "Choose a scene first.")


async def test_scenes_are_listed_with_dates_and_counts(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        await up(pilot)
        text = shown(host)
        places = [text.index(t) for t in ("+ New", "the lower␛", "Quarrel", "torn", "Ferry")]
        assert places == sorted(places)
        (row,) = (" ".join(row.split()) for row in text.splitlines() if "the lower" in row)
        assert row == "│ [/] the lower␛ stair 15 Jun 2020 6 words 34% yours │"
        assert "not a scene, or its first line is damaged" in text
        assert "6 words · 32 characters · 34% yours, 66% the model's" in text
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [OpenScene(stair)])


@pytest.mark.parametrize("keys", [["ctrl+n"], ["up", "enter"], ["home", "enter"]])
async def test_a_new_scene_by_key(stair: Path, keys: list[str]) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await up(pilot)
        await press(pilot, *keys)
        await until(pilot, lambda: host.answers == [NewScene()])


@pytest.mark.parametrize("focus", ["#search", "#scenes"])
@pytest.mark.parametrize("keys", [["end"], ["ctrl+end"], ["pagedown"], ["down", "down", "down"]])
async def test_keys_move_in_the_list_whatever_has_the_focus(
    stair: Path, focus: str, keys: list[str]
) -> None:
    host = Host()
    async with host.run_test() as pilot:
        dialog = await up(pilot)
        dialog.query_one(focus).focus()
        await press(pilot, *keys, "enter")
        await until(pilot, lambda: len(host.answers) == 1)
        (answer,) = host.answers
        assert isinstance(answer, OpenScene)
        assert answer.path.name == "ferry.scene.jsonl"


async def test_without_scenes_a_new_one_can_be_begun() -> None:
    host = Host()
    async with host.run_test() as pilot:
        await up(pilot)
        await press(pilot, "escape")
        await until(pilot, lambda: host.answers == [None])
        await up(pilot)
        await press(pilot, "f2", "ctrl+d", "delete", "ctrl+z", "enter")
        await until(pilot, lambda: host.answers == [None, NewScene()])


async def test_a_broken_scene_shows_why_and_can_only_be_deleted(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        await press(pilot, "down", "down")
        for key in ("enter", "f2", "ctrl+d"):
            await press(pilot, key)
            await until(pilot, lambda: shown(host).count("first line is damaged") == 2)
            await press(pilot, "up", "down")
            await until(pilot, lambda: shown(host).count("first line is damaged") == 1)
        await press(pilot, "delete")
        await seen(pilot, "Deleted “torn”")
        assert "torn" not in names()
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: "torn" in names() and count(dialog) == 4)
        assert not host.answers


async def test_a_scene_that_vanished_is_listed_as_broken(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        scenes = list_scenes(paths.scenes_dir())
        stair.unlink()
        await asked(pilot, ScenesScreen(scenes))
        await seen(pilot, "✗ [/] the lower", "cannot be read: No such file")


async def test_a_click_highlights_and_another_opens(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        row = next(n for n, row in enumerate(shown(host).splitlines()) if "Ferry" in row)
        await pilot.click(offset=(10, row))
        await seen(pilot, "10 words · ")
        await until(pilot, lambda: highlighted(dialog) == 4)
        assert not host.answers
        await pilot.click(offset=(10, row))
        await until(pilot, lambda: len(host.answers) == 1)


async def test_the_keys_shown_below_can_be_clicked(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        await up(pilot)
        await seen(pilot, "Delete")
        row, text = next((n, r) for n, r in enumerate(shown(host).splitlines()) if "Delete" in r)
        await pilot.click(offset=(text.index("Delete"), row))
        await seen(pilot, "Deleted “[/] the lower␛ stair” · ^z restores it", "Restore")
        assert not stair.exists()


async def test_a_thousand_scenes_are_listed_counted_and_searched() -> None:
    first = make("Scene", "ANN:\nHark!\n")
    for number in range(999):
        (paths.scenes_dir() / f"{number:03}.scene.jsonl").write_bytes(first.read_bytes())
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        await press(pilot, "end")
        await until(pilot, lambda: highlighted(dialog) == 1000)
        await until(pilot, lambda: "2 words · 11 characters · 100% yours, 0%" in shown(host))
        await press(pilot, *"hark")
        await until(pilot, lambda: "1000 of 1000" in shown(host))


# -- searching


async def test_typing_searches_titles_and_texts(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        await press(pilot, *"LADY")
        await seen(pilot, "…The dark itself, lady.", "1 of 4")
        assert "+ New scene" not in shown(host)
        await press(pilot, "ctrl+u", *"marma")
        await seen(pilot, "in another take: BEN: Marmalade.", "1 of 4")
        await press(pilot, "ctrl+u", *"quarrel")
        await until(pilot, lambda: count(dialog) == 1 and not dialog.catalogue.searching)
        (row,) = dialog.catalogue.rows("quarrel")
        assert isinstance(row, SceneRow)
        assert row.match is None  # the title says it all
        await press(pilot, "ctrl+u", *"treacle")
        await seen(pilot, "No scene contains “treacle”.", "0 of 4")
        await press(pilot, "enter", "f2", "ctrl+d", "ctrl+delete")
        assert not host.answers
        await press(pilot, "ctrl+u", *"exit")
        await seen(pilot, "[Exit]␛[2J")
        await press(pilot, "enter")
        await until(pilot, lambda: len(host.answers) == 1)
        (answer,) = host.answers
        assert isinstance(answer, OpenScene)
        assert answer.path.name == "quarrel.scene.jsonl"


async def test_matching_titles_come_first(stair: Path) -> None:
    make("Wind", "A line.")
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        await press(pilot, "end", *"wind")
        await seen(pilot, "2 of 5")
        text = shown(host)
        assert text.index("Wind  ") < text.index("the lower")
        assert highlighted(dialog) == 0
        # The scene that was found stays highlighted when all are shown again.
        await press(pilot, "down", "ctrl+u")
        await seen(pilot, "+ New scene")
        assert "6 words · 32 characters" in shown(host).partition("Esc: close")[0]


async def test_typing_in_the_list_goes_to_the_search_field(stair: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        dialog = await up(pilot)
        await press(pilot, "tab")
        await until(pilot, lambda: isinstance(dialog.focused, SceneList))
        await press(pilot, "f", "e")
        await until(pilot, lambda: dialog.query_one(Input).value == "fe")
        await until(pilot, lambda: count(dialog) == 1)


async def test_keys_that_edit_the_search_do_not_delete_scenes(stair: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        dialog = await up(pilot)
        await press(pilot, *"xlady", "home", "delete")
        await until(pilot, lambda: dialog.query_one(Input).value == "lady")
        await until(pilot, lambda: count(dialog) == 1)
        await press(pilot, "ctrl+delete")
        await until(pilot, lambda: "ferry" not in names())
        assert dialog.query_one(Input).value == "lady"
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: count(dialog) == 1)
        await press(pilot, "end", "delete")
        await until(pilot, lambda: "ferry" not in names())


async def test_a_file_can_be_opened_by_its_path(stair: Path, home: Path) -> None:
    text = home / "a [red] play.txt"
    text.write_text("ANN:\nHark.")
    host = Host()
    async with host.run_test(size=(200, 24)) as pilot:
        dialog = await up(pilot)
        dialog.query_one(Input).value = f"{home}/nowhere.txt"
        await seen(pilot, "No scene contains")
        dialog.query_one(Input).value = f" {text}"
        await seen(pilot, "+ Open the file a [red] play.txt")
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [OpenScene(text)])


# -- what can be done with a scene


async def test_a_scene_is_renamed(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        await up(pilot)
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(host.screen, TitleScreen))
        assert "[/] the lower␛ stair" in shown(host)
        await press(pilot, "ctrl+u", "enter")
        await seen(pilot, "A scene needs a title.")
        await press(pilot, *"Wind ", "enter")
        await until(pilot, lambda: isinstance(host.screen, ScenesScreen))
        await seen(pilot, "Wind  ", "6 words · 32")
        assert read_scene(stair)[0].title == "Wind"
        before = stair.read_bytes()
        for keys in (["f2", "escape"], ["f2", "enter"]):
            await press(pilot, *keys)
            await until(pilot, lambda: isinstance(host.screen, ScenesScreen))
        assert stair.read_bytes() == before


@pytest.mark.parametrize(("button", "title"), [("#rename", "Wind"), ("#cancel", None)])
async def test_the_title_by_mouse(button: str, title: str | None) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, TitleScreen("Storm"))
        await press(pilot, *"Wind")
        await click(pilot, button)
        await until(pilot, lambda: host.answers == [title])


async def test_a_copy_of_a_scene_is_highlighted(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        await press(pilot, "end", "ctrl+d")
        await seen(pilot, "Ferry (copy)")
        await press(pilot, "ctrl+d")
        await seen(pilot, "Ferry (copy) (copy)")
        await press(pilot, "down", "down", "ctrl+d")
        await seen(pilot, "Ferry (copy 2)")
        assert count(dialog) == 7
        await press(pilot, "enter")
        await until(pilot, lambda: len(host.answers) == 1)
        (answer,) = host.answers
        assert isinstance(answer, OpenScene)
        copy, original = (
            read_scene(path)[0] for path in (answer.path, paths.scenes_dir() / "ferry.scene.jsonl")
        )
        assert copy.title == "Ferry (copy 2)"
        assert copy.text == original.text


async def test_deleted_scenes_are_restored_last_first(stair: Path) -> None:
    before = names()
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        await up(pilot)
        await press(pilot, "delete")
        await seen(pilot, "Deleted “[/] the lower␛ stair” · ^z restores it")
        await press(pilot, "delete")
        await seen(pilot, "Deleted “Quarrel” · ^z restores it")
        assert names() == ["ferry", "torn", "trash"]
        await press(pilot, "ctrl+z")
        await seen(pilot, "Deleted “[/] the lower␛ stair”", "Quarrel  ")
        await press(pilot, "ctrl+z")
        await gone(pilot, "Deleted")
        assert names() == sorted([*before, "trash"])
        await press(pilot, "ctrl+z", "enter")
        await until(pilot, lambda: host.answers == [OpenScene(stair)])


async def test_a_scene_that_is_open_elsewhere_is_not_changed(stair: Path) -> None:
    journal, *_ = Journal.open(stair)
    before = stair.read_bytes()
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        await up(pilot)
        await press(pilot, "delete")
        await seen(pilot, "is open elsewhere")
        await press(pilot, "down", "up", "f2")
        await until(pilot, lambda: isinstance(host.screen, TitleScreen))
        await press(pilot, "x", "enter")
        await seen(pilot, "is open elsewhere")
    journal.close()
    assert stair.read_bytes() == before


async def test_the_scene_on_the_stage_is_renamed_there_and_not_deleted(stair: Path) -> None:
    manuscript, _ = Manuscript.open(paths.scenes_dir() / "quarrel.scene.jsonl")
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        await up(pilot, current=manuscript)
        assert "● Quarrel" in shown(host)
        await press(pilot, "delete")
        await seen(pilot, "This scene is on the stage.")
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(host.screen, TitleScreen))
        await press(pilot, *"Peace", "enter")
        await seen(pilot, "● Peace")
        assert manuscript.scene.title == "Peace"
        await press(pilot, "ctrl+d")
        await seen(pilot, "Peace (copy)")
    manuscript.add_line("And on.")
    manuscript.close()
    scene, report = read_scene(paths.scenes_dir() / "quarrel.scene.jsonl")
    assert not report
    assert (scene.title, scene.text.endswith("And on.")) == ("Peace", True)


# -- the preview


async def test_the_preview_shows_the_highlighted_scene_or_what_was_found(stair: Path) -> None:
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        preview = dialog.query_one(ScenePreview)
        await until(pilot, lambda: preview.text.endswith("Nothing but the wind."))
        await press(pilot, "down")
        await until(pilot, lambda: "[Exit]" in preview.text)
        await press(pilot, *"marma")  # is in another take
        await until(pilot, lambda: preview.text == "ANN:\nAh.\nBEN:\nMarmalade.\n")
        assert "Found here" in shown(host)
        await press(pilot, "ctrl+u", "home")
        await until(pilot, lambda: not preview.text)


async def test_the_preview_says_how_sure_the_model_was_where_that_is_known(stair: Path) -> None:
    journal, scene, _ = Journal.open(stair)
    keep_entropy(scene, [0.4, 2.4])
    journal.close()
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        await up(pilot)
        await until(pilot, lambda: "how sure the model was: ▁█" in shown(host))
        await press(pilot, "down")
        await until(pilot, lambda: "how sure" not in shown(host))


# -- the trash


async def in_trash(pilot: Pilot[None], *, listed: int) -> None:
    """Wait until the trash is up and lists so many scenes."""

    def is_up() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, TrashScreen) and screen.focused is not None and held() == listed

    def held() -> int:
        return pilot.app.screen.query_one(SceneList).scene_count

    await until(pilot, is_up)


async def test_a_deleted_scene_is_brought_back_from_the_trash_later(stair: Path) -> None:
    delete_scene(paths.scenes_dir() / "ferry.scene.jsonl")
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        dialog = await up(pilot)
        await press(pilot, "delete", "ctrl+t")
        await in_trash(pilot, listed=2)
        await press(pilot, *"lantern")
        await seen(pilot, "Who keeps the lantern?", "1 of 2")
        await press(pilot, "enter")
        await seen(pilot, "Brought back “Ferry”")
        await press(pilot, "escape")
        await until(pilot, lambda: host.screen is dialog and count(dialog) == 3)
        assert [name for name in names() if name != "trash"] == ["ferry", "quarrel", "torn"]
        await press(pilot, "enter")
        await until(
            pilot, lambda: host.answers == [OpenScene(paths.scenes_dir() / "ferry.scene.jsonl")]
        )


async def test_a_scene_in_the_trash_is_deleted_for_good_if_the_writer_is_sure(stair: Path) -> None:
    trashed = delete_scene(stair).trashed
    host = Host()
    async with host.run_test(size=SMALL) as pilot:
        host.ask(ScenesScreen(list_scenes(paths.scenes_dir()), trash=True))
        await in_trash(pilot, listed=1)
        for answer in ("n", "y"):
            assert trashed.exists()
            await in_trash(pilot, listed=1)
            await press(pilot, "delete")
            await until(pilot, lambda: isinstance(host.screen, ConfirmScreen))
            await seen(pilot, "for good?")
            await press(pilot, answer)
        await seen(pilot, "Deleted “[/] the lower␛ stair” for good")
        assert not trashed.exists()


# -- a text that was opened before


async def test_opening_a_text_again_opens_its_scene(home: Path) -> None:
    text = home / "play.txt"
    text.write_text("ANN:\nHark.\n")
    first, notice = Manuscript.open(text)
    assert not notice
    first.add_line("BEN:\nWhat?")
    host = Host()
    async with host.run_test(size=(200, 24)) as pilot:  # on the stage already
        dialog = await up(pilot, current=first)
        dialog.query_one(Input).value = str(text)
        await seen(pilot, "+ Open the file")
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [OpenScene(first.path or Path())])
    with pytest.raises(SceneError, match="open elsewhere"):
        Manuscript.open(text)
    first.close()
    again, notice = Manuscript.open(text)
    assert "play.txt" in notice
    assert again.path == first.path
    assert again.scene.text == "ANN:\nHark.\nBEN:\nWhat?"
    again.close()
    text.write_text("ANN:\nHark!\n")
    other, notice = Manuscript.open(text)
    assert not notice
    assert other.path != first.path
    other.close()


# -- in words


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (datetime(2025, 6, 15, 9, 5), "today 09:05"),
        (datetime(2025, 6, 14, 23, 59), "yesterday 23:59"),
        (datetime(2025, 6, 13, 12, 0), "13 Jun"),
        (datetime(2024, 12, 31, 12, 0), "31 Dec 2024"),
        (datetime(2025, 6, 16, 12, 0), "16 Jun"),
    ],
)
def test_dates_in_words(then: datetime, said: str) -> None:
    assert ago(then.timestamp(), datetime(2025, 6, 15, 12, 0)) == said


@pytest.mark.parametrize("timestamp", [1e300, float("inf"), float("nan"), -1e18])
def test_an_impossible_date(timestamp: float) -> None:
    assert ago(timestamp, datetime(2025, 6, 15, 12, 0)) == "some day"


def test_sizes_and_shares_in_words() -> None:
    assert in_words(Counts(0, 0, 0)) == ("0 words", "0 characters", "empty")
    assert in_words(Counts(1, 1, 1)) == ("1 word", "1 character", "100% yours")
    assert in_words(Counts(1_412, 7_000, 2_660)) == ("1,412 words", "7,000 characters", "38% yours")


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [
        (None, " " * 8),
        (Counts(0, 0, 0), " " * 8),
        (Counts(9, 100, 0), "░" * 8),
        (Counts(9, 1_000, 1), "█" + "░" * 7),
        (Counts(9, 100, 50), "█" * 4 + "░" * 4),
        (Counts(9, 1_000, 999), "█" * 7 + "░"),
        (Counts(9, 100, 100), "█" * 8),
    ],
)
def test_a_share_as_a_bar(counts: Counts | None, drawn: str) -> None:
    assert share_bar(counts).plain == drawn


# -- how it looks


def picture(keys: list[str], wait_for: str, previewed: str) -> Callable[[Pilot[None]], Any]:
    """Opens the dialog, presses keys, and waits for a text and for another in the preview."""

    async def before(pilot: Pilot[None]) -> None:
        current, _ = Manuscript.open(paths.scenes_dir() / "quarrel.scene.jsonl")
        dialog = await up(pilot, current=current)
        await press(pilot, *keys)
        await seen(pilot, wait_for)
        await until(pilot, lambda: not dialog.catalogue.searching)
        await until(pilot, lambda: previewed in dialog.query_one(ScenePreview).text)
        await settle(pilot)
        current.close()

    return before


@pytest.mark.parametrize("size", [SMALL, (140, 45)], ids=["small", "large"])
def test_the_scenes(stair: Path, snap_compare: Any, size: tuple[int, int]) -> None:
    before = picture(["up", "delete"], "Restore", "[Exit]")
    assert snap_compare(Host(), terminal_size=size, run_before=before)


def test_the_search(stair: Path, snap_compare: Any) -> None:
    before = picture([*"mar"], "in another take", "Marmalade")
    assert snap_compare(Host(), terminal_size=SMALL, run_before=before)
