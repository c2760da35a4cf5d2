"""The texts that a writer can choose to train on."""

from pathlib import Path

import pytest
from hosts import Host, asked, press, shown, until
from textual.widgets import Input

from bardtui import paths
from bardtui.errors import UserError
from bardtui.session.manuscript import Manuscript
from bardtui.tui.own_texts import OwnTexts, texts_of
from bardtui.tui.screens.new_run import NewRunScreen
from bardtui.workshop.kept_texts import release
from bardtui.workshop.order import Order
from tests.conftest import VERSE


def test_a_path_becomes_absolute_and_a_scene_a_file(home: Path) -> None:
    (home / "mine.txt").write_text("The lamp is low.")
    texts = OwnTexts("The Stair", "\n\nHush.\n", home)
    assert texts.source("mine.txt") == str(home / "mine.txt")
    assert texts.source("the-lower-stair") == "the-lower-stair"
    kept = Path(texts.source("this scene"))
    assert (kept.name, kept.read_text()) == ("the-stair.txt", "Hush.\n")
    texts.release()  # no run was ordered
    assert not kept.exists()


async def test_a_copy_that_another_run_has_read_meanwhile_is_there_for_the_next(
    home: Path,
) -> None:
    host = Host()
    orders: list[Order] = []
    async with host.run_test(size=(80, 24)) as pilot:
        texts = OwnTexts("The Stair", VERSE, home)
        screen = await asked(pilot, NewRunScreen(orders.append, [], texts))
        screen.query_one("#source", Input).value = "this scene"
        await until(pilot, lambda: screen.query_one("#name", Input).value == "the-stair")
        kept = Path(texts.source("this scene"))
        release(kept)
        await press(pilot, "enter")
        await until(pilot, lambda: bool(orders))
        assert orders[0].source == str(kept)
        assert kept.read_text() == VERSE.strip("\n") + "\n"


def test_the_texts_of_saved_scenes_are_joined() -> None:
    for line in ("One.\n", "Two.\n"):
        manuscript = Manuscript()
        manuscript.add_line(line)
    scenes = sorted(paths.scenes_dir().iterdir())
    text = texts_of(scenes)["all"]
    assert sorted(text.split("\n\n")) == ["One.", "Two."]
    assert texts_of(scenes)["yours"] == text
    texts = OwnTexts("A scene", "", Path())
    assert sorted(Path(texts.source("all your scenes")).read_text().split()) == ["One.", "Two."]


def test_without_a_saved_scene_there_is_nothing_to_read() -> None:
    with pytest.raises(UserError, match="No scene is saved yet"):
        OwnTexts("A scene", "", Path()).source("all your scenes")


def test_in_a_browser_the_disk_stays_unseen(home: Path) -> None:
    (home / "secret.txt").write_text("The lamp is low.")
    texts = OwnTexts("A scene", "Hush.", home, files=False)
    for typed in ("secret.txt", str(home / "secret.txt"), str(home), "~", "nowhere"):
        with pytest.raises(UserError, match="In a browser, choose"):
            texts.source(typed)
    assert texts.source("the-lower-stair") == "the-lower-stair"
    assert Path(texts.source("this scene")).read_text() == "Hush.\n"


@pytest.mark.parametrize("files", [True, False])
async def test_files_are_offered_where_the_disk_is_the_writers(home: Path, files: bool) -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        texts = OwnTexts("A scene", "Hush.", home, files=files)
        screen = await asked(pilot, NewRunScreen(lambda order: None, ["tiny"], texts))
        assert ("A text file" in shown(host)) is files
        await pilot.press("ctrl+o")
        await until(pilot, lambda: host.screen is not screen and "This scene" in shown(host))
        assert ("A file or a folder" in shown(host)) is files
