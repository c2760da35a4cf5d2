"""Deleting a model in the models pane, and bringing it back."""

from bardtui import paths
from bardtui.model.store import ModelBundle
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
        models.highlighted = names(stage).index("other")
        await press(pilot, "delete")
        await until(pilot, lambda: "other" not in names(stage))
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
