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
    """The direction so far, where a stranger is found in a text drawn character by character."""
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
    ("direction", "found"),
    [
        ("[Enter DOT]", "[Enter DO"),
        ("[Enter SIR CAL and EVE]", "[Enter SIR CAL and EV"),
        ("[Enter CAL and ANN]", "[Enter CA"),
        ("[Enter SIR and ANN]", "[Enter SIR a"),
        ("[Enter SIR, ANN]", "[Enter SIR,"),
        ("[Enter SIR And ANN]", "[Enter SIR An"),
        ("[Enter SIR BEN]", "[Enter SIR BE"),
        ("[Enter BE]", "[Enter BE]"),
        ("[Exeunt BELLA and ANN]", "[Exeunt BEL"),
        ("[SCENE II. DOT's house]", "[SCENE II. DO"),
        ("[Enter HAMLET]", "[Enter HA"),
    ],
)
def test_a_direction_is_drawn_again_at_the_first_letter_that_only_a_stranger_has(
    direction: str, found: str
) -> None:
    assert fault(SCENE + direction) == found


def test_nobody_joins_invented_people() -> None:
    assert fault(f"{INVENTED}[Exit BRIN. Enter QUILLON]") is None
    assert fault(f"{INVENTED}[Enter ANN]") == "[Enter AN"
    assert fault(f"{INVENTED}[Enter HAMLET]", Company({})) == "[Enter HA"


def test_who_enters_first_decides_the_play() -> None:
    assert fault("[Enter DOT and EVE]") is None
    assert fault("[Enter DOT and ANN]") == "[Enter DOT and AN"


def test_names_outside_directions_are_no_business_of_the_guard() -> None:
    assert fault(f"{SCENE}DOT:\nI AM EVE.\n[Enter ANN] EVE!\n\n") is None
