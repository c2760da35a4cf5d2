"""Snapshots kept on disk from one run of the program to the next."""

import os
from pathlib import Path

import numpy as np
import pytest

from bardtui.model import states as states_module
from bardtui.model.generator import Generator, Sampling, Snapshot
from bardtui.model.reader import BLOCK, Reader
from bardtui.model.states import States
from tests.conftest import VERSE

LIKE = Snapshot(0, (np.zeros((1, 3), np.float32), np.zeros((1, 2), np.float32)))


def some(position: int) -> Snapshot:
    rng = np.random.default_rng(position)
    return Snapshot(
        position, tuple(rng.normal(size=a.shape).astype(np.float32) for a in LIKE.arrays)
    )


def test_a_scene_opened_again_is_not_read_again(
    generator: Generator, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = VERSE * 7
    before = Reader(generator, States(home / "states", "ab" * 32))
    before.seek(text)
    written = "".join(before.write(150, Sampling(random_seed=4)))
    before.keep()

    reader = Reader(generator, States(home / "states", "ab" * 32))
    read = 0
    genuine = generator.prime

    def prime(indices: np.ndarray) -> np.ndarray:
        nonlocal read
        read += len(indices)
        return genuine(indices)

    monkeypatch.setattr(generator, "prime", prime)
    reader.seek(text + written + "A line.\n")
    assert read < BLOCK + len("A line.\n")
    now = generator.snapshot()
    generator.reset()
    genuine(generator.vocabulary.encode(text + written + "A line.\n").indices)
    fresh = generator.snapshot()
    assert now.position == fresh.position
    assert all(np.array_equal(a, b) for a, b in zip(now.arrays, fresh.arrays, strict=True))


def test_another_model_does_not_know_them(home: Path) -> None:
    States(home, "ab" * 32).keep(b"k" * 16, some(5))
    assert dict(States(home, "cd" * 32).load(LIKE)) == {}
    ((key, found),) = States(home, "ab" * 32).load(LIKE)
    assert (key, found.position) == (b"k" * 16, 5)
    assert all(np.array_equal(a, b) for a, b in zip(found.arrays, some(5).arrays, strict=True))


def test_what_is_damaged_is_not_there(home: Path) -> None:
    states = States(home, "ab" * 32)
    states.keep(b"k" * 16, some(5))
    (path,) = home.glob("*.state")
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not list(states.load(LIKE))
        path.write_bytes(whole[:at])
        assert not list(states.load(LIKE))
    path.write_bytes(whole)
    path.rename(path.with_stem(path.stem[:-1] + "x"))
    (home / "a-folder.state").mkdir()
    assert not list(states.load(LIKE))
    states.keep(b"n" * 16, Snapshot(1, tuple(np.full_like(a, np.nan) for a in LIKE.arrays)))
    assert not list(states.load(LIKE))


def test_the_least_recent_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states_module, "KEPT", 3)
    states = States(home, "ab" * 32)
    for n in range(5):
        states.keep(bytes([n]) * 16, some(n))
        for path in home.glob("*.state"):
            os.utime(path, (0, path.stat().st_mtime - 10))
    assert sorted(found.position for _, found in states.load(LIKE)) == [2, 3, 4]


def test_a_folder_that_cannot_be_written_costs_nothing(home: Path) -> None:
    (home / "states").write_text("no folder")
    states = States(home / "states", "ab" * 32)
    states.keep(b"k" * 16, some(5))
    assert not list(states.load(LIKE))


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
def test_they_are_the_user_s_alone(home: Path) -> None:
    States(home / "states", "ab" * 32).keep(b"k" * 16, some(5))
    (path,) = (home / "states").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
