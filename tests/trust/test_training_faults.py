"""Training under faults: killed anywhere it goes on to the very same numbers, a full disk leaves
what was kept, and no two runs write under one name."""

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.cli.train import interruptible
from bardtui.model.store import ModelError, find_model
from bardtui.text.corpus import Corpus, load_corpus
from bardtui.training.checkpoint import FILE, Checkpoint, CheckpointError, alone
from bardtui.training.loop import Epoch, Step, TrainingError
from bardtui.training.run_setup import Wishes, prepare
from tests.cli.commands import refusal, run
from tests.conftest import VERSE
from tests.trust.conftest import long_form, times

SIZES = ("--units", "12", "--layers", "1", "--seq-len", "24", "--batch-size", "8")
EPOCHS = 3

Told = tuple[list[dict[str, Any]], str]

# Runs the program as often as it is told to, each time in a fork, so that TensorFlow is imported
# once. The program sends itself a signal at its n-th step of training, or the n-th time that it is
# about to make a file sure or to give it its name. XLA, which takes seconds to begin, is left out.
RUNNER = """
import json, os, pathlib, signal, sys
from bardtui.tf_startup import hush_tensorflow
hush_tensorflow()
import keras, tensorflow
from bardtui.__main__ import main
from bardtui.training.loop import Training

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

    os.environ["BARDTUI_XLA"] = "0"
    if where == "step":
        Training.step = signalling(Training.step)
    else:
        os.fsync, pathlib.Path.replace = signalling(os.fsync), signalling(pathlib.Path.replace)
    main()

for line in sys.stdin:
    told = json.loads(line)
    child = told if isinstance(told, int) else os.fork()
    if child == 0:
        try:
            run(*told)
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
        """Run the program, which gets the signal there; its id and its state, as of waitpid."""
        return self._tell([number, where, at, str(paths.data_dir()), arguments])

    def _tell(self, told: list[Any] | int) -> tuple[int, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(told), file=self._process.stdin, flush=True)
        child, status = map(int, self._process.stdout.readline().split())
        return child, status

    def kill(self, child: int) -> None:
        """Kill a program that was stopped, and wait for its end."""
        os.kill(child, signal.SIGKILL)
        self._tell(child)

    def killed(self, where: str, at: int, arguments: tuple[str, ...]) -> bool:
        """Whether the program was killed there; else it has come to its end."""
        _, status = self.run(signal.SIGKILL, where, at, arguments)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
        return status != 0


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    command = [sys.executable, "-c", RUNNER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Runner(process)


@pytest.fixture(autouse=True, scope="module")
def not_compiled() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BARDTUI_XLA", "0")
        yield


def _text_file(folder: Path) -> Path:
    path = folder / "verse.txt"
    path.write_text(VERSE * 24)  # 22 steps an epoch
    return path


@pytest.fixture
def text_file(home: Path) -> Path:
    return _text_file(home)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, not_compiled: None) -> Told:
    """What a run comes to that nothing interrupts."""
    root = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BARDTUI_HOME", str(root))
        assert run(*training(_text_file(root), "mine")).exit_code == 0
        found = told("mine")
    assert [entry["epoch"] for entry in found[0]] == [1, 2, 3]
    return found


def training(text_file: Path, name: str, *more: str) -> tuple[str, ...]:
    return ("train", str(text_file), "--name", name, *SIZES, "--epochs", str(EPOCHS), *more)


def told(name: str) -> Told:
    """What a model has come to: its losses, and its weights' fingerprint."""
    model = find_model(name)
    model.weights()  # checked against the fingerprint
    losses = [{k: v for k, v in e.items() if k not in ("seconds", "rate")} for e in model.history]
    return losses, model.sha256


def goes_on(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """How the user goes on after a kill: with --resume, if anything had been kept."""
    kept = (paths.runs_dir() / arguments[3] / FILE).exists()
    begun = (paths.models_dir() / arguments[3]).exists()
    return (*arguments, "--resume") if kept else (*arguments, "--replace") if begun else arguments


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_killed_anywhere_it_goes_on_to_the_same_numbers(
    text_file: Path, whole: Told, runner: Runner
) -> None:
    rng = random.Random(5)
    for number in range(times(1, 10)):
        name = f"killed-{number}"
        arguments = training(text_file, name)
        # An epoch has 22 steps and touches its files 11 times.
        for where, most in (("step", 50), ("file", 20)) * 2 if long_form else (("file", 11),):
            at = rng.randrange(most)
            assert runner.killed(where, at, goes_on(arguments)) or long_form
            with suppress(ModelError):  # there may be none yet; but what there is is whole
                losses, _ = told(name)
                assert losses == whole[0][: len(losses)]
        assert run(*goes_on(arguments)).exit_code == 0
        assert told(name) == whole
        # Nothing is left of what was being written.
        assert [path.name for path in (paths.runs_dir() / name).iterdir()] == [FILE]
    assert not [path.name for path in paths.models_dir().iterdir() if path.name[0] == "."]
    assert not [path.name for path in paths.runs_dir().iterdir() if path.name[0] == "."]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.skipif(not long_form, reason="half a minute")
def test_killed_at_every_touch_of_a_file_the_older_model_stands_or_the_newer(
    text_file: Path, runner: Runner
) -> None:
    number, seen = 0, set()
    while runner.killed("file", number, training(text_file, f"at-{number}")):
        with suppress(ModelError):
            seen.add(len(told(f"at-{number}")[0]))
        if (paths.models_dir() / f"at-{number}").exists():
            told(f"at-{number}")
        number += 1
    assert number >= 30
    assert seen == {1, 2, 3}


# --- two at once


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_second_run_of_that_name_is_refused_as_long_as_the_first_is_alive(
    text_file: Path, whole: Told, runner: Runner
) -> None:
    arguments = training(text_file, "mine")
    first, status = runner.run(signal.SIGSTOP, "step", 30, arguments)
    assert os.WIFSTOPPED(status)
    for how in ((), ("--resume",), ("--replace",)):
        said = refusal(*arguments, *how)
        assert said.startswith("mine is being trained already, by another bardtui")
    with alone(paths.runs_dir() / "other"):
        pass
    runner.kill(first)
    assert run(*arguments, "--resume").exit_code == 0
    assert told("mine") == whole


def test_a_run_that_is_over_leaves_no_lock_and_a_torn_file_goes(home: Path) -> None:
    folder = paths.runs_dir() / "mine"
    with alone(folder):
        with pytest.raises(CheckpointError, match="is being trained already"), alone(folder):
            pass
        folder.mkdir()
        (folder / ".0123.tmp").write_bytes(b"torn")
    assert [path.name for path in paths.runs_dir().iterdir()] == ["mine"]
    with alone(folder):
        assert [*folder.iterdir()] == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
def test_a_terminal_that_is_closed_stops_a_run_and_keeps_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with interruptible() as stopped:
            assert not stopped()
            signal.raise_signal(signal.SIGHUP)
            assert stopped()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup has it
        with interruptible() as stopped:
            signal.raise_signal(signal.SIGHUP)
            assert not stopped()
    finally:
        signal.signal(signal.SIGHUP, before)


# --- a full disk


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes: the kernel refuses the write."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(os.name != "posix", reason="such limits are POSIX's")
def test_a_disk_that_is_full_leaves_what_was_kept_and_the_run_goes_on(
    text_file: Path, whole: Told
) -> None:
    wishes = Wishes(units=12, layers=1, seq_len=24, batch_size=8, epochs=EPOCHS)
    made = prepare(load_corpus(text_file), "mine", wishes).training
    seen: list[Step | Epoch] = []
    assert not made.run(seen.append, lambda: any(isinstance(event, Epoch) for event in seen))
    checkpoint = paths.runs_dir() / "mine" / FILE
    kept = checkpoint.read_bytes()
    # No room for a checkpoint, then not even for a model.
    for room, file in (
        (len(kept) - 1, checkpoint),
        (5_000, paths.models_dir() / ".mine.new" / "weights.safetensors"),
    ):
        said = f"^{re.escape(str(file))}: File too large; what was kept before stands: "
        with room_for(room), pytest.raises(TrainingError, match=said):
            made.run(seen.append, lambda: False)
        assert checkpoint.read_bytes() == kept
        assert [path.name for path in checkpoint.parent.iterdir()] == [FILE]
        assert [path.name for path in paths.models_dir().iterdir()] == ["mine"]
        losses, _ = told("mine")
        assert losses == whole[0][: len(losses)]
        made.resume()
        assert made.progress.epoch == 1
    assert made.run(seen.append, lambda: False)
    assert told("mine") == whole


# --- a checkpoint that is no good


def test_a_checkpoint_with_flipped_bits_or_of_another_version_is_told(home: Path) -> None:
    import numpy as np

    state = {"identity": {"corpus": "abc"}, "progress": {"epoch": 1}}
    Checkpoint({"network": [np.ones((3, 4))], "averages": [np.ones(2)]}, state).save(home)
    whole = (home / FILE).read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    rng = random.Random(2)
    said = []
    for _ in range(times(200, 20_000)):
        changed = bytearray(whole)
        changed[rng.randrange(header)] ^= 1 << rng.randrange(8)
        (home / FILE).write_bytes(changed)
        try:
            checkpoint = Checkpoint.load(home)
        except CheckpointError as error:
            said.append(str(error))
        else:
            assert checkpoint is not None
            assert {"identity", "progress"} <= checkpoint.state.keys()
    assert len(said) > 50
    for line in said:
        assert line.startswith(f"{home / FILE} cannot be read: ")
        assert "\n" not in line


def test_a_checkpoint_of_another_version_is_told(verse: Corpus) -> None:
    wishes = Wishes(embedding_dim=4, units=4, layers=1, seq_len=20, batch_size=4)
    made = prepare(verse, "mine", wishes).training
    made.save()
    made.resume()
    changes: tuple[Callable[[Checkpoint], object], ...] = (
        lambda c: c.arrays.pop("averages"),
        lambda c: c.arrays["network"].pop(),
        lambda c: c.arrays["optimizer"].reverse(),
        lambda c: c.state["progress"].update(mood="good"),
    )
    for change in changes:
        made.save()
        checkpoint = Checkpoint.load(made.folder)
        assert checkpoint is not None
        change(checkpoint)
        checkpoint.save(made.folder)
        with pytest.raises(TrainingError, match="holds a run of another version, or a damaged one"):
            made.resume()
