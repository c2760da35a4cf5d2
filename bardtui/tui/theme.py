"""The themes `footlights` and `footlights-light`, and the role colours of every theme.

A role is what a colour means: the writer's text, the model's text, a cue, a mark. Style sheets name
roles (`$writer`, `$cue`), not hues, and so work with Textual's themes too. `role_variables` derives
the roles that a theme does not name from its palette.
"""

from textual.color import Color, ColorParseError
from textual.theme import Theme

LEGIBLE = 4.5  # the contrast of text that WCAG 2 requires

FOOTLIGHTS = Theme(
    name="footlights",
    dark=True,
    primary="#e0b354",
    secondary="#9fc6d8",
    accent="#e0b354",
    warning="#e59a4f",
    error="#dd7287",
    success="#9dbf8a",
    foreground="#ece3d0",
    background="#15111a",
    surface="#1d1824",
    panel="#262030",
    variables={
        "writer": "#9fc6d8",
        "model": "#ece3d0",
        "cue": "#e0b354",
        "mark": "#b5475d",
        "velvet": "#b5475d",
        "text": "#ece3d0",
        "text-muted": "#a89f92",
        "text-disabled": "#8b8379",
        "foreground-muted": "#a89f92",
        "foreground-disabled": "#8b8379",
        "text-error": "#dd7287",
        "border": "#e0b354",
        "border-blurred": "#4b4158",
        "block-cursor-background": "#3a3048",
        "block-cursor-foreground": "#ece3d0",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#262030",
        "block-cursor-blurred-foreground": "#ece3d0",
        "block-hover-background": "#211b29",
        "button-foreground": "#ece3d0",
        "button-color-foreground": "#15111a",
        "footer-background": "#1d1824",
        "footer-foreground": "#ece3d0",
        "footer-key-foreground": "#e0b354",
        "footer-description-foreground": "#a89f92",
        "input-cursor-background": "#e0b354",
        "input-cursor-foreground": "#15111a",
        "input-selection-background": "#9fc6d8 35%",
        "screen-selection-background": "#9fc6d8 30%",
        "scrollbar": "#3a3048",
        "scrollbar-hover": "#5a4d6c",
        "scrollbar-active": "#e0b354",
        "scrollbar-background": "#15111a",
        "scrollbar-background-hover": "#15111a",
        "scrollbar-background-active": "#15111a",
        "scrollbar-corner-color": "#15111a",
    },
)

FOOTLIGHTS_LIGHT = Theme(
    name="footlights-light",
    dark=False,
    primary="#7d5600",
    secondary="#1d5a74",
    accent="#7d5600",
    warning="#8a4b08",
    error="#a3283f",
    success="#3f6b2b",
    foreground="#2b2230",
    background="#f6f0e2",
    surface="#fcf8ee",
    panel="#eae0cb",
    variables={
        "writer": "#1d5a74",
        "model": "#2b2230",
        "cue": "#7d5600",
        "mark": "#9b2f47",
        "velvet": "#9b2f47",
        "text": "#2b2230",
        "text-muted": "#60564b",
        "text-disabled": "#73685b",
        "foreground-muted": "#60564b",
        "foreground-disabled": "#73685b",
        "text-error": "#a3283f",
        "border": "#a87a14",
        "border-blurred": "#c9bda4",
        "block-cursor-background": "#e3d3ad",
        "block-cursor-foreground": "#2b2230",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#eae0cb",
        "block-cursor-blurred-foreground": "#2b2230",
        "block-hover-background": "#f0e8d6",
        "button-foreground": "#2b2230",
        "button-color-foreground": "#fcf8ee",
        "footer-background": "#eae0cb",
        "footer-foreground": "#2b2230",
        "footer-key-foreground": "#7d5600",
        "footer-description-foreground": "#5a5146",
        "input-cursor-background": "#7d5600",
        "input-cursor-foreground": "#fcf8ee",
        "input-selection-background": "#1d5a74 25%",
        "screen-selection-background": "#1d5a74 15%",
        "scrollbar": "#d6c9ad",
        "scrollbar-hover": "#bfae8a",
        "scrollbar-active": "#a87a14",
        "scrollbar-background": "#f6f0e2",
        "scrollbar-background-hover": "#f6f0e2",
        "scrollbar-background-active": "#f6f0e2",
        "scrollbar-corner-color": "#f6f0e2",
    },
)

THEMES = (FOOTLIGHTS, FOOTLIGHTS_LIGHT)


def role_variables(theme: Theme) -> dict[str, str]:
    """The role colours of `theme`: those that it names, the others from its palette.

    For `App.get_theme_variable_defaults`, so that style sheets can use the roles in any theme.
    """
    accent = theme.accent or theme.primary
    plain = theme.foreground or ("#e0e0e0" if theme.dark else "#1f1f1f")
    derived = {
        "writer": theme.secondary or theme.primary,
        "model": plain,
        "cue": accent,
        "mark": theme.error or accent,
        "velvet": theme.error or accent,
    }
    ground = theme.background or ("#121212" if theme.dark else "#efefef")
    return {
        role: theme.variables.get(role) or _legible(colour, plain, ground)
        for role, colour in derived.items()
    }


def _legible(colour: str, plain: str, ground: str) -> str:
    """`colour`, blended with the plain text's until it is legible on `ground`."""
    try:
        own, text, behind = Color.parse(colour), Color.parse(plain), Color.parse(ground)
    except ColorParseError:
        return colour  # one of the terminal's colours, which its user chooses
    if own.ansi is not None or text.ansi is not None or behind.ansi is not None:
        return colour
    for share in range(11):
        mixed = own.blend(text, share / 10)
        if _contrast(mixed, behind) >= LEGIBLE:
            break
    return mixed.hex


def _contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""

    def luminance(colour: Color) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in colour.normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
