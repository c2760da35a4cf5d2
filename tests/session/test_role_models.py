"""A role's own model, changed on the disk while it writes."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from driver import Driver

from bardtui import paths
from bardtui.model.store import ModelBundle
from bardtui.scene.cast import Cast, Role
from bardtui.scene.passage import Passage

ROLES = Cast((Role("ANN", "writer"), Role("BEN", "model", model="own")))


def train_again(folder: Path, model: ModelBundle) -> None:
    """Replace the model, while the clock stands still."""
    before = (folder / "model.json").stat()
    model.save(folder, [-weight for weight in model.weights()])
    os.utime(folder / "model.json", ns=(before.st_atime_ns, before.st_mtime_ns))


def delete(folder: Path, model: ModelBundle) -> None:
    shutil.rmtree(folder)


def damage(folder: Path, model: ModelBundle) -> None:
    (folder / "model.json").write_text("{")


@pytest.mark.parametrize("change", [train_again, delete, damage])
def test_a_models_files_may_change_while_it_writes(
    change: Callable[[Path, ModelBundle], None], installed: ModelBundle
) -> None:
    folder = paths.models_dir() / "own"
    installed.save(folder, installed.weights())

    with Driver(length=200, pace=400.0) as driver:
        session = driver.session

        def speech() -> Passage:
            return session.manuscript.scene.path()[-1][0]

        session.keep_cast(ROLES)
        session.send("The lamp is low.")
        driver.until(lambda: len(driver.shown) > len("ANN:\nThe lamp is low.\n\nBEN:\n"))
        change(folder, installed)
        driver.idle()
        first = speech()
        assert (first.model, first.fingerprint) == ("own", installed.sha256)
        driver.send("What is it, then?")
        if change is damage:
            assert "model_unusable" in driver.notices()
            assert driver.shown.endswith("ANN:\nWhat is it, then?\n")
        else:
            assert speech().model == "own"
            trained_again = speech().fingerprint != first.fingerprint
            assert trained_again == (change is train_again)
        assert driver.shown == session.text


def test_a_run_may_save_a_model_at_any_moment_while_it_is_loaded(installed: ModelBundle) -> None:
    """Another thread saves it over and over, as a run with very short epochs would."""
    weights, ended = installed.weights(), threading.Event()
    versions = [[weight * sign for weight in weights] for sign in (1, -1)]

    def publish() -> None:
        while not ended.is_set():
            for version in versions:
                installed.save(installed.folder or Path(), version)

    run = threading.Thread(target=publish)
    run.start()
    try:
        with Driver(length=5, pace=1_000.0) as driver:
            for _ in range(4):
                driver.send("ANN:")
            assert "model_unusable" not in driver.notices()
            assert "writing_failed" not in driver.notices()
            assert driver.shown == driver.session.text
    finally:
        ended.set()
        run.join()
