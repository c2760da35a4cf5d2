"""Hostile Keras files beyond those in tests/keras_files: random faults, a file on which HDF5 hangs,
and the program itself."""

import base64
import json
import marshal
import os
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bardtui.keras_files.network_reader import read_network
from bardtui.keras_files.saved_file import KerasFileError
from tests.conftest import VERSE
from tests.keras_files.hostile_files import described
from tests.keras_files.keras_models import endless, made, one_gru, save
from tests.trust.conftest import times

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and limits are POSIX's")

SECONDS, MEGABYTES = 1.2, 200  # processor time and memory for each file

# Reads each file in a fork, as the program does; prints the exit status, the message, the seconds
# of processor time, the megabytes.
MEASURE = """
import json, os, resource, sys, tempfile
from pathlib import Path
from bardtui.keras_files import network_reader
for name in sys.argv[1:]:
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            network_reader.write_network(Path(name), {})
            sys.stdout.flush()
            os._exit(0)
        _, status, used = os.wait4(child, 0)
        output.seek(0)
        line = output.readline().decode()
    answer = json.loads(line) if status == 0 else {}
    seconds = used.ru_utime + used.ru_stime
    print(json.dumps([status, answer.get("error"), seconds, used.ru_maxrss / 1024]))
"""


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of one network: a.keras, a.h5, a.weights.h5."""
    folder = tmp_path_factory.mktemp("honest")
    for kind in (".keras", ".h5", ".weights.h5"):
        save(made(one_gru()), folder / f"a{kind}")
    return folder


def test_files_with_random_faults_are_read_or_refused(honest: Path, tmp_path: Path) -> None:
    rng = random.Random(6)
    count = times(60, 4_000)
    wholes = [path.read_bytes() for path in sorted(honest.iterdir())]
    ended: list[int] = []
    for first in range(0, count, 500):
        files = []
        for number in range(first, min(first + 500, count)):
            data = bytearray(wholes[number % len(wholes)])
            for _ in range(rng.choice((1, 1, 3, 20))):
                at = rng.randrange(len(data))
                if rng.random() < 0.9:
                    # Sizes, positions and types are in the first parts of a file.
                    at = rng.choice((at, at % 4_096, rng.randrange(len(data) // 2)))
                    data[at] = rng.choice((0, 1, 0x7F, 0xFF, rng.randrange(256)))
                else:
                    del data[at : at + rng.choice((1, 8, 1_000))]
            files.append(tmp_path / f"{number}.keras")
            files[-1].write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, *map(str, files)],
            capture_output=True,
            text=True,
            timeout=1_000,
            check=False,
        )
        assert done.stderr == ""
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(files)
        for path, (status, error, seconds, megabytes) in zip(files, answers, strict=True):
            # If the library crashed or hung, `read_network` says so.
            ended.append(os.waitstatus_to_exitcode(status))
            assert error is None or (error.isprintable() and len(error) < 400), path
            assert seconds < SECONDS, path
            assert megabytes < MEGABYTES, path
            path.unlink()
    print(f"{count} files, of which {sum(end != 0 for end in ended)} crashed or hung the library")
    assert ended.count(0) > count // 2


def test_a_file_on_which_hdf5_hangs_is_given_up_however_large_it_is(
    honest: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(endless((honest / "a.h5").read_bytes()))
    os.truncate(path, 2 << 30)  # zeros, which take no space on the disk
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(KerasFileError, match=r"^a\.h5 is damaged, or made to do harm: not read$"):
        read_network(path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5  # with imports


@pytest.mark.skipif(sys.platform != "linux", reason="only there memory is limited")
def test_memory_for_a_size_in_the_file_is_limited() -> None:
    """For one random file in some thousands, HDF5 allocated 577 MB."""
    code = (
        "from bardtui.keras_files import network_reader\n"
        "network_reader.limit_resources(9.0, network_reader._LAYOUT_BYTES)\n"
        "kept = bytearray(50_000_000)\n"
        "try:\n    bytearray(150_000_000)\n"
        "except MemoryError:\n    print('refused')\n"
        "network_reader.limit_resources(9.0, 300_000_000)\n"
        "print(len(bytearray(150_000_000)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n150000000\n"


def _lambda(canary: Path) -> dict[str, Any]:
    """A Lambda layer as Keras writes it, whose code creates a file when it is run."""
    harm = compile(f"open({str(canary)!r}, 'w')", "harm", "eval")
    code = base64.b64encode(marshal.dumps(harm)).decode()
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None}}
    return {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "lambda", "function": function},
        "registered_name": None,
    }


def test_the_program_runs_nothing_and_refuses_without_tensorflow(
    honest: Path, home: Path, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "verse.txt").write_text(VERSE)
    system = {"module": "os", "class_name": "system", "config": {"command": f"touch {canary}"}}
    for name, layer in (("lambda", _lambda(canary)), ("system", system)):
        path = tmp_path / f"{name}.keras"
        described(
            honest, path, lambda config, layer=layer: config["config"]["layers"].insert(2, layer)
        )
        code = (
            "import sys\n"
            f"sys.argv = ['bardtui', 'import-keras', {str(path)!r}, '--corpus', 'verse.txt']\n"
            "from bardtui.__main__ import main\n"
            "try:\n    main()\n"
            "finally:\n    print(*{'tensorflow', 'keras'} & {*sys.modules})\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
            cwd=tmp_path,
        )
        assert (done.returncode, done.stdout) == (1, "\n")
        assert done.stderr.startswith("bardtui: there is a layer ")
        assert done.stderr.count("\n") == 1
    assert not canary.exists()
    assert not (home / "models").exists()
