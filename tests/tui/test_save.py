"""The save dialog: the format follows the suffix, and the file follows both."""

from pathlib import Path
from typing import Any

import pytest
from hosts import Host, asked, click, press, shown, until
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from bardtui.scene.export import FORMATS as EXPORTS
from bardtui.scene.export import TEXT_FORMATS, export, suffix_of
from bardtui.scene.scene import Scene
from bardtui.session.manuscript import Manuscript
from bardtui.tui.app import BardApp
from bardtui.tui.screens.save import FORMAT_NAMES, SaveScreen
from bardtui.tui.widgets.choice import Choice


def field(host: App[Any]) -> Input:
    return host.screen.query_one(Input)


def chosen(host: App[Any]) -> str:
    return host.screen.query_one(Choice).value


def test_every_format_has_a_name_and_a_purpose() -> None:
    assert list(FORMAT_NAMES) == list(EXPORTS)


async def test_the_typed_suffix_chooses_the_format(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        assert "●Text  Markdown  Fountain  HTML  JSON  FDX  DOCX  PDF" in shown(host)
        for typed, format in (
            *(("a.fountain", "fountain"), ("b.HTM", "html"), ("c.md", "markdown")),
            *(("d.json", "json"), ("e", "txt"), ("f.odt", "txt"), ("", "txt")),
        ):
            field(host).value = typed
            await until(pilot, lambda format=format: chosen(host) == format)  # type: ignore[misc]
            assert FORMAT_NAMES[format][1] in shown(host)


async def test_up_and_down_change_the_suffix_and_keep_the_selection(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "the lower stair.txt"))
        for key, suffix in (("down", ".md"), ("down", ".fountain"), ("up", ".md"), ("up", ".txt")):
            await press(pilot, key)
            await until(pilot, lambda s=suffix: field(host).value == f"the lower stair{s}")  # type: ignore[misc]
            assert field(host).selected_text == "the lower stair"
        await press(pilot, "up")
        await until(pilot, lambda: field(host).value == "the lower stair.pdf")
        await press(pilot, *"Act 1.5", "down", "down")
        await until(pilot, lambda: field(host).value == "Act 1.5.md")
        await press(pilot, "!")
        await until(pilot, lambda: field(host).value == "Act 1.5!.md")
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [tmp_path / "Act 1.5!.md"])


async def test_a_suffix_that_is_typed_over_the_selected_name_replaces_the_old_one(
    tmp_path: Path,
) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "the lower stair.fountain"))
        await press(pilot, *"Act 1.5.html")
        await until(pilot, lambda: field(host).value == "Act 1.5.html")
        assert chosen(host) == "html"


async def test_fast_keys_are_all_counted(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        screen = SaveScreen(tmp_path / "a.txt")
        await asked(pilot, screen)
        screen.action_format(1)
        screen.action_format(1)
        assert field(host).value == "a.fountain"
        await until(pilot, lambda: chosen(host) == "fountain")


async def test_the_format_is_chosen_by_keys_and_by_mouse(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        await press(pilot, "tab", "right", "right")
        await until(pilot, lambda: field(host).value == "a.fountain")
        await press(pilot, "left", "left", "left")
        await until(pilot, lambda: field(host).value == "a.pdf")
        row = host.screen.query_one(Choice)
        for label, suffix in (("HTML", ".html"), ("Text", ".txt"), ("Fountain", ".fountain")):
            at = row.render().plain.index(label)
            await click(pilot, row, offset=(1 + at, 1))
            await until(pilot, lambda s=suffix: field(host).value == f"a{s}")  # type: ignore[misc]
            assert "●" + label in shown(host)
        await click(pilot, "#save")
        await until(pilot, lambda: host.answers == [tmp_path / "a.fountain"])


async def test_choosing_a_format_without_a_name_restores_the_name(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "act.txt"))
        field(host).value = " "
        await press(pilot, "down")
        await until(pilot, lambda: field(host).value == "act.md")


async def test_an_existing_file_of_another_format_is_asked_about_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("kept")
    (tmp_path / "a.md").write_text("kept")
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        await press(pilot, "enter")
        await until(pilot, lambda: "This file exists." in shown(host))
        await press(pilot, "down")
        await until(pilot, lambda: "This file exists." not in shown(host))
        await press(pilot, "enter")
        await until(pilot, lambda: "This file exists." in shown(host))
        assert not host.answers


async def test_a_saved_scene_is_never_replaced(tmp_path: Path) -> None:
    host = Host()
    async with host.run_test() as pilot:
        await asked(pilot, SaveScreen(tmp_path / "a.txt"))
        field(host).value = "a.scene.jsonl"
        await press(pilot, "enter")
        await until(pilot, lambda: "saved scene" in shown(host))
        assert not host.answers


# -- the file


def scene() -> Scene:
    scene = Scene("The lower/stair: [b]")
    scene.add("writer", "ANN:\nYes.")
    scene.add("model", " No.", model="shakespeare", reason="length")
    return scene


async def dialog(pilot: Pilot[None]) -> None:
    """Open the dialog in the program, with a saved scene."""
    await press(pilot, "ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
    await until(pilot, lambda: pilot.app.focused is not None)


@pytest.mark.parametrize("format", TEXT_FORMATS)
async def test_the_file_has_the_format_of_its_suffix(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Manuscript(scene()).close()
    app = BardApp()
    target = tmp_path / f"The lower stair b{suffix_of(format)}"
    async with app.run_test(size=(80, 24)) as pilot:
        await dialog(pilot)
        await press(pilot, *["down"] * list(EXPORTS).index(format), "enter")
        await until(pilot, lambda: app.screen is app.stage)
        shown_scene = app.stage.session.manuscript.scene
        assert target.read_bytes().decode() == export(shown_scene, format)


async def test_an_error_of_the_disk_is_shown_and_the_name_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Manuscript(scene()).close()
    app = BardApp()

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(app.stage.session, "export", full)
        await dialog(pilot)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "Not saved: No space left" in shown(app))
        assert (field(app).value, chosen(app)) == ("The lower stair b.md", "markdown")
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is app.stage)
    assert not list(tmp_path.glob("*.md"))


async def test_a_pdf_whose_font_lacks_characters_is_not_saved_and_the_dialog_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cyrillic = Scene("Да")
    cyrillic.add("writer", "Да.")
    Manuscript(cyrillic).close()
    app = BardApp()
    async with app.run_test(size=(100, 24)) as pilot:
        await dialog(pilot)
        field(app).value = "a.pdf"
        await until(pilot, lambda: chosen(app) == "pdf")
        await press(pilot, "enter")
        await until(pilot, lambda: "Not saved: the built-in font has no “Д”" in shown(app))
        assert field(app).value == "a.pdf"
    assert not list(tmp_path.glob("*.pdf"))


def test_a_scene_saved_as_json_opens_with_all_its_takes(tmp_path: Path) -> None:
    saved = scene()
    saved.undo()
    file = tmp_path / "a.json"
    file.write_text(export(saved, "json"), encoding="utf-8")
    manuscript, _ = Manuscript.open(file)
    assert manuscript.scene.title == saved.title
    assert manuscript.scene.text == saved.text
    assert manuscript.redo()
    assert manuscript.scene.text == "ANN:\nYes. No."
    assert manuscript.path is not None
    manuscript.close()


# -- how it looks


@pytest.mark.parametrize("size", [(80, 24), (44, 16)], ids=["small", "narrow"])
def test_the_dialog(snap_compare: Any, size: tuple[int, int]) -> None:
    async def ask(pilot: Pilot[None]) -> None:
        await asked(pilot, SaveScreen(Path("/home/ann/plays/The lower stair.fountain")))
        await press(pilot, "tab")

    assert snap_compare(Host(), terminal_size=size, run_before=ask)
