"""Companies: who may join those on stage."""

import pytest

from bardtui.writing.company import Company, casts_of

CASTS = {
    "One": {"ANN": 30, "BEN": 20, "CAL": 10, "Messenger": 2},
    "Two": {"DOT": 30, "EVE": 10, "Messenger": 4},
}


def test_newcomers_come_from_the_play_of_those_present_by_how_often_they_speak() -> None:
    known, joining = Company(CASTS).joining({"ANN": 1.0})
    assert known == pytest.approx(1, abs=0.01)
    assert joining["BEN"] == pytest.approx(20 / 32, abs=0.01)
    assert joining["BEN"] + joining["CAL"] + joining["Messenger"] == pytest.approx(1, abs=0.01)
    assert "ANN" not in joining


def test_a_speaker_of_several_plays_decides_nothing() -> None:
    _, joining = Company(CASTS).joining({"Messenger": 1.0})
    assert {"ANN", "BEN", "CAL", "DOT", "EVE"} == joining.keys()
    _, joining = Company(CASTS).joining({"Messenger": 1.0, "DOT": 1.0})
    assert joining["EVE"] == pytest.approx(1, abs=0.01)


def test_one_stranger_does_not_change_the_play() -> None:
    _, joining = Company(CASTS).joining({"ANN": 1.0, "BEN": 0.9, "DOT": 0.8})
    assert joining["CAL"] > 0.8


def test_the_members_are_those_present_and_the_casts_of_their_plays() -> None:
    company = Company(CASTS)
    assert company.members({"ANN": 1.0, "QUILLON": 1.0}) == CASTS["One"].keys() | {"QUILLON"}
    assert company.members({"Messenger": 1.0}) == CASTS["One"].keys() | CASTS["Two"].keys()
    assert company.members({"QUILLON": 1.0}) == {"QUILLON"}
    assert company.members({}) == set()


def test_invented_people_have_no_company() -> None:
    assert Company(CASTS).joining({"QUILLON": 1.0}) == (0.0, {})
    assert Company({}).joining({"ANN": 1.0}) == (0.0, {})
    known, _ = Company(CASTS).joining({"QUILLON": 1.0, "ANN": 1.0})
    assert known == pytest.approx(0.5, abs=0.01)


def test_a_play_whose_cast_is_all_present_sends_nobody() -> None:
    assert Company({"Duo": {"ANN": 9, "BEN": 9}}).joining({"ANN": 1.0, "BEN": 1.0})[1] == {}


def test_casts_are_those_of_plays_without_speakers_of_a_single_speech() -> None:
    play = "ANN:\nYes.\n\nBEN:\nNo.\n\n" * 6 + "CAL:\nWhat?\n"
    documents = [("Play", play), ("Letter", "Dear Ann,\n\nNote:\nIt rained.\n"), ("Empty", "")]
    assert casts_of(documents) == {"Play": {"ANN": 6, "BEN": 6}}
