"""The texts that a writer can choose to train on or to compare models on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bardtui import paths
from bardtui.errors import UserError
from bardtui.files import expanded

if TYPE_CHECKING:
    from bardtui.tui.screens.texts import Offer

_THIS, _ALL = "this scene", "all your scenes"


class OwnTexts:
    """A scene, all scenes, the catalogue, and files below `folder`.

    Without `files`, as in a browser, which may be somewhere else, the disk stays unseen. The
    methods read the disk: call them in a thread. Call `release` in the end.
    """

    def __init__(self, title: str, text: str, folder: Path, *, files: bool = True) -> None:
        self.folder, self.files = folder, files
        self._title, self._text = title, text
        self._kept: dict[Path, tuple[str, str]] = {}

    def offers(self) -> list[Offer]:
        """The texts to choose from: the writer's own, then those of the catalogue."""
        from bardtui.scene.library import list_scenes
        from bardtui.tui.screens.texts import Offer
        from bardtui.workshop.survey import catalogue_texts

        count = len(list_scenes(paths.scenes_dir()))
        empty = "" if self._text.strip() else "The scene is empty."
        none = "" if count else "No scene is saved yet."
        return [
            Offer("This scene", f"{len(self._text):,} characters", _THIS, empty),
            Offer("All your scenes", f"{count:,}", _ALL, none),
            *(Offer(*text) for text in catalogue_texts()),
        ]

    def source(self, typed: str) -> str:
        """What was typed or chosen, as `bardtui train` takes it: a path is absolute, and a scene is
        a file. Raises UserError or OSError."""
        from bardtui.workshop.survey import is_in_catalogue

        if typed == _THIS:
            return str(self.keep(self._title, self._text))
        if typed == _ALL:
            return str(self.keep("my scenes", all_scenes()))
        if not self.files:
            if is_in_catalogue(typed):
                return typed
            raise UserError("In a browser, choose a scene or a text of the catalogue.")
        path = self.folder / expanded(typed)
        try:
            return str(path) if path.exists() else typed
        except (OSError, ValueError):
            return typed

    def keep(self, name: str, text: str) -> Path:
        """Keep a text as a file, for a run; return its path. Raises OSError."""
        from bardtui.workshop import kept_texts

        path = kept_texts.keep(name, text)
        self._kept[path] = name, text
        return path

    def keep_again(self, source: str) -> None:
        """Keep a text again if its copy was removed since, after another run. Raises OSError."""
        kept = self._kept.get(Path(source))
        if kept and not Path(source).exists():
            self.keep(*kept)

    def release(self) -> None:
        """Remove the texts that no run was ordered for. Raises OSError."""
        from bardtui.workshop import kept_texts

        for path in self._kept:
            kept_texts.release(path)


def texts_of(scenes: Sequence[Path]) -> dict[str, str]:
    """What the writer wrote in saved scenes ("yours"), and all of their text ("all").

    Raises SceneError for one that cannot be read.
    """
    from bardtui.scene.excerpt import runs_to
    from bardtui.scene.journal_reader import read_scene

    yours, every = [], []
    for path in scenes:
        runs = runs_to(read_scene(path)[0])
        yours.append("".join(text for author, text in runs if author == "writer"))
        every.append("".join(text for _, text in runs))
    return {"yours": _joined(yours), "all": _joined(every)}


def all_scenes() -> str:
    """The visible texts of all scenes that can be read. Raises OSError, or UserError for none."""
    from bardtui.scene.library import list_scenes
    from bardtui.scene.scene import SceneError

    texts = []
    for scene in list_scenes(paths.scenes_dir()):
        with suppress(SceneError):
            texts.append(texts_of([scene.path])["all"])
    if not (text := _joined(texts)):
        raise UserError("No scene is saved yet.")
    return text


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())
