"""The program in a browser: a web server on this machine that runs one program for each tab.

textual-serve runs the programs and has the terminal for the browser. This module adds what it
lacks: a token, a check of the names by which the server is called, a limit on tabs, and a page that
needs nothing from the network.
"""

import asyncio
import re
import secrets
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from bardtui.errors import UserError

_LOOPBACK = "127.0.0.1"
_NAMES = (_LOOPBACK, "localhost", "::1")  # of this machine, also at the other end of `ssh -L`
_PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
_FONT_SIZES = range(8, 41)
_MOST_CELLS = 1_000  # columns or rows
_PATIENCE = 20.0  # seconds for the programs to save and end
_GRACE = 0.2  # seconds until asyncio knows that the processes have ended

_Handler = Callable[[Any], Awaitable[Any]]


class WebServer:
    """Serves a Textual program to the browsers on this machine.

    The first request needs the token, which then is used up; the browser keeps a cookie instead.
    Requests must call the server by a name of this machine and come from its own pages, so no page
    of another site can reach it, not even by a name that leads here (DNS rebinding).

    Args:
        command: The command line of the program.
        tabs: How many programs may run at a time.
    """

    def __init__(self, command: str, tabs: int) -> None:
        self._command = command
        self._server = Server(command)  # for its files and its downloads
        self._tabs = tabs
        self._token: str | None = secrets.token_urlsafe(24)
        self._session = secrets.token_urlsafe(24)
        self._open = dict[asyncio.Task[Any], Any]()  # what serves a tab, and its request

        async def guard(request: Any, handler: _Handler) -> Any:  # aiohttp takes no method
            return await self._guard(request, handler)

        self._app = web.Application(middlewares=[web.middleware(guard)])
        self._app.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._websocket),
                web.get("/download/{key}", self._server.handle_download),
                web.static("/static", self._server.statics_path),
            ]
        )
        self._app.on_response_prepare.append(self._add_headers)
        self._app.on_shutdown.append(self._end_programs)
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)

    async def start(self, port: int) -> str:
        """Begin to listen; return the address with the token. Raises UserError."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, _LOOPBACK, port).start()
        except OSError as error:
            await self.stop()
            raise UserError(f"port {port} cannot be used; --port chooses another") from error
        port = self._runner.addresses[0][1]
        return f"http://{_LOOPBACK}:{port}/?token={self._token}"

    async def stop(self) -> None:
        """End all programs, which save everything, and the server."""
        await self._runner.cleanup()

    async def _guard(self, request: Any, handler: _Handler) -> Any:
        """Refuse what does not come from a page of ours in a browser that has had the token."""
        if urlsplit(f"//{request.host}").hostname not in _NAMES:
            raise web.HTTPForbidden(text="This server is called 127.0.0.1 or localhost.\n")
        origin = request.headers.get("Origin")
        if origin not in (None, f"http://{request.host}"):
            raise web.HTTPForbidden(text="Pages of other sites have no access.\n")
        cookie = f"bardtui-{request.url.port}"
        if secrets.compare_digest(request.cookies.get(cookie, "").encode(), self._session.encode()):
            return await handler(request)
        token = request.query.get("token", "")
        if request.path != "/" or not self._take(token):
            raise web.HTTPForbidden(
                text="Open the address that `bardtui serve` has printed. It works once; later tabs "
                "of the same browser need no token.\n"
            )
        found = web.HTTPFound("/")  # so that the token is in no history
        found.set_cookie(cookie, self._session, httponly=True, samesite="Strict")
        raise found

    def _take(self, token: str) -> bool:
        """Whether this is the token, which is then used up."""
        valid = self._token and secrets.compare_digest(token.encode(), self._token.encode())
        if valid:
            self._token = None
        return bool(valid)

    async def _index(self, request: Any) -> Any:
        """The page with the terminal."""
        self._check_tabs()
        wanted = request.query.get("fontsize", "")
        size = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 16
        size = min(max(size, _FONT_SIZES.start), _FONT_SIZES.stop - 1)
        page = _PAGE.substitute(websocket=f"ws://{request.host}/ws", font_size=size)
        return web.Response(text=page, content_type="text/html")

    async def _websocket(self, request: Any) -> Any:
        """The input and output of a program, which ends with the connection."""
        if "Origin" not in request.headers:
            raise web.HTTPForbidden(text="Only pages have access.\n")
        # A page that is loaded again gets its scene back when the program before has let go of it.
        if ending := self._open.keys() - self._live():
            await asyncio.wait(ending, timeout=_PATIENCE)
        self._check_tabs()
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = request
        try:
            return await self._run_program(request)
        finally:
            del self._open[task]

    async def _run_program(self, request: Any) -> Any:
        """Run a program until its connection or the program ends; return when it has saved."""
        socket = web.WebSocketResponse(heartbeat=15)
        await socket.prepare(request)

        async def write_bytes(data: bytes) -> None:
            # A program draws until it has ended, even when the connection has closed.
            with suppress(ConnectionResetError):
                await socket.send_bytes(data)

        async def write_str(text: str) -> None:
            with suppress(ConnectionResetError):
                await socket.send_str(text)

        program = AppService(
            self._command,
            write_bytes=write_bytes,
            write_str=write_str,
            close=socket.close,
            download_manager=self._server.download_manager,
        )
        await program.start(*_size(request.query.get("width"), request.query.get("height")))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await _pass_on(message.json(), program, socket)
        finally:
            await program.stop()
        return socket

    def _live(self) -> set[asyncio.Task[Any]]:
        """The tasks of the tabs that are connected; the programs of others are about to end."""
        transports = {task: request.transport for task, request in self._open.items()}
        return {task for task, way in transports.items() if way and not way.is_closing()}

    def _check_tabs(self) -> None:
        """Raise HTTPServiceUnavailable if there are enough tabs."""
        if len(self._live()) >= self._tabs:
            count = "One tab is" if self._tabs == 1 else f"{self._tabs} tabs are"
            raise web.HTTPServiceUnavailable(
                text=f"{count} open. Close one, or start `bardtui serve` with a larger --tabs.\n"
            )

    async def _add_headers(self, request: Any, response: Any) -> None:
        """Let pages load from here only, and give downloads their names, whatever is in them."""
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            f"font-src 'self'; img-src 'self' data:; connect-src 'self' ws://{request.host}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        _, found, name = response.headers.get("Content-Disposition", "").partition("; filename=")
        if found:
            safe = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
            response.headers["Content-Disposition"] = safe

    async def _end_programs(self, app: Any) -> None:
        """Close all connections, as a browser does, and wait until the programs have saved."""
        if not self._open:
            return
        for request in self._open.values():
            if request.transport is not None:
                request.transport.close()
        await asyncio.wait(self._open, timeout=_PATIENCE)
        await asyncio.sleep(_GRACE)


async def _pass_on(message: Any, program: Any, socket: Any) -> None:
    """Pass a message of the page's terminal on to the program."""
    match message:
        case ["stdin", str(typed)]:
            await program.send_bytes(typed.encode("utf-8", "replace"))
        case ["resize", {"width": width, "height": height}]:
            await program.set_terminal_size(*_size(width, height))
        case ["ping", value]:
            await socket.send_json(["pong", value])
        case ["blur", *_]:
            await program.blur()
        case ["focus", *_]:
            await program.focus()


def _size(width: Any, height: Any) -> tuple[int, int]:
    """A width and a height in cells, within limits; what is no number counts as a usual size."""
    usual = zip((width, height), (80, 24), strict=True)
    numbers = [int(text) if re.fullmatch("[0-9]{1,4}", text := str(n)) else u for n, u in usual]
    columns, rows = (min(max(number, 1), _MOST_CELLS) for number in numbers)
    return columns, rows


async def serve(command: str, port: int, tabs: int, started: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `started` gets the address. Raises UserError."""
    server = WebServer(command, tabs)
    address = await server.start(port)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # on Windows, Ctrl+C cancels this task
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, over.set)
    started(address)
    try:
        await over.wait()
    finally:
        await server.stop()
