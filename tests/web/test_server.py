"""The server for browsers: who gets in, and a program at the other end of a websocket."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyte
import pytest
import pytest_asyncio

from bardtui.scene.journal_reader import read_scene

pytest.importorskip("textual_serve", reason="the extra `web` is not installed")
aiohttp = pytest.importorskip("aiohttp")

PATIENCE = 120.0  # seconds


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Any]:
    """Something that keeps cookies, as a browser does, also those of addresses without a name."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


async def status(browser: Any, address: str, **headers: str) -> int:
    async with browser.get(address, headers=headers) as response:
        return int(response.status)


def site(address: str) -> str:
    """The address without its token."""
    return f"http://{urlsplit(address).netloc}"


class Tab:
    """A tab of a browser: the screen that a program draws through a websocket."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self.screen)
        self.told: list[list[Any]] = []

    async def wait_for(self, condition: Callable[[str], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition("\n".join(self.screen.display)):
                message = await self.socket.receive()
                if message.type == aiohttp.WSMsgType.BINARY:
                    self._stream.feed(message.data)
                else:
                    assert message.type == aiohttp.WSMsgType.TEXT, "the program ended"
                    self.told.append(message.json())

    async def type(self, keys: str) -> None:
        await self.socket.send_json(["stdin", keys])


async def open_tab(browser: Any, address: str) -> Tab:
    server = site(address)
    url = f"{server.replace('http', 'ws', 1)}/ws?width=100&height=30"
    return Tab(await browser.ws_connect(url, headers={"Origin": server}))


async def test_the_token_is_asked_for_and_works_once(address: str, browser: Any) -> None:
    server = site(address)
    for path in ("", "/", "/ws", "/static/js/textual.js", "/download/x", "/?token=wrong"):
        assert await status(browser, server + path) == 403
    assert await status(browser, address) == 200
    for path, expected in (("/", 200), ("/static/js/textual.js", 200), ("/download/x", 404)):
        assert await status(browser, server + path) == expected
    async with aiohttp.ClientSession() as other:
        assert await status(other, address) == 403


async def test_other_names_and_pages_of_other_sites_are_refused(address: str, browser: Any) -> None:
    await status(browser, address)
    server = site(address)
    port = urlsplit(server).port
    assert await status(browser, server, Host=f"evil.example:{port}") == 403
    assert await status(browser, server, Origin="http://evil.example") == 403
    assert await status(browser, server, Origin="null") == 403
    assert await status(browser, server, Origin=server) == 200
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await browser.ws_connect(f"{server}/ws")  # without an Origin


async def test_the_page_needs_nothing_from_elsewhere(address: str, browser: Any) -> None:
    async with browser.get(address) as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert str(response.url) == f"{site(address)}/"  # without the token
    netloc = urlsplit(address).netloc
    assert re.findall(r"\w+://[^\"' ]+", page) == [f"ws://{netloc}/ws"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    for path in re.findall(r'(?:href|src)="(/[^"]+)|url\("([^"]+)', page):
        assert await status(browser, site(address) + "".join(path)) == 200


async def test_the_font_size_is_a_number(address: str, browser: Any) -> None:
    await status(browser, address)
    sizes = {"20": "20", "900": "40", "0": "8", "x": "16", '"><b>': "16", "²": "16", "": "16"}
    for wanted, expected in sizes.items():
        async with browser.get(site(address), params={"fontsize": wanted}) as response:
            assert f'data-font-size="{expected}"' in await response.text()


async def test_a_scene_is_written_and_downloaded_and_leaving_the_tab_loses_nothing(
    address: str, browser: Any, home: Path
) -> None:
    await status(browser, address)
    tab = await open_tab(browser, address)
    await tab.wait_for(lambda text: "tiny is ready" in text)
    await tab.type("Où est-il?\r")
    await tab.wait_for(lambda text: "tiny is ready" in text and "Où est-il?  ·  saved" in text)

    await tab.type("\x13")  # Ctrl+S
    await tab.wait_for(lambda text: "in the folder of your browser" in text)
    await tab.type("\r")
    await tab.wait_for(lambda _: any(kind == "deliver_file_start" for kind, _ in tab.told))
    key = next(value for kind, value in tab.told if kind == "deliver_file_start")
    async with browser.get(f"{site(address)}/download/{key}") as response:
        name = response.headers["Content-Disposition"]
        downloaded = await response.text()
    assert name == "attachment; filename*=UTF-8''O%C3%B9%20est-il.txt"
    assert downloaded.startswith("Où est-il?\n")

    await tab.wait_for(lambda text: "Your browser saves Où est-il.txt" in text)
    await tab.type("Not sent yet")
    await tab.wait_for(lambda text: "Not sent yet" in text)
    await tab.socket.close()
    (path,) = (home / "scenes").iterdir()
    assert read_scene(path)[0].text.rstrip() == downloaded.rstrip()
    again = await open_tab(browser, address)
    await again.wait_for(lambda text: "Not sent yet" in text)
    assert "Où est-il?  ·  saved" in "\n".join(again.screen.display)
    await again.socket.close()


async def test_messages_that_make_no_sense_are_ignored(address: str, browser: Any) -> None:
    await status(browser, address)
    tab = await open_tab(browser, address)
    await tab.wait_for(lambda text: "Type a line" in text)
    for message in (
        *([], {}, "stdin", ["stdin"], ["stdin", 7], ["unknown", 1], ["resize", {"width": 1}]),
        *(["resize", {"width": "wide", "height": -1}], ["resize", {"width": 100, "height": 30}]),
        ["ping", "so"],
    ):
        await tab.socket.send_json(message)
    await tab.wait_for(lambda _: ["pong", "so"] in tab.told)
    await tab.socket.close()


async def test_a_tab_too_many_is_refused(address: str, browser: Any) -> None:
    await status(browser, address)
    tabs = [await open_tab(browser, address) for _ in range(2)]
    async with browser.get(site(address)) as response:
        assert response.status == 503
        assert "2 tabs are open" in await response.text()
    with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
        await open_tab(browser, address)
    for tab in tabs:
        await tab.socket.close()
