"""The network: its sizes (NetworkSpec) and the function that builds it, for training or inference.

Embedding -> LSTM -> LSTM -> logits. With skip connections, the embedding and every LSTM layer also
lead to the output, as in DeepMoji (Felbo et al. 2017, arXiv 1708.00524).
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bardtui.errors import UserError

Cell = Literal["lstm", "gru"]
Precision = Literal["float32", "bfloat16"]

_LIMITS = {"vocabulary_size": 10_000, "embedding_dim": 4_096, "units": 4_096, "layers": 8}
MAX_PARAMETERS = 200_000_000


class SpecError(UserError):
    """Sizes out of range; the message is one line for the user."""


@dataclass(frozen=True)
class NetworkSpec:
    """The sizes of a network. Raises SpecError for one out of range, before memory is allocated."""

    vocabulary_size: int
    embedding_dim: int = 64
    units: int = 512
    layers: int = 2
    cell: Cell = "lstm"
    dropout: float = 0.2
    skip: bool = False

    def __post_init__(self) -> None:
        for name, limit in _LIMITS.items():
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= limit:
                raise SpecError(f"{name} must be a whole number from 1 to {limit:,}")
        if self.cell not in ("lstm", "gru"):
            raise SpecError("cell must be lstm or gru")
        if type(self.skip) is not bool:
            raise SpecError("skip must be true or false")
        if type(self.dropout) not in (int, float) or not 0 <= self.dropout < 1:
            raise SpecError("dropout must be at least 0 and below 1")
        if self.parameters > MAX_PARAMETERS:
            raise SpecError(f"more than {MAX_PARAMETERS:,} parameters")

    @property
    def parameters(self) -> int:
        """The number of trainable parameters."""
        return sum(math.prod(shape) for shape in self.weight_shapes().values())

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """The name and shape of every weight, in the order of the built network's `weights`."""
        gates = 4 if self.cell == "lstm" else 3
        shapes: dict[str, tuple[int, ...]] = {
            "embedding": (self.vocabulary_size, self.embedding_dim)
        }
        width = self.embedding_dim
        for layer in range(1, self.layers + 1):
            name = f"{self.cell}_{layer}"
            shapes[f"{name}/kernel"] = (width, gates * self.units)
            shapes[f"{name}/recurrent_kernel"] = (self.units, gates * self.units)
            # Keras's GRU has one bias for the input and one for the state.
            bias = (gates * self.units,)
            shapes[f"{name}/bias"] = bias if self.cell == "lstm" else (2, *bias)
            width = self.units
        if self.skip:
            width = self.embedding_dim + self.layers * self.units
        shapes["logits/kernel"] = (width, self.vocabulary_size)
        shapes["logits/bias"] = (self.vocabulary_size,)
        return shapes

    def to_json(self) -> dict[str, Any]:
        """The spec as JSON values, read back by `NetworkSpec(**values)`."""
        return asdict(self)


def build_network(
    spec: NetworkSpec,
    batch_size: int | None = None,
    *,
    stateful: bool,
    plain: bool = False,
    precision: Precision = "float32",
    carry: bool = False,
) -> Any:
    """Build the Keras network of `spec`.

    stateful=False: the training network, int32 (batch, time) -> float32 logits
    (batch, time, vocabulary). Each window starts from a zero state, or with `carry` from the state
    after the last call; then `batch_size` is required. There is dropout with one mask for a whole
    sequence, as in Gal and Ghahramani (2016, arXiv 1512.05287).
    stateful=True: the inference network, int32 (batch, 1) -> float32 logits (batch, 1, vocabulary).
    It takes one character at a time and keeps its state between calls. Its weights are zeros until
    they are set.

    plain=True: only Keras's own layers, for a file that plain Keras loads and for comparisons.
    precision: of the factors in the matrix products of a training LSTM; see `training_lstm`.

    All of them have the same weights in the same order: copy them with get_weights and set_weights.
    """
    import keras

    from bardtui.model.training_lstm import TrainingLSTM

    steps = 1 if stateful else None
    indices = keras.Input(batch_shape=(batch_size, steps), dtype="int32", name="indices")
    # Of the size of a layer's usual outputs. Keras's own, 0.03, would need an epoch to grow.
    first: Any = keras.initializers.RandomNormal(stddev=1.0)
    initial: dict[str, Any] = {}
    if stateful:  # trained weights follow; drawing random ones took a third of a second
        first = "zeros"
        initial = {"kernel_initializer": "zeros"}
    x = keras.layers.Embedding(spec.vocabulary_size, spec.embedding_dim, first, name="embedding")(
        indices
    )
    outputs = [x]
    for layer in range(1, spec.layers + 1):
        options = {"return_sequences": True, "name": f"{spec.cell}_{layer}"}
        if stateful:
            kind = keras.layers.LSTM if spec.cell == "lstm" else keras.layers.GRU
            options |= {"stateful": True, "unroll": True, "recurrent_initializer": "zeros"}
        else:
            options["stateful"] = carry
            x = _dropout(spec)(x)
            kind = keras.layers.LSTM if spec.cell == "lstm" else keras.layers.GRU
            if spec.cell == "lstm" and not plain:
                kind = TrainingLSTM
                options |= {"precision": precision}
        x = kind(spec.units, **options, **initial)(x)
        outputs.append(x)
    if spec.skip:
        x = keras.layers.Concatenate(name="skip")(outputs)
    if not stateful:
        x = _dropout(spec)(x)
    logits = keras.layers.Dense(spec.vocabulary_size, name="logits", **initial)(x)
    return keras.Model(indices, logits, name="inference" if stateful else "training")


def _dropout(spec: NetworkSpec) -> Any:
    import keras

    return keras.layers.Dropout(spec.dropout, noise_shape=(None, 1, None))
