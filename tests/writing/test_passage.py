"""Writing a passage with the cue memory: what is drawn, and that chunks do not matter."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.writing.cue_memory import CueMemory, mix, probability_of_own
from bardtui.writing.passage import write_passage
from bardtui.writing.rules import PLAIN, Rules

WITH_MEMORY = replace(PLAIN, newcomers="seldom")
# Names that the tiny model has never read, in letters that it knows.
SCRIPT = "TEA:\nThe lamp is low.\n\nBABE:\nThe house asleep.\n\nWEB:\nThe lamp is low.\n\n"


@pytest.fixture
def context(decoder: Decoder) -> Context:
    return Context(decoder)


def written(
    context: Context, text: str, length: int, sampling: Sampling, rules: Rules = WITH_MEMORY
) -> str:
    context.seek(text)
    return "".join(write_passage(context, text, length, sampling, rules))


def chance(context: Context, text: str, block: str) -> float:
    """The probability of a beginning of a block after `text`, as it is scored."""
    context.seek(text)
    own = probability_of_own(context.decoder)
    scores = context.read(block)
    return float(np.exp(mix(block, scores, own, CueMemory(text).probabilities()).sum()))


def test_what_is_drawn_has_the_frequencies_that_are_scored(context: Context) -> None:
    count = 400
    drawn = Counter(
        written(context, SCRIPT, 2, Sampling(1.0, random_seed=seed)) for seed in range(count)
    )
    assert {"TE", "BA"} < set(drawn)
    for block in ("TE", "BA", "AN", "BE", "[A", "WE"):
        expected = chance(context, SCRIPT, block) * count
        assert abs(drawn[block] - expected) < 4 * np.sqrt(expected) + 2, block


def test_a_cue_that_was_cut_short_is_finished_as_scored(context: Context) -> None:
    count = 200
    text = f"{SCRIPT}BA"
    drawn = Counter(
        written(context, text, 2, Sampling(1.0, random_seed=seed)) for seed in range(count)
    )
    expected = count * chance(context, SCRIPT, "BABE") / chance(context, SCRIPT, "BA")
    assert abs(drawn["BE"] - expected) < 4 * np.sqrt(count)
    assert drawn["BE"] > count / 2


def test_the_temperature_does_not_change_who_is_drawn(context: Context) -> None:
    for seed in range(20):
        cold, hot = (
            written(context, SCRIPT, 4, Sampling(temperature, top_k=top_k, random_seed=seed))
            for temperature, top_k in ((0.5, 1), (1.0, 0))
        )
        if not {cold[0], hot[0]} & set("[\n"):
            assert (cold in ("TEA:", "BABE")) == (hot in ("TEA:", "BABE"))
            assert cold == hot or cold not in ("TEA:", "BABE")


def test_pieces_and_turns_do_not_change_the_text(context: Context) -> None:
    alone = [written(context, SCRIPT, 400, Sampling(random_seed=seed)) for seed in (1, 2)]
    assert [len(text) for text in alone] == [400, 400]
    context.seek(SCRIPT)
    takes = [
        write_passage(context, SCRIPT, 400, Sampling(random_seed=seed), WITH_MEMORY)
        for seed in (1, 2)
    ]
    texts = ["", ""]
    while texts != alone:
        for n, take in enumerate(takes):
            texts[n] += next(take, "")
            assert alone[n].startswith(texts[n])


def test_the_context_follows_the_whole_passage(context: Context) -> None:
    text = written(context, SCRIPT, 400, Sampling(random_seed=1))
    after = context.snapshot()
    context.seek(SCRIPT + text)
    for one, other in zip(after.arrays, context.snapshot().arrays, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("length", [0, 1, 3, 30])
def test_a_passage_has_the_length_asked_for(context: Context, length: int) -> None:
    for seed in range(5):
        assert len(written(context, SCRIPT, length, Sampling(random_seed=seed))) == length


def test_without_the_memory_the_model_alone_writes(context: Context) -> None:
    context.seek(SCRIPT)
    alone = "".join(context.write(200, Sampling(random_seed=5)))
    assert written(context, SCRIPT, 200, Sampling(random_seed=5), PLAIN) == alone
    assert written(context, SCRIPT, 200, Sampling(random_seed=5)) != alone


def test_where_nobody_is_remembered_the_model_alone_writes(context: Context) -> None:
    for text in ("", "ANN:\nThe lamp is low.\n\n", "The lamp is low.\n\nThe house asleep.\n\n"):
        for seed in range(5):
            sampling = Sampling(random_seed=seed)
            alone = written(context, text, 30, sampling, PLAIN)
            assert written(context, text, 30, sampling) == alone
