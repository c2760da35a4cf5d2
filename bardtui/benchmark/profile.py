"""Time of one written character, split into the parts of the program."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bardtui.benchmark import Figure
from bardtui.benchmark.long_scene import PIECE
from bardtui.benchmark.scene import script
from bardtui.benchmark.screen import showing
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import SUFFIX
from bardtui.scene.scene import Scene

_ROUNDS = 7
_STEPS = 1_024  # of the network alone, in one call


def profile(model: ModelBundle, begin: Callable[[str], None]) -> list[Figure]:
    """Return the microseconds a character that each part takes, the best of several rounds.

    The cost between the steps of the network is a difference: of a call with one step, a call with
    many steps, and the same number of steps of the network alone.
    """
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    begin("the network's steps")
    alone = _best(_steps_alone(decoder)) / _STEPS
    begin("sampling, and the way there and back")
    one = _best(lambda: decoder.step((), 1, Sampling()))
    for _ in range(_ROUNDS):  # it learns how many steps fit into a frame
        decoder.step((), decoder.at_once, Sampling())
    count = decoder.at_once
    many = _best(lambda: decoder.step((), count, Sampling()))
    step = (many - one) / max(1, count - 1)
    begin("the journal")
    journal = _journal()
    begin("the screen")
    screen = showing(model)
    return [
        _figure("the network", alone),
        _figure("drawing a character, and its probability", step - alone),
        _figure(f"calls of the network, each {count} characters", (one - step) / count),
        _figure("the journal", journal),
        _figure(f"the screen, a picture for every {PIECE} characters", screen),
    ]


def _figure(name: str, seconds: float) -> Figure:
    return Figure(name, 1e6 * max(0.0, seconds), "µs a character")


def _best(act: Callable[[], Any]) -> float:
    """The least time that `act` takes, in seconds, after a first call that is not counted."""
    act()
    taken = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _steps_alone(decoder: Decoder) -> Callable[[], Any]:
    """A function that runs only the layers of the network, with the most likely character."""
    import tensorflow as tf

    state = decoder.snapshot().arrays

    @tf.function(jit_compile=decoder.compiled)  # type: ignore[untyped-decorator]
    def run() -> Any:
        def step(i: Any, *state: Any) -> Any:
            return (i + 1, *decoder.network.advance(tf.argmax(state[-1], -1), state))

        begin = (tf.constant(0), *map(tf.convert_to_tensor, state))
        return tf.while_loop(lambda i, *_: i < _STEPS, step, begin)[-1]

    return lambda: run().numpy()


def _journal() -> float:
    """Seconds a character to keep a growing passage of a model in a journal."""
    text = script(50_000)
    with TemporaryDirectory() as folder:
        scene = Scene("measured")
        journal = Journal.create(Path(folder) / f"measured{SUFFIX}", scene)
        passage = scene.add("model", model="m", settings={}, random_seed=1)

        def write() -> None:
            for at in range(0, len(text), PIECE):
                scene.extend(passage.id, text[at : at + PIECE])

        spent = _best(write)
        journal.close()
    return spent / len(text)
