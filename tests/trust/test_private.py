"""Files are private and the network is not used.

bardtui trains, generates, evaluates and shows its interface under a umask of 0, in a process to
which the kernel refuses every network socket.
"""

import ctypes
import errno
import hashlib
import os
import platform
import re
import socket
import stat
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.text.catalogue import CatalogueEntry, obtain
from tests.conftest import VERSE
from tests.text.test_catalogue import TEXT, library  # noqa: F401 (a fixture)

# Linux's numbers of the architecture and of the system call `socket`.
SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}.get(platform.machine())


def forbid_sockets() -> None:
    """Have the kernel refuse network sockets to this process and its children, also in native code.

    (A dependency of TensorFlow tries at import whether there is IPv6, and accepts the refusal.)
    A process that tries to connect or to send is ended with status 99.
    """
    assert SOCKET is not None
    architecture, call = SOCKET
    refuse, allow = 0x00050000 | errno.EACCES, 0x7FFF0000

    def load(offset: int) -> bytes:
        return struct.pack("HBBI", 0x20, 0, 0, offset)

    def unless(value: int, skip: int) -> bytes:
        return struct.pack("HBBI", 0x15, 0, skip, value)

    # Offsets in struct seccomp_data: 4 is the architecture, 0 the call, 16 its first argument.
    program = b"".join(
        [
            load(4) + unless(architecture, 5),
            load(0) + unless(call, 3),
            load(16),
            struct.pack("HBBI", 0x15, 2, 0, socket.AF_INET),
            struct.pack("HBBI", 0x15, 1, 0, socket.AF_INET6),
            struct.pack("HBBI", 0x06, 0, 0, allow),
            struct.pack("HBBI", 0x06, 0, 0, refuse),
        ]
    )
    code = ctypes.create_string_buffer(program, len(program))
    filters = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value, pointer in ((38, 1, 0), (22, 2, ctypes.c_char_p(filters))):
        if libc.prctl(option, value, pointer, 0, 0):
            raise OSError(ctypes.get_errno(), "the kernel accepts no filter")

    def listen(event: str, arguments: object) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"):
            os.write(2, f"{event} {arguments}".encode())
            os._exit(99)

    sys.addaudithook(listen)


# Everything in one process: train a model, generate and evaluate with it, open the interface, send
# a line and leave another unsent.
EVERYTHING = """
import asyncio, os, sys
os.umask(0)
from tests.trust.test_private import forbid_sockets
forbid_sockets()
from bardtui import paths
from bardtui.cli.app import app
from bardtui.tf_startup import redirect_stderr

text = os.environ["BARDTUI_HOME"] + "/../verse.txt"
sizes = ["--units", "8", "--layers", "1", "--seq-len", "24", "--epochs", "1"]
for arguments in (
    ["corpus", "list"],
    ["train", text, "--name", "mine", *sizes],
    ["models", "list"],
    ["generate", "--model", "mine", "--length", "20"],
    ["evaluate", "mine", text],
    ["models", "pack", "mine", "-o", text + ".bardmodel"],
    ["models", "add", text + ".bardmodel", "--as", "given"],
    ["models", "duplicate", "given", "copy"],
    ["models", "delete", "given"],
):
    assert not app(arguments, standalone_mode=False), arguments

paths.config_file().write_text("")  # keeps the mode that the user gave it
paths.config_file().chmod(0o640)
redirect_stderr(paths.stderr_file())
from bardtui.tui.app import BardApp

async def interface():
    stage = BardApp()
    async with stage.run_test(size=(120, 34)) as pilot:
        await pilot.press(*"ANN:", "enter")
        while len(stage.stage.session.text) < 50:
            await pilot.pause(0.02)
        await pilot.press("escape", *"BEN")

asyncio.run(interface())
print("to the end")
"""


@pytest.mark.skipif(SOCKET is None or sys.platform != "linux", reason="the filter is Linux's")
def test_everything_works_without_a_network_and_writes_private_files(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BARDTUI_HOME", str(tmp_path / "all" / "of" / "it"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "all" / "of").mkdir(parents=True)
    (tmp_path / "all" / "of" / "verse.txt").write_text(VERSE * 10)
    done = subprocess.run(
        [sys.executable, "-c", EVERYTHING], capture_output=True, text=True, check=False, timeout=280
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("to the end\n")
    root = paths.data_dir()
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    models = ("models/mine/model.json", "models/mine/weights.safetensors")
    rest = ("runs/mine/checkpoint.safetensors", "bardtui.log", "remembered.json", "draft.txt")
    assert {*models, *rest} <= found.keys()
    assert any(name.startswith("scenes/") for name in found)
    assert stat.S_IMODE(found.pop("settings.toml").stat().st_mode) == 0o640
    modes = {name: stat.S_IMODE(path.stat().st_mode) for name, path in found.items()}
    assert modes == {name: 0o700 if path.is_dir() else 0o600 for name, path in found.items()}
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


@pytest.mark.skipif(SOCKET is None or sys.platform != "linux", reason="the filter is Linux's")
def test_the_filter_refuses_sockets_and_ends_a_process_that_connects() -> None:
    script = (
        "import socket, subprocess, sys\n"
        "from tests.trust.test_private import forbid_sockets\n"
        "forbid_sockets()\n"
        "socket.socketpair()\n"  # local to the process
        "for kind in ((socket.AF_INET,), (socket.AF_INET6, socket.SOCK_DGRAM)):\n"
        "    try:\n        socket.socket(*kind)\n"
        "    except PermissionError:\n        print('refused')\n"
        "child = 'import socket; socket.socket()'\n"
        "print(subprocess.run([sys.executable, '-c', child], stderr=-3).returncode, flush=True)\n"
        "socket.getaddrinfo('localhost', 80)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["refused", "refused", "1"]
    assert done.returncode == 99
    assert done.stderr.startswith("socket.getaddrinfo ('localhost', 80")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_downloaded_text_is_private(library: str, home: Path) -> None:  # noqa: F811
    before = os.umask(0)
    try:
        digest = hashlib.sha256(TEXT).hexdigest()
        path = obtain(CatalogueEntry("a", "A", "", "", "url", f"{library}/text", sha256=digest))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


# -- dependencies


def test_releases_of_keras_with_known_vulnerabilities_are_excluded() -> None:
    """Published vulnerabilities in loading or downloading, and the release that fixed each."""
    project = tomllib.loads((paths.bundled_corpora().parent / "pyproject.toml").read_text("utf-8"))
    (keras,) = [need for need in project["project"]["dependencies"] if need.startswith("keras")]
    least = re.match(r"keras>=([0-9.]+),<4$", keras)
    assert least is not None

    def number(version: str) -> tuple[int, ...]:
        return tuple(map(int, version.split(".")))

    fixed = {
        "CVE-2025-1550, modules named in the configuration": "3.9.0",
        "CVE-2025-8747, the same by another way": "3.11.0",
        "CVE-2025-9905, Lambda layers in .h5 files": "3.11.3",
        "CVE-2025-12058, files named in the configuration": "3.12.0",
        "CVE-2025-12060, archives that climb out of their folder": "3.12.0",
        "CVE-2026-0897, sizes in HDF5 that lie": "3.13.2",
        "CVE-2026-1669, HDF5 that reads other files": "3.13.2",
        "CVE-2026-1462, TFSMLayer runs a foreign graph": "3.14.0",
        "pickles": "3.15.1",
    }
    assert {name for name, release in fixed.items() if number(release) > number(least[1])} == set()
