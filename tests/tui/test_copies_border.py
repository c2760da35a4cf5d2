"""The border of the transcript says what the last reply copies."""

from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.store import ModelBundle
from bardtui.settings import Settings
from tests.conftest import VERSE
from tests.tui.conftest import Program
from tests.tui.hosts import press, shown, toasts, until
from tests.tui.test_stage import idle, type_line


async def test_the_border_says_what_the_reply_copies(
    installed: ModelBundle, program: Program
) -> None:
    index = CorpusIndex.of([("[bold]Play[/]", [VERSE * 2])])
    assert index is not None
    installed.add_index(index)
    async with program(length=120, temperature=0.3) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await idle(pilot, stage)
        await until(pilot, lambda: "characters of [bold]Play[/]" in shown(stage.app))
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: "characters of" not in shown(stage.app))


async def test_a_writer_is_told_that_copies_are_not_kept_short(
    installed: ModelBundle, program: Program
) -> None:
    settings = Settings(max_copy=60)
    async with program(settings=settings, toasts=True) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: "no index of its texts" in toasts(stage.app))
        assert "original" not in shown(stage.app)
