"""The compiled function at the heart of reading and writing: one character after the other.

It takes several characters' worth of steps at a time. At step i it takes in `forced[i]` where there
is one, else it draws from the network's own distribution, so the same code reads a text, writes
one, joins the two in mid-chunk, and scores. A draw is keyed by (random seed, position), never by
when or in what company it was made: see `chance`.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.model.gumbel_noise import gumbel
from bardtui.model.inference_lstm import PackedLSTM
from bardtui.model.network import NetworkSpec, build_network

CHUNK = 512  # steps at most in one call
_MOST_NOISE = 1_000_000  # numbers that go with each call: 4 MB
FRAME = 0.016  # seconds that a call should take: nobody waits longer for a stop, or for a picture


class SamplingError(UserError):
    """A sampling parameter is out of range."""


@dataclass(frozen=True)
class Sampling:
    """How a character is drawn. Raises SamplingError for a value out of range.

    The logits are divided by `temperature`; then only the `top_k` likeliest characters remain (0:
    all), and of them the fewest whose probabilities add up to `top_p` (Holtzman et al. 2019,
    arXiv 1904.09751); one is drawn with the Gumbel-max trick.
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    random_seed: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and 0.01 <= self.temperature <= 10):
            raise SamplingError("the temperature must be between 0.01 and 10")
        if not 0 <= self.top_k < 2**31:
            raise SamplingError(f"top-k must be from 0 (all characters) to {2**31 - 1}")
        if not 0 < self.top_p <= 1:
            raise SamplingError("top-p must be above 0 and at most 1")
        if not 0 <= self.random_seed < 2**31:
            raise SamplingError(f"the random seed must be from 0 to {2**31 - 1}")


@dataclass(frozen=True)
class Snapshot:
    """All that the network remembers at a point of a text: arrays copied out of its variables."""

    position: int
    arrays: tuple[NDArray[np.float32], ...]

    def to_bytes(self) -> bytes:
        """The position, in 8 bytes, then the arrays; least byte first."""
        flat = [array.astype("<f4").tobytes() for array in self.arrays]
        return b"".join([self.position.to_bytes(8, "little"), *flat])

    def alike(self, content: bytes) -> "Snapshot":
        """The snapshot of this one's shapes that `to_bytes` made `content` of.

        Raises ValueError for what is no such thing, and where a number is none.
        """
        values = np.frombuffer(content, "<f4", offset=8).astype(np.float32)
        if values.size != sum(array.size for array in self.arrays):
            raise ValueError("a state of another size")
        if not np.isfinite(values).all():
            raise ValueError("a state that is not finite")
        ends = np.cumsum([array.size for array in self.arrays])[:-1]
        shaped = zip(np.split(values, ends), self.arrays, strict=True)
        position = int.from_bytes(content[:8], "little")
        return Snapshot(position, tuple(part.reshape(array.shape) for part, array in shaped))


class Stepper:
    """A stateful Keras network of batch size `streams`, all of them at the same position.

    The state holds the logits of each stream's next character, so a draw needs no step before it.
    An LSTM's steps are taken with copies of its layers' weights, packed for that: others come in by
    `set_weights`, not by the network's own.
    `compiled` tells whether XLA has compiled the function; it is False where there is no XLA.
    `most` is how many steps a call may take, and `at_once` how many take about a frame on this
    machine, found out on the way. Not for use by two threads at once.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        weights: Sequence[NDArray[np.float32]],
        *,
        streams: int = 1,
        jit: bool = True,
    ) -> None:
        import tensorflow as tf

        self.streams = streams
        self.network = build_network(spec, streams, stateful=True)
        self._layers = [self.network.get_layer(f"{spec.cell}_{i + 1}") for i in range(spec.layers)]
        self._skip = spec.skip
        self.most = min(CHUNK, max(1, _MOST_NOISE // (streams * spec.vocabulary_size)))
        self._noise = np.zeros((self.most, streams, spec.vocabulary_size), np.float32)
        nothing = tf.zeros([streams, spec.vocabulary_size])
        self._logits = tf.Variable(nothing, trainable=False, name="next")
        self._packed = self._pack(spec) if spec.cell == "lstm" else []
        self.state = [v for layer in self._layers for v in layer.states] + [self._logits]
        self.set_weights(weights)
        self.position, self.at_once = 0, 1
        self.compiled, self._run = jit, self._compile(jit)
        try:
            self.step((), 1, Sampling())
        except tf.errors.OpError:
            if not jit:
                raise
            # XLA is missing on this machine, or cannot compile for it: the same function runs
            # without, if slower.
            self.compiled, self._run = False, self._compile(False)
        self.clear()
        self.at_once = min(16, self.most)  # whatever compiling took

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Take weights in the order of the network's own."""
        self.network.set_weights(list(weights))
        for n, packed in enumerate(self._packed):
            packed.set_weights(weights[0], weights[1 + 3 * n : 4 + 3 * n])

    def _pack(self, spec: NetworkSpec) -> list[PackedLSTM]:
        rest = [PackedLSTM(spec.units, spec.units, self.streams) for _ in self._layers[1:]]
        size = spec.vocabulary_size
        return [PackedLSTM(spec.units, spec.embedding_dim, self.streams, size), *rest]

    def clear(self) -> None:
        """Position 0 and a state of zeros."""
        for variable in self.state:
            variable.assign(np.zeros(variable.shape, np.float32))
        self.position = 0

    def snapshot(self) -> Snapshot:
        """What is remembered now; 8 KB a stream for two layers of 512."""
        return Snapshot(self.position, tuple(v.numpy() for v in self.state))

    def restore(self, snapshot: Snapshot) -> None:
        """Go back (or on) to the point at which `snapshot` was taken, at the same cost anywhere; a
        snapshot of one stream goes to all."""
        for variable, array in zip(self.state, snapshot.arrays, strict=True):
            variable.assign(np.broadcast_to(array, variable.shape))
        self.position = snapshot.position

    def step(
        self,
        forced: Sequence[int] | NDArray[np.int32],
        steps: int,
        sampling: Sampling,
        seeds: Sequence[int] = (),
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Take in `forced` (by all streams), then draw until `steps` are done, at most `most`.

        `seeds` are the streams' random seeds, where they are not the sampling's. Returns the
        indices taken and their natural-log probabilities, each (streams, steps).
        """
        started = time.perf_counter()
        taken_in = len(forced)
        padded = np.zeros(self.most, np.int32)
        padded[:taken_in] = forced
        if steps > taken_in:
            self._noise[taken_in:steps] = gumbel(
                seeds or [sampling.random_seed] * self.streams,
                self.position + taken_in,
                steps - taken_in,
                self._noise.shape[-1],
            )
        control = np.array([taken_in, steps, sampling.top_k], np.int32)
        knobs = np.array([sampling.temperature, sampling.top_p], np.float32)
        run = self._run(padded, self._noise, control, knobs)
        indices, scores = (out.numpy() for out in run)
        self._learn_pace(steps, time.perf_counter() - started)
        self.position += steps
        return indices[:steps].T, scores[:steps].T

    def _learn_pace(self, steps: int, seconds: float) -> None:
        """A call of so many steps took so long: one that the machine held up changes little."""
        if steps >= self.at_once or seconds > FRAME:
            fit = min(self.most, 2 * self.at_once, int(steps * FRAME / max(seconds, 1e-6)))
            self.at_once = max(1, self.at_once // 2, fit)

    @property
    def compilations(self) -> int:
        """How many times the function was traced; more than 1 would be a fault."""
        return int(self._run.experimental_get_tracing_count())

    def _compile(self, jit: bool) -> Any:
        import tensorflow as tf

        signature = [
            tf.TensorSpec([self.most], tf.int32),
            tf.TensorSpec(self._noise.shape, tf.float32),
            tf.TensorSpec([3], tf.int32),
            tf.TensorSpec([2], tf.float32),
        ]

        def run(forced: Any, noise: Any, control: Any, knobs: Any) -> Any:
            n_forced, steps, top_k = tf.unstack(control)

            def step(i: Any, out: Any, scores: Any, *state: Any) -> Any:
                logits = _likeliest(state[-1] / knobs[0], top_k, knobs[1])
                drawn = tf.argmax(logits + tf.gather(noise, i), -1, output_type=tf.int32)
                taken = tf.where(i < n_forced, tf.gather(forced, i), drawn)
                score = tf.gather(tf.nn.log_softmax(state[-1]), taken, batch_dims=1)
                return (
                    i + 1,
                    out.write(i, taken),
                    scores.write(i, score),
                    *self.read(taken, state),
                )

            _, out, scores, *state = tf.while_loop(
                lambda i, *_: i < steps,
                step,
                (
                    tf.constant(0),
                    tf.TensorArray(tf.int32, self.most, element_shape=[self.streams]),
                    tf.TensorArray(tf.float32, self.most, element_shape=[self.streams]),
                    *[tf.convert_to_tensor(v) for v in self.state],
                ),
            )
            for variable, value in zip(self.state, state, strict=True):
                variable.assign(value)
            return out.stack(), scores.stack()

        # Its loop is TensorFlow's already: AutoGraph, looking for Python's, took half the tracing.
        return tf.function(run, signature, autograph=False, jit_compile=jit)

    def read(self, indices: Any, state: Sequence[Any]) -> list[Any]:
        """A character of each stream through the network: the new state, the next logits last."""
        import tensorflow as tf

        x = self.network.get_layer("embedding")(indices)
        outputs, after = [x], []
        per_layer = (len(state) - 1) // len(self._layers)
        for n, layer in enumerate(self._layers):
            before = list(state[n * per_layer : (n + 1) * per_layer])
            if self._packed:
                x, new = self._packed[n].step(indices, x, before)
            else:
                x, new = layer.cell(x, before)
            outputs.append(x)
            after.extend(new)
        joined = tf.concat(outputs, -1) if self._skip else x
        return [*after, self.network.get_layer("logits")(joined)]


def _likeliest(logits: Any, top_k: Any, top_p: Any) -> Any:
    """`logits` (streams, vocabulary), already divided by the temperature, with those that top-k and
    top-p leave out so low that they are never drawn."""
    import tensorflow as tf

    def filtered() -> Any:
        ordered = tf.sort(logits, direction="DESCENDING")
        shares = tf.cumsum(tf.nn.softmax(ordered), -1, exclusive=True)
        kept = (shares < top_p) & ((top_k <= 0) | (tf.range(logits.shape[-1]) < top_k))
        least = tf.reduce_min(tf.where(kept, ordered, ordered[:, :1]), -1, keepdims=True)
        return tf.where(logits >= least, logits, -1e9)

    return tf.cond((top_k > 0) | (top_p < 1.0), filtered, lambda: logits)
