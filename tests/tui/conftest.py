"""What tests of the interface share."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from textual.css import stylesheet
from textual.css.model import RuleSet
from textual.css.tokenize import Token
from textual.pilot import Pilot

from bardtui.model.store import ModelBundle
from bardtui.settings import Settings
from bardtui.tui.app import BardApp
from bardtui.tui.screens.stage import StageScreen
from tests.conftest import DECODERS
from tests.tui.hosts import remember, until

Variables = dict[str, list[Token]]
Program = Callable[..., AbstractAsyncContextManager[tuple[Pilot[None], StageScreen]]]


@pytest.fixture(autouse=True, scope="session")
def parsed_styles() -> Iterator[None]:
    """Parse the styles of a widget once: every app would parse those of all its widgets again."""
    parsed: dict[object, list[RuleSet]] = {}
    genuine = stylesheet.parse

    def parse(*where: object, variable_tokens: Variables, **how: object) -> list[RuleSet]:
        values = [(token.name, token.value) for v in variable_tokens.values() for token in v]
        key = (*where, *how.values(), *variable_tokens, *values)
        if key not in parsed:
            parsed[key] = [*genuine(*where, variable_tokens=variable_tokens, **how)]  # type: ignore[arg-type]
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stylesheet, "parse", parse)
        yield


@pytest.fixture(autouse=True)
def slow_model() -> None:
    """Let the tiny model write slowly: many tests interrupt it."""
    DECODERS.slow = True


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
        values = {"length": 20, "pace": None} | remembered
        DECODERS.fit(values["length"], values["pace"])
        remember(**values)
        app = BardApp(settings=settings)
        async with app.run_test(size=size, notifications=toasts) as pilot:
            # The list of models comes from a thread, and moves what is below it.
            await until(pilot, lambda: bool(app.stage.side.models.entries))
            yield pilot, app.stage

    return start
