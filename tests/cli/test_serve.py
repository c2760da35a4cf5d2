"""The command `serve`: what it prints, and what it refuses."""

import signal
import socket
import subprocess
import sys

import pytest

from tests.cli.commands import refusal

web = pytest.importorskip("textual_serve", reason="the extra `web` is not installed")


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        expected = f"port {port} cannot be used; --port chooses another"
        assert refusal("serve", "--no-open", "--port", str(port)) == expected


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bardtui.web.server", "textual_serve.server"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    expected = "this needs more packages: pip install 'bardtui[web]'"
    assert refusal("serve", "--no-open", "--port", "0") == expected


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send SIGINT to one process")
def test_the_address_is_printed_and_ctrl_c_ends_the_server() -> None:
    command = [sys.executable, "-u", "-m", "bardtui", "serve", "--no-open", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("http://127.0.0.1:")
        assert "/?token=" in line
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0
