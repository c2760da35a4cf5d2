"""The terminal driver: pastes of any text, input that is not UTF-8, and suspending."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bardtui.tui.driver import PasteFilter
from tests.terminal import Terminal

START, END = "\x1b[200~", "\x1b[201~"
COLOURED = f"one {START}\x1b[31mtwo\x1b[0m\x1b\x1b[I \x1b[20three\x11"


def filtered(*chunks: str) -> str:
    """The filtered input, which arrives in these chunks."""
    paste_filter = PasteFilter()
    return "".join(map(paste_filter.feed, chunks))


def test_a_paste_cut_anywhere_has_no_escape_characters() -> None:
    harmless = COLOURED.replace("\x1b", "␛")
    typed = f"a{START}{COLOURED}{END}\x1b"
    expected = f"a{START}{harmless}{END}\x1b"
    assert filtered(*typed) == expected
    for cut in range(len(typed)):
        assert filtered(typed[:cut], typed[cut:]) == expected


@given(st.lists(st.sampled_from(["\x1b", "\x1b[A", "[201~", "\x1b[20", "q", "é"])))
def test_keys_pass_unchanged_and_at_once(chunks: list[str]) -> None:
    paste_filter = PasteFilter()
    assert [paste_filter.feed(chunk) for chunk in chunks] == chunks


def test_a_paste_with_escape_sequences_is_one_paste(home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(home, writes=False)
    terminals.append(terminal)
    terminal.wait_for("Type a line")
    terminal.paste("one \x1b[31mtwo\x1b[0m\rthree\r")
    terminal.wait_for("three")
    assert "one ␛[31mtwo␛[0m" in terminal.text
    terminal.paste("a\x1b[0m\x11b")  # Ctrl+Q
    terminal.send("\udcff!")
    terminal.wait_for("a␛[0m␑b\N{REPLACEMENT CHARACTER}!")
    assert terminal.leave() == 0
    assert not list(home.glob("scenes/*"))  # nothing was sent


def test_a_suspended_program_shows_its_screen_again(home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(home, writes=False)
    terminals.append(terminal)
    terminal.wait_for("Type a line")
    for word in ("First", "Second"):
        terminal.stop()
        terminal.go_on()
        terminal.wait_for("The stage is empty")
        terminal.send(word)
        terminal.wait_for(word)
    assert terminal.leave() == 0
