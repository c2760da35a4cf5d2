"""How the program speaks of runs of training."""

import math

from bardtui.escaping import visible
from bardtui.progress import duration
from bardtui.workshop.progress import Progress
from bardtui.workshop.workshop import Run


def in_a_few_words(run: Run) -> str:
    """Where a run stands, for a list."""
    progress = run.progress
    match progress.phase:
        case "queued":
            return "waits for its turn"
        case "running" if progress.work:
            return "finishing" if progress.steps_made else "starting"
        case "running" if progress.seconds_left is not None:
            return f"training, {duration(progress.seconds_left)} left"
        case "running":
            return "training"
        case "stopping":
            return "pausing, saves"
        case "stopped":
            return "paused, saved" if progress.saved else "stopped"
        case "finished" if progress.held_out is not None:
            return f"ready, loss {progress.held_out:.3f}"
        case "finished":
            return "ready"
    return "failed"


def status(run: Run, go_on: str) -> str:
    """What a run is doing, or how it ended, in a sentence or two.

    `go_on` is the key that continues it.
    """
    progress = run.progress
    match progress.phase:
        case "running" if progress.work:
            share = f", {progress.share:.0%}" if progress.share not in (None, 1) else ""
            return f"{progress.work}{share}"
        case "running" if progress.seconds_left is not None:
            return (
                f"Epoch {progress.epoch} of about {progress.epochs:,} · "
                f"{progress.rate:,.0f} characters a second · "
                f"{duration(progress.seconds_left)} left"
            )
        case "failed":
            return f"{visible(progress.message)}. {go_on} continues the run."
        case "finished":
            return " ".join([f"{run.order.name} is ready.", *_learnt(progress), *_copies(progress)])
        case "stopped" if progress.published:
            return (
                f"Paused. The best model so far can be used; {go_on} continues the run at any time."
            )
    return in_a_few_words(run).capitalize()


def _learnt(progress: Progress) -> list[str]:
    """What it has learnt, by the loss on the text that was held out."""
    before, after = progress.before, progress.held_out
    if after is None:
        return []
    if before is None:
        return [f"Held-out loss {after:.3f} nats a character."]
    factor = math.exp(min(50.0, abs(before - after)))
    way = "likelier" if after < before else "less likely"
    return [
        "The last tenth of the text, which it has not read, is now "
        f"{factor:.2f} times {way} per character: loss {after:.3f}, before {before:.3f}."
    ]


def _copies(progress: Progress) -> list[str]:
    """Whether it copies."""
    if progress.copied is None:
        return []
    if progress.copied == 0:
        return ["What it writes is not copied from the text."]
    return [
        f"Of what it writes, {progress.copied / 10:.1f} % is copied from the text, "
        f"at most {progress.longest_copy:,} characters in a row."
    ]
