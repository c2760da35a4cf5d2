"""How hard the tests of trust try: briefly by default, at length where BARDTUI_TRUST is "long"."""

import os

long_form = os.environ.get("BARDTUI_TRUST") == "long"


def times(short: int, long: int) -> int:
    """How often to try something."""
    return long if long_form else short
