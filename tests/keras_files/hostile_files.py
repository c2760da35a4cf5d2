"""Hostile files: what is wrong in each, and a part of the message with which it is refused."""

import io
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

HARM = "\x1b]0;harm\x07[/]../../harm\u202e"


class Bomb:
    """Unpickling it writes a file."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> Any:
        return Path.write_text, (self.canary, "a pickle was read")


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(path: Path, contents: dict[str, bytes], compressed: tuple[str, ...] = ()) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in contents.items():
            kind = zipfile.ZIP_DEFLATED if name in compressed else zipfile.ZIP_STORED
            file.writestr(name, content, kind, compresslevel=1)
    return path


Change = Callable[[Any], Any]


def described(honest: Path, path: Path, change: Change) -> Path:
    """The honest .keras file with another description."""
    contents = members(honest / "a.keras")
    config = json.loads(contents["config.json"])
    change(config)
    return archive(path, contents | {"config.json": json.dumps(config).encode()})


def laid_out(honest: Path, path: Path, change: Change) -> Path:
    """The honest .keras file with another file of weights."""
    contents = members(honest / "a.keras")
    weights = io.BytesIO(contents["model.weights.h5"])
    with h5py.File(weights, "r+") as file:
        change(file)
    return archive(path, contents | {"model.weights.h5": weights.getvalue()})


def swapped(name: str, make: Change) -> Change:
    """Replace the object `name` in a file of weights."""

    def change(file: h5py.File) -> None:
        del file[name]
        make(file)

    return change


KERNEL = "layers/gru/cell/vars/0"


def _layer(number: int, **values: Any) -> Change:
    return lambda config: config["config"]["layers"][number].update(values)


def _option(number: int, **values: Any) -> Change:
    return lambda config: config["config"]["layers"][number]["config"].update(values)


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((5, 18), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", (5, 18))
    file.create_virtual_dataset(KERNEL, layout)


def _round(file: h5py.File) -> None:
    for name in ("layers", "layers/gru", "layers/dense"):
        file[name]["again"], file[name]["home"] = file["layers"], file["layers/gru"]


def _claiming_to_be(*shape: int, **options: Any) -> Change:
    return lambda file: file.create_dataset(KERNEL, shape, "f4", **options)


def _nested(config: Any) -> None:
    config["config"]["layers"][1]["inbound_nodes"] = json.loads("[" * 400 + "]" * 400)


_SYSTEM = {"module": "os", "class_name": "system", "config": {"command": "touch canary"}}
_FUNCTION = {"module": "os", "class_name": "function", "config": "system"}

DESCRIBED: dict[str, tuple[Change, str]] = {
    "a layer of os": (_layer(1, **_SYSTEM), "there is a layer os.system; bardtui imports"),
    "a model of os": (
        lambda config: config.update(_SYSTEM),
        "the model is a os.system, which cannot be",
    ),
    "a registered class": (
        lambda config: config.update(module="evil", registered_name="p>Evil"),
        "the model is a evil.Sequential",
    ),
    "a layer with another module": (_layer(2, module="evil"), "there is a layer evil.GRU"),
    "a function of os": (_option(2, activation=_FUNCTION), "activation='system'"),
    "control characters in a class": (
        _layer(1, class_name=HARM),
        "there is a layer ␛]0;harm␇[/]../../harm·;",
    ),
    "control characters in an option": (_option(2, activation=HARM), "activation='\\x1b]0;harm"),
    "10^12 units": (
        _option(2, units=10**12),
        "a network with units 6; the file describes 1000000000000",
    ),
    "units below zero": (_option(2, units=-6), "the file describes -6"),
    "units as a word": (_option(2, units="six"), "the file describes six"),
    "units that are not a number": (_option(2, units=float("nan")), "have nan and nan units"),
    "10^12 characters": (_option(1, input_dim=10**12), "the Embedding has 100000000"),
    "layers that are a number": (
        lambda config: config["config"].update(layers=7),
        "is a Sequential",
    ),
    "layers of other types": (
        lambda config: config["config"].update(layers=[1, None, "x"]),
        "a layer that Keras would not write",
    ),
    "no options": (_layer(2, config=None), "there is a layer GRU"),
    "no name": (_option(2, name=["gru"]), "a layer GRU without a name of its own"),
    "a wrapped layer of os": (
        _layer(3, class_name="TimeDistributed", config={"name": "t", "layer": _SYSTEM}),
        "a TimeDistributed layer os.system",
    ),
    "nested": (_nested, "read"),  # the layers of a Sequential need no inputs
}

LAID_OUT: dict[str, tuple[Change, str]] = {
    "a link out of the file": (
        swapped(KERNEL, lambda f: f.__setitem__(KERNEL, h5py.ExternalLink("/etc/hostname", "/"))),
        "0 is a link to somewhere else, which is not followed",
    ),
    "a soft link": (
        swapped(KERNEL, lambda f: f.__setitem__(KERNEL, h5py.SoftLink("/layers"))),
        "0 is a link to somewhere else",
    ),
    "a linked group": (
        swapped("layers", lambda f: f.__setitem__("layers", h5py.ExternalLink("/x.h5", "/"))),
        "layers is a link to somewhere else",
    ),
    "numbers in another file": (
        swapped(KERNEL, _claiming_to_be(5, 18, external=[("/etc/hostname", 0, 360)])),
        f"{KERNEL} is stored in another file, which is not followed",
    ),
    "a virtual array": (swapped(KERNEL, _virtual), f"{KERNEL} is stored in another file"),
    "10^12 rows": (
        swapped(KERNEL, _claiming_to_be(10**12, 18)),
        f"{KERNEL} claims to be 1,000,000,000,000 x 18, more than the file holds",
    ),
    "2^64 numbers": (
        swapped(KERNEL, _claiming_to_be(2**32, 2**32, chunks=(1, 1))),
        f"{KERNEL} is packed, which Keras never does",
    ),
    "packed": (
        swapped(KERNEL, lambda f: f.create_dataset(KERNEL, data=np.ones(9), compression="gzip")),
        f"{KERNEL} is packed",
    ),
    "not a number": (
        lambda f: f[KERNEL].__setitem__((2, 3), np.nan),
        f"{KERNEL} holds numbers that are not finite",
    ),
    "an infinite number": (lambda f: f[KERNEL].__setitem__((0, 0), np.inf), "are not finite"),
    "too large": (lambda f: f[KERNEL].__setitem__((0, 0), -1e30), "or above 65,504"),
    "beyond single precision": (
        swapped(KERNEL, lambda f: f.__setitem__(KERNEL, np.full((5, 18), 1e300))),
        "or above 65,504",
    ),
    "whole numbers": (
        swapped(KERNEL, lambda f: f.__setitem__(KERNEL, np.ones((5, 18), int))),
        f"{KERNEL} does not hold numbers like a network's weights",
    ),
    "words": (
        swapped(KERNEL, lambda f: f.__setitem__(KERNEL, ["canary"])),
        f"{KERNEL} does not hold numbers",
    ),
    "nothing": (
        swapped(KERNEL, lambda f: f.__setitem__(KERNEL, h5py.Empty("f4"))),
        f"{KERNEL} does not hold numbers",
    ),
    "a type instead of an array": (
        swapped(KERNEL, lambda f: f.__setitem__(KERNEL, np.dtype("f4"))),
        "the layer gru has 1, 2",
    ),
    "control characters in a name": (
        lambda f: f.move("layers/gru", f"layers/{HARM.replace('/', '|')}"),
        "read",
    ),
    "links in a circle": (_round, "the file holds more than a network of this kind would"),
    "many": (
        lambda f: [f.create_group(f"layers/{n}") for n in range(2_000)],
        "the file holds more than a network of this kind would",
    ),
    "deep": (lambda f: f.create_group("/".join("d" * 50)), "the file holds more than"),
}


def whole_files(honest: Path, folder: Path, canary: Path) -> dict[str, tuple[Path, str]]:
    """Files that are wrong as a whole."""
    contents = members(honest / "a.keras")
    config, weights = contents["config.json"], contents["model.weights.h5"]
    damaged = "is damaged, or not a file that Keras saved"

    def written(name: str, content: bytes) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    lying = archive(folder / "lying.keras", contents | {"config.json": b" " * 10**7})
    # The directory at the end of the archive states a size of 10 bytes.
    raw = lying.read_bytes()
    at = raw.rindex(b"config.json") - 46 + 24
    lying.write_bytes(raw[:at] + (10).to_bytes(4, "little") + raw[at + 4 :])

    large = archive(folder / "large.keras", contents)
    raw = large.read_bytes()
    at = raw.rindex(b"model.weights.h5") - 46 + 20
    large.write_bytes(raw[:at] + (10**9).to_bytes(4, "little") * 2 + raw[at + 8 :])

    heap = folder / "heap.h5"
    shutil.copy(honest / "a.h5", heap)
    with h5py.File(heap, "r+") as file:
        del file["model_weights"].attrs["layer_names"]
        file["model_weights"].attrs["layer_names"] = ["x" * 900_000] * 64

    return {
        "empty": (written("empty.h5", b""), "neither a .keras nor an HDF5 file"),
        "a text": (written("a.keras", b"import os\n"), "neither a .keras nor an HDF5 file"),
        "a pickle": (written("p.h5", pickle.dumps(Bomb(canary))), "neither a .keras nor"),
        "a folder": (folder, "is a folder, not one file: save the model with model.save("),
        "missing": (folder / "none.h5", "does not exist or is not a file"),
        "a device": (Path("/dev/zero"), "does not exist or is not a file"),
        "cut .h5": (written("c.h5", (honest / "a.h5").read_bytes()[:9_000]), damaged),
        "cut .keras": (written("c.keras", (honest / "a.keras").read_bytes()[:9_000]), damaged),
        "no weights": (
            archive(folder / "n.keras", {"config.json": config}),
            "the file has no model.weights.h5",
        ),
        "names with ..": (
            archive(folder / "u.keras", {"../config.json": config, "/model.weights.h5": weights}),
            "the file has no config.json",
        ),
        "a zip bomb": (
            archive(
                folder / "b.keras",
                contents | {"config.json": b" " * 250_000_000},
                compressed=("config.json",),
            ),
            "the description of the network is too large",
        ),
        "compressed weights": (
            archive(
                folder / "w.keras",
                contents | {"model.weights.h5": weights + bytes(10**7)},
                compressed=("model.weights.h5",),
            ),
            "model.weights.h5 is compressed, which Keras never does",
        ),
        "a wrong size": (lying, damaged),
        "weights larger than the file": (large, "claims to be larger than the file that it is in"),
        "30,000 members": (
            archive(folder / "m.keras", contents | {f"{n:0100}": b"" for n in range(30_000)}),
            damaged,
        ),
        "brackets": (
            archive(folder / "d.keras", contents | {"config.json": b"[" * 500_000}),
            damaged,
        ),
        "a JSON list": (
            archive(folder / "j.keras", contents | {"config.json": b"[1]"}),
            "the description of the network is not one that Keras writes",
        ),
        "a number with 500,000 digits": (
            archive(folder / "i.keras", contents | {"config.json": b"9" * 500_000}),
            damaged,
        ),
        "a heap of names": (heap, damaged),
    }
