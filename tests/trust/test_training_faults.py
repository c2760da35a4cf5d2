"""Training under faults: kills, full disks, two runs of one name, damaged checkpoints."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.model.store import ModelError, find_model
from bardtui.text.corpus import load_corpus
from bardtui.training.checkpoint import FILE, Checkpoint, CheckpointError, run_lock
from bardtui.training.plan import TrainingError, TrainOptions
from bardtui.training.run_setup import check_start, prepare
from bardtui.training.state import EpochReport, StepReport
from tests.cli.commands import refusal, run
from tests.conftest import VERSE
from tests.trust.conftest import long_form, times

SIZES = ("--units", "12", "--layers", "1", "--seq-len", "24", "--batch-size", "8")
EPOCHS = 2


Outcome = tuple[list[dict[str, Any]], str]

# Runs the program in a fork for each line of its input, so that TensorFlow is imported once. The
# program sends itself a signal at its n-th step of training, or when it is about to sync or rename
# a file for the n-th time.
RUNNER = """
import json, os, pathlib, signal, sys
from bardtui.tf_startup import set_tensorflow_environment
set_tensorflow_environment()
import keras, tensorflow
from bardtui.__main__ import main
from bardtui.training.loop import Trainer

def run(number, where, left, home, arguments):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ["BARDTUI_HOME"], sys.argv = home, ["bardtui", *arguments]

    def signalling(genuine):
        def call(*arguments):
            nonlocal left
            left -= 1
            if left == -1:
                os.kill(os.getpid(), number)
            return genuine(*arguments)
        return call

    if where == "step":
        Trainer.step = signalling(Trainer.step)
    else:
        os.fsync, pathlib.Path.replace = signalling(os.fsync), signalling(pathlib.Path.replace)
    main()

for line in sys.stdin:
    request = json.loads(line)
    child = request if isinstance(request, int) else os.fork()
    if child == 0:
        try:
            run(*request)
        except SystemExit as end:
            os._exit(end.code or 0)
        finally:
            os._exit(70)
    print(child, os.waitpid(child, os.WUNTRACED)[1], flush=True)
"""


class Runner:
    """The real program, in processes of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, number: int, where: str, at: int, arguments: tuple[str, ...]) -> tuple[int, int]:
        """Run the program with a signal at some point; return its process id and wait status."""
        return self._request([number, where, at, str(paths.data_dir()), arguments])

    def _request(self, request: list[Any] | int) -> tuple[int, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        child, status = map(int, self._process.stdout.readline().split())
        return child, status

    def kill(self, child: int) -> None:
        """Kill a program that was stopped, and wait for its end."""
        os.kill(child, signal.SIGKILL)
        self._request(child)

    def killed(self, where: str, at: int, arguments: tuple[str, ...]) -> bool:
        """Return whether the program was killed there; otherwise it came to its end."""
        _, status = self.run(signal.SIGKILL, where, at, arguments)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
        return status != 0


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    command = [sys.executable, "-c", RUNNER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Runner(process)


def _text_file(folder: Path) -> Path:
    path = folder / "verse.txt"
    path.write_text(VERSE * 24)  # 22 steps an epoch
    return path


@pytest.fixture
def text_file(home: Path) -> Path:
    return _text_file(home)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The outcome of a run that nothing interrupts."""
    root = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BARDTUI_HOME", str(root))
        assert run(*training(_text_file(root), "mine")).exit_code == 0
        found = outcome("mine")
    assert [entry["epoch"] for entry in found[0]] == [1, 2]
    return found


def training(text_file: Path, name: str, *more: str) -> tuple[str, ...]:
    return ("train", str(text_file), "--name", name, *SIZES, "--epochs", str(EPOCHS), *more)


def outcome(name: str) -> Outcome:
    """A model's losses and fingerprint, its weights checked against the fingerprint."""
    model = find_model(name)
    model.weights()
    losses = [{k: v for k, v in e.items() if k not in ("seconds", "rate")} for e in model.history]
    return losses, model.sha256


def as_advised(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The command with the option that the program names when it refuses the plain command."""
    try:
        check_start(arguments[3], resume=False, replace=False)
    except TrainingError as error:
        return (*arguments, "--resume" if "--resume" in error.command else "--replace")
    return arguments


# --- kills


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_killed_run_reaches_the_same_numbers(
    text_file: Path, whole: Outcome, runner: Runner
) -> None:
    rng = random.Random(5)
    for number in range(times(1, 10)):
        name = f"killed-{number}"
        arguments = training(text_file, name)
        # An epoch has 22 steps and touches its files 11 times.
        for where, most in (("step", 40), ("file", 20)) * 2 if long_form else (("file", 11),):
            assert runner.killed(where, rng.randrange(most), as_advised(arguments)) or long_form
            with suppress(ModelError):  # there may be none yet, but what there is is whole
                losses, _ = outcome(name)
                assert losses == whole[0][: len(losses)]
        assert run(*as_advised(arguments)).exit_code == 0
        assert outcome(name) == whole
        assert [path.name for path in (paths.runs_dir() / name).iterdir()] == [FILE]
    assert not [path.name for path in paths.models_dir().iterdir() if path.name[0] == "."]
    assert not [path.name for path in paths.runs_dir().iterdir() if path.name[0] == "."]


@pytest.mark.skipif(os.name != "posix", reason="open files can be copied")
def test_between_any_two_writes_a_kill_leaves_a_run_that_the_advised_command_completes(
    text_file: Path, whole: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[Path] = []

    def copying(genuine: Callable[..., Any]) -> Callable[..., Any]:
        """Copy the home folder before each call: a kill there would leave it like that."""

        def call(*arguments: Any) -> Any:
            copies.append(tmp_path / "copies" / str(len(copies)))
            shutil.copytree(tmp_path, copies[-1], ignore=shutil.ignore_patterns("copies"))
            return genuine(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", copying(os.fsync))
        patch.setattr(Path, "replace", copying(Path.replace))
        assert run(*training(text_file, "mine")).exit_code == 0
    assert outcome("mine") == whole
    assert len(copies) > 20

    seen = set()
    for home in copies:
        monkeypatch.setenv("BARDTUI_HOME", str(home))
        checkpoint = Checkpoint.load(paths.runs_dir() / "mine")
        model = 0
        with suppress(ModelError):
            losses, _ = outcome("mine")
            assert losses == whole[0][: len(losses)]
            model = len(losses)
        epoch = checkpoint.state["progress"]["epoch"] if checkpoint else 0
        assert model <= epoch <= model + 1  # never a model without its checkpoint
        # Copies are alike between one change and the next; it is enough to complete one of each,
        # and in the short form one of those with a checkpoint that is newer than the model.
        if (model, epoch) not in seen and (long_form or model < epoch):
            assert run(*as_advised(training(text_file, "mine"))).exit_code == 0
            assert outcome("mine") == whole
        seen.add((model, epoch))
    assert seen == {(0, 0), (0, 1), (1, 1), (1, 2), (2, 2)}


# --- two runs of one name


@pytest.mark.skipif(os.name != "posix", reason="SIGSTOP is POSIX's")
def test_a_second_run_of_a_name_is_refused_while_the_first_is_alive(
    text_file: Path, whole: Outcome, runner: Runner
) -> None:
    arguments = training(text_file, "mine")
    first, status = runner.run(signal.SIGSTOP, "step", 30, arguments)
    assert os.WIFSTOPPED(status)
    for how in ((), ("--resume",), ("--replace",)):
        message = refusal(*arguments, *how)
        assert message.startswith("mine is being trained by another bardtui")
    with run_lock(paths.runs_dir() / "other"):
        pass
    runner.kill(first)
    assert run(*arguments, "--resume").exit_code == 0
    assert outcome("mine") == whole


def test_the_end_of_a_run_removes_its_lock_and_the_next_removes_torn_files(home: Path) -> None:
    folder = paths.runs_dir() / "mine"
    with run_lock(folder):
        with pytest.raises(CheckpointError, match="is being trained by another"), run_lock(folder):
            pass
        folder.mkdir()
        (folder / ".0123.tmp").write_bytes(b"torn")
    assert [path.name for path in paths.runs_dir().iterdir()] == ["mine"]
    with run_lock(folder):
        assert [*folder.iterdir()] == []


# --- a full disk


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let the kernel refuse to write more than so many bytes to a file of this process."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(os.name != "posix", reason="such limits are POSIX's")
def test_a_full_disk_leaves_what_was_saved_and_the_run_can_be_resumed(
    text_file: Path, whole: Outcome
) -> None:
    options = TrainOptions(units=12, layers=1, seq_len=24, batch_size=8, epochs=EPOCHS)
    trainer = prepare(load_corpus(text_file), "mine", options).trainer
    seen: list[StepReport | EpochReport] = []
    assert not trainer.run(seen.append, lambda: any(isinstance(r, EpochReport) for r in seen))
    checkpoint = paths.runs_dir() / "mine" / FILE
    kept = checkpoint.read_bytes()
    message = f"^{re.escape(str(checkpoint))}: File too large; the last checkpoint is intact: free "
    with file_size_limit(len(kept) - 1), pytest.raises(TrainingError, match=message):
        trainer.run(seen.append, lambda: False)
    assert checkpoint.read_bytes() == kept
    assert [path.name for path in checkpoint.parent.iterdir()] == [FILE]
    assert [path.name for path in paths.models_dir().iterdir()] == ["mine"]
    assert outcome("mine")[0] == whole[0][:1]
    trainer.resume()
    assert trainer.state.epoch == 1
    assert trainer.run(seen.append, lambda: False)
    assert outcome("mine") == whole


@pytest.mark.skipif(os.name != "posix", reason="such limits are POSIX's")
def test_a_disk_that_is_full_from_the_beginning_leaves_nothing_in_the_way(
    text_file: Path, whole: Outcome
) -> None:
    with file_size_limit(20_000):
        message = refusal(*training(text_file, "mine"))
    assert "File too large; nothing is saved yet: free some space first; the same" in message
    assert run(*training(text_file, "mine")).exit_code == 0
    assert outcome("mine") == whole
