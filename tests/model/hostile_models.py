"""Ways to make a model hostile, and a part of the refusal that each must get."""

import hashlib
import json
import math
import os
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from bardtui import paths
from bardtui.model.description import DESCRIPTION
from bardtui.model.weights import WEIGHTS

Change = Callable[[Path], object]


def description(**values: Any) -> Change:
    """Other values in model.json, or in its network for the names of its sizes."""

    def change(folder: Path) -> None:
        old = json.loads((folder / DESCRIPTION).read_text())
        for key, value in values.items():
            (old["network"] if key in old["network"] else old)[key] = value
        (folder / DESCRIPTION).write_text(json.dumps(old))

    return change


def network(key: str, value: Any) -> Change:
    def change(folder: Path) -> None:
        old = json.loads((folder / DESCRIPTION).read_text())
        old["network"][key] = value
        (folder / DESCRIPTION).write_text(json.dumps(old))

    return change


def content(text: str | bytes) -> Change:
    """Another model.json."""
    data = text.encode() if isinstance(text, str) else text
    return lambda folder: (folder / DESCRIPTION).write_bytes(data)


def nested(key: str, depth: int) -> Change:
    def change(folder: Path) -> None:
        description(**{key: "HERE"})(folder)
        text = (folder / DESCRIPTION).read_text()
        (folder / DESCRIPTION).write_text(text.replace('"HERE"', "[" * depth + "]" * depth))

    return change


def sign(folder: Path, data: bytes) -> None:
    """Write weights, and their hash to model.json, as anyone could."""
    (folder / WEIGHTS).write_bytes(data)
    description(weights_sha256=hashlib.sha256(data).hexdigest())(folder)


def weights(make: Callable[[bytes], bytes]) -> Change:
    return lambda folder: sign(folder, make((folder / WEIGHTS).read_bytes()))


def tensors(change: Callable[[dict[str, Any]], object]) -> Change:
    def changed(folder: Path) -> None:
        values = dict(load((folder / WEIGHTS).read_bytes()))
        change(values)
        sign(folder, save(values))

    return changed


def tensor(name: str, value: np.ndarray) -> Change:
    return tensors(lambda values: values.update({name: value}))


def bias(value: float) -> Change:
    return tensor("logits/bias", np.full(12, value, np.float32))


def header(entries: dict[str, Any], data: bytes = b"", length: int | None = None) -> Change:
    text = json.dumps(entries).encode()
    start = struct.pack("<Q", len(text) if length is None else length)
    return weights(lambda _: start + text + data)


def header_of(entries: int) -> bytes:
    """A valid header of that many tensors."""
    one = '"dtype":"F16","shape":[0],"data_offsets":[0,0]'
    text = ",".join(f'"{number}":{{{one}}}' for number in range(entries))
    return struct.pack("<Q", len(text) + 2) + f"{{{text}}}".encode()


def enlarge(name: str, size: int) -> Change:
    """A sparse file: zeros follow that take no room on the disk."""
    return lambda folder: os.truncate(folder / name, size)


def link_out(name: str) -> Change:
    def change(folder: Path) -> None:
        outside = paths.data_dir() / f"{folder.name}-{name}"
        (folder / name).rename(outside)
        (folder / name).symlink_to(outside)

    return change


def instead(name: str, make: Callable[[Path], object]) -> Change:
    """Something else in place of a file."""
    return lambda folder: ((folder / name).unlink(), make(folder / name))


ONE = {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}
CODES = "\x1b]0;harm\x07[/][red]\u202e\nharm"
KNOWN = "\n abcdefgh.'"

# What is changed, and a part of the refusal.
CASES: list[tuple[Change, str]] = [
    # The network.
    *[
        (network("units", value), "units must be a whole number from 1 to 4,096")
        for value in (10**12, 0, -6, 6.0, math.nan, "6", True, 10**400, None, [6])
    ],
    *[(network("layers", value), "layers must be") for value in (10**9, 0, None)],
    (network("embedding_dim", -5), "embedding_dim must be"),
    (network("vocabulary_size", 10**12), "vocabulary_size must be"),
    (network("vocabulary_size", 11), "the network does not fit the vocabulary"),
    *[(network("cell", cell), "cell must be") for cell in ("__import__", {"class_name": "X"})],
    *[(network("dropout", value), "dropout must be") for value in (math.nan, math.inf, 10**400)],
    (network("skip", "no"), "skip must be"),
    *[(network(key, 1), "wrong or missing sizes") for key in ("extra", "self", "\x1b[2J")],
    (
        description(units=4_096, embedding_dim=4_096, layers=8),
        "more than 200,000,000 parameters",
    ),
    # Another network than that of the weights.
    *[
        (network(key, value), WEIGHTS)
        for key, value in (("units", 7), ("layers", 3), ("cell", "gru"), ("skip", True))
    ],
    # The vocabulary.
    (description(vocabulary=[]), "the vocabulary is empty"),
    (description(vocabulary=["a"]), "the network does not fit the vocabulary"),
    (description(vocabulary=[*KNOWN, "a"]), "has a character twice"),
    *[
        (description(vocabulary=[*KNOWN[:-1], code]), "a control or invisible character: U+")
        for code in ("\x1b", "\x9b", "\u202e", "\ud800")
    ],
    *[
        (description(vocabulary=[*KNOWN[:-1], entry]), "not a single character")
        for entry in ("hh", "", 7, None, ["h"], {"h": 1})
    ],
    (
        description(vocabulary=[chr(0x4E00 + n) for n in range(20_000)]),
        "20,000 distinct characters; at most 10,000",
    ),
    *[
        (description(vocabulary=value), "has no network or no vocabulary")
        for value in (KNOWN, {"a": 0}, None, 7)
    ],
    # model.json.
    *[(content(text), "model.json is not JSON") for text in ("", "{", "9" * 10_000)],
    *[(content(data), "is not JSON") for data in (b"\xff\xfe\0", b"\0" * 100)],
    (content(random.Random(7).randbytes(5_000)), "is not JSON"),
    (content("[" * 100_000), "model.json is not JSON"),
    (content('{"format":' * 50_000), "model.json is not JSON"),
    *[(content(text), "format None") for text in ("null", "[]", "7", '"model"', "{}", "\ufeff{}")],
    (content('{"format": 2}'), "format 2"),
    (content('{"format": NaN}'), "format nan"),
    (content(f'{{"format": {"9" * 4_000}}}'), "format 9999"),
    (description(format=CODES), "is not one this bardtui reads"),
    *[
        (content('{"format": 1' + rest), "has no network or no vocabulary")
        for rest in ("}", ', "network": [], "vocabulary": {}}')
    ],
    (content('{"format": 1, "network": {}, "vocabulary": ["a"]}'), "wrong or missing sizes"),
    (content('{"vocabulary": [' + '"a",' * 10**7 + "0]}"), "too large"),
    (content(" " * 5_000_000), "too large"),
    (content("[" + "[]," * 170_000 + "[]]"), "format None"),
    (content(json.dumps({str(n): n for n in range(30_000)})), "format None"),
    (enlarge(DESCRIPTION, 2 << 30), "model.json is too large"),
    # Depths below and around the interpreter's own limit.
    *[
        (nested(key, depth), "model.json is n")
        for key in ("format", "vocabulary", "corpus", "evaluation", "history")
        for depth in (9, 500, *range(930, 1_000, 14), 50_000)
    ],
    # The tensors.
    (tensors(lambda t: t.clear()), "does not hold this network's weights"),
    (tensors(lambda t: t.pop("logits/bias")), "does not hold this network's weights"),
    (tensor("extra", np.zeros(3, np.float16)), "does not hold this network's weights"),
    (tensor("lstm_3/bias", np.zeros(24, np.float16)), "does not hold this network's weights"),
    *[
        (tensor("logits/bias", value), "logits/bias has the wrong shape or type")
        for value in (
            np.zeros(13, np.float16),
            np.zeros((12, 1), np.float16),
            np.zeros((), np.float16),
            np.zeros(12, np.float64),
            np.zeros(12, np.int32),
            np.zeros(12, np.bool_),
        )
    ],
    (
        tensors(lambda t: t.update({"logits/kernel": t["logits/kernel"].T.copy()})),
        "logits/kernel has the wrong shape or type",
    ),
    *[
        (bias(value), "logits/bias holds numbers that are not finite")
        for value in (math.nan, math.inf, -math.inf, 3e38)
    ],
    # The weights file.
    *[
        (weights(lambda data, size=size: data[:size]), "is not a safetensors file")
        for size in (0, 1, 7, 8, 9, 100, -7, -1)
    ],
    (weights(lambda data: data + b"\0" * 10), "is not a safetensors file"),
    (weights(lambda _: random.Random(7).randbytes(2_000)), "is not a safetensors file"),
    (weights(lambda _: b"PK\x03\x04" + b"\0" * 100), "is not a safetensors file"),
    (weights(lambda data: struct.pack("<Q", 10_000) + data[8:]), "is not a safetensors file"),
    (weights(lambda _: header_of(400_000)), "or holds too many tensors"),
    *[(header({}, length=length), "is not a") for length in (0, 10**9, 2**63, 2**64 - 1)],
    (header({"embedding": ONE}), "is not a safetensors file"),
    *[
        (header({"embedding": ONE | lie}, b"\0\0"), "is not a safetensors file")
        for lie in (
            {"shape": [2**62, 4]},
            {"shape": [10**30]},
            {"shape": [-1]},
            {"data_offsets": [0, 10**12]},
            {"data_offsets": [2, 0]},
            {"dtype": "PICKLE"},
        )
    ],
    (header({"embedding": ONE, "logits/bias": ONE}, b"\0\0"), "is not a safetensors file"),
    (header({"embedding": "cos\nsystem\n(S'true'\ntR."}, b"\0\0"), "is not a safetensors file"),
    (header({"embedding": [[[[]]]]}, b"\0\0"), "is not a safetensors file"),
    (weights(lambda _: struct.pack("<Q", 90_000) + b"[" * 90_000), "too many tensors"),
    (weights(lambda _: struct.pack("<Q", 4) + b"\xff\xfe\xfd\xfc"), "is not a safetensors file"),
    (enlarge(WEIGHTS, 2 << 30), "is not a safetensors file"),
    (lambda folder: (folder / WEIGHTS).write_bytes(save({})), "does not hold"),
    *[
        (description(weights_sha256=value), "is damaged, or belongs to another model.json")
        for value in ("0" * 64, "x" * 100_000, None, 7)
    ],
    # The files.
    *[
        change
        for name in (DESCRIPTION, WEIGHTS)
        for change in (
            (link_out(name), f"{name} is a link out of the model's folder"),
            (instead(name, lambda path: None), f"{name} is missing"),
            (instead(name, lambda path: path.mkdir()), f"{name} is missing"),
            (instead(name, lambda path: path.symlink_to("/dev/zero")), f"{name} is missing"),
            (instead(name, lambda path: path.symlink_to(path.name)), f"{name} is missing"),
            (instead(name, lambda path: os.mkfifo(path)), f"{name} is missing"),
        )
    ],
]
