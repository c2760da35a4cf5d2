"""Several takes at once: each is what the generator alone would write."""

import numpy as np
import pytest

from bardtui.model.generator import Generator, Sampling
from bardtui.model.takes import Takes
from tests.conftest import random_weights, small_model


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_take_is_what_the_generator_alone_would_write(cell: str, skip: bool) -> None:
    model = small_model(cell=cell, skip=skip)
    weights = random_weights(model.spec)
    generator = Generator(model.spec, model.vocabulary, weights, jit=False)
    takes = Takes(model.spec, model.vocabulary, weights, 3, jit=False)
    generator.prime(np.arange(20, dtype=np.int32) % len(model.vocabulary))
    start = generator.snapshot()
    sampling = Sampling(temperature=0.9, top_k=7, top_p=0.9)
    written = [""] * 3
    for pieces in takes.stream(start, 50, sampling, [4, 9, 4]):
        written = [text + piece for text, piece in zip(written, pieces, strict=True)]
    assert [len(text) for text in written] == [50] * 3
    assert written[0] == written[2] != written[1]
    for seed, text in zip((4, 9), written, strict=False):
        generator.restore(start)
        alone = generator.stream(50, Sampling(0.9, 7, 0.9, seed))
        assert text == "".join(alone)


def test_every_take_needs_a_seed() -> None:
    model = small_model()
    takes = Takes(model.spec, model.vocabulary, random_weights(model.spec), 2, jit=False)
    generator = Generator(model.spec, model.vocabulary, random_weights(model.spec), jit=False)
    with pytest.raises(ValueError, match="2 takes"):
        next(takes.stream(generator.snapshot(), 5, Sampling(), [1]))
