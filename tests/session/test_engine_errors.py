"""Unexpected errors in the engine's thread, at each of its requests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driver import Driver

from bardtui import paths
from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.decoder import Decoder
from bardtui.model.store import ModelBundle
from bardtui.scene.journal_reader import read_scene
from bardtui.session.events import Notice, TakesEnded
from bardtui.settings import Settings
from tests.conftest import VERSE


class Steps:
    """How many calls of a network are left before one fails."""

    left = 10**9


@pytest.fixture(autouse=True)
def models(installed: ModelBundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two models with an index whose networks can fail, `tiny` and `other`."""
    index = CorpusIndex.of([("Verse", [VERSE])])
    for name in ("tiny", "other"):
        installed.save(paths.models_dir() / name, installed.weights(), index)
    genuine = Decoder.step

    def step(self: Decoder, *args: Any, **options: Any) -> Any:
        Steps.left -= 1
        if Steps.left < 0:
            raise RuntimeError("the network is gone")
        return genuine(self, *args, **options)

    monkeypatch.setattr(Steps, "left", 10**9)
    monkeypatch.setattr(Decoder, "step", step)


def send(driver: Driver) -> None:
    driver.send("BEN:")


def go_on(driver: Driver) -> None:
    driver.send()


def retry(driver: Driver) -> None:
    driver.session.retry()
    driver.idle()


def take(driver: Driver) -> None:
    driver.session.takes.write(3, instead=True)
    driver.takes()
    assert TakesEnded(failed=True) in driver.events


def suggest(driver: Driver) -> None:
    driver.session.suggestions.ask("The lamp is")
    driver.until(lambda: "failed" in driver.notices())


def read_another_text(driver: Driver) -> None:
    driver.session.editing.substitute([(0, 3, "BEN")])
    driver.send()


def load(driver: Driver) -> None:
    Steps.left = 0  # a decoder that is lent takes a step only to read the scene
    driver.session.set_model("other")
    driver.until(lambda: driver.session.model_states.get("other") == "unusable")


def errors(driver: Driver) -> list[str]:
    notices = [event for event in driver.events if isinstance(event, Notice)]
    return [event.values["reason"] for event in notices if event.severity == "error"]


def check_that_it_is_one_line_and_nothing_is_lost(driver: Driver) -> None:
    """Check what was said and saved of an error, and that writing goes on."""
    session = driver.session
    (reason,) = errors(driver)
    assert reason == f"Internal error (RuntimeError). Details are in {paths.bug_log_file()}"
    log = paths.bug_log_file().read_text()
    assert log.count("Traceback") == log.count("RuntimeError: the network is gone") == 1
    assert driver.shown == session.text
    session.set_model("tiny")
    before = session.text
    driver.send()
    assert len(session.text) > len(before)
    assert len(errors(driver)) == 1
    scene, damage = read_scene(session.manuscript.path)
    assert scene.text == session.text
    assert not damage


@pytest.mark.parametrize("ask", [send, go_on, retry, take, suggest, read_another_text, load])
def test_an_error_in_the_network_is_one_line_and_nothing_is_lost(
    ask: Callable[[Driver], None],
) -> None:
    with Driver(settings=Settings(suggestions=True)) as driver:
        driver.send("ANN:")
        before = driver.session.text
        Steps.left = 1
        ask(driver)
        Steps.left = 10**9
        assert driver.session.text[4:].startswith(before[4:])
        check_that_it_is_one_line_and_nothing_is_lost(driver)


def test_an_error_while_copies_are_looked_for_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("the network is gone")

    with Driver() as driver:
        with monkeypatch.context() as broken:
            broken.setattr(CorpusIndex, "find", fail)
            driver.send("ANN:")
            driver.until(lambda: "failed" in driver.notices())
        assert driver.session.copies.words == ""
        check_that_it_is_one_line_and_nothing_is_lost(driver)


def test_a_loaded_model_writes_on_when_its_folder_can_no_longer_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stat = Path.stat

    def refuse(path: Path, **options: Any) -> Any:
        if path.is_relative_to(paths.models_dir()):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    with Driver() as driver:
        driver.send("ANN:")
        with monkeypatch.context() as broken:
            broken.setattr(Path, "stat", refuse)
            driver.send("BEN:")
        assert driver.session.text.index("BEN:\n") < len(driver.session.text) - len("BEN:\n")
        assert errors(driver) == []
