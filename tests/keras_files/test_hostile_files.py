"""Hostile files: nothing in them is run, and each is refused at once with one clear line."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bardtui.keras_files.network_reader import read_network, read_network_here
from bardtui.keras_files.saved_file import KerasFileError
from bardtui.model.network import NetworkSpec
from tests.conftest import random_weights
from tests.keras_files.hostile_files import (
    DESCRIBED,
    KERNEL,
    LAID_OUT,
    Bomb,
    archive,
    described,
    laid_out,
    members,
    swapped,
    whole_files,
)
from tests.keras_files.keras_models import (
    SIZE,
    embedding,
    layers,
    made,
    one_gru,
    recurrent,
    save,
    sequential,
    weights_alone,
)

# Reads each file; prints the message, the seconds of processor time, the peak memory so far.
MEASURE = """
import json, sys, time
from pathlib import Path
from bardtui.model.store import ModelError
from bardtui.keras_files.network_reader import read_network_here
from bardtui.model.network import SpecError
for name in sys.argv[1:]:
    began = time.process_time()
    try:
        read_network_here(Path(name), {})
        message = "read"
    except (ModelError, SpecError) as error:
        message = str(error)
    seconds = time.process_time() - began
    status = Path("/proc/self/status")  # on Linux
    peak = status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else 0
    print(json.dumps([message, seconds, int(peak) / 1024]))
"""


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of one network: a.keras, a.h5, a.weights.h5."""
    folder = tmp_path_factory.mktemp("honest")
    for kind in (".keras", ".h5", ".weights.h5"):
        save(made(one_gru()), folder / f"a{kind}")
    return folder


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture(scope="module")
def verdicts(
    honest: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[str, str, float, float]]:
    """For each hostile file: the expected message, the message, seconds, megabytes."""
    folder = tmp_path_factory.mktemp("hostile")
    files = whole_files(honest, folder, folder / "canary")
    for number, (name, (change, message)) in enumerate(DESCRIBED.items()):
        files[name] = described(honest, folder / f"d{number}.keras", change), message
    for number, (name, (change, message)) in enumerate(LAID_OUT.items()):
        files[name] = laid_out(honest, folder / f"l{number}.keras", change), message
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *(str(path) for path, _ in files.values())],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.stderr == ""
    assert not (folder / "canary").exists()
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        name: (message, *answer)
        for (name, (_, message)), answer in zip(files.items(), answers, strict=True)
    }


def test_each_is_refused_in_one_line_that_names_the_reason(
    verdicts: dict[str, tuple[str, str, float, float]],
) -> None:
    for name, (expected, message, *_) in verdicts.items():
        assert expected in message, name
        assert message.isprintable(), name
        assert len(message) < 400, name


def test_each_is_refused_quickly_and_in_little_memory(
    verdicts: dict[str, tuple[str, str, float, float]],
) -> None:
    slow = {name: seconds for name, (*_, seconds, _) in verdicts.items() if seconds > 0.5}
    assert slow == {}
    assert max(megabytes for *_, megabytes in verdicts.values()) < 200


@pytest.mark.parametrize("kind", [".keras", ".h5"])
def test_a_lambda_that_keras_would_run_is_not_run(kind: str, canary: Path, tmp_path: Path) -> None:
    import keras

    code = f"lambda x: (open({str(canary)!r}, 'w').close(), x)[1]"
    network = sequential(
        embedding(), layers("Lambda", eval(code)), recurrent("GRU"), layers("Dense", SIZE)
    )
    path = save(network, tmp_path / f"a{kind}")
    canary.unlink()
    keras.models.load_model(path, safe_mode=False)
    assert canary.exists()  # so the file does harm if it is run
    canary.unlink()
    for read in (lambda: read_network(path), lambda: read_network_here(path, {})):
        with pytest.raises(KerasFileError, match="there is a layer Lambda; bardtui imports"):
            read()
    assert not canary.exists()


def test_other_members_of_an_archive_are_ignored(
    honest: Path, canary: Path, tmp_path: Path
) -> None:
    contents = members(honest / "a.keras")
    extra = {"assets/x.pkl": pickle.dumps(Bomb(canary)), "../../up": b"", "metadata.json": b"["}
    found = read_network(archive(tmp_path / "a.keras", contents | extra))
    assert found.spec == read_network_here(honest / "a.keras", {}).spec
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.keras"]
    assert not (tmp_path.parent.parent / "up").exists()


def test_a_pickle_among_the_weights_is_not_loaded(
    honest: Path, canary: Path, tmp_path: Path
) -> None:
    bomb = np.void(pickle.dumps(Bomb(canary)))
    path = laid_out(
        honest, tmp_path / "a.keras", swapped(KERNEL, lambda f: f.__setitem__(KERNEL, bomb))
    )
    with pytest.raises(KerasFileError, match="does not hold numbers"):
        read_network(path)
    assert not canary.exists()


def test_control_characters_in_names_are_not_printed(tmp_path: Path) -> None:
    name = "\x1b[2J[/]\u202elstm"
    weights = random_weights(NetworkSpec(SIZE, 5, 6, 1))
    found = read_network_here(weights_alone(tmp_path / "a.weights.h5", [name], weights), {})
    assert all(note.isprintable() for note in found.notes)
    with pytest.raises(KerasFileError) as caught:
        read_network(tmp_path / f"{name.replace('/', '|')}.h5")
    assert str(caught.value).isprintable()


def test_a_crash_of_the_library_is_one_line(
    honest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An h5py that ends its process stands for a fault in HDF5."""
    (tmp_path / "h5py.py").write_text("import os; os.abort()")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KerasFileError, match="is damaged, or made to do harm"):
        read_network(honest / "a.keras")


def test_modules_in_the_working_folder_are_not_imported(
    honest: Path, canary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text(f"open({str(canary)!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    assert read_network(honest / "a.keras").spec.units == 6
    assert not canary.exists()
