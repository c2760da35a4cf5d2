"""Training texts: reading, cleaning, and finding them by catalogue name, file or folder."""

import difflib
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from bardtui.escaping import one_line, visible
from bardtui.files import open_regular, read_regular
from bardtui.model.vocabulary import tally
from bardtui.text import plays
from bardtui.text.catalogue import (
    LARGEST,
    PLAYS,
    CatalogueEntry,
    Progress,
    catalogue,
    find_entry,
    obtain,
    package_files,
)
from bardtui.text.cleaning import Cleaning, clean
from bardtui.text.errors import CorpusError, EmptyTextError

__all__ = [
    "CatalogueEntry",
    "Corpus",
    "CorpusError",
    "Document",
    "LongDocument",
    "catalogue",
    "clean",
    "load_corpus",
    "obtain",
]

_TITLE_WIDTH = 100  # cells
IN_MEMORY = 16 << 20  # bytes: files that are larger together are read anew whenever they are needed


@dataclass(frozen=True)
class Document:
    """One whole text of a corpus: a play, or a file. `group` is what it is filed under, if any."""

    name: str
    text: str
    group: str = ""

    def pieces(self) -> Iterator[str]:
        """The text in order, in pieces that are not empty."""
        if self.text:
            yield self.text


@dataclass(frozen=True)
class LongDocument:
    """A file that is not kept in memory: read, and cleaned, anew whenever it is asked for.

    `strip` is as for `Cleaning`, `version` what tells that the file is still the one it was.
    """

    name: str
    path: Path
    strip: bool
    version: tuple[int, int]
    group: str = ""

    @property
    def text(self) -> str:
        """All of it, which may be more than fits into memory."""
        return "".join(self.pieces())

    def pieces(self) -> Iterator[str]:
        """The text in order, in pieces that are not empty. Raises OSError, or CorpusError where
        the file has changed."""
        with open_regular(self.path) as file:
            yield from Cleaning(file, str(self.path), strip=self.strip)
            if _version(file) != self.version:
                raise CorpusError(f"{self.path} has changed since it was first read: begin again")


def _version(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


class Survey:
    """What is to be known of a text before anything is done with it, gathered piece by piece."""

    def __init__(self, pieces: Iterable[str] = ()) -> None:
        self.length = 0
        self._hash = hashlib.sha256()
        self._tally: Counter[str] = Counter()
        for piece in pieces:
            self.take(piece)

    def take(self, piece: str) -> None:
        """Add what the text goes on with."""
        self.length += len(piece)
        self._hash.update(piece.encode())
        self._tally.update(tally(piece))

    @property
    def sha256(self) -> str:
        """Of the text so far in UTF-8."""
        return self._hash.hexdigest()

    @property
    def characters(self) -> Counter[str]:
        """How often each character occurs so far, in code point order."""
        return Counter(dict(sorted(self._tally.items())))


@dataclass(frozen=True)
class Corpus:
    """A text to train on, as the documents it consists of.

    `notes` say, for people, what cleaning did; `licence` is empty where it is not known. `survey`
    is that of the text, if it has been made already.
    """

    name: str
    title: str
    licence: str
    documents: tuple[Document | LongDocument, ...]
    notes: tuple[str, ...] = ()
    survey: Survey | None = field(default=None, compare=False, repr=False)

    def pieces(self) -> Iterator[str]:
        """All documents in order, with a blank line between one and the next, in pieces that are
        not empty. Raises OSError or CorpusError for a file that cannot be read again."""
        for number, document in enumerate(self.documents):
            if number:
                yield "\n\n"
            yield from document.pieces()

    @cached_property
    def text(self) -> str:
        """All pieces as one; of a corpus of long documents perhaps more than fits into memory."""
        return "".join(self.pieces())

    @cached_property
    def _survey(self) -> Survey:
        return self.survey or Survey(self.pieces())

    @property
    def length(self) -> int:
        """Characters in `text`."""
        return self._survey.length

    @cached_property
    def sha256(self) -> str:
        """Of `text` in UTF-8."""
        return self._survey.sha256

    @cached_property
    def characters(self) -> Counter[str]:
        """How often each character occurs in `text`, in code point order."""
        return self._survey.characters

    def split(self, held_out: Sequence[str]) -> tuple["Corpus", "Corpus"]:
        """Return the corpus without the documents named (in any case), and with only them.

        Raises CorpusError for a name no document has, and when no document would be left.
        """
        names = [document.name for document in self.documents]
        wanted = {name.casefold() for name in held_out}
        for name in held_out:
            if name.casefold() not in {known.casefold() for known in names}:
                raise CorpusError(
                    f"{self.name} has no document {name!r}; it has {', '.join(names)}"
                )
        kept = tuple(d for d in self.documents if d.name.casefold() not in wanted)
        held = tuple(d for d in self.documents if d.name.casefold() in wanted)
        if not kept:
            raise CorpusError(f"every document of {self.name} is held out: none is left")
        return (
            replace(self, documents=kept, survey=None),
            replace(self, documents=held, survey=None),
        )


def load_corpus(source: str | Path, *, on_progress: Progress = lambda done, total: None) -> Corpus:
    """Return the text `source` stands for: a name in the catalogue, a file, or a folder.

    A name in the catalogue goes before a path of that name (`./NAME` is always a path). Of a
    folder all files ending in `.txt` are read, subfolders too, in the order of their paths; links
    to folders are not followed, and names that begin with a dot are passed over. `on_progress` is
    told how many bytes of how many have been read. Raises CorpusError.
    """
    path = Path(source)
    try:
        if isinstance(source, str) and (entry := find_entry(source)):
            return _load_entry(entry)
        if str(source) and path.is_dir():
            return _load_folder(path, on_progress)
        if str(source) and path.exists():
            return _load_file(path, on_progress)
    except OSError as error:
        raise CorpusError(f"{error.filename or path}: {error.strerror or error}") from error
    if path.is_symlink():
        raise CorpusError(f"{path} is a link that leads nowhere")
    names = [entry.name for entry in catalogue()]
    near = difflib.get_close_matches(str(source).casefold(), names, n=1)
    hint = f"did you mean {near[0]}? There are" if near else "there are"
    raise CorpusError(
        f"no text or file called '{source}'; {hint} {', '.join(names)} and gutenberg:NUMBER"
    )


def _load_entry(entry: CatalogueEntry) -> Corpus:
    if not entry.available:
        raise CorpusError(f"{entry.name} is not on this machine yet: {entry.remedy}")
    if entry.kind == "package":
        corpus = Corpus(entry.name, entry.title, entry.licence, _plays(entry))
        genuine = corpus.sha256 == entry.sha256
    else:
        raw = read_regular(entry.path, LARGEST)
        text, notes = clean(raw, entry.name)
        title = (_gutenberg_title(raw) if not entry.sha256 else "") or entry.title
        corpus = Corpus(entry.name, title, entry.licence, (Document(title, text),), notes)
        genuine = entry.sha256 in ("", hashlib.sha256(raw).hexdigest())
    if genuine:
        return corpus
    return replace(corpus, notes=(*corpus.notes, "not the very text the catalogue describes"))


def _plays(entry: CatalogueEntry) -> tuple[Document, ...]:
    documents = []
    for path in package_files(entry.package, PLAYS):
        if entry.groups and path.parent.name not in entry.groups:
            continue
        markdown = path.read_text(encoding="utf-8")
        title, script = plays.title_of(markdown, path.stem), plays.script_of(markdown)
        documents.append(Document(title, script, group=path.parent.name))
    return tuple(documents)


def _gutenberg_title(raw: bytes) -> str:
    header = raw[:4096].decode("utf-8", "replace")
    found = re.search(r"^Title: *(.*\S)", header, re.MULTILINE)
    return one_line(found[1], _TITLE_WIDTH) if found else ""


def _load_file(path: Path, on_progress: Progress) -> Corpus:
    reading = _Reading([path], on_progress, strip=False)
    name = visible(path.stem)
    document, notes = reading.document(path, name)
    return Corpus(name, name, "", (document,), notes, reading.survey)


def _load_folder(folder: Path, on_progress: Progress) -> Corpus:
    documents, notes = list[Document | LongDocument](), list[str]()
    files = _text_files(folder)
    reading = _Reading(files, on_progress, strip=True)
    for path in files:
        name = visible(path.relative_to(folder).with_suffix("").as_posix())
        if path.exists() and not path.is_file():
            notes.append(f"{name} is not a file and left out")
            continue
        try:
            document, remarks = reading.document(path, name)
        except EmptyTextError:
            notes.append(f"{name} is empty and left out")
        else:
            documents.append(document)
            notes += [f"{name}: {remark}" for remark in remarks]
    if not documents:
        raise CorpusError(f"{folder} holds no .txt file with a text in it")
    name = visible(folder.resolve().name) or "corpus"
    return Corpus(name, name, "", tuple(documents), tuple(notes), reading.survey)


class _Reading:
    """The first reading of a corpus's files, in order, which makes the survey of its text."""

    def __init__(self, files: Sequence[Path], on_progress: Progress, *, strip: bool) -> None:
        self.survey = Survey()
        self._total, self._done = sum(path.stat().st_size for path in files), 0
        self._on_progress, self._strip = on_progress, strip

    def document(self, path: Path, name: str) -> tuple[Document | LongDocument, tuple[str, ...]]:
        """Read a file; with it come the notes. Raises OSError, EmptyTextError and CorpusError."""
        keep = self._total <= IN_MEMORY
        kept = list[str]()
        with open_regular(path) as file:
            version, before = _version(file), self._done
            self._done += version[0]
            cleaning = Cleaning(
                file,
                str(path),
                strip=self._strip,
                read=lambda offset: self._on_progress(before + offset, self._total),
            )
            separator = "\n\n" if self.survey.length else ""
            for piece in cleaning:
                self.survey.take(separator + piece)
                separator = ""
                if keep:
                    kept.append(piece)
        if keep:
            return Document(name, "".join(kept)), cleaning.notes
        return LongDocument(name, path, self._strip, version), cleaning.notes


def _text_files(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise error

    found = []
    for parent, subfolders, names in os.walk(folder, onerror=refuse):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        texts = [n for n in names if n.lower().endswith(".txt") and not n.startswith(".")]
        found += [Path(parent, name) for name in texts]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())
