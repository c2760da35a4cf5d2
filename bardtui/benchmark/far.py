"""Speed and memory of writing far into a text."""

import sys
import time
from collections.abc import Callable

from bardtui.benchmark import Figure
from bardtui.benchmark.scene import script
from bardtui.model.context import Context
from bardtui.model.decoder import Decoder, Snapshot
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle

_NEAR, _FAR = 1_000, 1_000_000  # characters before the place
_STRETCH = 2_000  # characters written at a place to measure it
_PASSAGE = 20_000  # characters of a passage
_ROUNDS = 5


def far_along(model: ModelBundle) -> list[Figure]:
    """Compare a character far into a text with one near its beginning; count compilations.

    The decoder reaches both places by restoring a snapshot, whose size does not depend on the
    position. `whole_way` really writes that far.
    """
    decoder = _decoder(model)
    _write(decoder, _NEAR)
    near = decoder.snapshot()
    ratio = _compared((decoder, Snapshot(_FAR, near.arrays)), (decoder, near), _STRETCH)
    return [
        Figure("a character at 1,000,000 against one at 1,000", ratio, "x", 1.05),
        Figure("times the network was compiled", decoder.compilations, "", 1),
    ]


def whole_way(model: ModelBundle, length: int, begin: Callable[[str], None]) -> list[Figure]:
    """Write `length` characters with the decoder alone, then passage by passage as the engine does.

    The speed at the end is compared with the speed near the beginning of another text, and the
    growth of memory on the way is measured. `begin` is called with the name of each part.
    """
    near, stretch = min(_NEAR, length // 10), min(_STRETCH, length // 10)
    begin(f"{length:,} characters by the network alone")
    young, old = _decoder(model), _decoder(model)
    _write(young, near)
    _write(old, near)
    before = _peak_memory()
    _write(old, length - near)
    alone = _peak_memory() - before
    ratio = _compared((old, old.snapshot()), (young, young.snapshot()), stretch)
    compilations = old.compilations
    begin(f"{length:,} characters as the engine writes them")
    passage = min(_PASSAGE, length // 3)
    context, text = Context(old), script(passage)
    context.seek(text)
    before = _peak_memory()
    while len(text) < length:
        context.seek(text)
        text += "".join(context.write(passage, Sampling(random_seed=len(text))))
    with_snapshots = _peak_memory() - before
    return [
        Figure(f"a character at {length:,}, written there", ratio, "x", 1.05),
        Figure("growth of memory on the way there", alone, "MB", 5),
        Figure("times the network was compiled on the way", compilations, "", 1),
        Figure("the same with places to return to", with_snapshots, "MB", 5),
    ]


def _decoder(model: ModelBundle) -> Decoder:
    return Decoder(model.spec, model.vocabulary, model.weights())


def _compared(far: tuple[Decoder, Snapshot], near: tuple[Decoder, Snapshot], stretch: int) -> float:
    """The time of a character at one place divided by that at another.

    The places take turns, so that a machine that slows down does so for both.
    """
    best = [float("inf")] * 2
    for _ in range(_ROUNDS):
        for n, (decoder, snapshot) in enumerate((far, near)):
            decoder.restore(snapshot)
            began = time.perf_counter()
            _write(decoder, stretch)
            best[n] = min(best[n], (time.perf_counter() - began) / stretch)
    return best[0] / best[1]


def _write(decoder: Decoder, length: int) -> None:
    for _ in decoder.write(length, Sampling()):
        pass


def _peak_memory() -> float:
    """The peak memory of this process in megabytes; 0 on Windows, where it is not known."""
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
