"""Models and archives for the tests of sharing."""

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bardtui import paths
from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.store import ModelBundle
from bardtui.model.word_list import pack as pack_words
from bardtui.sharing.pack import pack
from tests.conftest import VERSE, random_weights, small_model

SECRETS = ("/home/jane", "jane", "laptop", "diary", "secret", "Thursday", "3f" * 32)


def own_model(name: str = "own", **changes: Any) -> ModelBundle:
    """A model of the user's that says all it can about its text; by default the text is private."""
    bundle = replace(
        small_model(),
        name=name,
        description="Trained on my-diary.",
        corpus={
            "name": "my-diary",
            "title": "my-diary",
            "sha256": "3f" * 32,
            "characters": 900,
            "documents": 2,
            "held_out": ["Thursday"],
        },
        training={
            "command": "bardtui train /home/jane/my-diary.txt --name own",
            "imported from": "/home/jane/x.keras",
            "from": "secret-base",
            "epochs": 2,
            "optimizer": "adam",
        },
        history=[{"epoch": 1, "loss": 2.5, "best": True, "sample": "secret", "/home/jane": 1}],
        evaluation={"nats": 2.5, "protocol": "one pass", "file": "/home/jane/x"},
        versions={"bardtui": "0.2.0", "python": "3.11.1", "host": "jane-laptop", "numpy": "/home"},
        packed_words=pack_words([f"secret secret {VERSE} {VERSE}"]),
        casts={"Thursday": {"SECRET": 3}},
        **changes,
    )
    index = CorpusIndex.of([("Thursday", [VERSE * 3])])
    return bundle.save(paths.models_dir() / name, random_weights(bundle.spec), index)


def packed(path: Path, name: str = "packed", **changes: Any) -> bytes:
    """The bytes of a model's file; the model itself is in a folder beside it."""
    bundle = replace(small_model(), name=name, **changes)
    saved = bundle.save(path.with_suffix(".folder"), random_weights(bundle.spec))
    pack(replace(saved, name=name), path, ())
    return path.read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    """The content of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def described(data: bytes) -> dict[str, Any]:
    """The model.json of an archive."""
    values: dict[str, Any] = json.loads(members(data)["model.json"])
    return values


def archive(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], **options: Any) -> bytes:
    """A zip of these members, in their order."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", **options) as made:
        for name, data in files:
            made.writestr(name, data)
    return content.getvalue()
