"""The process of a run."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from bardtui.workshop.process import ask_to_stop, begin, is_alive, last_words

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the workshop needs POSIX")

PATIENT = (sys.executable, "-c", "import signal; signal.pause()")


@pytest.fixture
def process(tmp_path: Path) -> Iterator["Popen[bytes]"]:
    """A process of a run in tmp_path that waits for a signal."""
    with begin(tmp_path, [], PATIENT) as process:
        yield process
        process.kill()


def test_a_run_leaves_the_processor_to_the_writer(process: "Popen[bytes]") -> None:
    assert os.getpriority(os.PRIO_PROCESS, process.pid) >= 10
    group = Path(f"/proc/{process.pid}/autogroup")
    if group.exists() and (text := group.read_text()):
        assert text.endswith("nice 10\n")


@pytest.mark.parametrize("name", ["alive.lock", "events.jsonl", "errors.txt"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(OSError, match="No such device"):
        begin(tmp_path, [], PATIENT)
    assert last_words(tmp_path) == ""


def test_a_process_id_of_0_is_sent_no_signal(process: "Popen[bytes]", tmp_path: Path) -> None:
    (tmp_path / "process").write_text("0")
    ask_to_stop(tmp_path)
    assert is_alive(tmp_path)
