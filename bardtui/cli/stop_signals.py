"""Ctrl+C and other signals as a request to stop that the work itself answers."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl+C, SIGTERM and a closed terminal into a request to stop.

    The yielded function returns whether one has come. A second one raises KeyboardInterrupt at
    once, and again from that function: Python drops what is raised in a destructor or while garbage
    is collected. If the function has returned True, the signals are ignored from the end of the
    context on: the program is about to end with everything saved, and another Ctrl+C must not make
    that a failure.
    """
    requests, answered = 0, False

    def request(number: int, frame: object) -> None:
        nonlocal requests
        requests += 1
        if requests > 1:
            raise KeyboardInterrupt

    def should_stop() -> bool:
        nonlocal answered
        if requests > 1:
            raise KeyboardInterrupt
        answered = requests > 0
        return answered

    signals = [signal.SIGINT, signal.SIGTERM]
    # Windows has no SIGHUP, and under nohup the program is meant to go on.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    before = {number: signal.signal(number, request) for number in signals}
    try:
        yield should_stop
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if answered else handler)


@contextmanager
def immediate_interrupt() -> Iterator[None]:
    """Let Ctrl+C end the process at once, even in native code that waits for something."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
