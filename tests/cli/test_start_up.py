"""The command line as a whole: start-up, usage, and output that nobody reads."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bardtui import __version__
from bardtui.model.store import ModelBundle
from tests.cli.commands import refusal, run, shell

WITHOUT_NETWORK = """
import sys
from bardtui.__main__ import main
for arguments in (
    ["--version", "--verbose"],
    ["--help"],
    ["train", "--help"],
    ["models", "list"],
    ["corpus", "list"],
):
    sys.argv = ["bardtui", *arguments]
    try:
        main()
    except SystemExit as end:
        assert not end.code
    print(*{"tensorflow", "keras"} & {*sys.modules}, "after", *arguments, file=sys.stderr)
"""


def test_commands_that_need_no_network_do_not_import_tensorflow() -> None:
    command = [sys.executable, "-c", WITHOUT_NETWORK]
    result = subprocess.run(command, capture_output=True, check=True, text=True)
    assert result.stderr.splitlines() == [
        "after --version --verbose",
        "after --help",
        "after train --help",
        "after models list",
        "after corpus list",
    ]
    for printed in ("error log: ", "Usage: bardtui ", "Usage: bardtui train", "pocket", "sonnets"):
        assert printed in result.stdout


def test_the_first_screen_imports_only_what_it_shows() -> None:
    code = "import sys, bardtui.tui.app\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    modules = set(done.stdout.split())
    assert not modules & {"tensorflow", "keras", "numpy", "bardtui.model", "rich.progress"}
    assert not modules & {"hashlib", "secrets", "ssl"}
    screens = {m for m in modules if m.startswith("bardtui.tui.screens.")}
    assert screens == {"bardtui.tui.screens.stage"}
    assert not modules & {"bardtui.scene.scene_search", "bardtui.writing.endings"}
    assert not [m for m in modules if m.startswith("bardtui.scene.formats")]


def test_the_version() -> None:
    assert run("--version").stdout == f"bardtui {__version__}\n"


def test_the_verbose_version_names_libraries_and_the_error_log(home: Path) -> None:
    for arguments in (("--version", "--verbose"), ("--verbose", "--version")):
        lines = run(*arguments).stdout.splitlines()
        assert lines[0] == f"bardtui {__version__}"
        for name in ("Python", "TensorFlow", "Keras", "Textual"):
            assert any(line.startswith(f"{name} ") for line in lines)
        assert lines[-1] == f"error log: {home / 'errors.log'}"
    assert run("--verbose").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "--length", "-1"),
        ("generate", "--length", "many"),
        ("generate", "--colour"),
        ("train",),
        ("train", "verse.txt"),
        ("train", "verse.txt", "--name", "x", "--units", "1.5"),
        ("corpus", "get"),
        ("models", "burn"),
        ("sing",),
    ],
)
def test_wrong_usage_has_exit_code_2(arguments: Sequence[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: " in result.stderr
    assert "Traceback" not in result.stderr


def test_unusual_file_names_in_wrong_usage_are_escaped() -> None:
    result = run("open", "a\u202e.txt", "b\u202e.txt")
    assert result.exit_code == 2
    assert "(b\u00b7.txt)" in result.stderr
    assert "\u202e" not in result.stderr


def test_what_is_no_file_is_not_opened(home: Path) -> None:
    os.mkfifo(home / "pipe")
    assert refusal("open", "no.scene.jsonl") == "no.scene.jsonl: No such file or directory"
    assert refusal("open", home) == f"{home}: a folder, not a file"
    assert refusal("open", home / "pipe") == f"{home / 'pipe'}: a pipe, not a file"
    assert refusal("open", "A Yard") == "there is no scene called A Yard; no scene is saved yet"
    assert "\x1b" not in refusal("open", "\x1b[2J")


def test_an_error_in_the_real_program_is_one_line() -> None:
    result = shell("generate", "--model", "nobody")
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.startswith(b"bardtui: ")
    assert result.stderr.count(b"\n") == 1


LISTS = pytest.mark.parametrize("arguments", [("models",), ("models", "show", "tiny")])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@LISTS
def test_a_full_disk_behind_standard_output_is_one_line(
    installed: ModelBundle, arguments: Sequence[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "bardtui", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == b"bardtui: No space left on device\n"


@LISTS
def test_a_closed_pipe_is_not_an_error(installed: ModelBundle, arguments: Sequence[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(
            [sys.executable, "-m", "bardtui", *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (0, b"")


WITHOUT_SSL = """
import sys
sys.modules["_ssl"] = None
from bardtui.__main__ import main
sys.argv[0] = "bardtui"
main()
"""


@pytest.mark.parametrize("arguments", [("list",), ("info", "the-lower-stair"), ("get", "sonnets")])
def test_without_openssl_all_works_but_fetching(arguments: Sequence[str]) -> None:
    """Some builds of Python have no module ssl."""
    command = [sys.executable, "-c", WITHOUT_SSL, "corpus", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if "get" in arguments:
        assert done.returncode == 1
        assert done.stderr.startswith("bardtui: cannot fetch gutenberg:1041 from https://")
        assert done.stderr.endswith("this Python has no module ssl, which HTTPS needs\n")
    else:
        assert (done.returncode, done.stderr) == (0, "")
