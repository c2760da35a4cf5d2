"""Taking over a model that one of the well-known tutorials has made.

The network and its weights come from the file that Keras saved; its characters are in no such file.
But the tutorials all sort the distinct characters of their text, so they follow, index by index,
from the very text that the model was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bardtui import __version__
from bardtui.escaping import is_safe, visible
from bardtui.keras_files.files import TutorialError
from bardtui.keras_files.reader import TutorialNetwork
from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle
from bardtui.model.vocabulary import Vocabulary
from bardtui.text.catalogue import find_entry
from bardtui.text.corpus import Corpus, Document, load_corpus

_UNKNOWN = "[UNK]"  # what TensorFlow's StringLookup keeps index 0 for


@dataclass(frozen=True)
class TutorialModel:
    """A network whose characters are known, and the text they were found in, as it was read."""

    spec: NetworkSpec
    weights: list[NDArray[np.float32]]
    vocabulary: Vocabulary
    corpus: Corpus
    notes: tuple[str, ...] = ()


def readings(source: str) -> list[Corpus]:
    """The text that `source` stands for (see `load_corpus`), in every way in which a tutorial may
    have read it: with line ends made `\\n`, as Python opens a text; to the byte; and as bardtui
    cleans a text, for a model that was exported. Raises CorpusError and OSError."""
    cleaned = load_corpus(source)
    entry = find_entry(source)
    path = entry.path if entry else Path(source)
    if not path.is_file():
        return [cleaned]
    as_it_is = path.read_bytes().decode()
    with_line_feeds = as_it_is.replace("\r\n", "\n").replace("\r", "\n")
    return [
        replace(cleaned, documents=(Document(cleaned.name, text),), notes=(), survey=None)
        for text in dict.fromkeys((with_line_feeds, as_it_is, cleaned.text))
    ]


def with_characters(network: TutorialNetwork, texts: Sequence[Corpus]) -> TutorialModel:
    """Give the network the sorted characters of the first of `texts` that has as many as it knows.

    What no bardtui model may write goes, with its row of the Embedding and its column of the Dense:
    the [UNK] of a network that knows one more, and characters that a terminal might obey. Raises
    TutorialError.
    """
    size = network.spec.vocabulary_size
    for front in ([], [_UNKNOWN]):
        for text in texts:
            characters = [*front, *text.characters]
            if len(characters) == size:
                return _fitted(network, characters, text)
    counts = " or ".join(str(n) for n in dict.fromkeys(len(text.characters) for text in texts))
    raise TutorialError(
        f"the network knows {size:,} characters, {texts[0].title} has {counts}: the text must be "
        "the very file that the model was trained on, byte for byte"
    )


def _fitted(network: TutorialNetwork, characters: list[str], text: Corpus) -> TutorialModel:
    if "\r" in characters:
        raise TutorialError(
            f"the network was trained on the line ends \\r\\n of {text.title}, which bardtui does "
            "not write: train it on the text with \\n alone"
        )
    kept = [n for n, c in enumerate(characters) if c != _UNKNOWN and is_safe(c)]
    vocabulary = Vocabulary(tuple(characters[n] for n in kept))
    gone = [c for c in characters if c not in vocabulary]
    embedding, *recurrent, kernel, bias = network.weights
    notes = list(network.notes)
    if gone:
        named = ", ".join(c if c == _UNKNOWN else f"U+{ord(c):04X}" for c in gone)
        notes.append(f"left out, since a model of bardtui's never writes it: {named}")
    return TutorialModel(
        replace(network.spec, vocabulary_size=len(kept)),
        [embedding[kept], *recurrent, kernel[:, kept], bias[kept]],
        vocabulary,
        text,
        tuple(notes),
    )


def to_bundle(model: TutorialModel, name: str, file: str, description: str = "") -> ModelBundle:
    """The model as one of bardtui's, not saved yet. It claims no held-out loss: the tutorials hold
    nothing out, or do not tell what."""
    title = model.corpus.title
    return ModelBundle(
        name=name,
        spec=model.spec,
        vocabulary=model.vocabulary,
        description=description or f"Made with Keras, from {title}.",
        licence=model.corpus.licence,
        corpus={
            "name": model.corpus.name,
            "title": title,
            "sha256": model.corpus.sha256,
            "characters": model.corpus.length,
            "documents": len(model.corpus.documents),
        },
        training={"imported from": visible(file)},
        versions={"bardtui": __version__},
    )
