"""Comparing models in a process of its own, so that the interface stays quick meanwhile."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from bardtui.errors import UserError
from bardtui.workshop import process
from bardtui.workshop.process import WHERE, give_way, last_line

_LONGEST_LINE = 1 << 20  # bytes


@dataclass(frozen=True)
class Figures:
    """What was measured of a model: its loss in nats a character, None without a text; the
    characters that it did not know and skipped; its speed in characters a second; the number of
    words that are kept with it."""

    model: str
    loss: float | None
    left_out: str
    speed: float
    words: int


async def measure(models: Sequence[str], text: str, deliver: Callable[[Figures], object]) -> None:
    """Measure models on the end of a text, or their speed alone if that is ""; deliver the figures
    of each as they come. Raises UserError."""

    def take(values: dict[str, Any]) -> None:
        speed = values["characters_per_second"]
        figures = values["model"], values["nats"], values["left_out"], speed, values["words"]
        deliver(Figures(*figures))

    await _compare([*models, *([f"--text={text}"] if text else [])], take)


async def write(
    models: Sequence[str], seed: str, length: int, deliver: Callable[[str, str], object]
) -> None:
    """Let models go on from one line; deliver the name and the text of each as they come.

    Raises UserError.
    """
    arguments = [*models, f"--seed={seed}", f"--length={length}"]
    await _compare(arguments, lambda values: deliver(values["model"], values["text"]))


async def _compare(arguments: Sequence[str], take: Callable[[dict[str, Any]], object]) -> None:
    """Run `bardtui models compare` at low priority; end it when the caller is cancelled."""
    command = (*process.COMMAND, "models", "compare", *arguments, "--json")
    with TemporaryFile() as errors:
        try:
            running = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd=WHERE,
                limit=_LONGEST_LINE,
                start_new_session=True,
            )
        except OSError as error:
            raise UserError(f"the models cannot be compared: {error.strerror}") from error
        give_way(running.pid)
        assert running.stdout is not None
        try:
            async for line in running.stdout:
                values = json.loads(line)
                if values.get("event") == "error":
                    raise UserError(values["message"], command=values["command"])
                take(values)
            failed = await running.wait()
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
        if failed:
            raise UserError(last_line(errors) or "comparing ended without a message")
