"""Keeping models in their pane: cards, names, copies, deleting and bringing back."""

from bardtui import paths
from bardtui.model.store import ModelBundle, find_model
from bardtui.tui.screens.model_card import ModelCardScreen, ModelDescriptionScreen, ModelNameScreen
from bardtui.tui.screens.stage import StageScreen
from tests.tui.conftest import Program
from tests.tui.hosts import press, shown, toasts, until


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
        assert models.highlighted == min(place, len(models.entries) - 1)
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
        assert "d duplicates · Esc" in shown(stage.app)
        await press(pilot, "delete", "r")  # not for a model that came with the program
        assert isinstance(stage.app.screen, ModelCardScreen)
        await press(pilot, "d")
        await until(pilot, lambda: isinstance(stage.app.screen, ModelNameScreen))
        await press(pilot, "enter")
        await until(pilot, lambda: "comes with bardtui" in shown(stage.app))
