"""Shell completion of the names of models, texts and scenes.

What is offered becomes part of what a shell evaluates, so anything but plain names is left out.
"""

import re
from collections.abc import Iterable
from contextlib import suppress

from bardtui import paths
from bardtui.scene.journal_reader import SUFFIX
from bardtui.scene.library import list_scenes

_NAME = re.compile(r"[\w.-]+")
_UNSAFE = re.compile(r"[^\w ,.]+")
_SHOWN = 60  # characters of an explanation
_MOST = 200  # scenes, the last used first

#: A name and what explains it, where the shell shows that.
Offer = tuple[str, str]


def model_names(incomplete: str) -> list[Offer]:
    """Return the models whose names begin with the typed text; only folders are looked at."""
    names = set[str]()
    for root in (paths.bundled_models(), paths.models_dir()):
        with suppress(OSError):
            names.update(path.parent.name for path in root.glob("*/model.json"))
    return _offers(incomplete, ((name, "") for name in sorted(names)))


def text_names(incomplete: str) -> list[Offer]:
    """Return the texts of the catalogue whose names begin with the typed text."""
    from bardtui.text.catalogue import catalogue

    return _offers(incomplete, ((entry.name, entry.title) for entry in catalogue()))


def scene_names(incomplete: str) -> list[Offer]:
    """Return the saved scenes whose file names or titles begin with the typed text."""
    with suppress(OSError):
        scenes = list_scenes(paths.scenes_dir())[:_MOST]
        return _offers(incomplete, ((s.path.name.removesuffix(SUFFIX), s.title) for s in scenes))
    return []


def _offers(incomplete: str, found: Iterable[Offer]) -> list[Offer]:
    typed = incomplete.casefold()
    return [
        (name, " ".join(_UNSAFE.sub(" ", why)[:_SHOWN].split()))
        for name, why in found
        if _NAME.fullmatch(name)
        and (name.casefold().startswith(typed) or why.casefold().startswith(typed))
    ]
