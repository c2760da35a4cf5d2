"""Writing a passage: what is drawn, what guards take back, and that pieces do not matter."""

import re
from collections import Counter
from itertools import count, islice, zip_longest

import numpy as np
import pytest

from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.word_list import words_in
from bardtui.scene.script import is_cue_line
from bardtui.settings import Form
from bardtui.writing.cue_memory import CueMemory, mix, probability_of_own
from bardtui.writing.passage import write_passage
from bardtui.writing.rules import PLAIN, Rules
from tests.conftest import VERSE

WITH_MEMORY = PLAIN._replace(newcomers="seldom")
# Names that the tiny model has never read, in letters that it knows.
SCRIPT = "TEA:\nThe lamp is low.\n\nBABE:\nThe house asleep.\n\nWEB:\nThe lamp is low.\n\n"


@pytest.fixture
def context(decoder: Decoder) -> Context:
    return Context(decoder)


def written(
    context: Context, text: str, length: int, sampling: Sampling, rules: Rules = WITH_MEMORY
) -> str:
    context.seek(text)
    return "".join(write_passage(context, text, length, sampling, rules))


def chance(context: Context, text: str, block: str) -> float:
    """The probability of a beginning of a block after `text`, as it is scored."""
    context.seek(text)
    own = probability_of_own(context.decoder)
    scores = context.read(block)
    return float(np.exp(mix(block, scores, own, CueMemory(text).probabilities()).sum()))


def test_what_is_drawn_has_the_frequencies_that_are_scored(context: Context) -> None:
    times = 400
    drawn = Counter(
        written(context, SCRIPT, 2, Sampling(1.0, random_seed=seed)) for seed in range(times)
    )
    assert {"TE", "BA"} < set(drawn)
    for block in ("TE", "BA", "AN", "BE", "[A", "WE"):
        expected = chance(context, SCRIPT, block) * times
        assert abs(drawn[block] - expected) < 4 * np.sqrt(expected) + 2, block


def test_a_cue_that_was_cut_short_is_finished_as_scored(context: Context) -> None:
    times = 200
    text = f"{SCRIPT}BA"
    drawn = Counter(
        written(context, text, 2, Sampling(1.0, random_seed=seed)) for seed in range(times)
    )
    expected = times * chance(context, SCRIPT, "BABE") / chance(context, SCRIPT, "BA")
    assert abs(drawn["BE"] - expected) < 4 * np.sqrt(times)
    assert drawn["BE"] > times / 2


def test_a_speaker_in_letters_that_the_model_lacks_may_be_banned(context: Context) -> None:
    script = "ÉMILE:\nThe lamp is low.\n\nÉVA:\nThe house asleep.\n\n"
    rules = Rules(form="play", newcomers="never", banned=("Émile", "Éva"))
    assert "É" not in written(context, script, 200, Sampling(1.0, random_seed=1), rules)


def test_where_no_direction_may_begin_somebody_on_stage_speaks(context: Context) -> None:
    rules = WITH_MEMORY._replace(form="screenplay")
    barred = (
        seed
        for seed in count()
        if written(context, SCRIPT, 1, Sampling(1.0, random_seed=seed)) == "["
    )
    for seed in islice(barred, 5):
        assert written(context, SCRIPT, 2, Sampling(1.0, random_seed=seed), rules) in ("TE", "BA")


def test_the_temperature_does_not_change_who_is_drawn(context: Context) -> None:
    for seed in range(20):
        cold, hot = (
            written(context, SCRIPT, 4, Sampling(temperature, top_k=top_k, random_seed=seed))
            for temperature, top_k in ((0.5, 1), (1.0, 0))
        )
        if not {cold[0], hot[0]} & set("[\n"):
            assert (cold in ("TEA:", "BABE")) == (hot in ("TEA:", "BABE"))
            assert cold == hot or cold not in ("TEA:", "BABE")


def test_pieces_and_turns_do_not_change_the_text(context: Context) -> None:
    alone = [written(context, SCRIPT, 400, Sampling(random_seed=seed)) for seed in (1, 2)]
    assert [len(text) for text in alone] == [400, 400]
    context.seek(SCRIPT)
    takes = [
        write_passage(context, SCRIPT, 400, Sampling(random_seed=seed), WITH_MEMORY)
        for seed in (1, 2)
    ]
    texts = ["", ""]
    while texts != alone:
        for n, take in enumerate(takes):
            texts[n] += next(take, "")
            assert alone[n].startswith(texts[n])


def test_the_context_follows_the_whole_passage(context: Context) -> None:
    text = written(context, SCRIPT, 400, Sampling(random_seed=1))
    after = context.snapshot()
    context.seek(SCRIPT + text)
    for one, other in zip(after.arrays, context.snapshot().arrays, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("length", [0, 1, 3, 30])
def test_a_passage_has_the_length_asked_for(context: Context, length: int) -> None:
    for seed in range(5):
        assert len(written(context, SCRIPT, length, Sampling(random_seed=seed))) == length


def test_without_the_memory_the_model_alone_writes(context: Context) -> None:
    context.seek(SCRIPT)
    alone = "".join(context.write(200, Sampling(random_seed=5)))
    assert written(context, SCRIPT, 200, Sampling(random_seed=5), PLAIN) == alone
    assert written(context, SCRIPT, 200, Sampling(random_seed=5)) != alone


def test_where_nobody_is_remembered_the_model_alone_writes(context: Context) -> None:
    for text in ("", "ANN:\nThe lamp is low.\n\n", "The lamp is low.\n\nThe house asleep.\n\n"):
        for seed in range(5):
            sampling = Sampling(random_seed=seed)
            alone = written(context, text, 30, sampling, PLAIN)
            assert written(context, text, 30, sampling) == alone


# --- guards

KNOWN = frozenset(words_in(VERSE))
STRICT = Rules(banned=("lamp", "the house"))


def test_a_guarded_text_depends_neither_on_pieces_nor_on_turns(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, texts = STRICT, set()
    for piece in (3, 17, 48):
        monkeypatch.setattr("bardtui.writing.look_ahead._PIECE", piece)
        context.seek(SCRIPT)
        takes = [
            write_passage(context, SCRIPT, 200, Sampling(1.5, random_seed=seed), rules, words=KNOWN)
            for seed in (1, 2)
        ]
        pieces = zip_longest(*takes, fillvalue="")
        one, other = ("".join(parts) for parts in zip(*pieces, strict=True))
        texts.add((one, other))
        assert context.decoder.position in (len(SCRIPT + one), len(SCRIPT + other))
    assert len(texts) == 1


def test_a_speaker_is_never_left_without_words(context: Context) -> None:
    wordless = re.compile(r"^[A-Z]+:\s*\n(?:\n|[A-Z]+:$)", re.MULTILINE)
    for seed in range(4):
        text = written(context, SCRIPT, 400, Sampling(4.0, top_k=6, random_seed=seed))
        assert not wordless.search(text)


def test_a_banned_phrase_is_never_written(context: Context) -> None:
    free = "".join(written(context, SCRIPT, 200, Sampling(random_seed=seed)) for seed in range(4))
    assert "lamp" in free
    assert "the house" in free
    for seed in range(4):
        text = written(context, SCRIPT, 200, Sampling(random_seed=seed), STRICT)
        assert re.search(r"\b(lamp|the\s+house)\b", text, re.IGNORECASE) is None


def test_a_model_that_may_write_nothing_it_knows_still_ends(context: Context) -> None:
    banned = ("[", *words_in(written(context, "", 2_000, Sampling(1.0))))
    for form, temperature in (("play", 0.1), ("prose", 1.0), ("verse", 1.0)):
        rules = Rules(banned=banned, form=form)
        text = written(context, SCRIPT, 100, Sampling(temperature), rules)
        assert 75 <= len(text) <= 150
        assert not set(banned) & set(text.replace("\n", " ").split(" "))


def test_unknown_words_are_drawn_again(context: Context) -> None:
    def share_known(rules: Rules) -> float:
        context.seek(SCRIPT)
        pieces = write_passage(context, SCRIPT, 600, Sampling(1.3), rules, words=KNOWN)
        found = [*words_in("".join(pieces))]
        return sum(word in KNOWN | {*words_in(SCRIPT)} for word in found) / len(found)

    plain = PLAIN._replace(exact_length=False)
    assert share_known(plain) < 0.9 < 0.98 < share_known(plain._replace(spelling=True))


def test_a_passage_has_more_words_where_they_vary(context: Context) -> None:
    before, warm = "We go on. " * 400, Sampling(1.6)
    free = {*words_in(written(context, before, 3_000, warm, PLAIN))}
    varied = {*words_in(written(context, before, 3_000, warm, PLAIN._replace(vary_words=True)))}
    assert len(varied) > 1.1 * len(free)


@pytest.mark.parametrize("form", ["prose", "verse"])
def test_prose_and_verse_get_no_cues_from_a_model_of_plays(context: Context, form: Form) -> None:
    before = "The lamp is low and the house asleep.\n\n"
    assert "[" in written(context, before, 400, Sampling(), Rules(form="play"))
    for seed in range(3):
        text = written(context, before, 400, Sampling(random_seed=seed), Rules(form=form))
        assert not set(text) & set("[]")
        assert not any(is_cue_line(line, True) for line in text.split("\n"))
        if form == "verse":
            assert max(map(len, text.split("\n"))) < 75


def test_a_passage_does_not_repeat_itself(context: Context) -> None:
    cold = Sampling(0.1)
    looping = written(context, SCRIPT, 1_500, cold, Rules(avoid_loops=False))
    moving = written(context, SCRIPT, 1_500, cold)
    assert looping.count(looping[-80:]) > 1
    assert len({*moving.split("\n")}) > len({*looping.split("\n")})


def test_passages_end_with_a_sentence_or_a_line(context: Context) -> None:
    for length in range(50, 450, 50):
        text = written(context, SCRIPT, length, Sampling(random_seed=length), Rules())
        assert 0.75 * length <= len(text) <= 1.25 * length
        assert text.endswith("\n") or text[-1] in ".?!"
        assert not text.endswith(":\n")


@pytest.mark.parametrize("temperature", [0.1, 1.3])
def test_prose_is_written_in_paragraphs(context: Context, temperature: float) -> None:
    before = "The lamp is low and the house asleep.\n\n"
    verse = written(context, before, 400, Sampling(temperature), Rules(form="play"))
    assert re.search(r"[^.!?\n]\n|[^\n]\n[^\n]", verse)
    for length in (400, 30):
        text = written(context, before, length, Sampling(temperature), Rules(form="prose"))
        assert not re.search(r"[^.!?\n]\n|[^\n]\n[^\n]", text)
        assert len(text) >= 0.75 * length
