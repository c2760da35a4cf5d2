"""The loss of a network on a text: the mean negative log-probability of its characters.

There are two protocols. One continuous pass over the text is how a recurrent network is scored
properly, but it takes one character after another. Segments that are scored side by side, each
after a few characters of context, come within a thousandth of it in a fraction of the time, which
is good enough to compare epochs.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bardtui.model.decoder import Decoder
from bardtui.model.network import NetworkSpec, build_network
from bardtui.progress import OnProgress

SEGMENT, CONTEXT = 512, 128  # characters
CONTINUOUS = "one continuous pass over the held-out text"
SEGMENTS = f"segments of {SEGMENT} characters, each after {CONTEXT} characters of context"

_CHUNK = 4_096  # characters read between two calls of the progress callback
_BATCH = 16  # segments scored side by side


class Indices(Protocol):
    """An encoded text in memory or on disk: an int array of shape (n,), or something that can be
    read like one, by slices and by arrays of positions."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: Any, /) -> Any: ...


def continuous_loss(
    decoder: Decoder, indices: Indices, on_progress: OnProgress = lambda done, total: None
) -> dict[str, Any]:
    """The loss of a text that is not empty, in one continuous pass; see `loss_figures`."""
    total, length = 0.0, len(indices)
    decoder.reset()
    for start in range(0, length, _CHUNK):
        chunk = np.asarray(indices[start : start + _CHUNK], np.int32)
        total -= float(decoder.read(chunk).sum(dtype=np.float64))
        on_progress(min(start + _CHUNK, length), length)
    return loss_figures(total / length, length, CONTINUOUS)


def loss_figures(nats: float, characters: int, protocol: str) -> dict[str, Any]:
    """A loss, given in nats per character, in the three units in use, as model.json keeps it."""
    return {
        "nats": nats,
        "bits": nats / math.log(2),
        "perplexity": math.exp(min(nats, 700.0)),  # a float holds no larger one
        "characters": characters,
        "protocol": protocol,
    }


class SegmentScorer:
    """Scores a text in segments, many side by side, with the training network.

    `first` is the index that the network reads before the first character of a text. The logits are
    multiplied by each of `scales`, so that one pass scores the network with all of them.
    """

    def __init__(self, spec: NetworkSpec, first: int = 0, scales: Sequence[float] = (1.0,)) -> None:
        import tensorflow as tf

        self._network = build_network(spec, stateful=False)
        self._first = first

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def nats(inputs: Any, targets: Any, counted: Any) -> Any:
            logits = self._network(inputs, training=False)
            losses = [
                tf.nn.sparse_softmax_cross_entropy_with_logits(targets, scale * logits)
                for scale in scales
            ]
            return tf.stack([tf.reduce_sum(each * counted) for each in losses])

        self._nats = nats

    def nats(
        self, weights: Sequence[NDArray[np.float32]], indices: Indices
    ) -> Iterator[NDArray[np.float32]]:
        """Yield the losses of one batch of segments after another.

        They are sums in nats, one for each scale: float32 (scales,). An empty text yields nothing.
        """
        self._network.set_weights(list(weights))
        length = len(indices)
        offsets = np.arange(CONTEXT + SEGMENT)
        starts = np.arange(0, max(length - CONTEXT, min(length, 1)), SEGMENT)
        for batch in range(0, len(starts), _BATCH):
            begin = starts[batch : batch + _BATCH, None]
            positions = begin + offsets
            # The first segment has no context, and the last one ends with the text.
            counted = (positions < length) & ((begin == 0) | (offsets >= CONTEXT))
            positions = np.minimum(positions, length - 1)
            targets = np.asarray(indices[positions], np.int32)
            before = np.asarray(indices[np.maximum(positions - 1, 0)], np.int32)
            inputs = np.where(positions > 0, before, np.int32(self._first))
            yield self._nats(inputs, targets, counted.astype(np.float32)).numpy()
