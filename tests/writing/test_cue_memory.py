"""The cue memory: whom it remembers, and that it makes a proper language model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.model.decoder import Decoder
from bardtui.writing.company import Company
from bardtui.writing.cue_memory import HALF_LIFE, CueMemory, mix, probability_of_own

SCRIPT = "ANN:\nThe lamp is low.\n\nBEN:\nThe house asleep.\n\n"


def test_those_who_spoke_are_remembered_but_never_the_last() -> None:
    assert CueMemory().probabilities() == {}
    assert CueMemory("ANN:\nThe lamp is low.\n\n").probabilities() == {}
    assert CueMemory(SCRIPT).probabilities() == {"ANN:\n": pytest.approx(0.999)}
    three = CueMemory(f"{SCRIPT}First Witch:\nAll asleep.\n\n[A door.]\n\n").probabilities()
    assert list(three) == ["BEN:\n", "ANN:\n"]
    assert sum(three.values()) == pytest.approx(0.999)
    assert three["ANN:\n"] / three["BEN:\n"] == pytest.approx(0.5 ** (1 / HALF_LIFE))


def test_one_who_enters_may_speak_and_one_who_leaves_hardly_does() -> None:
    assert set(CueMemory("[Enter CAL and DOT]\n\n").probabilities()) == {"CAL:\n", "DOT:\n"}
    before = CueMemory(f"{SCRIPT}[Enter CAL]\n\n").probabilities()
    assert before["CAL:\n"] == pytest.approx(0.999 / 3, abs=0.05)
    after = CueMemory(f"{SCRIPT}[Enter CAL]\n\n[Exit ANN]\n\n").probabilities()
    assert after["ANN:\n"] < before["ANN:\n"] / 2 < after["CAL:\n"]
    # "[Exit]" within a speech means its speaker.
    left = CueMemory("ANN:\nGood night.\n[Exit]\n\nBEN:\nYes.\n\nCAL:\nNo.\n\n").probabilities()
    assert left["ANN:\n"] < left["BEN:\n"] / 3


def test_newcomers_come_from_the_company_and_rarely_where_nobody_is_known() -> None:
    company = Company({"Play": {"ANN": 9, "BEN": 9, "CAL": 9}, "Other": {"DOT": 9, "EVE": 9}})
    known = CueMemory(SCRIPT, company).probabilities()
    assert known["CAL:\n"] == pytest.approx(0.1, abs=0.01)
    assert known.keys().isdisjoint({"DOT:\n", "EVE:\n"}) or known["DOT:\n"] < 1e-3
    assert sum(known.values()) > 0.99
    invented = CueMemory(SCRIPT.replace("ANN", "QUILLON").replace("BEN", "BRIN"), company)
    assert invented.probabilities() == {"QUILLON:\n": pytest.approx(0.999)}


def test_somebody_of_the_company_answers_the_first_speaker() -> None:
    company = Company({"Play": {"ANN": 9, "BEN": 9}})
    assert CueMemory("ANN:\nWho is there?\n\n", company).probabilities()["BEN:\n"] > 0.95


def test_newcomers_may_be_ruled_out() -> None:
    company = Company({"Play": {"ANN": 9, "BEN": 9, "CAL": 9}})
    assert CueMemory(SCRIPT, company, "never").probabilities() == {"ANN:\n": pytest.approx(1)}
    # One who is alone goes on alone.
    alone = CueMemory("ANN:\nWho is there?\n\n", company, "never").probabilities()
    assert alone == {"ANN:\n": pytest.approx(1)}


def test_prose_has_no_speakers_and_headings_in_prose_weigh_little() -> None:
    assert CueMemory("Dear Ann, the lamp is low.\n\n" * 9).probabilities() == {}
    diary = "Monday:\nIt rained.\n\n" + "It rained.\n\n" * 9 + "Tuesday:\nIt rained.\n\n"
    assert sum(CueMemory(diary + "It rained.\n\n" * 9).probabilities().values()) < 0.1


def test_only_the_end_of_a_long_text_is_looked_at() -> None:
    memory = CueMemory("CAL:\nWhat?\n\n" * 10_000 + SCRIPT * 32)
    assert list(memory.probabilities()) == ["ANN:\n"]


@pytest.mark.parametrize(
    ("text", "opening"),
    [("", ""), (SCRIPT, ""), (f"{SCRIPT}AN", "AN"), (SCRIPT[:-1], None), ("ANN:\nThe", None)],
)
def test_it_knows_where_a_block_begins(text: str, opening: str | None) -> None:
    assert CueMemory(text).opening == opening


@given(st.lists(st.text(st.sampled_from("AN:\n[a"), max_size=6), max_size=12))
def test_a_text_that_grows_in_pieces_is_remembered_like_the_whole(pieces: list[str]) -> None:
    memory, whole = CueMemory(), CueMemory("".join(pieces))
    for piece in pieces:
        memory.extend(piece)
    assert memory.probabilities() == whole.probabilities()
    assert memory.opening == whole.opening


CUES = {"ANN:\n": 0.5, "ABE:\n": 0.3, "BEN:\n": 0.1}
BEGINNINGS = ["", "A", "AN", "ANN", "ANN:", "ANN:\n", "AB", "B", "T", "[", "\n", "ANT", "BEN:\nT"]


def scored(decoder: Decoder, block: str) -> tuple[float, np.ndarray]:
    """The network's probability of a direction after a script, and its scores of a block."""
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(SCRIPT).indices)
    return probability_of_own(decoder), decoder.read(decoder.vocabulary.encode(block).indices)


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_the_probabilities_of_all_next_characters_add_up_to_one(
    decoder: Decoder, beginning: str
) -> None:
    own, scores = scored(decoder, beginning)
    total = 0.0
    for character, score in zip(
        decoder.vocabulary.characters, decoder.log_probabilities()[0], strict=True
    ):
        mixed = mix(beginning + character, np.append(scores, score), own, CUES)
        total += float(np.exp(mixed[-1]))
    assert total == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("block", ["ANN:\nThe lamp", "ABED", "[A door", "The house"])
def test_a_score_depends_on_nothing_that_follows(decoder: Decoder, block: str) -> None:
    own, scores = scored(decoder, block)
    whole = mix(block, scores, own, CUES)
    for end in range(1, len(block)):
        np.testing.assert_allclose(mix(block[:end], scores[:end], own, CUES), whole[:end])


def test_a_direction_costs_what_it_costs_the_network(decoder: Decoder) -> None:
    own, scores = scored(decoder, "[A door")
    np.testing.assert_array_equal(mix("[A door", scores, own, CUES), scores)
    # Any other block costs at most the network's own share more.
    own, scores = scored(decoder, "The house")
    cost = scores.sum() - mix("The house", scores, own, CUES).sum()
    assert cost == pytest.approx(-np.log1p(-sum(CUES.values())), rel=1e-4)
