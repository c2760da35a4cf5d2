"""Models on the Hugging Face hub, fetched as plain files, and sent with its own library."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bardtui import paths
from bardtui.files import private_folder
from bardtui.model.description import DESCRIPTION, as_digest, read_description
from bardtui.model.store import INDEX
from bardtui.model.weights import WEIGHTS
from bardtui.progress import OnProgress
from bardtui.sharing.fetch import FetchError, fetched
from bardtui.sharing.unpack import LIMITS

PREFIX = "hf:"
_REPOSITORY = re.compile(r"hf:([A-Za-z0-9][\w.-]{0,95})/([A-Za-z0-9][\w.-]{0,95})", re.ASCII)


def address(source: str) -> str:
    """The address of the files of a repository, `hf:OWNER/NAME`, at HF_ENDPOINT if that is set.

    Raises FetchError.
    """
    return f"{page(source)}/resolve/main"


def page(source: str) -> str:
    """The address of the page of a repository. Raises FetchError."""
    return f"{endpoint()}/{repository(source)}"


def repository(source: str) -> str:
    """OWNER/NAME of `hf:OWNER/NAME`. Raises FetchError."""
    if not _REPOSITORY.fullmatch(source):
        raise FetchError(f"{source!r:.200} is not like hf:OWNER/NAME")
    return source.removeprefix(PREFIX)


def endpoint() -> str:
    """The address of the hub."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


@contextmanager
def fetched_folder(
    source: str, *, on_progress: OnProgress = lambda done, total: None
) -> Iterator[Path]:
    """Fetch the files of a model into a folder that exists while the context lasts.

    Raises FetchError, ModelError or OSError.
    """
    files, name = address(source), source.rpartition("/")[2]
    parent = private_folder(paths.downloads_dir())
    with tempfile.TemporaryDirectory(dir=parent) as temporary:
        folder = private_folder(Path(temporary) / name)

        def fetch(file: str, sha256: str = "") -> None:
            url = f"{files}/{file}"
            with fetched(url, LIMITS[file], sha256, on_progress=on_progress) as path:
                path.rename(folder / file)

        fetch(DESCRIPTION)
        values = read_description(folder)
        fetch(WEIGHTS, as_digest(values.get("weights_sha256")))
        if digest := as_digest(values.get("corpus_index_sha256")):
            fetch(INDEX, digest)
        yield folder
