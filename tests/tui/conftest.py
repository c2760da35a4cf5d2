"""What tests of the interface share."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from textual.pilot import Pilot

from bardtui.model.store import ModelBundle
from bardtui.settings import Settings
from bardtui.tui.app import BardApp
from bardtui.tui.screens.stage import StageScreen
from tests.tui.hosts import remember, until

Program = Callable[..., AbstractAsyncContextManager[tuple[Pilot[None], StageScreen]]]


@pytest.fixture
def program(installed: ModelBundle) -> Program:
    """Starts the program with the small model: `async with program(length=80) as (pilot, stage):`.

    `toasts` shows messages in boxes. The other arguments are what an earlier session remembered.
    """

    @asynccontextmanager
    async def start(
        *,
        size: tuple[int, int] = (80, 24),
        settings: Settings | None = None,
        toasts: bool = False,
        **remembered: object,
    ) -> AsyncIterator[tuple[Pilot[None], StageScreen]]:
        remember(**{"length": 20, "pace": None} | remembered)
        app = BardApp(settings=settings)
        async with app.run_test(size=size, notifications=toasts) as pilot:
            # The list of models comes from a thread, and moves what is below it.
            await until(pilot, lambda: bool(app.stage.side.models.entries))
            yield pilot, app.stage

    return start
