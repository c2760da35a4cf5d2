"""Training texts: find them by catalogue name, file or folder, and read them."""

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

from bardtui.errors import os_message
from bardtui.escaping import one_line, visible
from bardtui.files import open_regular, read_regular
from bardtui.model.vocabulary import tally
from bardtui.progress import OnProgress
from bardtui.text import plays
from bardtui.text.catalogue import (
    MAX_BOOK_SIZE,
    PLAYS,
    CatalogueEntry,
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

IN_MEMORY = 16 << 20  # bytes of files; a larger corpus is read again whenever it is needed
RARE = 10  # a character that occurs less often is hard to learn
_TITLE_WIDTH = 100  # cells


@dataclass(frozen=True)
class Document:
    """One text of a corpus: a play or a file. `group` is its group in the catalogue, if any."""

    name: str
    text: str
    group: str = ""

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces that are not empty."""
        if self.text:
            yield self.text


@dataclass(frozen=True)
class LongDocument:
    """A file that is not kept in memory but read and cleaned again whenever it is needed.

    `strip` is an argument of `Cleaning`; `version` (size and time) shows whether the file changed.
    """

    name: str
    path: Path
    strip: bool
    version: tuple[int, int]
    group: str = ""

    @property
    def text(self) -> str:
        """The whole text, which may not fit into memory."""
        return "".join(self.pieces())

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces that are not empty.

        Raises OSError, and CorpusError if the file has changed.
        """
        with open_regular(self.path) as file:
            yield from Cleaning(file, str(self.path), strip=self.strip)
            if _version(file) != self.version:
                raise CorpusError(f"{self.path} changed while it was in use: start again")


def _version(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


class Survey:
    """The length, hash and character counts of a text, collected piece by piece."""

    def __init__(self, pieces: Iterable[str] = ()) -> None:
        self.length = 0
        self._hash = hashlib.sha256()
        self._tally: Counter[str] = Counter()
        for piece in pieces:
            self.take(piece)

    def take(self, piece: str) -> None:
        """Add the next piece of the text."""
        self.length += len(piece)
        self._hash.update(piece.encode())
        self._tally.update(tally(piece))

    @property
    def sha256(self) -> str:
        """The hash of the text so far, in UTF-8."""
        return self._hash.hexdigest()

    @property
    def characters(self) -> Counter[str]:
        """The count of each character so far, in code point order."""
        return Counter(dict(sorted(self._tally.items())))


@dataclass(frozen=True)
class Corpus:
    """A training text, which consists of documents.

    `notes` are for people and say what cleaning changed. `licence` is empty if it is not known.
    `survey` is that of the text, if there is one already.
    """

    name: str
    title: str
    licence: str
    documents: tuple[Document | LongDocument, ...]
    notes: tuple[str, ...] = ()
    survey: Survey | None = field(default=None, compare=False, repr=False)

    def pieces(self) -> Iterator[str]:
        """Yield the documents, with a blank line between two, in pieces that are not empty.

        Raises OSError or CorpusError if a file cannot be read again.
        """
        for number, document in enumerate(self.documents):
            if number:
                yield "\n\n"
            yield from document.pieces()

    @cached_property
    def text(self) -> str:
        """The whole text, which may not fit into memory if the corpus has long documents."""
        return "".join(self.pieces())

    @cached_property
    def _survey(self) -> Survey:
        return self.survey or Survey(self.pieces())

    @property
    def length(self) -> int:
        """The number of characters in `text`."""
        return self._survey.length

    @cached_property
    def sha256(self) -> str:
        """The hash of `text` in UTF-8."""
        return self._survey.sha256

    @cached_property
    def characters(self) -> Counter[str]:
        """The count of each character in `text`, in code point order."""
        return self._survey.characters

    @property
    def rare(self) -> list[str]:
        """The characters that occur fewer than RARE times in `text`, in code point order."""
        return [character for character, count in self.characters.items() if count < RARE]

    def split(self, held_out: Sequence[str]) -> tuple["Corpus", "Corpus"]:
        """Return the corpus without the named documents, and the corpus of the named documents.

        Case does not matter in names. Raises CorpusError if no document has one of the names, or if
        no document is left.
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
            raise CorpusError(
                f"all documents of {self.name} are held out; at least one must be left"
            )
        return (
            replace(self, documents=kept, survey=None),
            replace(self, documents=held, survey=None),
        )


def load_corpus(
    source: str | Path, *, on_progress: OnProgress = lambda done, total: None
) -> Corpus:
    """Return the text for a name in the catalogue, a file or a folder.

    A name in the catalogue takes precedence over a path of that name (`./NAME` is always a path).
    From a folder and its subfolders all files ending in `.txt` are read, in the order of their
    paths, except those whose names begin with a dot; links to folders are not followed.
    `on_progress` is called with the number of bytes read and the number in total. Raises
    CorpusError.
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
        raise CorpusError(os_message(error, path)) from error
    if path.is_symlink():
        raise CorpusError(f"{path} is a link to a file that does not exist")
    names = [entry.name for entry in catalogue()]
    near = difflib.get_close_matches(str(source).casefold(), names, n=1)
    hint = f"did you mean {near[0]}? There are" if near else "there are"
    raise CorpusError(
        f"there is no text or file '{source}'; {hint} {', '.join(names)} and gutenberg:NUMBER"
    )


def _load_entry(entry: CatalogueEntry) -> Corpus:
    if not entry.available:
        raise CorpusError(f"{entry.name} is not on this computer yet: {entry.remedy}")
    if entry.kind == "collection":
        parts = [_load_entry(part) for part in entry.members]
        return Corpus(
            entry.name,
            entry.title,
            entry.licence,
            tuple(document for part in parts for document in part.documents),
            tuple(f"{part.title}: {note}" for part in parts for note in part.notes),
        )
    if entry.kind == "package":
        corpus = Corpus(entry.name, entry.title, entry.licence, _plays(entry))
        genuine = corpus.sha256 == entry.sha256
    else:
        raw = read_regular(entry.path, MAX_BOOK_SIZE)
        text, notes = clean(raw, entry.name)
        title = (_gutenberg_title(raw) if not entry.sha256 else "") or entry.title
        corpus = Corpus(entry.name, title, entry.licence, (Document(title, text),), notes)
        genuine = entry.sha256 in ("", hashlib.sha256(raw).hexdigest())
    if genuine:
        return corpus
    return replace(corpus, notes=(*corpus.notes, "the text differs from the one in the catalogue"))


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


def _load_file(path: Path, on_progress: OnProgress) -> Corpus:
    reading = _Reading([path], on_progress, strip=False)
    name = visible(path.stem)
    document, notes = reading.document(path, name)
    return Corpus(name, name, "", (document,), notes, reading.survey)


def _load_folder(folder: Path, on_progress: OnProgress) -> Corpus:
    documents, notes = list[Document | LongDocument](), list[str]()
    files = _text_files(folder)
    reading = _Reading(files, on_progress, strip=True)
    for path in files:
        name = visible(path.relative_to(folder).with_suffix("").as_posix())
        if path.exists() and not path.is_file():
            notes.append(f"{name} is not a file and was left out")
            continue
        try:
            document, remarks = reading.document(path, name)
        except EmptyTextError:
            notes.append(f"{name} is empty and was left out")
        else:
            documents.append(document)
            notes += [f"{name}: {remark}" for remark in remarks]
    if not documents:
        raise CorpusError(f"{folder} has no .txt file with a text in it")
    name = visible(folder.resolve().name) or "corpus"
    return Corpus(name, name, "", tuple(documents), tuple(notes), reading.survey)


class _Reading:
    """Reads the files of a corpus for the first time, in order, and surveys its text."""

    def __init__(self, files: Sequence[Path], on_progress: OnProgress, *, strip: bool) -> None:
        self.survey = Survey()
        self._total, self._done = sum(path.stat().st_size for path in files), 0
        self._on_progress, self._strip = on_progress, strip

    def document(self, path: Path, name: str) -> tuple[Document | LongDocument, tuple[str, ...]]:
        """Read a file and return it with the notes on it. Raises OSError and CorpusError."""
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
