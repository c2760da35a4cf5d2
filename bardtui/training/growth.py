"""Training on from a model whose vocabulary lacks characters of the new text."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle, ModelError
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.plan import TrainOptions

Weights = list[NDArray[np.float32]]

_FIXED = ("embedding_dim", "units", "layers", "cell", "skip")


def spec_to_train_on(
    base: ModelBundle, vocabulary: Vocabulary, options: TrainOptions, dropout: float
) -> NetworkSpec:
    """The base model's network for a larger vocabulary.

    `dropout` is the default; it alone may differ. Raises ModelError if the options ask for another
    network.
    """
    for name in _FIXED:
        asked, is_now = getattr(options, name), getattr(base.spec, name)
        if asked is not None and asked != is_now:
            option = name.replace("_", "-")
            raise ModelError(f"{base.name} has {option} {is_now}; training on cannot change it")
    if options.dropout is not None:
        dropout = options.dropout
    return replace(base.spec, vocabulary_size=len(vocabulary), dropout=dropout)


def grow_weights(weights: Weights, new: int, random_seed: int) -> Weights:
    """Add rows of the embedding and columns of the logits for `new` characters.

    The rows are drawn with the spread of the known ones. The columns make a new character as
    unlikely as the rarest known one.
    """
    embedding, *layers, kernel, bias = weights
    rng = np.random.default_rng(random_seed)
    rows = rng.normal(0, embedding.std(), (new, embedding.shape[1]))
    columns = np.zeros((kernel.shape[0], new), np.float32)
    return [
        np.concatenate([embedding, rows]).astype(np.float32),
        *layers,
        np.concatenate([kernel, columns], axis=1),
        np.concatenate([bias, np.full(new, bias.min(), np.float32)]),
    ]
