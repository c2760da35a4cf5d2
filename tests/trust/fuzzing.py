"""What the fuzz tests share: arbitrary values, and how long to try.

By default each test tries some examples. `BARDTUI_FUZZ=60 pytest tests/trust -k fuzz` tries new
ones for 60 seconds in each test.
"""

import json
import math
import os
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bardtui.escaping import is_safe

SECONDS = float(os.environ.get("BARDTUI_FUZZ", "0"))

_ROUND = 500  # examples between two looks at the clock
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
NUMBERS = st.integers() | st.floats() | st.integers(-2, 1_100) | st.sampled_from([10**400, 1e308])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
_PARTS = [
    *["a", "B", " ", "\n", "\r", "\t", "\u2028", "\x85", "\0", "\a", "\x9b", "\x1b[2J"],
    *["é", "中", "😀", "👩", "क", "\u0301", "\u0323", "\u200c", "\u200d", "\ufe0f", "\U000e0100"],
    *["\u202e", "\u2066", "\u200b", "\ufeff", "\u1160", "\ud800", "\udcff", "[/]", "[b]", "{{"],
    *["ANN:", "(aside)", "CUT TO:", "INT. HALL", "*** START OF THE PROJECT GUTENBERG EBOOK X ***"],
    *["*** END OF THE PROJECT GUTENBERG EBOOK", "\x1b[201~"],
]
#: Text with what could matter: line breaks, marks, joiners, emoji, escape sequences, cues.
NASTY = st.lists(st.sampled_from(_PARTS) | ANY_TEXT, max_size=30).map("".join)


def fuzz(*strategies: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Any:
    """`given` for a test that is repeated with new examples for SECONDS."""

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        examples = {"max_examples": _ROUND} if SECONDS else {}
        check = settings(deadline=None, suppress_health_check=_SLOW, **examples)(
            given(*strategies, **named)(test)
        )

        def repeated() -> None:
            end = time.monotonic() + SECONDS
            check()
            while time.monotonic() < end:
                check()

        repeated.__name__, repeated.__doc__ = test.__name__, test.__doc__
        return repeated

    return decorate


def is_one_line(error: Exception) -> None:
    """Check that the message of an error is one line that a terminal can show."""
    assert all(map(is_safe, str(error)))
    assert not {"\n", "\t"} & {*str(error)}
    assert 0 < len(str(error)) < 2_000


def toml(value: Any) -> str:
    """A value in TOML; a huge number is hexadecimal."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return hex(value) if value > 10**300 else str(value)
        case float():
            return "nan" if math.isnan(value) else str(value)
        case str():
            return json.dumps(value.encode("utf-8", "replace").decode())
        case dict():
            inner = (f"{toml(name)} = {toml(entry)}" for name, entry in value.items())
            return "{" + ", ".join(inner) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
    return '""'  # TOML has no null
