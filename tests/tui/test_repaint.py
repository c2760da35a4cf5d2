"""The stage is painted promptly, and in one picture what changes together."""

import pytest

from bardtui.tui import repaint as painting
from bardtui.tui.app import BardApp
from bardtui.tui.repaint import GATHERING, PromptScreen
from tests.tui.hosts import Host, until
from tests.tui.test_stage import remember


@pytest.mark.parametrize(("taken", "waited"), [(0.001, 1 / 60 - 0.001), (0.025, GATHERING)])
async def test_the_next_picture_waits_for_its_turn_but_not_for_a_grid(
    monkeypatch: pytest.MonkeyPatch, taken: float, waited: float
) -> None:
    """The clock here goes on only while something is waited for or painted."""
    now, waits, pictures = 100.0, list[float](), 0

    async def sleep(seconds: float) -> None:
        nonlocal now
        waits.append(seconds)
        now += seconds

    class Screen(PromptScreen):
        def _on_timer_update(self) -> None:
            nonlocal now, pictures
            now, pictures = now + taken, pictures + 1
            self._update_timer.pause()

    host = Host()
    async with host.run_test() as pilot:
        monkeypatch.setattr(painting, "sleep", sleep)
        monkeypatch.setattr(painting, "perf_counter", lambda: now)
        timer = Screen()._update_timer
        for count in (1, 2, 3):
            timer.resume()
            await until(pilot, lambda count=count: pictures == count)
        timer.stop()
    assert waits == [GATHERING, pytest.approx(waited), pytest.approx(waited)]


@pytest.mark.usefixtures("installed")
async def test_what_changes_together_is_one_picture() -> None:
    remember()
    app = BardApp()
    async with app.run_test() as pilot:
        stage, pictures = app.stage, 0
        await until(pilot, lambda: stage.session.model_states.get("tiny") == "ready")
        paint = stage._compositor_refresh

        def counted() -> None:
            nonlocal pictures
            pictures += 1
            paint()

        stage._compositor_refresh = counted  # type: ignore[method-assign]
        await pilot.pause()
        before = pictures
        stage.transcript.begin_passage("model")
        stage.transcript.append("One.")
        stage.seed_line.border_subtitle = "so"
        stage.view.top_line.update("so", layout=False)
        await until(pilot, lambda: pictures > before)
        await pilot.pause()
        assert pictures == before + 1
