"""Metrics of the speakers in a script."""

import pytest

from bardtui.evaluation.speaker_metrics import SpeakerMetrics, measure_speakers

PLAYS = [["ANN", "BEN"] * 20, ["CAL", "DOT", "BEN", "DOT"] * 10]


def test_a_play_compared_with_itself_is_perfect() -> None:
    assert measure_speakers([PLAYS[0]], [PLAYS[0]]) == SpeakerMetrics(40, 1.0, 2.0, 0.0)


def test_speakers_of_different_plays_do_not_belong_together() -> None:
    assert measure_speakers([["ANN", "CAL", "BEN", "DOT"]], PLAYS).share_a_play == 2 / 3
    assert measure_speakers([["QUILLON", "BRIN"] * 9], PLAYS).share_a_play == 0


def test_two_texts_do_not_touch() -> None:
    assert measure_speakers([["ANN", "BEN"], ["CAL", "DOT"]], PLAYS).share_a_play == 1


def test_a_round_robin_is_far_from_a_dialogue() -> None:
    robin = measure_speakers([["A", "B", "C", "D"] * 10], [PLAYS[0]])
    assert robin.gap_distance == 1
    assert robin.different == 4
    mixed = measure_speakers([["ANN", "BEN"] * 10 + ["CAL", "DOT", "EVE"] * 7], [PLAYS[0]])
    assert mixed.gap_distance is not None
    assert 0 < mixed.gap_distance < 1


@pytest.mark.parametrize("texts", [[], [[]], [["ANN"]], [["ANN"], ["BEN"]]])
def test_too_few_speeches_give_no_figures(texts: list[list[str]]) -> None:
    measured = measure_speakers(texts, PLAYS)
    assert (measured.share_a_play, measured.different, measured.gap_distance) == (None,) * 3
