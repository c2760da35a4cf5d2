"""Text from outside, as the interface shows it."""

from bardtui.escaping import visible

__all__ = ["visible", "visible_lines"]


def visible_lines(text: str) -> str:
    """As `visible`, but newlines stay what they are."""
    return visible(text, keep="\n")
