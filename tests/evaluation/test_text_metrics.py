"""Metrics of a text: each figure by hand, and the fast ways against the plain ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.evaluation import text_metrics
from bardtui.evaluation.text_metrics import TextMetrics, measure_text, split_end
from bardtui.text.corpus import load_corpus

PLAY = """\
[SCENE I. A stair.]

ANN:
The lamp is low, the house asleep;
[Aside] the stair: has counted every tread:

KING BEN & OLD ANN:
What is't, then, o'er there?

[Exeunt]

VARRO'S SERVANT:
[Within] Hold, ho!
"""

MIXED = """\
First Citizen:
Before we go: hear me speak.

ROMEO:
Speak, speak.

Ghost of KING Ben:
Soft!

Ghosts of young Men, &C:
Resolved.
"""

PROSE = """\
It was late when she said to him:

'Go home.' And so he went, and
Nothing came of it.

Note:
this was the end.
"""


def cues(text: str, corpus: str = PLAY) -> tuple[int | None, int | None]:
    """The number of lines that look like a cue, and of those that are well-formed."""
    metrics = measure_text(text, corpus)
    if metrics.cues is None or metrics.cues_well_formed is None:
        return metrics.cues, None
    return metrics.cues, round(metrics.cues * metrics.cues_well_formed)


# --- words


def test_words_are_runs_of_letters_compared_without_case() -> None:
    metrics = measure_text("ThE STAIR'S lamp, isn't it? o'er-there 12 _is't_ 'ho'", PLAY)
    # the, o'er, there, is't, ho and lamp are known; stair's, isn't and it are not
    assert (metrics.words, metrics.words_known) == (9, 6 / 9)
    assert measure_text("STRASSE l’été", "Straße; l’été!").words_known == 1
    assert measure_text("lamps", PLAY).words_known == 0


def test_a_share_of_nothing_is_none() -> None:
    nothing = TextMetrics(0, 0, None, 0, None, None, "", None, None)
    assert measure_text("", PLAY) == nothing
    assert measure_text("12, 13", "").words_known is None
    assert measure_text("ANN:\nThe lamp is", PLAY).repeated is None


# --- cues


@pytest.mark.parametrize(
    "text",
    [
        "ANN:\nSoft!\n",
        "\n\nANN:\nSoft!\n\n\nOLD KING BEN:\n[Aside] Soft!\nthus: and so:\nHe calls:\nWhy.\n",
        "MRS. O'BRIEN-SMITH, SERVANTS' MAID & SOLDIER 2:\nSoft!",
        "[Enter ANN,\nwith a lamp]\n\n(Enter BEN)\n\nANN:\nSoft!\n\n[Exit",
    ],
)
def test_cues_are_well_formed(text: str) -> None:
    meant, good = cues(text)
    assert meant == good
    assert meant == text.count("ANN:") + text.count("BEN:") + text.count(" 2:")


@pytest.mark.parametrize(
    "garbled",
    [
        "KING RICHRAD III\nSoft!",  # no colon
        "ANN\nSoft!",
        "ANN:\n\nSoft",  # no speech; and then, too, a speech without a cue
        "ANN: Soft!\nSoft!",
        "ANN: \nSoft!",
        "Ann:\nSoft!",  # not as this corpus writes its names
        "KING bEN:\nSoft!",
        "KING of BEN:\nSoft!",
        "KING  BEN:\nSoft!",
        "KING BEN,:\nSoft!",
        "KING BEN::\nSoft!",
        ":\nSoft!",
        "- ANN:\nSoft!",
        "The lamp is low:\nSoft!",
        "The lamp is low.",
    ],
)
def test_garbled_cues_are_caught(garbled: str) -> None:
    assert cues(f"BEN:\nSoft!\n\n{garbled}\n\nBEN:\nSoft!\n") == (3 + garbled.count("\n\n"), 2)


def test_a_cue_within_a_speech_is_caught() -> None:
    assert cues("ANN:\nSoft!\nBEN:\nSoft!\n") == (2, 1)
    assert cues("[Exit ANN]\nBEN:\nSoft!\n") == (1, 0)
    assert cues("ANN:\nBEN:\nSoft!\n") == (2, 0)  # the first has no speech either
    assert cues("ROMEO:\nSoft!\nFirst Citizen:\nSoft!\nSecond thought:\nSoft!\n", MIXED) == (2, 1)


@pytest.mark.parametrize(
    ("cue", "good"),
    [
        ("First Citizen", True),
        ("Second Gentle-woman", True),
        ("Ghost of QUEEN ANN", True),
        ("KING Ben", True),
        ("young Men", False),
        ("Firs tCitizen", False),
        ("FIrst Citizen", False),
        ("Servant to Ben", False),  # no name of the corpus has a "to"
    ],
)
def test_names_must_be_spelt_like_those_of_the_corpus(cue: str, good: bool) -> None:
    assert cues(f"{cue}:\nSpeak.\n\nROMEO:\nSoft!\n", MIXED) == (2, 1 + good)


def test_a_text_may_end_in_a_cue() -> None:
    for end in ("", "\n", "\n\n", "\n\nBE", "\n\nBEN:", "\n\nBEN:\n"):
        assert cues(f"ANN:\nSoft!{end}") == (1, 1)
    assert cues("ANN:\nSoft!\n\nBEN:\n\n") == (2, 1)


def test_speakers_of_the_corpus_are_counted() -> None:
    metrics = measure_text(
        "ANN:\nSoft!\n\nANNE:\nSoft!\n\nBEN\nSoft!\n\nVARRO'S SERVANT:\nSoft!\n", PLAY
    )
    assert (metrics.cues, metrics.cues_well_formed) == (4, 0.75)
    assert metrics.speakers_known == pytest.approx(2 / 3)
    assert measure_text("BEN\nSoft!\n", PLAY).speakers_known is None


def test_cues_matter_only_to_a_script() -> None:
    assert cues("Note:\nthis.\n\nANN:\nSoft!\n", PROSE) == (None, None)
    assert cues("It was late.\n\nShe went.\n", PROSE) == (None, None)
    assert cues("It was late.\n\nShe went.\n\nHe too.") == (2, 0)
    assert cues("[Exeunt]\n") == (0, None)


# --- copies


def test_the_longest_copy_is_the_first_of_its_length() -> None:
    assert measure_text("xx the lamp is low, yy", PLAY).longest_copy == "he lamp is low, "
    assert measure_text("abXcd", "cd ab").longest_copy == "ab"
    assert measure_text("xyz", "ab").longest_copy == ""
    assert measure_text("xyz", "").longest_copy == ""
    assert measure_text(PLAY, PLAY).longest_copy == PLAY


def test_runs_of_more_than_fifty_count_as_copied() -> None:
    corpus = "".join(map(chr, range(0x4E00, 0x4E00 + 200))) + "😀\ud800"
    assert measure_text(corpus[:50] + "x" + corpus[100:150], corpus).copied == 0
    assert measure_text(corpus[:51] + "x" * 51, corpus).copied == 0.5
    assert measure_text(corpus[100:] + "xx" + corpus[:60], corpus).copied == 162 / 164
    assert measure_text(corpus[20:90] + corpus[40:100], corpus).copied == 1


@st.composite
def text_and_corpus(draw: st.DrawFn) -> tuple[str, str]:
    """A corpus of few letters, and a text made of runs of it and of its own letters."""
    corpus = draw(st.text("ab\n", max_size=200))
    ends = st.integers(0, len(corpus))
    runs = st.tuples(ends, ends).map(lambda at: corpus[min(at) : max(at)])
    pieces = st.lists(st.one_of(runs, st.text("abc", max_size=5)), max_size=6)
    return "".join(draw(pieces)), corpus


def longest_by_hand(text: str, corpus: str) -> str:
    for length in range(len(text), 0, -1):
        for at in range(len(text) - length + 1):
            if text[at : at + length] in corpus:
                return text[at : at + length]
    return ""


def copied_by_hand(text: str, corpus: str) -> int:
    copied: set[int] = set()
    for at in range(len(text) - 50):
        if text[at : at + 51] in corpus:
            copied.update(range(at, at + 51))
    return len(copied)


# With a base of 0 all texts have one hash, with a base of 2 only the last letters count: every
# window is then mistaken for others until the texts themselves are compared.
@given(
    text_and_corpus(),
    st.sampled_from([1, 7, 64, text_metrics._BLOCK]),
    st.sampled_from([0, 2, int(text_metrics._BASE)]),
)
def test_copies_are_exact_whatever_the_blocks_and_the_hashes(
    both: tuple[str, str], block: int, base: int
) -> None:
    text, corpus = both
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_metrics, "_BLOCK", block)
        patch.setattr(text_metrics, "_BASE", np.uint64(base))
        metrics = measure_text(text, corpus)
    assert metrics.longest_copy == longest_by_hand(text, corpus)
    assert (metrics.copied or 0) * len(text) == pytest.approx(copied_by_hand(text, corpus))


def test_a_long_copy_is_found_across_blocks() -> None:
    rng = np.random.default_rng(1)
    corpus = "".join(rng.choice(list("abcdefgh \n"), text_metrics._BLOCK + 50_000))
    at = text_metrics._BLOCK - 700
    metrics = measure_text("#" + corpus[at : at + 1_500] + "#" + corpus[-51:], corpus)
    assert metrics.longest_copy == corpus[at : at + 1_500]
    assert metrics.copied == (1_500 + 51) / (1_500 + 51 + 2)


# --- loops


@given(st.text("ab", max_size=90))
def test_repeated_windows_are_counted(text: str) -> None:
    windows = [text[at : at + 20] for at in range(len(text) - 19)]
    again = sum(window in windows[:number] for number, window in enumerate(windows))
    metrics = measure_text(text, PLAY).repeated
    assert metrics == (again / len(windows) if windows else None)


def test_a_loop_shows() -> None:
    assert measure_text("the lamp is low, " * 30, PLAY).repeated == pytest.approx(1 - 17 / 491)
    assert measure_text(PLAY, PLAY).repeated == 0


# --- real texts


def test_the_end_of_a_real_script_has_the_best_figures() -> None:
    corpus = load_corpus("shakespeare-plays").split(["Hamlet", "Macbeth"])[1].text
    end, before = split_end(corpus, 20_000)
    assert before + end == corpus
    assert before.endswith("\n\n")
    assert 18_000 < len(end) <= 20_000
    metrics = measure_text(end, before)
    assert metrics.words_known is not None
    assert metrics.words_known > 0.9
    assert metrics.cues == 138
    assert metrics.cues_well_formed == 1
    assert metrics.copied == 0
    assert measure_text(end, corpus).longest_copy == end


def test_a_tenth_of_a_short_text_is_its_end() -> None:
    assert split_end("x" * 100, 20_000) == ("x" * 10, "x" * 90)
    assert split_end("x" * 100, 5) == ("x" * 5, "x" * 95)
    assert split_end("x" * 5, 20_000) == ("", "x" * 5)
