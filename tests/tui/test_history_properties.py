"""Whatever a writer does: the decoder is in step, nothing is lost, and it is all on the disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.session.manuscript import Manuscript, Written
from tests.conftest import random_weights, small_model
from tests.model.test_context import read_afresh

LINES = st.text(st.sampled_from("abcdefgh.' \n\u2019é中"), min_size=1, max_size=40)
ACTIONS = (
    "write", "line", "undo", "redo", "retry", "next take", "takes", "edit", "cut", "jump", "model"
)  # fmt: skip


@pytest.fixture(scope="module")
def other_decoder() -> Decoder:
    """Another model, with another vocabulary."""
    model = small_model()
    return Decoder(model.spec, model.vocabulary, random_weights(model.spec), jit=False)


class NoModel:
    """Stands in for a context where only the text matters."""

    def seek(self, text: str) -> None:
        pass

    def write(self, length: int, sampling: Sampling) -> Iterator[str]:
        yield "word " * length


class Session:
    """A manuscript and the models that write it, as the stage and the engine use them."""

    def __init__(self, data: st.DataObject, *decoders: Decoder) -> None:
        self.draw = data.draw
        self.manuscript = Manuscript()
        self.contexts: list[Any] = [Context(decoder) for decoder in decoders] or [NoModel()]
        self.context = self.contexts[0]
        self.written: dict[int, str] = {}

    @property
    def text(self) -> str:
        return self.manuscript.scene.text

    def pieces(self, seed: int) -> Iterator[str]:
        self.context.seek(self.text)
        yield from self.context.write(
            self.draw(st.integers(1, 60)), Sampling(1.5, random_seed=seed)
        )

    def write(self) -> None:
        """The model writes one or more passages; the engine may be ahead of what is shown."""
        reply = None
        for _ in range(self.draw(st.integers(1, 2))):
            seed = self.draw(st.integers(0, 9))
            passage = self.manuscript.begin("a model", "f", {"temperature": 1.5}, seed, reply)
            for piece in self.pieces(seed):
                self.manuscript.extend(passage, piece)
            next(self.context.write(16, Sampling(random_seed=seed)))
            self.manuscript.scene.end(passage, "stopped")
            reply = reply or passage

    def do(self, action: str) -> None:
        manuscript, scene, before = self.manuscript, self.manuscript.scene, self.text
        match action:
            case "write":
                self.write()
            case "line":
                manuscript.add_line(self.draw(LINES))
                assert self.text.startswith(before)
            case "undo":
                if manuscript.undo():
                    undone = self.text
                    assert manuscript.redo()
                    assert self.text == before
                    manuscript.undo()
                    assert self.text == undone
            case "redo":
                manuscript.redo()
            case "retry":
                if (last := manuscript.retry()) is not None:
                    assert before.startswith(self.text)
                    self.write()
                    assert scene.last_of_reply(last).id in manuscript.takes()
            case "next take":
                count = len(manuscript.takes())
                if manuscript.next_take():
                    assert len(manuscript.takes()) == count > 1
            case "takes":
                replies = st.lists(LINES, min_size=1, max_size=3)
                texts = self.draw(st.lists(replies, min_size=1, max_size=5))
                after, offset = (scene.head, scene.head_at), len(before)
                if (reply := manuscript.reply) is not None and self.draw(st.booleans()):
                    after, offset = reply
                takes = [[Written(t, "m", "f", {}, 1, "length") for t in take] for take in texts]
                ids = manuscript.add_takes(takes, after)
                assert self.text == before
                if (picked := self.draw(st.integers(0, len(ids)))) < len(ids):
                    manuscript.jump(ids[picked])
                    assert self.text == before[:offset] + "".join(texts[picked])
                    assert set(ids) <= set(manuscript.takes())
                    self.takes_back(before)
            case "edit" if before:
                found = scene.passage_at(self.draw(st.integers(0, len(before))))
                assert found is not None
                passage, begin, end = found
                edited = self.draw(LINES | st.just(""))
                manuscript.edit(passage.id, edited)
                assert self.text == before[:begin] + edited + before[end:]
                self.takes_back(before)
            case "cut" if before:
                at = self.draw(st.integers(0, len(before) - 1))
                assert manuscript.cut(at)
                assert self.text == before[:at]
                self.takes_back(before)
            case "jump" if scene.passages:
                manuscript.jump(self.draw(st.sampled_from(sorted(scene.passages))))
                self.takes_back(before)
            case "model":
                self.context = self.contexts[self.draw(st.integers(0, len(self.contexts) - 1))]

    def takes_back(self, before: str) -> None:
        """One undo brings the old text back, one redo the new one again."""
        after = self.text
        if after != before:
            assert self.manuscript.undo()
            assert self.text == before
            assert self.manuscript.redo()
            assert self.text == after

    def check(self) -> None:
        text, manuscript = self.text, self.manuscript
        passages = manuscript.scene.passages
        assert {id: passages[id].text for id in self.written} == self.written
        self.written = {id: passage.text for id, passage in passages.items()}
        assert manuscript.length == len(text)
        assert not manuscript.problem

    def check_state(self) -> None:
        text = self.text
        self.context.seek(text)
        now, fresh = self.context.decoder.snapshot(), read_afresh(self.context.decoder, text)
        assert now.position == fresh.position
        assert all(np.array_equal(a, b) for a, b in zip(now.arrays, fresh.arrays, strict=True))

    def check_disk(self) -> None:
        scene, path = self.manuscript.scene, self.manuscript.path
        self.manuscript.close()
        if path is None:
            assert not scene.passages
            return
        again, notice = Manuscript.open(path)
        assert not notice
        kept, meant = again.scene.passages.values(), scene.passages.values()
        assert [passage.event() for passage in kept] == [passage.event() for passage in meant]
        assert (again.scene.head, again.scene.head_at) == (scene.head, scene.head_at)
        scene.on_event = None
        while scene.undo():  # the way back is kept too
            assert again.scene.undo()
            assert again.scene.text == scene.text
        again.close()


BRISK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(BRISK, max_examples=60)
@given(st.data())
def test_whatever_a_writer_does_nothing_is_lost(home: Path, data: st.DataObject) -> None:
    session = Session(data)
    for action in data.draw(st.lists(st.sampled_from(ACTIONS), max_size=12)):
        session.do(action)
        session.check()
    session.check_disk()


@settings(BRISK, max_examples=6)
@given(st.data())
def test_whatever_a_writer_does_the_decoder_is_in_step(
    home: Path, shared_decoder: Decoder, other_decoder: Decoder, data: st.DataObject
) -> None:
    session = Session(data, shared_decoder, other_decoder)
    for action in data.draw(st.lists(st.sampled_from(ACTIONS), max_size=12)):
        session.do(action)
        session.check_state()
