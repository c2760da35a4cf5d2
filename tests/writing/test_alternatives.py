"""What the model might write next: the same probabilities as in scoring and writing."""

import math

import numpy as np
import pytest

from bardtui.model.decoder import Decoder, log_softmax
from bardtui.model.surprise import Scorer
from bardtui.writing.alternatives import COUNT, Alternatives, alternatives
from bardtui.writing.cue_memory import CueMemory, mix, probability_of_own
from bardtui.writing.rules import PLAIN, Rules
from tests.conftest import VERSE


@pytest.fixture(scope="module")
def scorer(shared_decoder: Decoder) -> Scorer:
    return Scorer(shared_decoder)


def log_probability(scorer: Scorer, before: str, text: str) -> float:
    """What the network alone thinks of a text."""
    reading, _ = scorer.read(text, scorer.state_after(before))
    return -float(reading.surprise.sum())


def mixed(decoder: Decoder, before: str, block: str) -> float:
    """The log-probability of a block's beginning by the network and the cue memory."""
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(before).indices)
    cues, own = CueMemory(before).probabilities(), probability_of_own(decoder)
    scores = decoder.read(decoder.vocabulary.encode(block).indices)
    return float(mix(block, scores, own, cues).sum())


def probabilities(found: Alternatives) -> list[list[float]]:
    kinds = (found.characters, found.words, found.speakers)
    return [[choice.probability for choice in kind] for kind in kinds]


def test_the_likeliest_come_first_and_are_at_most_eight(scorer: Scorer) -> None:
    for text in ("", "ANN:\nThe st", VERSE, VERSE + "ANN:\nIs"):
        for kind in probabilities(alternatives(scorer, text, Rules())):
            assert kind == sorted(kind, reverse=True)
            assert len(kind) <= COUNT
            assert sum(kind) <= 1 + 1e-6


def test_characters_have_the_probabilities_of_the_network(scorer: Scorer) -> None:
    text = VERSE + "ANN:\nThe st"
    found = alternatives(scorer, text, PLAIN)
    network = np.exp(log_softmax(scorer.state_after(text)[-1])[0])
    assert not found.with_memory
    for choice in found.characters:
        assert choice.probability == pytest.approx(
            network[scorer.vocabulary.index(choice.text)], abs=1e-6
        )


def test_a_word_is_as_likely_as_its_letters_and_that_it_ends(scorer: Scorer) -> None:
    text = VERSE + "ANN:\nThe st"
    found = alternatives(scorer, text, PLAIN).words
    assert found[0].text == "air"
    for choice in found[:3]:
        letters = log_probability(scorer, text, choice.text)
        ends = log_softmax(scorer.state_after(text + choice.text)[-1])[0]
        outside = [n for n, c in enumerate(scorer.vocabulary.characters) if not _is_letter(c)]
        whole = math.exp(letters) * float(np.exp(ends[outside]).sum())
        assert choice.probability == pytest.approx(whole, rel=1e-3)


def _is_letter(character: str) -> bool:
    return character.isalnum() or character in "'-"


@pytest.mark.parametrize("opening", ["", "A"])
def test_at_a_cue_the_memory_has_a_part_as_in_scoring(
    scorer: Scorer, shared_decoder: Decoder, opening: str
) -> None:
    found = alternatives(scorer, VERSE + opening, Rules())
    assert found.with_memory
    given = mixed(shared_decoder, VERSE, opening) if opening else 0.0
    for choice in (*found.characters, *found.speakers):
        together = mixed(shared_decoder, VERSE, opening + choice.text)
        assert choice.probability == pytest.approx(math.exp(together - given), rel=2e-3, abs=1e-6)
    assert "ANN:\n".removeprefix(opening) in [choice.text for choice in found.speakers]


def test_there_are_speakers_only_where_a_cue_can_stand(scorer: Scorer) -> None:
    assert not alternatives(scorer, VERSE + "ANN:\nThe", Rules()).speakers
    assert not alternatives(scorer, VERSE + "[", Rules()).speakers
    assert not alternatives(
        scorer, "It was late, and the lamp was low. " * 9 + "\n\n", Rules()
    ).speakers
    without = alternatives(scorer, VERSE, Rules(newcomers="free"))
    assert not without.with_memory
    assert [choice.text for choice in without.speakers][:1] == ["ANN:\n"]


def test_a_search_that_is_stopped_returns_what_was_found(scorer: Scorer) -> None:
    found = alternatives(scorer, VERSE, Rules(), stopped=lambda: True)
    assert found.characters
    assert all(choice.text in ("ANN", "BEN") for choice in found.words)
