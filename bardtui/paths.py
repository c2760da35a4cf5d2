"""Every path in one place: nothing else in bardtui decides where a file lies.

`BARDTUI_HOME`, when set, holds everything that belongs to the user (settings, models, corpora,
scenes); otherwise the platform's own folders are used. What ships with the program is found beside
the package in a wheel and in the project's top folder in a checkout or an editable install.
"""

import os
from pathlib import Path

import platformdirs

_APP = "bardtui"
_PACKAGE = Path(__file__).resolve().parent


def _home() -> Path | None:
    home = os.environ.get("BARDTUI_HOME", "")
    return Path(home).expanduser() if home else None


def data_dir() -> Path:
    """The user's data: models, corpora, scenes."""
    return _home() or Path(platformdirs.user_data_dir(_APP, appauthor=False))


def config_file() -> Path:
    """The settings file, whether or not it exists yet."""
    folder = _home() or Path(platformdirs.user_config_dir(_APP, appauthor=False))
    return folder / "settings.toml"


def models_dir() -> Path:
    """The user's trained models, one folder each."""
    return data_dir() / "models"


def corpora_dir() -> Path:
    """Texts fetched for the user."""
    return data_dir() / "corpora"


def scenes_dir() -> Path:
    """The journals of the user's scenes."""
    return data_dir() / "scenes"


def runs_dir() -> Path:
    """Checkpoints of training runs, one folder a model."""
    return data_dir() / "runs"


def _bundled(kind: str) -> Path:
    inside_wheel = _PACKAGE / "bundled" / kind
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parent / kind


def bundled_models() -> Path:
    """The models that ship with the program."""
    return _bundled("models")


def bundled_corpora() -> Path:
    """The catalogue of training texts and the texts that ship with the program."""
    return _bundled("corpora")


def remembered_file() -> Path:
    """What the program keeps for its next start."""
    return data_dir() / "remembered.json"


def log_file() -> Path:
    """Where native libraries' chatter goes while the interface is up."""
    return data_dir() / "bardtui.log"


def bug_log_file() -> Path:
    """The log of unexpected errors; see `bardtui.log`."""
    return data_dir() / "errors.log"


def draft_file() -> Path:
    """The line that was typed and not sent."""
    return data_dir() / "draft.txt"
