"""Fixtures of all tests: an empty home folder for each, and one small trained model.

Without XLA, a small model is ready in a fifth of a second instead of one second, also in the
programs that tests start. The tiny model's decoders are compiled once and lent to many tests: they
write ten times as fast.
"""

import gc
import math
import os
import shutil
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from bardtui import paths
from bardtui.model.decoder import Decoder
from bardtui.model.loss import SegmentScorer
from bardtui.model.network import NetworkSpec, build_network
from bardtui.model.store import ModelBundle
from bardtui.model.vocabulary import Vocabulary
from bardtui.text.corpus import Corpus, Document
from bardtui.tf_startup import set_tensorflow_environment
from bardtui.training.optimizers import warmup_steps
from bardtui.training.plan import TrainPlan
from bardtui.training.step import TrainingStep
from tests.terminal import Terminal

set_tensorflow_environment()
os.environ["BARDTUI_XLA"] = "0"
# Networks of tests are so small that threads would cost more than they save.
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

# Otherwise each program that a test starts would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What the program saves it syncs, and the tests would wait for the disk. In memory nothing waits.
MEMORY = Path("/dev/shm")
if sys.platform == "linux" and MEMORY.is_dir():
    room = os.statvfs(MEMORY)
    if room.f_bavail * room.f_frsize > 2e9 and not room.f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# All tests together take a few minutes; `--hypothesis-profile=default` tries more examples.
settings.register_profile("brisk", max_examples=25, deadline=None)
settings.load_profile("brisk")

VERSE = """\
ANN:
The lamp is low, the house asleep;
the stair has counted every tread.

BEN:
What is it, then, that you would keep?
I thought the last of it was said.

[A door is heard below.]

"""
VERSE_CORPUS = Corpus("verse", "Verse", "", (Document("verse", VERSE * 40),))
TINY = Path(__file__).parent / "data" / "tiny"
TINY_SPEC = ModelBundle.load(TINY).spec
ONE_HOT = TINY.with_name("one-hot.keras")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: tests often wait for a program or a clock."""
    return (os.cpu_count() or 1) + 1


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test with a long value by the value's length."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > 99 else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the workshop: its runs have a low priority, and at the end all would wait."""
    items.sort(key=lambda item: item.path.parent.name != "workshop")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the modules and the tests, which all stay.

    It also runs less often: at Python's threshold of 700 it would take a tenth of the time.
    """
    gc.freeze()
    gc.set_threshold(50_000)
    if tensorflow := sys.modules.get("tensorflow"):
        # Graphs of tests are small: to optimize one takes longer than to run it as it is.
        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def pytest_sessionfinish() -> None:
    """Let the garbage collector pass over everything: pytest calls it five times at the end."""
    gc.freeze()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty BARDTUI_HOME."""
    monkeypatch.setenv("BARDTUI_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Terminals that are closed at the end of the test."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        if terminal.process.isalive():
            terminal.kill()


@pytest.fixture(scope="session")
def verse() -> Corpus:
    """A text of 7,280 characters that even a small network soon knows by heart."""
    return VERSE_CORPUS


@pytest.fixture(scope="session")
def tiny_model() -> ModelBundle:
    """A trained model of two layers of 24, read-only: tests.make_tiny_model makes it."""
    return ModelBundle.load(TINY)


@contextmanager
def compiled() -> Iterator[None]:
    """Let XLA compile the decoders that are built meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BARDTUI_XLA", raising=False)
        yield


_Kind = tuple[NetworkSpec, int, bool]


class Decoders:
    """Builds decoders like the class Decoder, and lends them again to the tests that follow.

    Those of the tiny model are compiled by XLA, unless `slow` is true.
    """

    def __init__(self) -> None:
        self.slow = False
        self._free: dict[_Kind, list[Decoder]] = {}
        self._lent: list[tuple[_Kind, Decoder]] = []

    def __call__(
        self,
        spec: NetworkSpec,
        vocabulary: Vocabulary,
        weights: Sequence[NDArray[np.float32]],
        *,
        streams: int = 1,
    ) -> Decoder:
        often = spec == TINY_SPEC and not self.slow
        kind = spec, streams, often or os.environ.get("BARDTUI_XLA") != "0"
        if free := self._free.get(kind):
            decoder = free.pop()
            decoder.vocabulary = vocabulary
            decoder.set_weights(weights)
        else:
            with compiled() if often else nullcontext():
                decoder = Decoder(spec, vocabulary, weights, streams=streams)
        self._lent.append((kind, decoder))
        return decoder

    def fit(self, length: Any, pace: Any) -> None:
        """Write slowly if a test may interrupt a passage of such a length, shown at such a pace."""
        self.slow = length > 600 or pace not in (None, math.inf)

    def take_back(self) -> None:
        """Lend the decoders again, unless an engine is still writing with one."""
        if not any(thread.name == "engine" for thread in threading.enumerate()):
            for kind, decoder in self._lent:
                self._free.setdefault(kind, []).append(decoder)
        self._lent.clear()


DECODERS = Decoders()


class LentStep:
    """A training step that another run may have when nobody holds this object any more."""

    def __init__(self, step: TrainingStep) -> None:
        self._step = step

    def __call__(self, inputs: Any, targets: Any) -> float:
        return self._step(inputs, targets)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._step, name)


class TrainingSteps:
    """Compiles training steps like the class TrainingStep, and uses them again for later runs."""

    def __init__(self) -> None:
        self._free: dict[Any, list[tuple[TrainingStep, Any]]] = {}

    def __call__(
        self,
        plan: TrainPlan,
        spec: NetworkSpec,
        steps: int,
        strategy: Any,
        start: Sequence[NDArray[np.float32]] | None = None,
    ) -> LentStep:
        alike = replace(plan, seq_len=1, epochs=1, random_seed=1)
        if plan.carry == 1:
            alike = replace(alike, batch_size=1)
        kind = alike, spec, warmup_steps(plan.optimizer, steps), strategy
        free = self._free.setdefault(kind, [])
        if free:
            step, optimizer = free.pop()
            network = build_network(spec, stateful=False, precision=plan.precision)
            if start is not None:
                network.set_weights(start)
            weights, values = network.get_weights(), [v.numpy() for v in network.variables]
            new = {"network": values, "averages": weights, "optimizer": optimizer}
            step.assign(step.arrays() | new)
            step.reset_state()
            step.steps.assign(steps)
        else:
            step = TrainingStep(plan, spec, steps, strategy, start)
            optimizer = step.arrays()["optimizer"]
        lent = LentStep(step)
        weakref.finalize(lent, free.append, (step, optimizer))
        return lent


# To build one takes longer than most tests: each is lent to the tests that follow. A scorer has no
# state but the weights that it is given.
LENT: dict[str, tuple[Any, Any]] = {
    "TrainingStep": (TrainingStep, TrainingSteps()),
    "Decoder": (Decoder, DECODERS),
    "SegmentScorer": (SegmentScorer, lru_cache(maxsize=8)(SegmentScorer)),
}


@lru_cache(maxsize=1)
def borrowers(imported: int) -> list[tuple[ModuleType, str]]:
    """The modules and names to lend to, as long as `imported` modules are imported."""
    modules = sys.modules.copy().items()  # another thread may be importing
    own = [module for name, module in modules if name.startswith("bardtui.")]
    return [(module, n) for module in own for n in LENT if vars(module).get(n) in LENT[n]]


@pytest.fixture(autouse=True)
def lent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program uses decoders and scorers of earlier tests."""
    for module, name in borrowers(len(sys.modules)):
        monkeypatch.setattr(module, name, LENT[name][1])
    yield
    DECODERS.take_back()
    DECODERS.slow = False


@pytest.fixture(scope="session")
def shared_decoder(tiny_model: ModelBundle) -> Decoder:
    """The tiny model's decoder in some state; use `decoder` instead, which starts a new text."""
    with compiled():
        return Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights())


@pytest.fixture
def decoder(shared_decoder: Decoder) -> Decoder:
    """The tiny model's decoder at the start of a new text."""
    shared_decoder.reset()
    return shared_decoder


@pytest.fixture
def installed(tiny_model: ModelBundle, home: Path) -> ModelBundle:
    """The tiny model among the user's models, under the name `tiny`."""
    assert tiny_model.folder is not None
    shutil.copytree(tiny_model.folder, paths.models_dir() / "tiny")
    return ModelBundle.load(paths.models_dir() / "tiny")


def random_weights(spec: NetworkSpec, seed: int = 0) -> list[NDArray[np.float32]]:
    """Random weights, large enough that every fault shows in the numbers."""
    rng = np.random.default_rng(seed)
    shapes: Sequence[tuple[int, ...]] = list(spec.weight_shapes().values())
    return [rng.normal(0, 0.5, shape).astype(np.float32) for shape in shapes]


def small_model(**changes: object) -> ModelBundle:
    """A model with a few characters, not saved yet."""
    vocabulary = Vocabulary.of("\n abcdefgh.'")
    sizes: dict[str, object] = {"embedding_dim": 5, "units": 6} | changes
    spec = NetworkSpec(vocabulary_size=len(vocabulary), **sizes)  # type: ignore[arg-type]
    return ModelBundle(name="small", spec=spec, vocabulary=vocabulary)
