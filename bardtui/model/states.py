"""Snapshots kept on disk, so that a scene opened again need not be read again.

They are worth no more than the time that reading takes: one that is lost, damaged or out of date
is simply not there.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path

from bardtui.files import private_folder
from bardtui.model.generator import Snapshot

KEPT = 256  # files, of about 8 KB each
_DIGEST = 16  # bytes


class States:
    """The snapshots of one model, `fingerprint` (hexadecimal), each under the digest of the text
    that it is the state after. All models share `folder`, from which the least recent ones go."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self._prefix = fingerprint[:32]

    def load(self, like: Snapshot) -> Iterator[tuple[bytes, Snapshot]]:
        """All that are kept of the model whose snapshots have the shapes of `like`, each with its
        text's digest."""
        size = _DIGEST + len(like.to_bytes())
        for path in sorted(self.folder.glob(f"{self._prefix}-*.state")):
            with suppress(OSError, ValueError):
                if path.stat().st_size != size:
                    continue
                key = bytes.fromhex(path.stem.removeprefix(f"{self._prefix}-"))
                content = path.read_bytes()
                if content[:_DIGEST] == _checksum(content[_DIGEST:]):
                    yield key, like.alike(content[_DIGEST:])

    def keep(self, key: bytes, snapshot: Snapshot) -> None:
        """Keep a snapshot. Where that is not possible nothing is lost, and nothing is said."""
        content = snapshot.to_bytes()
        with suppress(OSError):
            private_folder(self.folder)
            path = self.folder / f"{self._prefix}-{key.hex()}.state"
            with open(path, "wb", opener=partial(os.open, mode=0o600)) as file:
                file.write(_checksum(content) + content)
            paths = sorted(self.folder.glob("*.state"), key=lambda p: p.stat().st_mtime)
            for old in paths[:-KEPT]:
                old.unlink()


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST).digest()
