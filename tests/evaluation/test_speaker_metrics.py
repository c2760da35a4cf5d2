"""Metrics of the speakers in a script."""

from collections.abc import Sequence

import pytest

from bardtui.evaluation.speaker_metrics import INVENTED, SpeakerMetrics, measure_speakers


def script(names: Sequence[str]) -> str:
    return "".join(f"{name}:\nYes.\n\n" for name in names)


DUO = ["ANN", "BEN"] * 20
PLAYS = [script(DUO), script(["CAL", "DOT", "BEN", "DOT"] * 10)]


def measure(*texts: Sequence[str]) -> SpeakerMetrics:
    return measure_speakers([*map(script, texts)], [], PLAYS)


def test_a_play_compared_with_itself_is_perfect() -> None:
    measured = measure_speakers([script(DUO)], [], [script(DUO)])
    assert measured == SpeakerMetrics(40, 1.0, 2.0, 0.0, None)


def test_speakers_of_different_plays_do_not_belong_together() -> None:
    assert measure(["ANN", "CAL", "BEN", "DOT"]).share_a_play == 2 / 3
    assert measure(["QUILLON", "BRIN"] * 9).share_a_play == 0


def test_the_end_of_a_text_and_the_start_of_the_next_are_no_pair() -> None:
    assert measure(["ANN", "BEN"], ["CAL", "DOT"]).share_a_play == 1


def test_a_round_robin_is_far_from_a_dialogue() -> None:
    robin = measure_speakers([script(["A", "B", "C", "D"] * 10)], [], [script(DUO)])
    assert robin.gap_distance == 1
    assert robin.different == 4


@pytest.mark.parametrize("texts", [[], [[]], [["ANN"]], [["ANN"], ["BEN"]]])
def test_too_few_speeches_give_no_figures(texts: list[list[str]]) -> None:
    measured = measure(*texts)
    assert (measured.share_a_play, measured.different, measured.gap_distance) == (None,) * 3


def test_the_speeches_of_invented_people_are_counted() -> None:
    after = [script(["BRIN", "HAMLET", "OLD TESK"]), script(["MARWEN"])]
    assert measure_speakers([], after, PLAYS).invented_kept == 3 / 4
    assert measure_speakers([], [INVENTED], PLAYS).invented_kept == 1
