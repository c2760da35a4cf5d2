"""The guard against copies: how long copied runs may get, and that writing goes on."""

import pytest

from bardtui.model.context import Context
from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.settings import MAX_COPIES
from bardtui.writing.copies import Copies
from bardtui.writing.passage import write_passage
from bardtui.writing.rules import Rules
from tests.conftest import VERSE

LEAST, _ = MAX_COPIES
CORPUS = " ".join(
    f"{number} lamps are low, {number * number} houses asleep." for number in range(99)
)


@pytest.fixture
def context(decoder: Decoder) -> Context:
    return Context(decoder)


def index_of(text: str) -> CorpusIndex:
    index = CorpusIndex.of([("A Play", [text])])
    assert index is not None
    return index


def longest_copy(text: str, corpus: str) -> int:
    """The length of the longest run of `text` that stands in the corpus, in any case."""
    text, corpus = (part.lower().replace("\n", " ") for part in (text, corpus))
    longest = 0
    for start in range(len(text)):
        while text[start : start + longest + 1] in corpus and start + longest < len(text):
            longest += 1
    return longest


@pytest.mark.parametrize("most", [LEAST, 50, 61, 100, 200])
@pytest.mark.parametrize("start", range(0, 44, 4))
def test_a_copy_is_a_fault_before_it_is_too_long(most: int, start: int) -> None:
    guard = Copies(index_of(CORPUS), most)
    new = "What is this, then? "
    text = new + CORPUS[start : start + 400]
    end = next(end for end in range(1, len(text)) if guard.fault(text, end) is not None)
    begin = guard.fault(text, end)
    assert begin is not None
    assert most - 20 < end - len(new) <= most + 1
    assert begin < end
    assert begin - len(new) <= most
    assert text[begin - 1] == " "


def test_without_spaces_the_last_character_is_drawn_again() -> None:
    corpus = "".join(map(chr, range(0x4E00, 0x4F00)))
    guard = Copies(index_of(corpus), LEAST)
    faults = [(end, guard.fault(corpus, end)) for end in range(1, 60)]
    found = [(end, fault) for end, fault in faults if fault is not None]
    assert found
    assert all(fault == end - 1 for end, fault in found)


def written(context: Context, seed: str, rules: Rules, random_seed: int) -> str:
    context.seek(seed)
    sampling = Sampling(0.5, random_seed=random_seed)
    index = index_of(VERSE * 3)
    return "".join(write_passage(context, seed, 400, sampling, rules, index=index))


@pytest.mark.parametrize("most", [LEAST, 60])
def test_a_model_that_knows_its_text_by_heart_does_not_copy_it(context: Context, most: int) -> None:
    for random_seed in range(3):
        seed = VERSE[:30]  # what the model goes on from counts too
        free = written(context, seed, Rules(avoid_loops=False), random_seed)
        kept = written(context, seed, Rules(avoid_loops=False, max_copy=most), random_seed)
        assert longest_copy(free, VERSE * 3) > most
        assert longest_copy(seed + kept, VERSE * 3) <= most
        assert len(kept) >= 300


def test_the_guard_does_not_get_stuck_where_everything_is_a_copy(context: Context) -> None:
    characters = "".join(context.decoder.vocabulary.characters)
    everything = "".join(f"{one * 30}" for one in characters)
    index = index_of(everything)
    seed = "a" * 60
    context.seek(seed)
    rules = Rules(max_copy=LEAST, exact_length=True)
    pieces = write_passage(context, seed, 100, Sampling(0.5), rules, index=index)
    assert len("".join(pieces)) == 100
