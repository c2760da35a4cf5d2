"""The two themes, footlights and its light twin, and the role colours any theme gets.

A role is what a colour means on the stage: the writer's lines, the model's, a cue, a mark. Style
sheets name roles (`$writer`, `$cue`), never hues, so that Textual's own themes work too: what a
theme does not name is derived from its palette by `role_variables`.
"""

from textual.theme import Theme

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
        "screen-selection-background": "#9fc6d8 35%",
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
        "screen-selection-background": "#1d5a74 25%",
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
    """The role colours of `theme`: its own where it names them, else taken from its palette.

    For `App.get_theme_variable_defaults`, so that a style sheet may use the roles under any theme.
    """
    accent = theme.accent or theme.primary
    derived = {
        "writer": theme.secondary or theme.primary,
        "model": theme.foreground or ("#e0e0e0" if theme.dark else "#1f1f1f"),
        "cue": accent,
        "mark": theme.error or accent,
        "velvet": theme.error or accent,
    }
    return {role: theme.variables.get(role, colour) for role, colour in derived.items()}
