"""The border of the transcript says what the last reply copies."""

from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.store import ModelBundle
from bardtui.settings import Settings
from bardtui.tui.screens.stage import StageScreen
from tests.tui.conftest import Program
from tests.tui.hosts import shown, toasts, until
from tests.tui.test_stage import type_line


def underlined(stage: StageScreen) -> str:
    """The underlined text of the scene in the window, its rows joined by spaces."""
    view = stage.transcript
    rows = [view.render_line(y) for y in range(view.size.height)]
    parts = ["".join(s.text for s in row if s.style and s.style.underline) for row in rows]
    return " ".join(" ".join(parts).split())


async def test_the_border_says_what_the_reply_copies_and_the_copy_is_underlined(
    installed: ModelBundle, program: Program
) -> None:
    copied = "The stair is low, the lamp asleep."
    index = CorpusIndex.of([("[bold]Play[/]", [copied])])
    assert index is not None
    installed.add_index(index)
    async with program() as (pilot, stage):
        session = stage.session
        await until(pilot, lambda: session.model_states.get("tiny") == "ready")
        passage = session.manuscript.begin("tiny", "", {}, 1, None)
        session.manuscript.extend(passage, f"ANN:\n{copied}\nWhat is it, then?")
        session.show_scene()
        await until(pilot, lambda: "characters of [bold]Play[/]" in shown(stage.app))
        assert underlined(stage) == copied
        session.new()
        await until(pilot, lambda: "characters of" not in shown(stage.app))


async def test_a_writer_is_told_that_copies_are_not_kept_short(
    installed: ModelBundle, program: Program
) -> None:
    settings = Settings(max_copy=60)
    async with program(settings=settings, toasts=True) as (pilot, stage):
        await type_line(pilot, "ANN:")
        await until(pilot, lambda: "no index of its texts" in toasts(stage.app))
        assert "original" not in shown(stage.app)
