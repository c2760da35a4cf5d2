"""What the terminal can do."""

import os
import sys


def needs_line_mode() -> bool:
    """Return whether somebody types, but the output cannot place a cursor or goes elsewhere."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    return os.environ.get("TERM") == "dumb" or sys.stdout is None or not sys.stdout.isatty()


def in_browser() -> bool:
    """Return whether a web server runs the program, for a tab of a browser (`bardtui serve`)."""
    return os.environ.get("TEXTUAL_DRIVER") == "textual.drivers.web_driver:WebDriver"


def can_have_mouse() -> bool:
    """Return whether the terminal can report the mouse and yet pass on every key at once.

    GNU Screen, which sets STY, cannot: while it reports the mouse, Esc waits for the next key.
    """
    return "STY" not in os.environ
