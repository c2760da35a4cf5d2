"""The libraries of the extra `export`."""

from importlib import import_module
from typing import Any

from bardtui.scene.scene import SceneError


def library(name: str) -> Any:
    """Return a module that the extra `export` installs. Raises SceneError if it is missing."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        message = "PDF and DOCX need more packages: pip install 'bardtui[export]'"
        raise SceneError(message) from error
