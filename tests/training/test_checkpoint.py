"""Checkpoints: damaged ones and those of other versions are refused."""

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from bardtui.training.checkpoint import FILE, Checkpoint, CheckpointError, is_finished
from bardtui.training.plan import TrainingError
from tests.training.runs import Recorder, resume
from tests.trust.conftest import times


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\xff" * 64])
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE).write_bytes(damage)
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.load(tmp_path)


@pytest.mark.parametrize("state", ["[" * 100_000, "7", "{}", '{"identity": {}, "progress": 1}'])
def test_a_checkpoint_that_does_not_describe_a_run_is_refused(tmp_path: Path, state: str) -> None:
    (tmp_path / FILE).write_bytes(save({"network/0": np.ones(2)}, {"state": state}))
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.load(tmp_path)


@pytest.mark.parametrize("name", ["network", "network/", "network/x", "network/-1", "/0"])
def test_a_checkpoint_with_an_array_of_no_group_is_refused(tmp_path: Path, name: str) -> None:
    state = '{"identity": {}, "progress": {}}'
    (tmp_path / FILE).write_bytes(save({name: np.ones(2)}, {"state": state}))
    with pytest.raises(CheckpointError, match=f"cannot be read: it holds '{name}'"):
        Checkpoint.load(tmp_path)


def test_a_truncated_checkpoint_is_refused(whole: Recorder, tmp_path: Path) -> None:
    content = (whole.trainer.folder / FILE).read_bytes()
    for length in (4, 100, len(content) // 2, len(content) - 1):
        (tmp_path / FILE).write_bytes(content[:length])
        with pytest.raises(CheckpointError, match="cannot be read"):
            Checkpoint.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.arrays.pop("averages"),
        lambda c: c.arrays["network"].pop(),
        lambda c: c.arrays["optimizer"].reverse(),
        lambda c: c.state["progress"].update(mood="good"),
        lambda c: c.state["progress"].update(epoch=-1),
        lambda c: c.state["progress"].update(step="1"),
        lambda c: c.state["progress"].update(best=math.nan),
        lambda c: c.state["progress"].update(best=10**400),
        lambda c: c.state["progress"].update(history=[1]),
        lambda c: c.state["progress"].update(history=[{}]),
    ],
)
def test_a_checkpoint_of_another_version_is_refused(
    whole: Recorder, tmp_path: Path, change: Callable[[Checkpoint], object]
) -> None:
    checkpoint = Checkpoint.load(whole.trainer.folder)
    assert checkpoint is not None
    change(checkpoint)
    checkpoint.save(tmp_path)
    with pytest.raises(TrainingError, match="holds a run of another version, or a damaged one"):
        resume(tmp_path)


def test_a_checkpoint_with_flipped_bits_is_read_or_refused(home: Path) -> None:
    state = {"identity": {"corpus": "abc"}, "progress": {"epoch": 1}}
    Checkpoint({"network": [np.ones((3, 4))], "averages": [np.ones(2)]}, state).save(home)
    whole = (home / FILE).read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    rng = random.Random(2)
    messages = []
    for _ in range(times(200, 20_000)):
        changed = bytearray(whole)
        changed[rng.randrange(header)] ^= 1 << rng.randrange(8)
        (home / FILE).write_bytes(changed)
        try:
            checkpoint = Checkpoint.load(home)
        except CheckpointError as error:
            messages.append(str(error))
        else:
            assert checkpoint is not None
            assert {"identity", "progress"} <= checkpoint.state.keys()
    assert len(messages) > 50
    for line in messages:
        assert line.startswith(f"{home / FILE} cannot be read: ")
        assert "\n" not in line


def test_a_checkpoint_says_whether_its_run_is_finished(tmp_path: Path) -> None:
    state: dict[str, object] = {"identity": {}, "progress": {}}
    assert not is_finished(tmp_path)
    for finished in (False, True):
        Checkpoint({}, state | {"finished": finished}).save(tmp_path)
        assert is_finished(tmp_path) is finished
    Checkpoint({}, state).save(tmp_path)  # as version 0.1 did
    assert not is_finished(tmp_path)
