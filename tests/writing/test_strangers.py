"""Strangers in stage directions."""

import pytest

from bardtui.writing.company import Company
from bardtui.writing.strangers import Strangers

COMPANY = Company(
    {"One": {"ANN": 9, "BEN": 9, "SIR CAL": 9}, "Two": {"DOT": 9, "EVE": 9, "BELLA": 9}}
)
SCENE = "ANN:\nWho is there?\n\nBEN:\nNobody.\n\n"
INVENTED = "QUILLON:\nWho is there?\n\nBRIN:\nNobody.\n\n"


def fault(text: str, company: Company = COMPANY) -> str | None:
    """What is left of a text, drawn character by character, where a stranger is found."""
    guard = Strangers(company)
    for end in range(1, len(text) + 1):
        if (offset := guard.fault(text[:end], end)) is not None:
            return text[offset:end]
    return None


@pytest.mark.parametrize(
    "direction",
    [
        "[Enter SIR CAL]",
        "[Enter BEN and SIR CAL, with Dot]",
        "[Enter SIR CAL Enter BEN]",
        "[Enter ANN BEN. BEN's house]",
        "[A room in BEN'S house]",
        "[Exit ANN]",
        "[A door. I hear the wind.]",
        "[SCENE II. A wood.]",
        "[Enter a Messenger]",
    ],
)
def test_those_on_stage_and_their_company_may_be_named(direction: str) -> None:
    assert fault(SCENE + direction) is None


@pytest.mark.parametrize(
    ("direction", "stranger"),
    [
        ("[Enter DOT]", "DO"),
        ("[Enter SIR CAL and EVE]", "EV"),
        ("[Enter CAL and ANN]", "CA"),
        ("[Enter SIR and ANN]", "SIR a"),
        ("[Enter SIR, ANN]", "SIR,"),
        ("[Enter SIR And ANN]", "SIR An"),
        ("[Enter SIR BEN]", "SIR BE"),
        ("[Enter BE]", "BE]"),
        ("[Exeunt BELLA and ANN]", "BEL"),
        ("[SCENE II. DOT's house]", "DO"),
        ("[Enter HAMLET]", "HA"),
    ],
)
def test_a_stranger_is_found_at_the_first_letter_that_nobody_else_has(
    direction: str, stranger: str
) -> None:
    assert fault(SCENE + direction) == stranger


def test_nobody_joins_invented_people() -> None:
    assert fault(f"{INVENTED}[Exit BRIN. Enter QUILLON]") is None
    assert fault(f"{INVENTED}[Enter ANN]") == "AN"
    assert fault(f"{INVENTED}[Enter HAMLET]", Company({})) == "HA"


def test_who_enters_first_decides_the_play() -> None:
    assert fault("[Enter DOT and EVE]") is None
    assert fault("[Enter DOT and ANN]") == "AN"


def test_names_outside_directions_are_no_business_of_the_guard() -> None:
    assert fault(f"{SCENE}DOT:\nI AM EVE.\n[Enter ANN] EVE!\n\n") is None
