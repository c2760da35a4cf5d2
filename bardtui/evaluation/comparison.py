"""Models side by side: their loss on one text, their speed, and what each writes after one line."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bardtui.evaluation.loss import evaluate
from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.text.corpus import Corpus
from bardtui.writing.company import Company
from bardtui.writing.passage import write_passage
from bardtui.writing.rules import Rules

SCORED = 10_000  # characters at the end of a text
_TIMED = 1_000  # characters that are written to measure the speed


@dataclass(frozen=True)
class Figures:
    """What is measured of one model.

    `loss` is in nats per character, on the last characters of a text, without those that the
    model does not know, which are in `unknown`; None without a text. `speed` is in characters a
    second, with the guards.
    """

    model: ModelBundle
    loss: float | None
    unknown: tuple[str, ...]
    speed: float


def loss_at_end(
    model: ModelBundle, corpus: Corpus, scored: int = SCORED
) -> tuple[float, tuple[str, ...]]:
    """The loss on the last `scored` characters of a text, and the characters that were skipped.

    Raises ModelError, or CorpusError for a text of which the model knows no character.
    """
    result = evaluate(model, corpus, max(0.0, 1 - scored / corpus.length), 1.0)
    return float(result.figures["nats"]), result.unknown


def measure(
    model: ModelBundle,
    corpus: Corpus | None,
    clock: Callable[[], float] = time.perf_counter,
    *,
    scored: int = SCORED,
) -> Figures:
    """Measure a model. Raises ModelError, or CorpusError for a text it knows nothing of."""
    loss, unknown = loss_at_end(model, corpus, scored) if corpus else (None, ())
    done, times = 0, list[tuple[int, float]]()
    for piece in write(model, "\n", _TIMED, Sampling(random_seed=1)):
        done += len(piece)
        times.append((done, clock()))
    # The network is compiled before the first piece.
    speed = (done - times[0][0]) / max(times[-1][1] - times[0][1], 1e-9)
    return Figures(model, loss, unknown, speed)


def write(model: ModelBundle, seed: str, length: int, sampling: Sampling) -> Iterator[str]:
    """Write `length` characters after `seed` at the default rules, in pieces. Raises ModelError."""
    context = Context(Decoder(model.spec, model.vocabulary, model.weights()), model.memory_length)
    context.seek(seed)
    rules = Rules(exact_length=True)
    yield from write_passage(
        context, seed, length, sampling, rules, words=model.words, company=Company(model.casts)
    )
