"""How far a run has come, from the events of `bardtui train --json`."""

import json
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from bardtui.escaping import one_line
from bardtui.training.curves import LossCurves

Phase = Literal["queued", "running", "stopping", "stopped", "finished", "failed"]

_MOST_SAMPLES = 500
_LONGEST_SAMPLE = 2_000  # characters
_WIDEST = 400  # cells of a message


def parsed(line: bytes) -> dict[str, Any] | None:
    """The event of a line; None for a line that is none."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and isinstance(values.get("event"), str) else None


@dataclass(frozen=True)
class Sample:
    """What the network wrote after an epoch, and its losses in nats a character."""

    epoch: int
    loss: float | None
    held_out: float | None
    text: str


@dataclass
class Progress:
    """The state of a run. Losses are in nats a character, `rate` is characters a second.

    Attributes:
        phase: Where the run stands.
        work: What it is doing before and after training, such as "reading my.txt".
        share: How much of that work is done, from 0 to 1, or None.
        title, characters: Those of the text.
        held_out: The model's loss at the end.
        before: The loss of the model that it started from, on the same text.
        steps_made: Whether it has trained since it was last started.
        copied: Of 1,000 characters that it writes, those that stand in its text; None if unknown.
        message: Why it failed.
        saved: Whether a stopped run can go on from where it was.
        published: Whether the model can be used already.
    """

    phase: Phase = "queued"
    work: str = ""
    share: float | None = None
    title: str = ""
    characters: int = 0
    parameters: int = 0
    epoch: int = 0
    epochs: int = 0
    loss: float | None = None
    rate: float = 0.0
    seconds_left: float | None = None
    steps_made: bool = False
    held_out: float | None = None
    before: float | None = None
    copied: int | None = None
    longest_copy: int = 0
    message: str = ""
    saved: bool = False
    published: bool = False
    notes: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=_MOST_SAMPLES))
    curves: LossCurves = field(default_factory=LossCurves)

    def take(self, event: dict[str, Any]) -> None:
        """Take in an event. What it lacks, or has in another type, stays as it was."""
        match event["event"]:
            case "queued":
                self.phase, self.message = "queued", ""
            case "begun":
                self.phase, self.work, self.share, self.message = "running", "starting", None, ""
                self.steps_made = False
            case "stopping":
                self.phase = "stopping"
            case "progress":
                self.work = one_line(_text(event, "work"), _WIDEST)
                done, total = _number(event, "done"), _number(event, "total")
                self.share = min(1.0, done / total) if done is not None and total else None
            case "text":
                self.title = one_line(_text(event, "title"), _WIDEST)
                self.characters = _count(event, "characters")
            case "note":
                self.notes.append(one_line(_text(event, "text"), _WIDEST))
            case "plan":
                self.parameters, self.epochs = _count(event, "parameters"), _count(event, "epochs")
                self.seconds_left = _number(event, "seconds_left")
            case "step":
                self._take_step(event)
            case "epoch":
                self._take_epoch(event)
            case "published":
                self.published = True
            case "comparison":
                self.before = _number(event, "before")
            case "copies":
                self.copied, self.longest_copy = _count(event, "copied"), _count(event, "longest")
            case "stopped":
                self.phase, self.saved = "stopped", event.get("saved") is True
            case "finished":
                self.phase, self.held_out = "finished", _number(event, "held_out")
                self.published, self.work = True, ""
            case "error":
                self.fail(_text(event, "message"))

    def end(self, message: str) -> None:
        """Take in that the process is gone. Without a last event, it was stopped or has crashed."""
        if self.phase == "stopping":
            self.phase, self.saved = "stopped", False
        elif self.phase == "running":
            self.fail(message)

    def fail(self, message: str) -> None:
        """Take in that the run has failed."""
        self.phase, self.message = "failed", one_line(message, _WIDEST)

    def _take_step(self, event: dict[str, Any]) -> None:
        self.work, self.share, self.steps_made = "", None, True
        self.epoch, self.epochs = _count(event, "epoch"), _count(event, "epochs")
        self.rate = _number(event, "rate") or 0.0
        self.seconds_left = _number(event, "seconds_left")
        if (loss := _number(event, "loss")) is not None:
            self.loss = loss
            self.curves.add_step(self.epoch, _count(event, "step"), _count(event, "steps"), loss)

    def _take_epoch(self, event: dict[str, Any]) -> None:
        epoch, held_out = _count(event, "epoch"), _number(event, "held_out")
        self.curves.add_epoch(epoch, held_out)
        text = _text(event, "sample")[:_LONGEST_SAMPLE]
        self.samples.append(Sample(epoch, _number(event, "loss"), held_out, text))


def _text(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _number(event: dict[str, Any], name: str) -> float | None:
    value: Any = event.get(name)
    valid = type(value) in (int, float) and abs(value) < 1e15 and math.isfinite(value)
    return float(value) if valid else None


def _count(event: dict[str, Any], name: str) -> int:
    return max(0, round(_number(event, name) or 0))
