"""Where a passage of about some length ends."""

import pytest

from bardtui.settings import Stop
from bardtui.writing.endings import Ending


def ended(text: str, length: int, stop: Stop = "length", *, start: int = 0) -> str | None:
    """The passage, given a text that is long enough; None if it must be drawn again."""
    ending = Ending(stop, start, length, exact=False)
    settled = start
    for end in range(start + 1, len(text) + 1):
        if ending.fault(text, end) is not None:
            return None
        settled = max(settled, min(end - 64, ending.settled(text, end)))
        if (found := ending.at(text, end)) is not None:
            assert found >= settled
            return text[start:found]
    raise AssertionError("it goes on")


@pytest.mark.parametrize(
    ("passage", "rest", "length"),
    [
        ("It is so.", " Then we went home again, my lord, and slept.", 10),
        ("It is so here and there,\n", "and then again it is\n", 22),
        ("He came. He saw well.", " He went.", 20),
        ("He came to us. He saw us there.", " And then no more of it.", 26),  # the nearest
        ('"You came, sir?"', ' he said. "I came to you."', 18),
        ("I saw Dr. Jekyll there then.", " He slept and slept.", 26),
        ("[Aside. Softly] It is so.", " And so on it went here.", 24),
        ("床前明月光，疑是地上霜。", "舉頭望明月，低頭思故鄉。", 11),
    ],
)
def test_a_passage_ends_with_the_nearest_sentence_or_line(
    passage: str, rest: str, length: int
) -> None:
    assert ended(passage + rest, length) == passage
    before = "ANN:\nIt was. "
    assert ended(before + passage + rest, length, start=len(before)) == passage


def test_a_sentence_that_ends_near_is_better_than_a_line_that_ends_nearer() -> None:
    text = (
        "I see the lark, my love, and\nthe nightingale too.\nThere it sings, and\nmore and more\n"
    )
    assert (
        ended(text + "and more " * 9, 41) == "I see the lark, my love, and\nthe nightingale too.\n"
    )
    assert ended(text + "and more " * 9, 31) == "I see the lark, my love, and\n"


def test_it_never_ends_with_a_cue() -> None:
    text = "It is so here and then.\n\nROMEO:\nI know it well enough.\n" + "and more " * 5
    assert ended(text, 31) == "It is so here and then.\n"
    assert ended(text, 38) is None or not (ended(text, 38) or "").endswith(":\n")


def test_a_speech_does_not_end_in_the_middle_of_a_sentence() -> None:
    text = "It is the lark, my love,\nand not the nightingale that sings so.\n" + "more " * 20
    assert ended(text, 30) == "It is the lark, my love,\n"
    assert ended(text, 56, "speech") == text[:-100]

    assert ended(text, 30, "speech") is None


def test_the_stop_rule_comes_first() -> None:
    text = "It is so.\n\nROMEO:\nIt is not so, my lord, and will not be."
    assert ended(text, 40, "speech") == "It is so.\n"
    assert ended(text, 40, "sentence") == "It is so."
    assert ended(text, 40, "line") == "It is so.\n"


def test_without_an_end_it_is_drawn_again_and_at_last_ends_after_a_word() -> None:
    text = "and then we went and then we went and then we went and " * 3
    assert ended(text, 40) is None
    ending = Ending("length", 0, 40, exact=False)
    assert ending.fault(text, 51) == 30
    assert text[: ending.at(text, 51)] == "and then we went and then we went and then"


def test_a_word_without_end_is_cut() -> None:
    text = "a" * 200
    ending = Ending("length", 0, 40, exact=False)
    assert next(end for end in range(1, 200) if ending.at(text, end) is not None) > 50
    assert ending.at(text, 199) == 40


def test_an_exact_length_is_exact() -> None:
    ending = Ending("length", 3, 7, exact=True)
    assert [ending.at("aa. bb. cc. dd", end) for end in (9, 10)] == [None, 10]
