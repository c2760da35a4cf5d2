"""How well a model knows a text: each of its characters scored in its turn.

Two ways to the same figure. One continuous pass, which is how a recurrent network is rightly
scored, takes one character after the other. Many stretches side by side, each read with a run-up
before it, come within a thousandth of it in a fraction of the time: good enough to compare epochs.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bardtui.model.decoder import Decoder
from bardtui.model.network import NetworkSpec, build_network
from bardtui.model.vocabulary import Vocabulary

CONTINUOUS = "one continuous pass over the held-out text"
STRETCH, RUN_UP = 512, 128
STRETCHES = f"stretches of {STRETCH} characters, each with the {RUN_UP} before it as a run-up"

_PIECE = 4_096
_SIDE_BY_SIDE = 16

Counting = Callable[[int, int], object]


class Indices(Protocol):
    """A text as indices, in memory or on disk: an int array of shape (n,), or what is read like
    one, by slices and by arrays of places."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: Any, /) -> Any: ...


def scores(
    decoder: Decoder, indices: Indices, progress: Counting = lambda done, total: None
) -> dict[str, Any]:
    """The scores of a text that is read from a zero state in one continuous pass."""
    total, length = 0.0, len(indices)
    decoder.reset()
    for at in range(0, length, _PIECE):
        piece = np.asarray(indices[at : at + _PIECE], np.int32)
        total -= float(decoder.read(piece).sum(dtype=np.float64))
        progress(min(at + _PIECE, length), length)
    return scores_of(total / length, length, CONTINUOUS)


def scores_of(nats: float, characters: int, protocol: str) -> dict[str, Any]:
    """A loss in nats per character, in the three forms that people compare."""
    return {
        "nats": nats,
        "bits": nats / math.log(2),
        "perplexity": math.exp(min(nats, 700.0)),  # beyond, a float ends
        "characters": characters,
        "protocol": protocol,
    }


class Scorer:
    """Scores a text in stretches, many side by side, with the network that learns."""

    def __init__(self, spec: NetworkSpec, vocabulary: Vocabulary) -> None:
        import tensorflow as tf

        self._network = build_network(spec, stateful=False)
        self._first = vocabulary.first

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def nats(inputs: Any, targets: Any, counts: Any) -> Any:
            logits = self._network(inputs, training=False)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
            return tf.reduce_sum(losses * counts)

        self._nats = nats

    def nats(self, weights: Sequence[NDArray[np.float32]], indices: Indices) -> Iterator[float]:
        """Yield the losses of the text's stretches, a few together, each a sum in nats."""
        self._network.set_weights(list(weights))
        length = len(indices)
        along = np.arange(RUN_UP + STRETCH)
        starts = np.arange(0, max(length - RUN_UP, 1), STRETCH)
        for at in range(0, len(starts), _SIDE_BY_SIDE):
            begin = starts[at : at + _SIDE_BY_SIDE, None]
            places = begin + along
            # The first stretch has nothing before it, the last one ends with the text.
            counts = (places < length) & ((begin == 0) | (along >= RUN_UP))
            places = np.minimum(places, length - 1)
            targets = np.asarray(indices[places], np.int32)
            before = np.asarray(indices[np.maximum(places - 1, 0)], np.int32)
            inputs = np.where(places > 0, before, np.int32(self._first))
            yield float(self._nats(inputs, targets, counts.astype(np.float32)))
