"""The words that the writer wrote today."""

import pytest
from driver import Driver

from bardtui.settings import Settings
from bardtui.tui.ui_strings import word_goal

pytestmark = pytest.mark.usefixtures("installed")


def test_sent_lines_and_words_that_edits_add_count_until_midnight() -> None:
    settings = Settings(suggestions=False, word_goal=10)
    with Driver(settings=settings, day="2020-01-01", words=500) as driver:
        session = driver.session
        assert session.remembered.words_today == 0
        driver.send("ANN: I kept it dry.")
        assert session.remembered.words_today == 5
        session.undo()
        assert session.remembered.words_today == 5
        session.redo()
        session.editing.edit(1, "ANN:\nI kept it very dry indeed.\n")
        session.editing.edit(session.manuscript.scene.path()[0][0].id, "ANN:\nDry.\n")
        assert session.remembered.words_today == 7
        again = session.remembered
    with Driver(settings=settings, day=again.day, words=again.words) as driver:
        assert driver.session.remembered.words_today == 7


@pytest.mark.parametrize(
    ("today", "goal", "told"),
    [(5, 0, ""), (5, 1_000, "5 of 1,000 words today"), (1_200, 1_000, "✓ 1,200 words today")],
)
def test_the_meter(today: int, goal: int, told: str) -> None:
    assert word_goal(today, goal) == told
