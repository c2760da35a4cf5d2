"""How likely a model thought each character of a text: its surprise and its entropy.

The surprise of a character is its negative log-probability; their mean over a text is the loss that
`evaluate` reports. The entropy is the surprise to be expected, before the character is known.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.model.context import MIN_CONTEXT
from bardtui.model.decoder import Decoder, Snapshot, log_softmax
from bardtui.model.memory_length import DEFAULT_MEMORY_LENGTH
from bardtui.model.sampling import Sampling

PIECE = 256  # characters read at a time

_MAX_NUMBERS = 1_000_000  # log-probabilities in one call: 4 MB
_KEPT_STATES = 100  # 900 KB for two layers of 512

State = tuple[NDArray[np.float32], ...]
"""The arrays of a decoder's state, each of shape (1, size). The last has the next logits."""


@dataclass(frozen=True)
class Reading:
    """What a model thought of the n characters of a text.

    Attributes:
        surprise: The surprise of each character in nats, float64 (n,). NaN for a character that the
            vocabulary lacks, and that was not read.
        log_probabilities: Those of every character of the vocabulary at each place, in nats,
            float64 (n, vocabulary).
    """

    surprise: NDArray[np.float64]
    log_probabilities: NDArray[np.float64]

    @property
    def entropy(self) -> NDArray[np.float64]:
        """The entropy of the distribution at each place in nats, (n,)."""
        logs = self.log_probabilities
        return np.asarray(-(np.exp(logs) * logs).sum(-1))


def run_up_length(memory_length: int) -> int:
    """How many characters are read before a place, so that the figures there are right to 1e-4.

    The memory length was measured on text like the model's own, to 1e-5. A model may remember other
    text longer.
    """
    return max(memory_length * 5 // 4, MIN_CONTEXT)


class Scorer:
    """Scores text with the network of a decoder of one stream, whose own state stays as it is.

    `score` takes about two thirds of the time of writing as many characters. States after pieces
    are kept, so what follows a text that was scored lately needs no run-up.
    """

    def __init__(self, decoder: Decoder, memory_length: int = DEFAULT_MEMORY_LENGTH) -> None:
        self._decoder, self.vocabulary = decoder, decoder.vocabulary
        self._run_up = run_up_length(memory_length)
        self._steps = min(PIECE, max(1, _MAX_NUMBERS // len(self.vocabulary)))
        here = decoder.snapshot()
        decoder.reset()
        self.start: State = decoder.snapshot().arrays
        decoder.restore(here)
        self._run = self._compiled()
        self._kept: OrderedDict[str, State] = OrderedDict()

    def score(
        self,
        before: str,
        text: str,
        *,
        piece: int = PIECE,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[Reading]:
        """Score a text after the text `before`, in pieces of `piece` characters.

        Of `before`, only the end is read. `stopped` is asked before each call of the network; once
        it returns True, scoring ends.
        """
        before = before[-self._run_up :]
        state = self._kept.get(self._key(before))
        at = 0
        if state is None:
            state, at = self.start, -len(before)
        while at < len(text) and not stopped():
            if at < 0:
                _, state = self.read(before[at:][:PIECE], state)
                at = min(0, at + PIECE)
                continue
            reading, state = self.read(text[at : at + piece], state)
            at = min(len(text), at + piece)
            self._keep(before + text[:at], state)
            yield reading

    def state_after(self, before: str) -> State:
        """Return the state after a text, of which only the end is read."""
        before = before[-self._run_up :]
        state = self._kept.get(self._key(before))
        if state is None:
            state = self.start
            for at in range(0, len(before), PIECE):
                _, state = self.read(before[at : at + PIECE], state)
            self._keep(before, state)
        return state

    def read(self, text: str, state: State) -> tuple[Reading, State]:
        """Read a text from a state; return what the network thought of it, and the state after."""
        sizes = {c: self.vocabulary.encoded_length({c: 1}) for c in set(text)}
        counts = np.array([sizes[c] for c in text], np.int64)
        indices = self.vocabulary.encode(text).indices
        parts = [np.zeros((0, len(self.vocabulary)), np.float32)]
        for at in range(0, len(indices), self._steps):
            logits, state = self._call(indices[at : at + self._steps], state)
            parts.append(logits)
        parts.append(state[-1])
        logs = log_softmax(np.concatenate(parts))
        nats = np.append(-logs[np.arange(len(indices)), indices], 0.0)
        firsts = np.cumsum(counts) - counts  # the place of each character's first index
        surprise = np.add.reduceat(nats, firsts) if len(text) else np.zeros(0)
        surprise[counts == 0] = np.nan
        return Reading(surprise, logs[firsts]), state

    def _key(self, before: str) -> str:
        """What the state depends on: the last characters, or a whole text that is shorter."""
        return before[-self._run_up :]

    def _keep(self, before: str, state: State) -> None:
        self._kept[self._key(before)] = state
        while len(self._kept) > _KEPT_STATES:
            self._kept.popitem(last=False)

    def _call(self, indices: NDArray[np.int32], state: State) -> tuple[NDArray[np.float32], State]:
        """Read at most `_steps` indices; return the logits before each, and the state after."""
        if len(indices) == 1:
            # Our own function computes products for `_steps` characters, however few it reads.
            here = self._decoder.snapshot()
            self._decoder.restore(Snapshot(0, state))
            self._decoder.step(indices, 1, Sampling())
            after = self._decoder.snapshot().arrays
            self._decoder.restore(here)
            return state[-1], after
        padded = np.zeros(self._steps, np.int32)
        padded[: len(indices)] = indices
        logits, *arrays = self._run(padded, np.int32(len(indices)), *state)
        return logits.numpy()[: len(indices)], tuple(array.numpy() for array in arrays)

    def _compiled(self) -> Any:
        """The function of padded indices, their number and a state."""
        import tensorflow as tf

        def run(indices: Any, count: Any, *state: Any) -> Any:
            logits, after = self._decoder.network.advance_by(indices, count, state)
            return logits, *after

        signature = [
            tf.TensorSpec([self._steps], tf.int32),
            tf.TensorSpec([], tf.int32),
            *[tf.TensorSpec(array.shape, tf.float32) for array in self.start],
        ]
        function = tf.function(run, signature, autograph=False, jit_compile=self._decoder.compiled)
        concrete = function.get_concrete_function()
        return lambda *arrays: concrete(*map(tf.constant, arrays))
