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
