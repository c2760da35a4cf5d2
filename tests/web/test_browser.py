"""The program in a real browser, without a window."""

import asyncio
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pyte
import pytest

pytest.importorskip("textual_serve", reason="the extra `web` is not installed")
playwright = pytest.importorskip("playwright.async_api")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
PATIENCE = 120.0  # seconds


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
async def test_a_line_is_typed_text_streams_and_the_scene_is_downloaded(
    address: str, tmp_path: Path
) -> None:
    screen = pyte.Screen(1, 1)
    stream = pyte.ByteStream(screen)
    requests: list[str] = []

    def draw(frame: Any) -> None:
        if isinstance(frame, bytes):
            stream.feed(frame)

    def listen(socket: Any) -> None:
        size = dict(part.split("=") for part in socket.url.partition("?")[2].split("&"))
        screen.resize(int(size["height"]), int(size["width"]))
        socket.on("framereceived", draw)

    async def shown(text: str) -> None:
        end = time.monotonic() + PATIENCE
        while text not in (seen := "\n".join(screen.display)):
            assert time.monotonic() < end, f"waited in vain for {text}:\n{seen}"
            await page.wait_for_timeout(50)

    async with playwright.async_playwright() as programs:
        chromium = await programs.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        page = await chromium.new_page(viewport={"width": 1100, "height": 700})
        page.on("websocket", listen)
        page.on("request", lambda request: requests.append(request.url))
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))

        await page.goto(address)
        await shown("tiny is ready")
        assert page.url == address.partition("?")[0]
        assert await page.evaluate("document.fonts.check('16px \"Roboto Mono\"')")
        await page.focus(".xterm-helper-textarea")
        await page.keyboard.type("ANN:")
        await shown("│ ANN:")
        await page.keyboard.press("Enter")
        await shown("  ·  saved  ·  ")  # the title is ANN until a line has been spoken
        await shown("tiny is ready")

        await page.keyboard.press("Control+s")
        await shown("in the folder of your browser")
        if picture := os.environ.get("BARDTUI_PICTURE"):
            await page.screenshot(path=picture)
        # The download opens a tab that closes itself; one of the two tabs reports it.
        begun = asyncio.get_running_loop().create_future()
        page.on("download", lambda file: begun.set_result(file))
        page.context.on("page", lambda tab: tab.on("download", lambda f: begun.set_result(f)))
        await page.keyboard.press("Enter")
        await (await asyncio.wait_for(begun, PATIENCE)).save_as(tmp_path / "scene.txt")
        assert (tmp_path / "scene.txt").read_text().startswith("ANN:\n")

        await page.keyboard.press("Control+q")
        await page.wait_for_selector("text=Everything is saved.")
        await chromium.close()
    assert faults == []
    origin = address.partition("/?")[0]
    assert all(url.startswith((origin, "data:", "blob:")) for url in requests)
