"""Test scenes of any length, and the speed and memory of writing far into one."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from bardtui.benchmark import Figure
from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.snapshots import Snapshot
from bardtui.model.store import ModelBundle
from bardtui.scene.journal_reader import SUFFIX, encode, encode_header
from bardtui.scene.scene import OPENED, Scene

LAST_LINE = "And so the lamp went down, and he that had counted every tread stood in the dark"
_PASSAGE, _CHUNK = 20_000, 1_000  # characters of a model's passage, and of a line of its journal
_NEAR, _FAR = 1_000, 1_000_000  # characters before the place that is written from
_ROUNDS = 5
_STRETCH = 2_000  # characters written at a place to measure it

_SPEECHES = (
    "ANN:\nThe lamp is low, the house asleep;\nthe stair has counted every tread.\n\n",
    "BEN:\nWhat is it, then, that you would keep?\nI thought the last of it was said, and nobody "
    "would come to ask for more of it tonight than that.\n\n",
    "[A door is heard below.]\n\n",
)


def script(length: int) -> str:
    """A text of exactly `length` characters, at least some hundred: speeches, then LAST_LINE."""
    speeches, room = "".join(_SPEECHES), length - len(LAST_LINE) - 1
    return (speeches * (room // len(speeches) + 1))[:room] + "\n" + LAST_LINE


def save_scene(folder: Path, title: str, length: int) -> Path:
    """Save a scene of `length` characters written by a model; return its path."""
    scene, text = Scene(title), script(length)
    lines = [encode_header(scene)]
    scene.on_event = lambda event: lines.append(encode(event))
    for begin in range(0, length, _PASSAGE):
        passage = scene.add("model", model="m", settings={"temperature": 0.8}, random_seed=begin)
        whole = text[begin : begin + _PASSAGE]
        for at in range(0, len(whole), _CHUNK):
            scene.extend(passage.id, whole[at : at + _CHUNK])
        scene.end(passage.id, OPENED)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{title}{SUFFIX}"
    path.write_bytes(b"".join(lines))
    return path


def far_along(model: ModelBundle) -> list[Figure]:
    """What a character costs far into a text against near its beginning, and what is compiled.

    The network is put at both places by restoring a snapshot under that position: what it
    remembers has the same size anywhere. `whole_way` really writes that far.
    """
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    _write(decoder, _NEAR)
    near = decoder.snapshot()
    ratio = _compared((decoder, Snapshot(_FAR, near.arrays)), (decoder, near))
    return [
        Figure("a character at 1,000,000 against one at 1,000", ratio, "x", 1.05),
        Figure("times the network was compiled", decoder.compilations, "", 1),
    ]


def whole_way(model: ModelBundle, length: int, begin: Callable[[str], None]) -> list[Figure]:
    """Write `length` characters, by the network alone and as the engine does, passage by passage.
    A character there is compared with one near the beginning of another network's text."""
    figures = []
    begin(f"{length:,} characters by the network alone")
    young, old = (Decoder(model.spec, model.vocabulary, model.weights()) for _ in range(2))
    _write(young, _NEAR)
    _write(old, _NEAR)
    before = _peak_memory()
    _write(old, length - _NEAR)
    grown = _peak_memory() - before
    ratio = _compared((old, old.snapshot()), (young, young.snapshot()))
    figures += [
        Figure(f"a character at {length:,}, written there", ratio, "x", 1.05),
        Figure("growth of memory on the way there", grown, "MB", 5),
        Figure("times the network was compiled on the way", old.compilations, "", 1),
    ]
    begin(f"{length:,} characters as the engine writes them")
    context, text = Context(old), script(_PASSAGE)
    context.seek(text)
    before = _peak_memory()
    while len(text) < length:
        context.seek(text)
        text += "".join(context.write(_PASSAGE, Sampling(random_seed=len(text))))
    grown = _peak_memory() - before
    return [*figures, Figure("the same with places to return to", grown, "MB", 5)]


def _compared(far: tuple[Decoder, Snapshot], near: tuple[Decoder, Snapshot]) -> float:
    """What a character costs at the one place against the other: in turns, so that a machine that
    slows down does so for both."""
    best = [float("inf")] * 2
    for _ in range(_ROUNDS):
        for n, (decoder, snapshot) in enumerate((far, near)):
            decoder.restore(snapshot)
            began = time.perf_counter()
            _write(decoder, _STRETCH)
            best[n] = min(best[n], (time.perf_counter() - began) / _STRETCH)
    return best[0] / best[1]


def _write(decoder: Decoder, length: int) -> None:
    for _ in decoder.write(length, Sampling()):
        pass


def _peak_memory() -> float:
    """The most memory that this process has had, in megabytes; 0 where that is not told."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
