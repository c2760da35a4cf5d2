"""The log of bugs: the tracebacks of unexpected errors, in a small rotating file."""

import logging
import traceback
from contextlib import closing
from logging.handlers import RotatingFileHandler
from pathlib import Path

from bardtui import __version__, paths
from bardtui.errors import user_message
from bardtui.escaping import visible
from bardtui.files import private_folder

_MAX_BYTES = 200_000  # of each of the two files
_MAX_REPORT = 20_000  # characters of one traceback; the end says most


class _Handler(RotatingFileHandler):
    """A rotating file that only its owner can read, and whose errors are raised."""

    def __init__(self, path: Path) -> None:
        private_folder(path.parent)
        path.touch(mode=0o600)
        super().__init__(path, maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8")

    def rotate(self, source: str, dest: str) -> None:
        super().rotate(source, dest)
        Path(source).touch(mode=0o600)

    def handleError(self, record: logging.LogRecord) -> None:
        raise


def bug_log_path() -> Path:
    """The log's file, whether or not it exists yet."""
    return paths.bug_log_file()


def log_bug(error: BaseException | str) -> str:
    """Append an error, or the text of a traceback, to the log; return one line for the user.

    Never raises: if the log cannot be written, the line says so.
    """
    if isinstance(error, str):
        name, report = "", error
    else:
        name = f" ({type(error).__name__})"
        report = "".join(traceback.format_exception(error))
    report = visible(report[-_MAX_REPORT:], keep="\n\t")
    path = bug_log_path()
    record = logging.LogRecord("bardtui", logging.ERROR, "", 0, report, None, None)
    try:
        with closing(_Handler(path)) as handler:
            layout = f"%(asctime)s bardtui {__version__}\n%(message)s"
            handler.setFormatter(logging.Formatter(layout))
            handler.emit(record)
    except OSError as problem:
        return f"Internal error{name}. It could not be logged in {path}: {problem.strerror}"
    return f"Internal error{name}. Details are in {path}"


def explain(error: BaseException) -> str:
    """Return one line for any error; a bug is logged first."""
    return user_message(error) or log_bug(error)
