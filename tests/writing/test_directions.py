"""Stage directions: who enters and who leaves."""

import pytest

from bardtui.writing.directions import Move, capital_names, moves


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("[Enter ROMEO and MERCUTIO, with Maskers]", [("enter", ("ROMEO", "MERCUTIO"))]),
        ("[Re-enter SIR TOBY BELCH]", [("enter", ("SIR TOBY BELCH",))]),
        ("[Exit]", [("exit", ())]),
        ("[Exit ROMEO]", [("exit", ("ROMEO",))]),
        ("[Exeunt]", [("exit all but", ())]),
        ("[Exeunt KING HENRY and Lords]", [("exit", ("KING HENRY",))]),
        ("[Exeunt all but HAMLET]", [("exit all but", ("HAMLET",))]),
        ("[Exit Nurse. Enter JULIET]", [("exit", ()), ("enter", ("JULIET",))]),
        ("[Enter JULIET; exeunt]", [("enter", ("JULIET",)), ("exit all but", ())]),
        ("[Enter ÉLISE and MRS. O'BRIEN]", [("enter", ("ÉLISE", "MRS. O'BRIEN"))]),
        ("[Enter ROMEO's Page]", [("enter", ())]),
        ("[A door opens]", []),
        ("[SCENE II. A wood]", []),
        ("Enter ROMEO", []),
        ("[Enter ROMEO", []),
    ],
)
def test_entrances_and_exits_are_found(direction: str, expected: list[tuple[str, tuple]]) -> None:
    assert list(moves(direction)) == [Move(*move) for move in expected]


def test_a_name_is_a_run_of_words_in_capitals() -> None:
    assert list(capital_names("the DUKE OF YORK, A Page, I and JACK  CADE")) == [
        "DUKE OF YORK",
        "JACK",
        "CADE",
    ]
