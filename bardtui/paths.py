"""The paths of all files and folders that bardtui uses.

If the environment variable `BARDTUI_HOME` is set, everything of the user is in that folder:
settings, models, corpora and scenes. Otherwise it is in the standard folders of the platform. Files
that ship with bardtui are inside the package in a wheel, and in the top folder of the project in a
checkout or an editable install.
"""

import os
from pathlib import Path

import platformdirs

from bardtui.files import expanded

_APP = "bardtui"
_PACKAGE = Path(__file__).resolve().parent


def _home() -> Path | None:
    home = os.environ.get("BARDTUI_HOME", "")
    return expanded(home) if home else None


def data_dir() -> Path:
    """The folder of the user's data."""
    return _home() or Path(platformdirs.user_data_dir(_APP, appauthor=False))


def config_file() -> Path:
    """The settings that the user writes; the file may not exist."""
    folder = _home() or Path(platformdirs.user_config_dir(_APP, appauthor=False))
    return folder / "settings.toml"


def models_dir() -> Path:
    """The models that the user has trained or imported, one folder each."""
    return data_dir() / "models"


def corpora_dir() -> Path:
    """The texts that `bardtui corpus get` has fetched."""
    return data_dir() / "corpora"


def scenes_dir() -> Path:
    """The journals of scenes."""
    return data_dir() / "scenes"


def runs_dir() -> Path:
    """The checkpoints of training runs, one folder for each model."""
    return data_dir() / "runs"


def cells_dir() -> Path:
    """The names of models' cells, one file for each model; see `bardtui.model.cell_names`."""
    return data_dir() / "cells"


def downloads_dir() -> Path:
    """What was fetched of models so far; a file is removed once its model is added."""
    return data_dir() / "downloads"


def workshop_dir() -> Path:
    """The runs that were ordered in the program, one folder for each model."""
    return data_dir() / "workshop"


def own_texts_dir() -> Path:
    """The texts of scenes that models were taught."""
    return data_dir() / "texts"


def _bundled(kind: str) -> Path:
    inside_wheel = _PACKAGE / "bundled" / kind
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parent / kind


def bundled_models() -> Path:
    """The models that ship with bardtui."""
    return _bundled("models")


def bundled_corpora() -> Path:
    """The catalogue of training texts, and the texts that ship with bardtui."""
    return _bundled("corpora")


def remembered_file() -> Path:
    """The state of the program for its next start: model, dials, theme."""
    return data_dir() / "remembered.json"


def stderr_file() -> Path:
    """What native libraries print while the interface is on the screen."""
    return data_dir() / "bardtui.log"


def bug_log_file() -> Path:
    """The log of unexpected errors; see `bardtui.log`."""
    return data_dir() / "errors.log"


def draft_file() -> Path:
    """The line that is typed but not sent."""
    return data_dir() / "draft.txt"
