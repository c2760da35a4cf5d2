"""Load: a thousand scenes, two hundred models, a huge paste, and a day of writing."""

import gc
import json
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from textual.events import Paste

from bardtui import paths
from bardtui.benchmark.scene import save_scene, script
from bardtui.model.decoder import Snapshot, Trail
from bardtui.model.sampling import Sampling
from bardtui.model.vocabulary import Vocabulary
from bardtui.scene.journal_reader import read_scene
from bardtui.settings import Settings
from bardtui.tui.app import BardApp
from bardtui.tui.screens.scenes import ScenesScreen
from bardtui.tui.widgets.scenelist import SceneList
from bardtui.tui.widgets.seedline import LIMIT
from tests.conftest import random_weights, small_model
from tests.trust.conftest import times
from tests.trust.test_random_events import until
from tests.tui.hosts import press

MEGABYTE = 1_000_000
WARM = 10  # passages


def small(length: int) -> None:
    """Install an untrained small model, remembered with passages of this length."""
    model = small_model()
    model.save(paths.models_dir() / "small", random_weights(model.spec))
    values = {"model": "small", "length": length, "pace": None}
    paths.remembered_file().write_text(json.dumps(values))


class Quick:
    """Stands in for a decoder: writes a known text at once, with snapshots as large as those of
    two layers of 512."""

    compiled = True
    trail = Trail()

    def __init__(self, spec: object, vocabulary: Vocabulary, weights: object) -> None:
        self.vocabulary = vocabulary
        self.position = 0
        self.at_once = 256
        self._text = script(4_080 + 256)

    def reset(self, position: int = 0) -> None:
        self.position = position

    def snapshot(self) -> Snapshot:
        return Snapshot(self.position, (np.broadcast_to(np.float32(0), (4, 1, 512)),))

    def snapshot_on(self, trail: Trail, position: int) -> None:
        return None

    def restore(self, snapshot: Snapshot) -> None:
        self.position = snapshot.position

    def read(self, indices: np.ndarray) -> np.ndarray:
        self.position += len(indices)
        return np.zeros(len(indices), np.float32)

    def peek(self, sampling: Sampling) -> str:
        return "a"

    def write(self, length: int, sampling: Sampling, **options: object) -> Iterator[str]:
        while length > 0:
            begin, count = self.position % 4_080, min(self.at_once, length)
            self.position += count
            length -= count
            yield self._text[begin : begin + count]


# -- many of everything ----------------------------------------------------------------------------


async def test_a_thousand_scenes_two_hundred_models_and_a_paste_of_five_megabytes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bardtui.model.decoder.Decoder", Quick)
    monkeypatch.setattr(paths, "bundled_models", lambda: home / "none")
    small(20)
    for number in range(199):
        folder = paths.models_dir() / f"model-{number:03}"
        shutil.copytree(paths.models_dir() / "small", folder)
        if number % 50 == 7:
            (folder / "model.json").write_text("{}")
    first = save_scene(paths.scenes_dir(), "first", 5_000)
    for number in range(999):
        (paths.scenes_dir() / f"{number:03}.scene.jsonl").write_bytes(first.read_bytes())
    app = BardApp()
    async with app.run_test(size=(120, 34)) as pilot:
        stage, models = app.stage, app.stage.side.models
        await until(pilot, lambda: len(models.entries) == 200, "the models are not listed")
        sound = [entry.name for entry in models.entries if entry.error is None]
        assert len(sound) == 196
        models.focus()
        await press(pilot, "end", *["up"] * 4, "enter")  # broken models come last
        await until(pilot, lambda: stage.session.model == sound[-1], "it is not picked")
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ScenesScreen), "no list of scenes")
        scenes = app.screen
        await until(
            pilot, lambda: scenes.query_one(SceneList).scene_count == 1_000, "not all are listed"
        )
        await press(pilot, "end", "enter")
        await until(pilot, lambda: app.screen is stage, "it does not open")
        before = stage.session.text
        app.post_message(Paste("word\r\n" * (5 * MEGABYTE // 6)))
        await until(pilot, lambda: len(stage.seed_line.text) == LIMIT, "nothing is pasted")
        await press(pilot, "enter")
        scene = stage.session.manuscript.scene
        await until(pilot, lambda: scene.length > len(before) + LIMIT, "nothing is written")
        await until(pilot, lambda: not stage.session.writing, "it does not end")
        assert scene.text.startswith(before)
        assert scene.text.count("word\n") == LIMIT // 5
        assert stage.transcript.text == scene.text


# -- a day of writing ------------------------------------------------------------------------------


@pytest.mark.timeout(3_600)
async def test_a_day_of_writing_needs_only_the_memory_of_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Twenty-four hours at the pace of reading, 120 characters a second, are 518 such passages.
    length, passages = times(5_000, 20_000), times(WARM + 6, 518)
    monkeypatch.setattr("bardtui.model.decoder.Decoder", Quick)
    small(length)
    app = BardApp(
        settings=Settings(newcomers="free", spelling=False, vary_words=False, avoid_loops=False)
    )
    held: list[int] = []
    async with app.run_test(size=(120, 12)) as pilot:
        stage = app.stage
        await until(pilot, lambda: stage.session.model_states.get("small") == "ready", "not loaded")
        for passage in range(1, passages + 1):
            if passage == WARM - 4:  # tracing takes time; what is held from before is soon replaced
                tracemalloc.start()
            await press(pilot, "enter")
            scene = stage.session.manuscript.scene
            await until(
                pilot,
                lambda: len(scene.passages) == passage and not stage.session.writing,  # noqa: B023
                "it does not end",
            )
            if passage in (WARM, passages):
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert stage.transcript.text == scene.text
        path = stage.session.manuscript.path
    # The first passages also fill caches of styles and rows; after them only text is added.
    warm, end = held
    # A megabyte is for what happens once, such as a cache that fills or a module that is imported.
    assert end - warm < (1 + 6) * length * (passages - WARM) + MEGABYTE
    assert path is not None
    assert read_scene(path)[0].text == scene.text
