"""In which order a script has numbered the characters of its text.

A Keras file does not name the characters of a network. But scripts number the distinct characters
of their text in one of a few ways, so the text that a model was trained on gives a few candidates,
and the loss of the network tells them apart.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bardtui.keras_files.network_reader import SavedNetwork
from bardtui.keras_files.saved_file import KerasFileError
from bardtui.model.loss import SegmentScorer
from bardtui.model.vocabulary import code_points, tally
from bardtui.progress import OnProgress
from bardtui.text.corpus import Corpus

WORSE_THAN_CHANCE = 1.1  # a loss above this multiple of chance cannot be that of a trained network
_SAMPLES = (5_000, 200_000)  # characters at the end of the text, for all and for the best orders
_CLOSE = 0.05  # nats per character
_MOST_UNUSED = 2  # indices before the first character, for padding and unknown characters


@dataclass(frozen=True)
class CharacterOrder:
    """Index i stands for `characters[i]`, or for no character of the text if that is None.

    `text` is the text as the script read it, `corpus` says where it comes from.
    """

    name: str
    characters: tuple[str | None, ...]
    text: str
    corpus: Corpus

    def encode(self, text: str) -> NDArray[np.int32]:
        """The indices of a part of the order's text: int32 (n,)."""
        codes = [ord(c) if c else 0 for c in self.characters]
        table = np.zeros(max(codes) + 1, np.int32)
        table[codes] = np.arange(len(codes))
        indices: NDArray[np.int32] = table[code_points(text)]
        return indices


def candidate_orders(texts: Sequence[Corpus], size: int) -> list[CharacterOrder]:
    """The orders that give a network of `size` indices, the most usual ones first.

    `texts` are the ways to read the text. Each is also tried in lower case, and with up to two
    indices before the first character. Raises KerasFileError if no order has that size.
    """
    found: dict[tuple[str | None, ...], CharacterOrder] = {}
    sizes: list[int] = []
    readings = [(corpus, corpus.text, "") for corpus in texts]
    readings += [(corpus, text.lower(), ", in lower case") for corpus, text, _ in readings]
    for unused in range(_MOST_UNUSED + 1):
        for corpus, text, case in readings:
            characters = tuple(dict.fromkeys(text))
            sizes.append(len(characters))
            if len(characters) + unused != size:
                continue
            start = f", from index {unused}" if unused else ""
            for name, ordered in _orders(text, characters):
                key = (*[None] * unused, *ordered)
                found.setdefault(key, CharacterOrder(f"{name}{case}{start}", key, text, corpus))
    if not found:
        has = " or ".join(f"{number:,}" for number in dict.fromkeys(sizes))
        raise KerasFileError(
            f"the network has {size:,} characters, {texts[0].title} has {has}: the text must be "
            "the very file that the model was trained on, byte for byte"
        )
    return list(found.values())


def _orders(text: str, characters: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Ways to order the characters of a text, given in the order of their first appearance."""
    counts = tally(text)
    yield "sorted", sorted(characters)
    yield "by frequency", sorted(characters, key=lambda c: -counts[c])  # Keras's Tokenizer
    yield "by first appearance", characters
    # Keras's TextVectorization: of equally frequent ones the last comes first.
    yield (
        "by frequency, ties in reverse order",
        sorted(characters, key=lambda c: (counts[c], c), reverse=True),
    )


def find_order(
    network: SavedNetwork,
    orders: Sequence[CharacterOrder],
    on_progress: OnProgress = lambda done, total: None,
) -> CharacterOrder:
    """The order with which the network knows its text best.

    `on_progress` gets the number of orders scored, and of all. Raises KerasFileError if the best
    loss is far above chance, that of a network that knows nothing.
    """
    scorer = SegmentScorer(network.spec)

    def loss(order: CharacterOrder, sample: int) -> float:
        indices = order.encode(order.text[-sample:])
        sums = scorer.nats(network.weights, indices)
        return math.fsum(float(nats) for (nats,) in sums) / len(indices)

    close = list(orders)
    losses: list[float] = []
    for sample in _SAMPLES:
        losses = []
        for number, order in enumerate(close):
            losses.append(loss(order, sample))
            on_progress(number + 1, len(close))
        best = min(losses, key=lambda nats: nats if math.isfinite(nats) else math.inf)
        close = [order for order, nats in zip(close, losses, strict=True) if nats <= best + _CLOSE]
        losses = [nats for nats in losses if nats <= best + _CLOSE]
        if len(close) <= 1:
            break
    chance = math.log(network.spec.vocabulary_size)
    if not close or not min(losses) <= WORSE_THAN_CHANCE * chance:
        raise KerasFileError(
            f"with no usual order of its characters does the network know this text: at best "
            f"{min(losses, default=math.nan):.2f} nats per character, where chance is "
            f"{chance:.2f}; is it the text that the model was trained on?"
        )
    return close[losses.index(min(losses))]
