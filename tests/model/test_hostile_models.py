"""Models from anyone: whatever is in a model's folder, it is read or refused.

A refusal is one short line; it takes little time and memory and no TensorFlow, and the other
models stay usable.
"""

import hashlib
import json
import math
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bardtui import paths
from bardtui.model.corpus_index import MAX_TEXT, STEP, CorpusIndex
from bardtui.model.description import DESCRIPTION
from bardtui.model.store import INDEX, list_models
from bardtui.model.weights import WEIGHTS
from tests.conftest import random_weights, small_model
from tests.model.hostile_models import CASES, Change, bias, description, sign
from tests.trust.conftest import times

SECONDS, MEGABYTES = 0.5, 200  # processor time for each model; memory for all of them

# Loads each model as `generate` would, and prints the refusal, the time and the memory so far.
MEASURE = """
import json, sys, time
from pathlib import Path
from bardtui.model.description import ModelError
from bardtui.model.store import ModelBundle
for name in json.load(sys.stdin):
    began = time.process_time()
    try:
        model = ModelBundle.load(Path(name))
        model.weights()
        if model.corpus_index is not None:
            model.corpus_index.find("What is it, then, that you would keep? " * 250)
        refusal = None
    except ModelError as error:
        refusal = str(error)
    seconds = time.process_time() - began
    status = Path("/proc/self/status")  # the peak of memory, on Linux only
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) if status.exists() else 0
    print(json.dumps([refusal, seconds, peak / 1024]))
assert not {"tensorflow", "keras"} & set(sys.modules)
"""


@pytest.fixture(autouse=True)
def no_bundled_models(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "bundled_models", lambda: home / "bundled")


def write_model(name: str) -> Path:
    """The folder of a valid model called `name`."""
    model = small_model()
    folder = paths.models_dir() / name
    model.save(folder, random_weights(model.spec))
    return folder


def refusals(folders: list[Path]) -> list[str | None]:
    """Why each model is refused, or None. Checks the time, the memory and the line."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=json.dumps([str(folder) for folder in folders]),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stderr == ""
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(folders)
    for refusal, seconds, megabytes in results:
        assert refusal is None or (refusal.isprintable() and len(refusal) < 200)
        assert seconds < SECONDS, refusal
        assert megabytes < MEGABYTES, refusal
    return [refusal for refusal, _, _ in results]


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX's")
def test_hostile_models_are_refused_and_the_others_stay_usable() -> None:
    honest = write_model("honest")
    folders = [write_model(f"hostile-{number}") for number in range(len(CASES))]
    for folder, (change, _) in zip(folders, CASES, strict=True):
        change(folder)
    *refused, fine = refusals([*folders, honest])
    for folder, (_, expected), refusal in zip(folders, CASES, refused, strict=True):
        assert refusal is not None, (folder.name, expected)
        assert expected in refusal, folder.name
    assert fine is None
    listed = {entry.folder: entry for entry in list_models()}
    assert listed.keys() == {honest, *folders}
    assert listed[honest].bundle is not None
    for folder, refusal in zip(folders, refused, strict=True):
        # Tensors and their hash are read with the weights only.
        late = "not finite" in str(refusal) or "is damaged" in str(refusal)
        assert (listed[folder].error is None) is late, refusal


def large_index(folder: Path) -> None:
    """As many entries as an index may have."""
    entries = np.arange(MAX_TEXT // STEP, dtype=np.uint64) << np.uint64(18)
    add_index(CorpusIndex(entries, ()).to_bytes())(folder)


def endless_index(folder: Path) -> None:
    with (folder / INDEX).open("wb") as file:
        file.truncate(1 << 40)
    description(corpus_index_sha256="0" * 64)(folder)


def piped_index(folder: Path) -> None:
    os.mkfifo(folder / INDEX)
    description(corpus_index_sha256="0" * 64)(folder)


def add_index(data: bytes) -> Change:
    """Write an index, and its hash to model.json, as anyone could."""

    def change(folder: Path) -> None:
        (folder / INDEX).write_bytes(data)
        description(corpus_index_sha256=hashlib.sha256(data).hexdigest())(folder)

    return change


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
def test_a_hostile_index_of_a_corpus_is_ignored_or_looked_up() -> None:
    index = CorpusIndex.of([("A Play", ["What is it, then, that you would keep?"])])
    assert index is not None
    valid, rng = index.to_bytes(), random.Random(7)
    changes: list[Change] = [large_index, endless_index, piped_index]
    changes += [add_index(data) for data in (b"", valid, valid + b"x", valid[:31] + b"[" * 9_000)]
    changes += [add_index(_damaged(valid, rng)) for _ in range(times(30, 3_000))]
    folders = [write_model(f"indexed-{number}") for number in range(len(changes))]
    for folder, change in zip(folders, changes, strict=True):
        change(folder)
    assert refusals(folders) == [None] * len(folders)


NAMES = ("\x1b[2J", "a\nb", "[bold]b[]", "-rf", "\u202egnp", "a b", "..a", "x" * 200, "\udcff")


@pytest.mark.skipif(os.name != "posix", reason="such names are POSIX's")
def test_folders_with_odd_names_are_listed_and_not_used() -> None:
    honest = write_model("honest")
    for name in NAMES:
        honest.parent.joinpath(name).mkdir()
        for file in honest.iterdir():
            honest.parent.joinpath(name, file.name).write_bytes(file.read_bytes())
    for name, target in (("long", "x" * 300), ("round", "round"), ("nowhere", "none")):
        (honest.parent / name).symlink_to(target)
    listed = {entry.folder.name: entry for entry in list_models()}
    assert listed.keys() == {"honest", *(name for name in NAMES if name[0] != ".")}
    for name, entry in listed.items():
        assert entry.name.isprintable()
        assert len(entry.name) <= 64
        assert (entry.error is None) is (name == "honest")
        assert (entry.error or "").isprintable()


def test_commands_refuse_a_model_before_they_load_tensorflow(home: Path) -> None:
    bias(math.nan)(write_model("hostile"))
    (home / "text.txt").write_text("a b c\n" * 200)
    text = str(home / "text.txt")
    commands = [
        ["generate", "--model", "hostile"],
        ["evaluate", "hostile", text],
        ["models", "export", "hostile", str(home / "x.keras")],
        ["train", text, "--name", "mine", "--from", "hostile"],
    ]
    code = (
        "import json, sys\n"
        "from bardtui.cli.app import app\n"
        "for arguments in json.load(sys.stdin):\n"
        "    try:\n        app(arguments)\n"
        "    except SystemExit as end:\n        print(end.code)\n"
        "print(*{'tensorflow', 'keras'} & {*sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.stdout == "1\n" * len(commands) + "\n"
    lines = done.stderr.splitlines()
    assert len(lines) == len(commands)
    for line in lines:
        assert "weights.safetensors: logits/bias holds numbers that are not finite" in line


def test_files_with_random_damage_are_read_or_refused() -> None:
    """Bytes of model.json and of the weights' header are changed, removed and repeated."""
    rng = random.Random(6)
    honest = write_model("honest")
    text, data = (honest / DESCRIPTION).read_bytes(), (honest / WEIGHTS).read_bytes()
    folders = []
    for number in range(times(300, 10_000)):
        folder = paths.models_dir() / f"m{number}"
        folder.mkdir()
        (folder / DESCRIPTION).write_bytes(text)
        if number % 2:
            (folder / DESCRIPTION).write_bytes(_damaged(text, rng))
            (folder / WEIGHTS).write_bytes(data)
        else:
            end = 8 + int.from_bytes(data[:8], "little")
            sign(folder, _damaged(data[:end], rng) + data[end:])
        folders.append(folder)
    refusals(folders)


def _damaged(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0:
                changed[at] = rng.randrange(256)
            case 1:
                changed[at] ^= 1 << rng.randrange(8)
            case 2:
                del changed[at : at + rng.choice((1, 9, 200))]
                changed = changed or bytearray(b"{}")
            case _:
                changed[at:at] = changed[at : at + rng.choice((1, 9, 200))]
    return bytes(changed)
