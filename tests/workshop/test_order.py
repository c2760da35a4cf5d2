"""Orders on disk, and what is in a text before it is trained on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.model.store import ModelBundle
from bardtui.text.corpus import CorpusError
from bardtui.workshop.order import Order, OrderError
from bardtui.workshop.progress import Progress, parsed
from bardtui.workshop.survey import free_name, survey

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
EVENTS = st.sampled_from(
    ["begun", "progress", "text", "note", "plan", "step", "epoch", "copies", "stopped", "finished"]
)
FIELDS = st.sampled_from(
    ["loss", "epoch", "epochs", "step", "steps", "rate", "sample", "held_out", "text", "title"]
)


def test_an_order_is_kept_as_it_is(tmp_path: Path) -> None:
    order = Order("mine", "/a b.txt", 5, base="pocket", options=("--units=5",), ordered=7.5)
    (tmp_path / "mine").mkdir()
    order.save(tmp_path / "mine")
    assert Order.load(tmp_path / "mine") == order
    (tmp_path / "mine").rename(tmp_path / "other")
    with pytest.raises(OrderError):
        Order.load(tmp_path / "other")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("minutes", number) for number in (10**400, -1, True, float("nan"))),
        *(("ordered", number) for number in (10**400, 1e308, float("inf"), "1")),
        *(("source", text) for text in ("a\0b", "\ud800", "a" * 5_000)),
        *(("options", options) for options in (["\0"], [["--json"]], "--json", 7)),
    ],
)
def test_a_hostile_order_is_refused(tmp_path: Path, name: str, value: Any) -> None:
    values = asdict(Order("mine", "a.txt", 5)) | {name: value}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "order.json").write_text(json.dumps(values))
    with pytest.raises(OrderError, match="is not an order for a run"):
        Order.load(tmp_path / "mine")


def test_an_order_whose_name_acts_on_a_terminal_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "\x1b[2J\u202e"
    folder.mkdir()
    Order(folder.name, "a.txt", 5).save(folder)
    with pytest.raises(OrderError, match="is not an order for a run"):
        Order.load(folder)


def test_an_order_is_a_command(tmp_path: Path) -> None:
    order = Order("mine", "a.txt", 0.5, base="pocket", description="--resume")
    assert order.arguments(resume=True) == [
        *("train", "a.txt", "--name=mine", "--minutes=0.5", "--from=pocket"),
        *("--description=--resume", "--resume", "--json"),
    ]


@given(EVENTS, st.dictionaries(FIELDS, JSON, max_size=6))
def test_any_event_leaves_the_progress_usable(event: str, values: dict[str, object]) -> None:
    progress = Progress()
    progress.take({**values, "event": event})
    points = progress.curves.training + progress.curves.held_out
    assert all(isinstance(number, float | int) for point in points for number in point)
    assert isinstance(progress.rate, float)
    assert progress.message.isprintable() or not progress.message


@given(st.binary(max_size=50))
def test_any_line_is_an_event_or_none(line: bytes) -> None:
    event = parsed(line)
    assert event is None or isinstance(event["event"], str)


def test_a_text_is_described(home: Path, installed: ModelBundle) -> None:
    (home / "b.txt").write_bytes("\ufeffANN:\r\nThe lamp ☃ \x07is low.\r\n".encode() * 12)
    found = survey(str(home / "b.txt"), "tiny")
    assert (found.title, found.documents, found.unknown) == ("b", 1, "☃")
    assert found.sample.startswith("ANN:\nThe lamp")
    assert any("removed" in note for note in found.notes)


def test_a_text_that_cannot_be_read_is_refused_in_a_line(home: Path) -> None:
    (home / "utf16.txt").write_text("The lamp is low.", encoding="utf-16")
    for name, message in (("utf16.txt", "UTF-16"), ("nothing.txt", "there is no text")):
        with pytest.raises(CorpusError, match=message):
            survey(str(home / name))


def test_a_suggested_name_is_free(installed: ModelBundle) -> None:
    assert free_name("Das Mädchen & ich!") == "das-madchen-ich"
    assert free_name("tiny") == "tiny-2"
    assert free_name("Tiny", {"tiny-2"}) == "tiny-3"
    assert free_name("愛") == "my-model"
