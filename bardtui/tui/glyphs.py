"""Showing strangers' text: names of models, scenes and files, and the texts of errors.

They are data. An escape byte, a bidirectional override or half a surrogate pair in them must
neither reach the terminal nor vanish.
"""

from bardtui.tui.wrapping import visible

__all__ = ["visible", "visible_lines"]


def visible_lines(text: str) -> str:
    """As `visible`, but line breaks (`\\n`) stay what they are."""
    return "\n".join(map(visible, text.split("\n")))
