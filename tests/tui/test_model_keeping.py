"""Keeping models in their pane: cards, names, copies, deleting and bringing back."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from bardtui import paths
from bardtui.model.store import ModelBundle, find_model
from bardtui.sharing.pack import pack
from bardtui.sharing.unpack import add
from bardtui.tui.screens.add_model import AddModelScreen
from bardtui.tui.screens.files import FilesScreen
from bardtui.tui.screens.model_card import ModelCardScreen, ModelDescriptionScreen, ModelNameScreen
from bardtui.tui.screens.packing import PackScreen, PartsList
from bardtui.tui.screens.stage import StageScreen
from tests.tui.conftest import Program
from tests.tui.hosts import Host, asked, click, press, shown, toasts, until


def up(stage: StageScreen, kind: type[Screen[Any]]) -> bool:
    """Whether a screen of that kind is up and has the focus where it belongs."""
    return isinstance(stage.app.screen, kind) and stage.app.screen.focused is not None


def names(stage: StageScreen) -> list[str]:
    return [entry.name for entry in stage.side.models.entries]


async def test_a_model_is_deleted_and_brought_back(
    installed: ModelBundle, program: Program
) -> None:
    installed.save(paths.models_dir() / "other", installed.weights())
    async with program(size=(120, 40)) as (pilot, stage):
        models = stage.side.models
        await until(pilot, lambda: "other" in names(stage))
        models.focus()
        await until(pilot, lambda: "space card · Del deletes" in shown(stage.app))
        place = models.highlighted = names(stage).index("other")
        await press(pilot, "delete")
        await until(pilot, lambda: "other" not in names(stage))
        await until(pilot, lambda: models.highlighted == min(place, len(models.entries) - 1))
        assert not (paths.models_dir() / "other").exists()
        await until(pilot, lambda: "Ins brings other back" in shown(stage.app))
        await press(pilot, "insert")
        await until(pilot, lambda: "other" in names(stage))
        await until(pilot, lambda: "Ins brings" not in shown(stage.app))
        await press(pilot, "insert")  # there is nothing left
        assert (paths.models_dir() / "other" / "model.json").is_file()


async def test_models_in_use_and_bundled_ones_are_not_deleted(program: Program) -> None:
    async with program(size=(120, 40), toasts=True) as (pilot, stage):
        models = stage.side.models
        await until(pilot, lambda: {"tiny", "pocket"} <= {*names(stage)})
        models.focus()
        for name, reason in (("tiny", "in use"), ("pocket", "comes with bardtui")):
            models.highlighted = names(stage).index(name)
            await press(pilot, "delete")
            await until(pilot, lambda reason=reason: reason in toasts(stage.app))
        assert {"tiny", "pocket"} <= {*names(stage)}


async def test_a_model_is_copied_described_and_renamed_from_its_card(program: Program) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        models = stage.side.models

        async def choose(name: str, key: str, dialog: type, typed: str) -> None:
            """Press a key on a model's card, and type into the dialog that follows."""
            await until(pilot, lambda: name in names(stage))
            models.focus()
            models.highlighted = names(stage).index(name)
            await press(pilot, "space")
            await until(pilot, lambda: isinstance(stage.app.screen, ModelCardScreen))
            await press(pilot, key)
            await until(pilot, lambda: isinstance(stage.app.screen, dialog))
            await press(pilot, "ctrl+u", *typed, "enter")
            await until(pilot, lambda: stage.app.screen is stage)

        await choose("tiny", "d", ModelNameScreen, "copy")
        await choose("copy", "e", ModelDescriptionScreen, "Ink")
        await until(pilot, lambda: find_model("copy").description == "Ink")
        await choose("tiny", "r", ModelNameScreen, "ours")
        await until(pilot, lambda: {"copy", "ours"} <= {*names(stage)})
        await until(pilot, lambda: stage.session.model == "ours")
        assert "tiny" not in names(stage)


async def test_a_card_says_what_a_model_has_read(program: Program) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        stage.side.models.post_message(stage.side.models.CardWanted("pocket"))
        await until(pilot, lambda: isinstance(stage.app.screen, ModelCardScreen))
        await until(pilot, lambda: "It has read Thirty-eight plays" in shown(stage.app))
        assert "d duplicates · p packs · Esc" in shown(stage.app)
        await press(pilot, "delete", "r")  # not for a model that came with the program
        assert isinstance(stage.app.screen, ModelCardScreen)
        await press(pilot, "d")
        await until(pilot, lambda: isinstance(stage.app.screen, ModelNameScreen))
        await press(pilot, "enter")
        await until(pilot, lambda: "comes with bardtui" in shown(stage.app))


async def test_a_private_model_is_packed_without_what_it_says_of_its_text(
    program: Program, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = replace(find_model("tiny"), public=False, corpus={"name": "diary", "title": "Diary"})
    private.save_description()
    monkeypatch.chdir(home)
    (home / "tiny.bardmodel").write_text("something else")
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        stage.side.models.post_message(stage.side.models.CardWanted("tiny"))
        await until(pilot, lambda: isinstance(app.screen, ModelCardScreen))
        await press(pilot, "p")
        await until(pilot, lambda: up(stage, PackScreen))
        await until(pilot, lambda: "trained on a private text" in shown(app))
        assert "✗ left out  its title" in shown(app)
        await press(pilot, "enter")
        await until(pilot, lambda: "Press Enter again to replace it" in shown(app))
        await press(pilot, "enter")
        await until(pilot, lambda: "SHA-256, to check it" in shown(app))
    added = add(home / "tiny.bardmodel", "again").bundle
    assert "Diary" not in json.dumps(added.to_json())


async def test_what_goes_into_the_file_is_chosen(installed: ModelBundle, home: Path) -> None:
    bundle = replace(installed, public=False, corpus={"name": "diary", "title": "Diary"})
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = PackScreen(bundle, home)
        await asked(pilot, screen)
        assert screen.parts == []
        parts = screen.query_one(PartsList)
        parts.focus()
        parts.highlighted = parts.get_option_index("titles")
        await press(pilot, "space")
        await until(pilot, lambda: "✓ goes in   its title" in shown(host))
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == [home / "tiny.bardmodel"])
        assert screen.parts == ["titles"]


async def test_a_model_is_added_from_a_file_under_another_name(
    program: Program, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "files").mkdir()
    pack(find_model("tiny"), home / "files" / "tiny.bardmodel", ())
    (home / "files" / "notes.txt").write_text("not shown")
    monkeypatch.chdir(home / "files")
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        stage.run_flow(lambda stage: stage.side.keeping.add())
        await until(pilot, lambda: up(stage, AddModelScreen))
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: up(stage, FilesScreen))
        await until(pilot, lambda: "tiny.bardmodel" in shown(app))
        assert "notes.txt" not in shown(app)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: up(stage, ModelNameScreen))
        await press(pilot, "ctrl+u", *"theirs", "enter")
        await until(pilot, lambda: isinstance(app.screen, ModelCardScreen))
        await until(pilot, lambda: "It is added now" in shown(app))
        await until(pilot, lambda: "theirs" in names(stage))
    assert find_model("theirs").sha256 == find_model("tiny").sha256


async def test_a_click_on_a_card_does_what_its_key_does() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        await asked(pilot, ModelCardScreen("tiny", ["A sentence."], ("duplicate", "pack")))
        box = host.screen.query_one("#box")
        row = shown(host).splitlines()[box.region.bottom - 1]
        at = row.index("p packs") - box.region.x
        await click(pilot, box, (at, box.region.height - 1))
        await until(pilot, lambda: host.answers == ["pack"])


async def test_what_is_not_needed_is_removed_once_the_writer_agrees(
    installed: ModelBundle, program: Program
) -> None:
    old = paths.models_dir() / ".trash" / "diary~1500000000000000000"  # deleted in 2017
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app

        async def ask() -> None:
            stage.run_flow(lambda stage: stage.side.keeping.clean())
            await until(pilot, lambda: app.screen is not stage and "Your models" in shown(app))

        await ask()
        assert "All of it is needed" in shown(app)
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is stage)
        installed.save(old, installed.weights())
        await ask()
        assert "deleted model diary, 0.0" in shown(app)
        await press(pilot, "n")
        await until(pilot, lambda: app.screen is stage)
        assert old.is_dir()
        await ask()
        await press(pilot, "y")
        await until(pilot, lambda: not old.exists())
