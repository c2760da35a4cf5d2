"""One training on several machines: two real processes on loopback, as TF_CONFIG describes them."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bardtui.model.network import NetworkSpec
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.distributed import Machines, MachinesError
from bardtui.training.loop import Plan, Training, TrainingError
from tests.training.worker import train

NEVER = 10**9


def free_addresses(count: int) -> list[str]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return [f"127.0.0.1:{port}" for port in ports]


def two_workers(folder: Path, stop_after: int) -> list[dict[str, np.ndarray]]:
    """Run both to their end; what each has left."""
    cluster = {"worker": free_addresses(2)}
    processes = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        environment = os.environ | {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}
        command = [sys.executable, "-m", "tests.training.worker", str(folder / str(index))]
        processes.append(
            subprocess.Popen(
                [*command, str(stop_after)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        )
    try:
        for process in processes:
            output, _ = process.communicate(timeout=200)
            assert process.returncode == 0, output.decode(errors="replace")[-2000:]
    finally:
        for process in processes:
            process.kill()
    return [dict(np.load(folder / str(index) / "weights.npz")) for index in range(2)]


def test_two_workers_end_with_equal_weights_and_the_losses_of_one(tmp_path: Path) -> None:
    first, second = two_workers(tmp_path, NEVER)
    assert first["steps"] == second["steps"] > 10
    for key, value in first.items():
        assert np.array_equal(value, second[key])
    train(tmp_path / "alone", Machines(), NEVER)
    alone = dict(np.load(tmp_path / "alone" / "weights.npz"))
    assert len(first["losses"]) == 4
    assert first["losses"] == pytest.approx(alone["losses"], abs=1e-4)
    # Only the chief writes.
    assert (tmp_path / "0" / "published").exists()
    assert (tmp_path / "0" / "run").exists()
    assert not (tmp_path / "1" / "published").exists()
    assert not (tmp_path / "1" / "run").exists()


def test_all_stop_at_the_step_at_which_one_wants_to(tmp_path: Path) -> None:
    first, second = two_workers(tmp_path, 5)
    assert first["steps"] == second["steps"] == 5
    assert (tmp_path / "0" / "run").exists()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("{", "cannot be understood"),
        ("[]", "cannot be understood"),
        ('{"cluster": {"worker": ["a:1"]}}', "cannot be understood"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}', "this one"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "ps", "index": 0}}', "workers only"),
    ],
)
def test_an_environment_that_makes_no_sense_is_told(
    config: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(MachinesError, match=words):
        Machines.from_environment()


def test_with_nothing_to_share_the_work_with_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(MachinesError, match="name the workers in TF_CONFIG"):
        Machines.from_environment()


def test_a_batch_that_cannot_be_shared_equally_is_refused(tmp_path: Path) -> None:
    machines = Machines()
    machines.replicas = 3
    text = np.zeros(1_000, np.int32)
    with pytest.raises(TrainingError, match="batches of 8 cannot be shared out equally to 3"):
        Training(
            Plan(seq_len=16, batch_size=8),
            NetworkSpec(6, units=4),
            Vocabulary(tuple("abcdef")),
            text,
            text,
            tmp_path,
            identity={},
            publish=lambda weights, history: None,
            machines=machines,
        )
