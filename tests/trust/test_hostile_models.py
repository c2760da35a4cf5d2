"""Voices from strangers: whatever lies in a model's folder, it is refused at once, in little memory
and one clear line, without TensorFlow, and the other models work on."""

import hashlib
import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from bardtui import paths
from bardtui.model.description import DESCRIPTION, MAX_HISTORY
from bardtui.model.store import ModelBundle, list_models
from bardtui.model.weights import WEIGHTS
from tests.conftest import random_weights, small_model
from tests.trust.conftest import times

HARM = "\x1b]0;harm\x07[/][red]\u202e\nharm"
SECONDS, MEGABYTES = 0.5, 200  # of a processor's time for each; of memory, for all of them

# Uses every model it is told of as `generate` would: what is said, the processor's seconds, and the
# memory of it all so far.
MEASURE = """
import json, resource, sys, time
from pathlib import Path
from bardtui.model.description import ModelError
from bardtui.model.store import ModelBundle, list_models
for name in json.load(sys.stdin):
    began = time.process_time()
    try:
        ModelBundle.load(Path(name)).weights()
        said = None
    except ModelError as error:
        said = str(error)
    seconds = time.process_time() - began
    status = Path("/proc/self/status")  # the most memory so far; of Linux
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) if status.exists() else 0
    print(json.dumps([said, seconds, peak / 1024]))
assert not {"tensorflow", "keras"} & set(sys.modules)
"""


def verdicts(folders: list[Path]) -> list[tuple[str | None, float, float]]:
    """Of each model: why it is refused (None: it is not), seconds, megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=json.dumps([str(folder) for folder in folders]),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stderr == ""
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.fixture(autouse=True)
def none_bundled(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "bundled_models", lambda: home / "bundled")


def written(name: str) -> Path:
    """The folder of an honest model of that name."""
    bundle = small_model()
    folder = paths.models_dir() / name
    bundle.save(folder, random_weights(bundle.spec))
    return folder


def signed(folder: Path, data: bytes) -> None:
    """Put weights whose hash model.json tells, as a stranger would."""
    (folder / WEIGHTS).write_bytes(data)
    values = json.loads((folder / DESCRIPTION).read_text())
    values["weights_sha256"] = hashlib.sha256(data).hexdigest()
    (folder / DESCRIPTION).write_text(json.dumps(values))


Change = Callable[[Path], object]


def described(**values: Any) -> Change:
    """Other values in model.json, those of the network by its sizes' names."""

    def change(folder: Path) -> None:
        told = json.loads((folder / DESCRIPTION).read_text())
        for key, value in values.items():
            (told["network"] if key in told["network"] else told)[key] = value
        (folder / DESCRIPTION).write_text(json.dumps(told))

    return change


def as_text(text: str) -> Change:
    return lambda folder: (folder / DESCRIPTION).write_text(text)


def nested(depth: int) -> Change:
    def change(folder: Path) -> None:
        text = (folder / DESCRIPTION).read_text()
        deep = "[" * depth + "]" * depth
        (folder / DESCRIPTION).write_text(text.replace('"history": []', f'"history": {deep}'))

    return change


def as_large(name: str, size: int) -> Change:
    """Zeros that take no room on the disk, behind what the file holds."""
    return lambda folder: os.truncate(folder / name, size)


def tensors(change: Callable[[dict[str, Any]], object]) -> Change:
    def changed(folder: Path) -> None:
        values = dict(load((folder / WEIGHTS).read_bytes()))
        change(values)
        signed(folder, save(values))

    return changed


def weights(make: Callable[[bytes], bytes]) -> Change:
    return lambda folder: signed(folder, make((folder / WEIGHTS).read_bytes()))


def header_of(entries: int) -> bytes:
    """A header that is sound, and of that many tensors."""
    one = '"dtype":"F16","shape":[0],"data_offsets":[0,0]'
    text = ",".join(f'"{number}":{{{one}}}' for number in range(entries))
    return struct.pack("<Q", len(text) + 2) + f"{{{text}}}".encode()


def link_out(name: str) -> Change:
    def change(folder: Path) -> None:
        outside = paths.data_dir() / f"{folder.name}-{name}"
        (folder / name).rename(outside)
        (folder / name).symlink_to(outside)

    return change


def _filled(value: float) -> Callable[[dict[str, Any]], None]:
    return lambda t: t.update({"logits/bias": np.full(12, value, np.float32)})


HOSTILE: dict[str, tuple[Change, str]] = {
    "10^12 units": (described(units=10**12), "units must be a whole number from 1 to 4,096"),
    "units below zero": (described(units=-6), "units must be"),
    "units that are none": (described(units=float("nan")), "units must be"),
    "units in words": (described(units="six"), "units must be"),
    "10^12 layers": (described(layers=10**12), "layers must be"),
    "all as large as can be": (
        described(units=4_096, embedding_dim=4_096, layers=8),
        "more than 200,000,000 parameters",
    ),
    "10 million characters": (as_text('{"vocabulary": [' + '"a",' * 10**7 + "0]}"), "too large"),
    "20,000 characters": (
        described(vocabulary=[chr(0x4E00 + n) for n in range(20_000)]),
        "20,000 distinct characters; at most 5,000",
    ),
    "a character twice": (described(vocabulary=[*"\n abcdefgh..'"]), "stands twice"),
    "codes in the vocabulary": (described(vocabulary=[*"\n abcdefgh.", "\x1b"]), "U+001B"),
    "deep nesting": (nested(500), "nested too deeply"),
    "nesting without end": (nested(200_000), "model.json is not JSON"),
    "very many brackets": (as_text("[" + "[]," * 170_000 + "[]]"), "format None"),
    "very many names": (as_text(json.dumps({str(n): n for n in range(30_000)})), "format None"),
    "numbers without end": (as_text(f'{{"format": {"9" * 4_000}}}'), "format 9999"),
    "codes in the format": (described(format=HARM), "is not one this bardtui reads"),
    "a description of 2 GB": (as_large(DESCRIPTION, 2 << 30), "model.json is too large"),
    "weights of 2 GB": (as_large(WEIGHTS, 2 << 30), "is not a safetensors file"),
    "no weights": (lambda folder: (folder / WEIGHTS).unlink(), f"{WEIGHTS} is missing"),
    "other weights": (tensors(lambda t: t.update(more=np.zeros(2))), "not hold this network's"),
    "a tensor too few": (tensors(lambda t: t.pop("logits/bias")), "not hold this network's"),
    "another shape": (
        tensors(lambda t: t.update({"logits/bias": np.zeros(13, np.float16)})),
        "logits/bias has the wrong shape or type",
    ),
    "another type": (
        tensors(lambda t: t.update({"logits/bias": np.zeros(12, np.int64)})),
        "logits/bias has the wrong shape or type",
    ),
    "not a number": (tensors(_filled(np.nan)), "logits/bias holds numbers that are not finite"),
    "almost without end": (tensors(_filled(3e38)), "logits/bias holds numbers that are not finite"),
    "cut short": (weights(lambda data: data[:-7]), "is not a safetensors file"),
    "a longer header than file": (
        weights(lambda data: struct.pack("<Q", 10_000) + data[8:]),
        "is not a safetensors file",
    ),
    "a header of 2^63": (
        weights(lambda data: struct.pack("<Q", 2**63) + data[8:]),
        "or holds too many tensors",
    ),
    "400,000 tensors": (weights(lambda data: header_of(400_000)), "or holds too many"),
    "a linked description": (link_out(DESCRIPTION), "is a link out of the model's folder"),
    "linked weights": (link_out(WEIGHTS), "is a link out of the model's folder"),
    "a pipe": (
        lambda folder: ((folder / WEIGHTS).unlink(), os.mkfifo(folder / WEIGHTS)),
        f"{WEIGHTS} is missing",
    ),
}
NAMES = ("\x1b[2J", "a\nb", "[bold]b[]", "-rf", "\u202egnp", "a b", "..a", "x" * 200, "\udcff")


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX's")
def test_each_is_refused_at_once_in_little_memory_and_one_line_and_the_others_work_on() -> None:
    honest = written("honest")
    folders = []
    for number, (change, _) in enumerate(HOSTILE.values()):
        folders.append(written(f"hostile-{number}"))
        change(folders[-1])
    *refused, fine = verdicts([*folders, honest])
    for (name, (_, told)), (said, seconds, megabytes) in zip(HOSTILE.items(), refused, strict=True):
        assert said is not None, name
        assert told in said, name
        assert said.isprintable(), name
        assert len(said) < 200, name
        assert seconds < SECONDS, name
        assert megabytes < MEGABYTES, name
    assert fine[0] is None
    listed = {entry.folder: entry for entry in list_models()}
    assert listed.keys() == {honest, *folders}
    assert listed[honest].bundle is not None
    # Only what is wrong with the numbers themselves is left to be found when they are read.
    assert sum(entry.error is None for entry in listed.values()) == 3


@pytest.mark.skipif(os.name != "posix", reason="such names are POSIX's")
def test_a_folder_s_name_is_data_and_an_entry_that_is_odd_hides_no_other() -> None:
    honest = written("honest")
    for name in NAMES:
        honest.parent.joinpath(name).mkdir()
        for file in honest.iterdir():
            honest.parent.joinpath(name, file.name).write_bytes(file.read_bytes())
    for name, target in (("long", "x" * 300), ("round", "round"), ("nowhere", "none")):
        (honest.parent / name).symlink_to(target)
    listed = {entry.folder.name: entry for entry in list_models()}
    assert listed.keys() == {"honest", *(name for name in NAMES if name[0] != ".")}
    assert all(entry.name.isprintable() and len(entry.name) <= 64 for entry in listed.values())
    for name, entry in listed.items():
        assert (entry.error is None) is (name == "honest")
        assert (entry.error or "").isprintable()
    shown = subprocess.run(
        [sys.executable, "-m", "bardtui", "models"], capture_output=True, check=False, timeout=240
    )
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.decode().replace("\n", "").isprintable()
    assert b"honest" in shown.stdout


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_saving_a_model_touches_nothing_behind_a_link_that_came_with_another(home: Path) -> None:
    theirs = home / "theirs"
    theirs.mkdir()
    (theirs / DESCRIPTION).write_text("mine")
    paths.models_dir().mkdir()
    (paths.models_dir() / ".small.new").symlink_to(theirs)
    written("small")
    assert [path.name for path in theirs.iterdir()] == [DESCRIPTION]
    assert (theirs / DESCRIPTION).read_text() == "mine"
    assert [path.name for path in paths.models_dir().iterdir()] == ["small"]


def test_the_program_refuses_without_waiting_for_tensorflow(home: Path) -> None:
    folder = written("hostile")
    tensors(_filled(np.nan))(folder)
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
    said = done.stderr.splitlines()
    assert len(said) == len(commands)
    for line in said:
        assert "weights.safetensors: logits/bias holds numbers that are not finite" in line


def test_files_with_random_faults_are_read_or_refused() -> None:
    """Bytes changed, left out and doubled in the description and in the weights' header."""
    rng = random.Random(6)
    count = times(300, 10_000)
    honest = written("honest")
    description, data = (honest / DESCRIPTION).read_bytes(), (honest / WEIGHTS).read_bytes()
    folders = []
    for number in range(count):
        folder = paths.models_dir() / f"m{number}"
        folder.mkdir()
        (folder / DESCRIPTION).write_bytes(description)
        if number % 2:
            (folder / DESCRIPTION).write_bytes(_damaged(description, rng))
            (folder / WEIGHTS).write_bytes(data)
        else:
            end = 8 + int.from_bytes(data[:8], "little")
            signed(folder, _damaged(data[:end], rng) + data[end:])
        folders.append(folder)
    answers = verdicts(folders)
    assert len(answers) == count
    for said, seconds, megabytes in answers:
        assert said is None or (said.isprintable() and len(said) < 200)
        assert seconds < SECONDS
        assert megabytes < MEGABYTES


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


def test_a_model_of_very_many_epochs_can_still_be_read(home: Path) -> None:
    history = [
        {"epoch": n, "loss": 1 / n, "held_out": 2 / n, "best": True, "seconds": 1 / 3, "rate": 1e5}
        for n in range(1, 100_001)
    ]
    bundle = small_model()
    saved = ModelBundle(bundle.name, bundle.spec, bundle.vocabulary, history=history)
    saved.save(home / "long", random_weights(bundle.spec))
    read = ModelBundle.load(home / "long")
    assert read.history == history[-MAX_HISTORY:]
