"""A text before it is trained on: what is in it, and names that are free."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from bardtui.escaping import one_line, visible

_RARE = 10  # a character that occurs less often is hard to learn
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
        visible("".join(sorted(c for c, n in counts.items() if n < _RARE)[:40])),
        visible("".join(sorted(counts.keys() - known)[:40])),
        visible(beginning, keep="\n"),
        tuple(one_line(note, 200) for note in corpus.notes),
    )


def free_name(wanted: str, taken: Collection[str] = ()) -> str:
    """A name for a model like `wanted` that nothing has yet, neither a model nor one of `taken`."""
    from bardtui.training.run_setup import name_conflict

    plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode().casefold()
    stem = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-") or "my-model"
    name, number = stem, 1
    while name in taken or name_conflict(name):
        number += 1
        name = f"{stem}-{number}"
    return name
