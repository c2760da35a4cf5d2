"""Turning a network that Keras saved, and the text it was trained on, into a model of bardtui."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bardtui import __version__
from bardtui.escaping import is_safe, visible
from bardtui.files import read_regular
from bardtui.keras_files.character_orders import CharacterOrder
from bardtui.keras_files.network_reader import SavedNetwork
from bardtui.keras_files.saved_file import KerasFileError
from bardtui.model.decoder import Decoder
from bardtui.model.loss import continuous_loss
from bardtui.model.memory_length import measure_memory_length
from bardtui.model.store import ModelBundle
from bardtui.model.vocabulary import Vocabulary
from bardtui.progress import OnProgress
from bardtui.text.catalogue import find_entry
from bardtui.text.corpus import Corpus, Document, load_corpus

MAX_SCORED = 200_000  # characters, which take a minute or so
NEAR_CHANCE = 0.9  # a loss above this multiple of chance deserves a warning
_MAX_TEXT = 1_000_000_000  # bytes


@dataclass(frozen=True)
class ImportedModel:
    """A model that is not saved yet, its weights, and the text that it was trained on.

    `notes` are lines for the user.
    """

    bundle: ModelBundle
    weights: list[NDArray[np.float32]]
    text: str
    notes: tuple[str, ...] = ()

    @property
    def chance(self) -> float:
        """The loss of a model that knows nothing, in nats per character."""
        return math.log(len(self.bundle.vocabulary))

    def measured(
        self,
        on_scored: OnProgress = lambda done, total: None,
        on_measured: OnProgress = lambda done, total: None,
    ) -> "ImportedModel":
        """Measure the loss and the memory length on the last tenth of the text, and add them.

        At most MAX_SCORED characters are used. The loss is no held-out loss, because the script
        may have trained on them. Both callbacks get what is done, and the total.
        """
        spec, vocabulary = self.bundle.spec, self.bundle.vocabulary
        length = max(1, min(round(len(self.text) * 0.1), MAX_SCORED))
        indices = vocabulary.encode(self.text[-length:]).indices
        decoder = Decoder(spec, vocabulary, self.weights)
        nats = continuous_loss(decoder, indices, on_scored)["nats"]
        memory_length = measure_memory_length(
            spec, vocabulary, self.weights, indices, progress=on_measured
        )
        part = f"the last {len(indices):,} characters of the text"
        training = self.bundle.training | {part: nats}
        bundle = replace(self.bundle, training=training, memory_length=memory_length)
        return replace(self, bundle=bundle)


def readings(source: str) -> list[Corpus]:
    """The text that `source` names (see `load_corpus`), in the ways a script may have read it.

    Those are with line ends as `\\n`, as Python opens a text; byte for byte; and as bardtui cleans
    a text, for a model that was exported. Raises CorpusError and OSError.
    """
    cleaned = load_corpus(source)
    entry = find_entry(source)
    path = entry.path if entry else Path(source)
    if not path.is_file():
        return [cleaned]
    try:
        exact = read_regular(path, _MAX_TEXT).decode()
    except UnicodeDecodeError:  # another encoding, which only load_corpus knows
        return [cleaned]
    with_newlines = exact.replace("\r\n", "\n").replace("\r", "\n")
    return [
        replace(cleaned, documents=(Document(cleaned.name, text),), notes=(), survey=None)
        for text in dict.fromkeys((with_newlines, exact, cleaned.text))
    ]


def import_network(
    network: SavedNetwork, order: CharacterOrder, name: str, file: str, description: str = ""
) -> ImportedModel:
    """Make a model of a network and the order of its characters.

    Indices that stand for no character, and characters that a terminal might obey, are left out:
    their rows of the Embedding and columns of the Dense go. Raises KerasFileError.
    """
    title = order.corpus.title
    if "\r" in order.characters:
        raise KerasFileError(
            f"the network was trained on the line ends \\r\\n of {title}, which bardtui does not "
            "write: train it on the text with \\n alone"
        )
    characters = {n: c for n, c in enumerate(order.characters) if c is not None and is_safe(c)}
    kept = [*characters]
    embedding, *recurrent, kernel, bias = network.weights
    notes = [*network.notes, f"the characters of {title}, {order.name}"]
    if unsafe := [c for c in order.characters if c is not None and not is_safe(c)]:
        left_out = ", ".join(f"U+{ord(c):04X}" for c in unsafe)
        notes.append(f"left out, because bardtui never writes them: {left_out}")
    bundle = ModelBundle(
        name=name,
        spec=replace(network.spec, vocabulary_size=len(kept)),
        vocabulary=Vocabulary(tuple(characters.values())),
        description=description or f"Made with Keras, from {title}.",
        licence=order.corpus.licence,
        corpus={
            "name": order.corpus.name,
            "title": title,
            "sha256": order.corpus.sha256,
            "characters": order.corpus.length,
            "documents": len(order.corpus.documents),
        },
        training={"imported from": visible(file), "character order": order.name},
        versions={"bardtui": __version__},
    )
    weights = [embedding[kept], *recurrent, kernel[:, kept], bias[kept]]
    return ImportedModel(bundle, weights, order.text, tuple(notes))
