"""Distributed training: two real processes on loopback, named in TF_CONFIG."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bardtui.model.network import NetworkSpec
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.distributed import Distribution, DistributionError, parse_tf_config
from bardtui.training.loop import Trainer
from bardtui.training.plan import TrainingError, TrainPlan
from tests.conftest import VERSE
from tests.training.worker import train

STOP_AFTER = 20  # steps: an epoch and some more


def start_workers(stack: ExitStack, count: int, *arguments: Any) -> list[subprocess.Popen[str]]:
    """Start Python for the first `count` of two workers on free ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    workers = [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    processes = []
    for index in range(count):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": workers}, "task": task})
        process = subprocess.Popen(
            [sys.executable, "-m", *(str(a).format(index=index) for a in arguments)],
            env=os.environ | {"TF_CONFIG": config},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        stack.enter_context(process)
        stack.callback(process.kill)
        processes.append(process)
    return processes


def test_two_workers_train_like_one_and_stop_together(tmp_path: Path) -> None:
    with ExitStack() as stack:
        command = ("tests.training.worker", tmp_path / "{index}", STOP_AFTER)
        for process in start_workers(stack, 2, *command):
            _, errors = process.communicate(timeout=200)
            assert process.returncode == 0, errors[-2_000:]
    train(tmp_path / "alone", Distribution(), STOP_AFTER)
    first, second, alone = (
        dict(np.load(tmp_path / folder / "weights.npz")) for folder in ("0", "1", "alone")
    )
    assert first["steps"] == STOP_AFTER  # though only the second asked to stop
    for key, value in first.items():
        assert np.array_equal(value, second[key])
        np.testing.assert_allclose(value, alone[key], atol=1e-4)
    assert len(first["losses"]) == 2
    # Only the chief writes.
    written = [[path.name for path in sorted((tmp_path / n).iterdir())] for n in "01"]
    assert written == [["published", "run", "weights.npz"], ["weights.npz"]]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_the_death_of_a_worker_is_one_line_in_the_other(home: Path) -> None:
    (home / "verse.txt").write_text(VERSE * 10)
    sizes = ("--units", "8", "--layers", "1", "--seq-len", "24", "--batch-size", "8")
    command = ("bardtui", "train", home / "verse.txt", "--name", "mine", *sizes)
    with ExitStack() as stack:
        chief, other = start_workers(stack, 2, *command, "--epochs", "1000000", "--distribute")
        assert chief.stdout is not None
        while "epoch 1 " not in (line := chief.stdout.readline()):
            assert line, chief.communicate()[1]
        chief.send_signal(signal.SIGKILL)
        _, errors = other.communicate(timeout=100)
        assert other.returncode == 1
    assert errors.removeprefix("waiting for all workers\n") == (
        "bardtui: another worker has stopped or cannot be reached: "
        "start all workers again with --resume to continue from the last checkpoint\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_ctrl_c_ends_a_worker_that_waits_for_the_others(home: Path) -> None:
    (home / "verse.txt").write_text(VERSE * 10)
    command = ("bardtui", "train", home / "verse.txt", "--name", "mine", "--distribute")
    with ExitStack() as stack:
        (waiting,) = start_workers(stack, 1, *command)
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == "waiting for all workers\n"
        # Until native code waits, the program may still be importing it.
        while waiting.poll() is None:
            waiting.send_signal(signal.SIGINT)
        assert waiting.returncode in (-signal.SIGINT, 130)


# --- TF_CONFIG


def config(worker: object, index: object = 0, kind: object = "worker", **cluster: object) -> str:
    return json.dumps(
        {"cluster": {"worker": worker} | cluster, "task": {"type": kind, "index": index}}
    )


def test_tf_config_names_the_workers_and_this_one() -> None:
    assert parse_tf_config(config(["a:1", "[::1]:65535"], 1)) == (["a:1", "[::1]:65535"], 1)
    assert parse_tf_config(config(["a:1", "b:2"], "1")) == (["a:1", "b:2"], 1)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("{", "is not JSON"),
        pytest.param("[" * 100_000, "is not JSON", id="deep"),
        ("[]", "must be a JSON object"),
        ('{"cluster": {"worker": ["a:1"]}}', "must be a JSON object"),
        (config("abc"), "must be a JSON object"),
        (config({"0": "a:1"}), "must be a JSON object"),
        (config([]), "1 to 1,000 workers"),
        pytest.param(config(["a:1"] * 1_001), "1 to 1,000 workers", id="many"),
        (config(["a:1", 2]), "HOST:PORT with a port up to 65535: 2"),
        (config(["a"]), "HOST:PORT"),
        (config(["a:0"]), "HOST:PORT"),
        (config(["a:65536"]), "HOST:PORT"),
        (config(["a:1:2"]), "HOST:PORT"),
        (config(["a:1"], 1), '"index": 0 to 0'),
        (config(["a:1"], -1), '"index": 0 to 0'),
        (config(["a:1"], True), '"index": 0 to 0'),
        (config(["a:1"], None), '"index": 0 to 0'),
        (config(["a:1"], 0, "ps"), '"type": "worker"'),
        (config(["a:1"], ps=["b:1"]), "must name workers only"),
    ],
)
def test_a_tf_config_that_makes_no_sense_is_refused(
    raw: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CONFIG", raw)
    with pytest.raises(DistributionError, match=message) as caught:
        Distribution.from_environment()
    assert str(caught.value).isprintable()


def test_without_anything_to_distribute_to_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(DistributionError, match="name the workers in TF_CONFIG"):
        Distribution.from_environment()


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (TrainPlan(seq_len=16, batch_size=8), "batches of 8 cannot be divided equally among 3"),
        (TrainPlan(seq_len=16, batch_size=6, carry=2), "replicas cannot carry the state"),
    ],
)
def test_a_plan_that_replicas_cannot_follow_is_refused(
    plan: TrainPlan, problem: str, tmp_path: Path
) -> None:
    distribution = Distribution()
    distribution.replicas = 3
    text = np.zeros(1_000, np.int32)
    with pytest.raises(TrainingError, match=problem):
        Trainer(
            plan,
            NetworkSpec(6, units=4),
            Vocabulary(tuple("abcdef")),
            text,
            text,
            tmp_path,
            identity={},
            publish=lambda weights, history: None,
            distribution=distribution,
        )
