"""One file for a model, NAME.bardmodel: a zip of the model's files and a card.

The same model gives the same bytes: members are stored uncompressed, in a fixed order, with a fixed
time.
"""

import hashlib
import io
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from bardtui.files import atomic_write
from bardtui.model.corpus_index import MAX_BYTES
from bardtui.model.description import DESCRIPTION, file_inside, read_beginning, to_text
from bardtui.model.store import INDEX, ModelBundle
from bardtui.model.weights import WEIGHTS, to_bytes
from bardtui.sharing.card import card
from bardtui.sharing.contents import shareable

SUFFIX = ".bardmodel"
CARD = "README.md"

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
_UNIX, _MODE = 3, 0o100644


@dataclass(frozen=True)
class Packed:
    """A file that was made: its size in bytes and its SHA-256."""

    path: Path
    size: int
    sha256: str


def pack(bundle: ModelBundle, path: Path, parts: Collection[str]) -> Packed:
    """Write a model to the file at `path`, with these parts (see `contents`) of what it says about
    its text. Raises ModelError or OSError."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files(bundle, parts).items():
            member = zipfile.ZipInfo(name, _TIME)
            member.create_system, member.external_attr = _UNIX, _MODE << 16
            archive.writestr(member, data)
    data = content.getvalue()
    atomic_write(path, data, private=False)
    return Packed(path, len(data), hashlib.sha256(data).hexdigest())


def files(bundle: ModelBundle, parts: Collection[str], get: str = "") -> dict[str, bytes]:
    """The files of a model for others, by name; `get` is for the card. Raises ModelError."""
    assert bundle.folder is not None
    weights = to_bytes(bundle.spec, bundle.weights())  # without what a foreign file says besides
    digest = hashlib.sha256(weights).hexdigest()
    shared = replace(shareable(bundle, parts), sha256=digest)
    made = {
        CARD: card(shared, get).encode(),
        DESCRIPTION: to_text(shared.to_json()).encode(),
        WEIGHTS: weights,
    }
    if shared.index_sha256:
        made[INDEX] = read_beginning(file_inside(bundle.folder, INDEX), MAX_BYTES)
    return made
