"""The decoder: the network that reads and writes text, one character after another.

One compiled function takes many steps at a time. At step i it reads `forced[i]` where there is one
and otherwise draws from the network's distribution, so the same code reads a text, writes one,
switches from reading to writing within a call, and scores. The noise of a draw depends only on the
random seed and the position, so the same model, text, settings and seed give the same characters
however the work is cut into calls.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.model.inference_network import InferenceNetwork
from bardtui.model.network import NetworkSpec
from bardtui.model.sampling import NEVER, Sampling, filter_logits, gumbel_noise
from bardtui.model.vocabulary import Vocabulary

MAX_CHUNK = 512  # steps in one call
CALL_SECONDS = 0.032  # what a call should take: the longest wait for a stop or a repaint
_MAX_NOISE = 1_000_000  # numbers passed with each call: 4 MB
_CONTROLS = 6  # numbers that are passed before the characters to read
_TRAIL = 64  # a call of at most so many steps keeps the state after each; a longer one, the last


@dataclass(frozen=True)
class Snapshot:
    """The state of a network after a text: `position` and copies of its state arrays, each of
    shape (streams, size)."""

    position: int
    arrays: tuple[NDArray[np.float32], ...]

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take."""
        return sum(array.nbytes for array in self.arrays)


@dataclass(frozen=True)
class Trail:
    """The states after the last steps of a call: `states` is a ring of shape
    (kept, streams, size), in which step i of `steps` is at i modulo `kept`. The last is the state
    at `position`."""

    states: NDArray[np.float32] | None = None
    position: int = 0
    steps: int = 0

    def state_at(self, position: int) -> NDArray[np.float32] | None:
        """The state at a position, (streams, size); None if it is not kept."""
        back = self.position - position
        if self.states is None or not 0 <= back < min(self.steps, len(self.states)):
            return None
        state: NDArray[np.float32] = self.states[(self.steps - 1 - back) % len(self.states)]
        return state


class Decoder:
    """A stateful Keras network of batch size `streams`, with every stream at the same position.

    The state holds the logits of each stream's next character, so that a draw needs no step before
    it. A new text starts as if after a line break, so that even its first character is drawn from
    what the network has learnt.

    `position` counts the characters (indices) from the beginning of the text. `at_once` is how many
    steps take about CALL_SECONDS on this machine; it is adjusted with every call. `compiled` tells
    whether XLA has compiled the network: it is False where there is no XLA, with `jit` False and
    where the environment variable BARDTUI_XLA is 0. Not for use by two threads at once.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        vocabulary: Vocabulary,
        weights: Sequence[NDArray[np.float32]],
        *,
        streams: int = 1,
        jit: bool = True,
    ) -> None:
        import tensorflow as tf

        self.vocabulary, self.streams = vocabulary, streams
        self.network = InferenceNetwork(spec, streams)
        self._sizes = self.network.state_sizes
        # One array: passing several takes as many times as long.
        self._state = np.zeros((streams, sum(self._sizes)), np.float32)
        self._kept = _TRAIL if streams == 1 else 1
        self.trail = Trail()
        self.max_chunk = min(MAX_CHUNK, max(1, _MAX_NOISE // spec.vocabulary_size))
        self._noise = np.zeros((self.max_chunk, spec.vocabulary_size), np.float32)
        self.network.set_weights(weights)
        self.position, self.at_once = 0, 1
        self.compiled = jit and os.environ.get("BARDTUI_XLA") != "0"
        self._compile(self.compiled)
        try:
            self.step((), 1, Sampling())
        except tf.errors.OpError:
            if not self.compiled:
                raise
            # XLA is missing on this machine or cannot compile for it. The same function runs
            # without XLA, only slower.
            self.compiled = False
            self._compile(False)
        self._start = self._start_of_text()
        self.at_once = min(16, self.max_chunk)  # the calls until now included compilation

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Replace the weights, given in the order of the network's own, and start a new text."""
        self.network.set_weights(weights)
        self._start = self._start_of_text()

    def _start_of_text(self) -> Snapshot:
        self._state = np.zeros_like(self._state)
        self.step([self.vocabulary.first], 1, Sampling())
        self.position = 0
        return self.snapshot()

    @property
    def compilations(self) -> int:
        """How many times the function was traced; more than 1 would be a fault."""
        return int(self._function.experimental_get_tracing_count())

    def reset(self, position: int = 0) -> None:
        """Forget the text and start a new one, at `position` of some longer text."""
        self.restore(self._start)
        self.position = position

    def snapshot(self) -> Snapshot:
        """Copy the state: 8 KB a stream for two layers of 512."""
        return self._snapshot(self.position, self._state)

    def snapshot_on(self, trail: Trail, position: int) -> Snapshot | None:
        """Copy the state at a position that an earlier call passed; None if it is not kept."""
        state = trail.state_at(position)
        return None if state is None else self._snapshot(position, state)

    def _snapshot(self, position: int, state: NDArray[np.float32]) -> Snapshot:
        state = state.copy()
        ends = accumulate(self._sizes)
        arrays = [state[:, end - size : end] for size, end in zip(self._sizes, ends, strict=True)]
        return Snapshot(position, tuple(arrays))

    def restore(self, snapshot: Snapshot) -> None:
        """Return to the position and state of `snapshot`. A snapshot of one stream is given to all
        streams."""
        self._state = np.broadcast_to(np.concatenate(snapshot.arrays, -1), self._state.shape)
        self.position, self.trail = snapshot.position, Trail()

    def read(self, indices: NDArray[np.int32]) -> NDArray[np.float32]:
        """Read a text, int32 (n,), with every stream.

        Returns each character's natural-log probability before it was read: float32 (n,) for one
        stream, (streams, n) for several.
        """
        scores = [np.zeros((self.streams, 0), np.float32)]
        for i in range(0, len(indices), self.max_chunk):
            chunk = indices[i : i + self.max_chunk]
            _, logits = self.step(chunk, len(chunk), Sampling())
            scores.append(log_softmax(logits)[..., range(len(chunk)), chunk].astype(np.float32))
        joined = np.concatenate(scores, -1)
        return joined[0] if self.streams == 1 else joined

    def log_probabilities(self) -> NDArray[np.float64]:
        """The natural-log probability of every character to come next: (streams, vocabulary)."""
        return log_softmax(self._state[:, -self._sizes[-1] :])

    def exclude(self, characters: str) -> None:
        """Make these characters of the vocabulary impossible as the next one."""
        snapshot = self.snapshot()
        excluded = [self.vocabulary.index(character) for character in characters]
        snapshot.arrays[-1][:, excluded] = NEVER
        self.restore(snapshot)

    def peek(self, sampling: Sampling) -> str:
        """The character that `write` would write next, without reading it."""
        before = self.snapshot()
        (piece,) = self.write(1, sampling)
        self.restore(before)
        return piece

    def write(
        self,
        length: int,
        sampling: Sampling,
        *,
        chunk: int | None = None,
        first: Sequence[int] | NDArray[np.int32] = (),
        until: str = "",
        met: int = 0,
    ) -> Iterator[str]:
        """Write `length` characters, in pieces of `at_once` or, if given, `chunk` characters.

        The indices `first` are read in the same call as the first piece is written, as far as one
        call can take. With `until`, writing ends after that character twice in a row; the text
        before `first` ends with `met` of it. When a piece is yielded, the network has read exactly
        the text up to its end, so a caller may stop iterating there. Raises ValueError for several
        streams or a chunk out of range.
        """
        if self.streams != 1:
            raise ValueError("only one stream writes")
        if chunk is not None and not 1 <= chunk <= self.max_chunk:
            raise ValueError(f"a chunk has 1 to {self.max_chunk} characters")
        last = self.vocabulary.index(until) if until in self.vocabulary else -1
        while length > 0:
            if len(first) >= self.max_chunk:
                self.read(np.asarray(first, np.int32))
                first = ()
            steps = min(len(first) + min(chunk or self.at_once, length), self.max_chunk)
            (taken,), _ = self.step(first, steps, sampling, until=last, met=met)
            drawn, first = taken[len(first) :], ()
            yield self.vocabulary.decode(drawn)
            length -= len(drawn)
            others = np.flatnonzero(taken != last)
            met = len(taken) - 1 - int(others[-1]) if len(others) else met + len(taken)
            if met >= 2:
                return

    def step(
        self,
        forced: Sequence[int] | NDArray[np.int32],
        steps: int,
        sampling: Sampling,
        *,
        until: int = -1,
        met: int = 0,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Make one call: read `forced` with every stream, then draw until `steps` are taken.

        `steps` is at most `max_chunk`. The noise of a draw is the same for every stream. The call
        ends early after the first stream took the index `until` twice in a row, `met` times of that
        before the call. Returns the indices read or drawn, (streams, steps), and the logits before
        each, (streams, steps, vocabulary).
        """
        import tensorflow as tf

        started = time.perf_counter()
        n_forced = len(forced)
        if steps > n_forced:
            size = self._noise.shape[-1]
            self._noise[n_forced:steps] = gumbel_noise(
                sampling.key, self.position + n_forced, steps - n_forced, size
            )
        # In a long call, to keep all states would cost a few percent of the time.
        kept = self._kept if steps <= self._kept else 1
        control = np.zeros(_CONTROLS + self.max_chunk, np.int32)
        control[:_CONTROLS] = n_forced, steps, sampling.top_k, until, min(met, 1), kept
        control[_CONTROLS : _CONTROLS + n_forced] = forced
        parameters = np.array(sampling.parameters, np.float32)
        arrays = (control, parameters, self._noise, self._state)
        *outputs, states = self._run(*[tf.constant(array) for array in arrays])
        indices, logits, taken = map(np.asarray, outputs)
        steps = int(taken)
        self._adjust_at_once(steps, time.perf_counter() - started)
        self.position += steps
        # Not `states.numpy()`, which would copy all of them.
        self.trail = Trail(np.asarray(states)[:kept], self.position, steps)
        self._state = np.asarray(states)[(steps - 1) % kept]
        return indices[:steps].T, logits[:steps].swapaxes(0, 1)

    def _adjust_at_once(self, steps: int, seconds: float) -> None:
        """Fit `at_once` to a call that took so long; at most halve it, as the machine may have been
        busy with something else."""
        if steps >= self.at_once or seconds > CALL_SECONDS:
            fit = min(
                self.max_chunk, 2 * self.at_once, int(steps * CALL_SECONDS / max(seconds, 1e-6))
            )
            self.at_once = max(1, self.at_once // 2, fit)

    def _compile(self, jit: bool) -> None:
        import tensorflow as tf

        signature = [
            tf.TensorSpec([_CONTROLS + self.max_chunk], tf.int32),
            tf.TensorSpec([3], tf.float32),
            tf.TensorSpec(self._noise.shape, tf.float32),
            tf.TensorSpec(self._state.shape, tf.float32),
        ]

        def run(control: Any, parameters: Any, noise: Any, state: Any) -> Any:
            # The parts of `control` and of the state are taken within the loop. For each that is
            # taken before it, XLA would compile one more function, for several milliseconds.
            steps = control[1]

            def step(i: Any, met: Any, out: Any, before: Any, states: Any, packed: Any) -> Any:
                n_forced, _, top_k, until, _, kept = tf.unstack(control[:_CONTROLS])
                state = tf.split(packed, self._sizes, -1)
                # tf.gather, not noise[i]: XLA would compile again for every slice.
                logits = filter_logits(state[-1], top_k, parameters)
                drawn = tf.argmax(logits + tf.gather(noise, i), -1, output_type=tf.int32)
                taken = tf.where(i < n_forced, tf.gather(control, _CONTROLS + i), drawn)
                after = tf.concat(self.network.advance(taken, state), -1)
                return (
                    i + 1,
                    tf.where(taken[0] == until, met + 1, 0),
                    out.write(i, taken),
                    before.write(i, state[-1]),
                    states.write(tf.truncatemod(i, kept), after),
                    after,
                )

            logits = self.streams, self._sizes[-1]
            taken, _, out, before, states, _ = tf.while_loop(
                lambda i, met, *_: (i < steps) & (met < 2),
                step,
                (
                    tf.constant(0),
                    control[4],
                    tf.TensorArray(tf.int32, self.max_chunk, element_shape=[self.streams]),
                    tf.TensorArray(tf.float32, self.max_chunk, element_shape=logits),
                    tf.TensorArray(tf.float32, self._kept, element_shape=state.shape),
                    state,
                ),
            )
            return out.stack(), before.stack(), taken, states.stack()

        # The loop is TensorFlow's own, so AutoGraph has nothing to convert; it took half the time
        # of tracing.
        self._function = tf.function(run, signature, autograph=False, jit_compile=jit)
        # Calling the function itself looks up the signature every time: half of what a short call
        # costs.
        self._run = self._function.get_concrete_function()


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the natural-log probabilities of logits (..., vocabulary)."""
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))
