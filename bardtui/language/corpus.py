"""Training texts: reading, cleaning, and finding them by catalogue name, file or folder."""

import codecs
import difflib
import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from bardtui.language import plays
from bardtui.language.catalogue import (
    PLAYS,
    CatalogueEntry,
    CorpusError,
    catalogue,
    find_entry,
    obtain,
    package_files,
    printable,
)

__all__ = [
    "CatalogueEntry",
    "Corpus",
    "CorpusError",
    "Document",
    "catalogue",
    "clean",
    "load_corpus",
    "obtain",
]


@dataclass(frozen=True)
class Document:
    """One whole text of a corpus: a play, or a file. `group` is what it is filed under, if any."""

    name: str
    text: str
    group: str = ""


@dataclass(frozen=True)
class Corpus:
    """A text to train on, as the documents it consists of.

    `notes` say, for people, what cleaning did; `licence` is empty where it is not known.
    """

    name: str
    title: str
    licence: str
    documents: tuple[Document, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        """All documents, with a blank line between one and the next."""
        return "\n\n".join(document.text for document in self.documents)

    @cached_property
    def sha256(self) -> str:
        """Of `text` in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def characters(self) -> Counter[str]:
        """How often each character occurs in `text`."""
        return Counter(self.text)

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
        return replace(self, documents=kept), replace(self, documents=held)


def load_corpus(source: str | Path) -> Corpus:
    """Return the text `source` stands for: a name in the catalogue, a file, or a folder.

    A name in the catalogue goes before a path of that name (`./NAME` is always a path). Of a
    folder all files ending in `.txt` are read, subfolders too, in the order of their paths; links
    to folders are not followed, and names that begin with a dot are passed over.
    Raises CorpusError.
    """
    path = Path(source)
    try:
        if isinstance(source, str) and (entry := find_entry(source)):
            return _load_entry(entry)
        if str(source) and path.is_dir():
            return _load_folder(path)
        if path.is_file():
            return _load_file(path)
    except OSError as error:
        raise CorpusError(f"{error.filename or path}: {error.strerror or error}") from error
    if path.is_symlink():
        raise CorpusError(f"{path} is a link that leads nowhere")
    if str(source) and path.exists():
        raise CorpusError(f"{path} is neither a file nor a folder")
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
        corpus = Corpus(entry.name, entry.title, entry.licence, _plays(entry.package))
        genuine = corpus.sha256 == entry.sha256
    else:
        raw = entry.path.read_bytes()
        text, notes = clean(raw, entry.name)
        title = (_gutenberg_title(raw) if not entry.sha256 else "") or entry.title
        corpus = Corpus(entry.name, title, entry.licence, (Document(title, text),), notes)
        genuine = entry.sha256 in ("", hashlib.sha256(raw).hexdigest())
    if genuine:
        return corpus
    return replace(corpus, notes=(*corpus.notes, "not the very text the catalogue describes"))


def _plays(package: str) -> tuple[Document, ...]:
    documents = []
    for path in package_files(package, PLAYS):
        markdown = path.read_text(encoding="utf-8")
        title, script = plays.title_of(markdown, path.stem), plays.script_of(markdown)
        documents.append(Document(title, script, group=path.parent.name))
    return tuple(documents)


def _gutenberg_title(raw: bytes) -> str:
    header = raw[:4096].decode("utf-8", "replace")
    found = re.search(r"^Title: *(.*\S)", header, re.MULTILINE)
    return printable(found[1]) if found else ""


def _load_file(path: Path) -> Corpus:
    text, notes = clean(path.read_bytes(), str(path))
    name = printable(path.stem)
    return Corpus(name, name, "", (Document(name, text),), notes)


def _load_folder(folder: Path) -> Corpus:
    documents, notes = [], []
    for path in _text_files(folder):
        name = printable(path.relative_to(folder).with_suffix("").as_posix())
        raw = path.read_bytes()
        if not raw.strip():
            notes.append(f"{name} is empty and left out")
            continue
        text, remarks = clean(raw, str(path))
        documents.append(Document(name, text.strip("\n")))
        notes += [f"{name}: {remark}" for remark in remarks]
    if not documents:
        raise CorpusError(f"{folder} holds no .txt file with a text in it")
    name = printable(folder.resolve().name) or "corpus"
    return Corpus(name, name, "", tuple(documents), tuple(notes))


def _text_files(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise error

    found = []
    for parent, subfolders, names in os.walk(folder, onerror=refuse):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        texts = [n for n in names if n.lower().endswith(".txt") and not n.startswith(".")]
        found += [Path(parent, name) for name in texts]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def clean(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text in `raw` and notes on what was done to it; `name` is for the messages.

    The text is Unicode NFC with `\\n` line ends, without a byte order mark, without control and
    invisible format characters but line ends and tabs (no model can learn a terminal's codes),
    and without Project Gutenberg's header and licence. Cleaning a clean text changes nothing.
    Raises CorpusError for what is not UTF-8, not a text, or empty.
    """
    text = _decoded(raw, name)
    notes = []
    text = re.sub("\r\n?|[\u0085\u2028\u2029]", "\n", text)
    visible = text.translate({ord(c): None for c in set(text) if _is_invisible(c)})
    if removed := len(text) - len(visible):
        notes.append(f"removed {removed:,} control or invisible character{'s' * (removed > 1)}")
    text = unicodedata.normalize("NFC", visible)
    bare = _without_licence(text)
    if bare != text:
        notes.append("Project Gutenberg's header and licence cut off")
    if not bare.strip():
        raise CorpusError(f"{name} is empty")
    return bare, tuple(notes)


def _is_invisible(character: str) -> bool:
    """Whether it has no glyph of its own: C0, DEL and C1 controls, and the format characters
    that turn the direction of writing or take no room."""
    return unicodedata.category(character) in ("Cc", "Cf") and character not in "\n\t"


def _decoded(raw: bytes, name: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        raise CorpusError(f"{name} looks like UTF-16 or UTF-32: save it as UTF-8")
    if (offset := raw.find(b"\0")) >= 0:
        raise CorpusError(f"{name} is not a text: it has a NUL byte at offset {offset:,}")
    content = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte, offset = content[error.start], error.start + len(raw) - len(content)
        line = raw.count(b"\n", 0, offset) + 1
        guess = "Windows-1252" if 0x80 <= byte < 0xA0 else "Latin-1 or Windows-1252"
        raise CorpusError(
            f"{name} is not UTF-8: byte 0x{byte:02x} at offset {offset:,} (line {line:,}); "
            f"it looks like {guess}: save it as UTF-8"
        ) from error


_START = re.compile(
    r"^\*\*\* ?START OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b[^*]{0,400}\*\*\*[^\n]*\n?"
    r"|^\*END\*? ?THE SMALL PRINT!.*\*END\*[^\n]*\n?",
    re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(
    r"^(?:\*\*\* ?END OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b"
    r"|End of (?:The |This )?Project Gutenberg(?:'s|\u2019s| E(?:Book|text))\b).*$",
    re.MULTILINE | re.IGNORECASE,
)


def _without_licence(text: str) -> str:
    """Return what stands between Project Gutenberg's marks, of every book in the text."""
    while _START.search(text) or _END.search(text):
        first, *others = _END.split(text)
        books = [_START.split(first)[-1]]
        books += [_START.split(part)[-1] for part in others if _START.search(part)]
        text = "\n\n".join(book.strip("\n") for book in books)
    return text
