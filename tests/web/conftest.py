"""Fixtures of the tests of the web server."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bardtui.cli.serve import program_command
from bardtui.model.store import ModelBundle


@pytest_asyncio.fixture
async def address(installed: ModelBundle, home: Path) -> AsyncIterator[str]:
    """The address, with its token, of a server for two tabs; programs write with the tiny model."""
    from bardtui.web.server import WebServer

    remembered = {"model": "tiny", "length": 60, "pace": None}
    (home / "remembered.json").write_text(json.dumps(remembered))
    server = WebServer(program_command(), tabs=2)
    yield await server.start(0)
    await server.stop()
