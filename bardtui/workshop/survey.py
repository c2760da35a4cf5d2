"""A text before it is trained on: what is in it, and names that are free."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bardtui import paths
from bardtui.escaping import one_line, visible

_SAMPLE = 400  # characters
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Survey:
    """What is in a text. All texts are safe to show.

    `rare` are characters that occur a few times only, `unknown` those that the model to start from
    lacks. `notes` say what cleaning changed.
    """

    title: str
    characters: int
    documents: int
    distinct: int
    rare: str
    unknown: str
    sample: str
    notes: tuple[str, ...]


def survey(source: str, base: str = "") -> Survey:
    """Read a text and describe it. Raises CorpusError, and ModelError for the model `base`."""
    from bardtui.model.store import find_model
    from bardtui.text.corpus import load_corpus

    corpus = load_corpus(source)
    counts = corpus.characters
    known = set(find_model(base).vocabulary.characters) if base else set(counts)
    beginning = next(iter(corpus.documents[0].pieces()), "")[:_SAMPLE]
    return Survey(
        one_line(corpus.title, 80),
        corpus.length,
        len(corpus.documents),
        len(counts),
        visible("".join(corpus.rare[:40])),
        visible("".join(sorted(counts.keys() - known)[:40])),
        visible(beginning, keep="\n"),
        tuple(one_line(note, 200) for note in corpus.notes),
    )


def convertible(error: Exception) -> Path | None:
    """The file that `to_utf8` can convert, if a text cannot be read for its encoding."""
    from bardtui.text.errors import EncodingError

    return Path(error.name) if isinstance(error, EncodingError) else None


def to_utf8(path: Path) -> str:
    """Convert a text file in place; return what was done. Raises CorpusError or OSError."""
    from bardtui.text.encoding import convert

    original, guess = convert(path)
    return f"Converted from {guess.encoding}; the original is {one_line(original.name, 60)}."


def catalogue_texts() -> list[tuple[str, str, str, str]]:
    """The texts of the catalogue: title, size, source, and what to do first if it is not here."""
    from bardtui.text.catalogue import catalogue

    return [
        (
            f"{entry.name}: {entry.title}",
            f"{entry.size / 1e6:.2f} MB" if entry.size else "",
            entry.name,
            "" if entry.available else f"It is not here yet; in a terminal, type: {entry.remedy}",
        )
        for entry in catalogue()
    ]


def is_in_catalogue(source: str) -> bool:
    """Whether a source is a name in the catalogue. Raises CorpusError for one that cannot be."""
    from bardtui.text.catalogue import find_entry

    return find_entry(source) is not None


def plain_name(wanted: str) -> str:
    """A name like `wanted` with small letters, digits and dashes only."""
    plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode().casefold()
    stem = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-")
    return stem or "my-model"


def free_name(wanted: str, taken: Collection[str] = ()) -> str:
    """A name for a model like `wanted` that nothing has yet, neither a model nor one of `taken`."""
    from bardtui.training.run_setup import name_conflict

    stem, number = plain_name(wanted), 1
    name = stem
    while name in taken or name_conflict(name) or (paths.workshop_dir() / name).exists():
        number += 1
        name = f"{stem}-{number}"
    return name
