"""What a model has learnt from a text: its loss before and after, and whether it copies."""

import numpy as np

from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.decoder import Decoder
from bardtui.model.loss import continuous_loss
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.training.growth import grow_weights
from bardtui.training.run_setup import Run

WRITTEN = 2_000  # characters
_MOST = 5_000_000  # characters of a text that is searched for copies


def loss_before(run: Run, base: ModelBundle) -> float | None:
    """The loss of the model that a run started from, on the text that the run holds out.

    In nats a character, in one continuous pass as `Run.score` makes it; None if no text is held
    out. To a new character, the model gives the probability that the run started with.
    """
    held_out, vocabulary = run.trainer.held_out, run.trainer.vocabulary
    if not len(held_out):
        return None
    weights = base.weights()
    if new := len(vocabulary) - len(base.vocabulary):
        weights = grow_weights(weights, new, run.trainer.plan.random_seed)
    decoder = Decoder(run.trainer.spec, vocabulary, weights)
    return float(continuous_loss(decoder, held_out)["nats"])


def copies(run: Run) -> tuple[float, int] | None:
    """How much of what the published model writes stands in the text that it was trained on.

    Returns the share of WRITTEN characters, and the longest run; None for a text that is too long
    to be searched.
    """
    text = run.trainer.windows.indices
    if len(text) > _MOST:
        return None
    model = ModelBundle.load(run.folder)
    read = model.vocabulary.decode(np.asarray(text[: len(text)], np.int32))
    index = CorpusIndex.of([(run.name, [read])])
    if index is None:
        return None
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    written = "".join(decoder.write(WRITTEN, Sampling(random_seed=1)))
    lengths = [found.length for found in index.find(written)]
    return min(1.0, sum(lengths) / WRITTEN), max(lengths, default=0)
