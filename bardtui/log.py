"""The log of bugs: the tracebacks of unexpected errors, in a small rotating file."""

import errno
import logging
import threading
import traceback
from contextlib import closing
from pathlib import Path

from bardtui import __version__, paths
from bardtui.errors import user_message
from bardtui.escaping import visible
from bardtui.files import private_folder

_MAX_BYTES = 200_000  # of each of the two files
_MAX_REPORT = 20_000  # characters of one report; the end says most
_LAYOUT = logging.Formatter(f"%(asctime)s bardtui {__version__}\n%(message)s")


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
    path = bug_log_path()
    try:
        _append(path, report)
    except OSError as problem:
        return f"Internal error{name}. It could not be logged in {path}: {problem.strerror}"
    return f"Internal error{name}. Details are in {path}"


def explain(error: BaseException) -> str:
    """Return one line for any error; a bug is logged first."""
    return user_message(error) or log_bug(error)


def log_instead_of_printing() -> None:
    """Log what Python prints on standard error by default, where it would damage the screen.

    These are errors in threads, and what libraries log or warn about.
    """
    threading.excepthook = _log_thread_error
    logging.captureWarnings(True)
    logging.getLogger().addHandler(_ToBugLog(logging.WARNING))


class _ToBugLog(logging.Handler):
    """Hands the records of loggers to the log of bugs."""

    def emit(self, record: logging.LogRecord) -> None:
        log_bug(self.format(record))


def _log_thread_error(args: threading.ExceptHookArgs) -> None:
    if isinstance(args.exc_value, OSError) and args.exc_value.errno == errno.EIO:
        return  # the terminal is gone, and Textual's thread cannot write to it
    log_bug(args.exc_value or f"{args.exc_type}")


def _append(path: Path, report: str) -> None:
    """Append a report with the time and the version. Raises OSError."""
    from logging.handlers import RotatingFileHandler  # not before the first screen

    class PrivateFile(RotatingFileHandler):
        """A file that only its owner can read, and whose errors are raised."""

        def rotate(self, source: str, dest: str) -> None:
            super().rotate(source, dest)
            Path(source).touch(mode=0o600)

        def handleError(self, record: logging.LogRecord) -> None:
            raise

    private_folder(path.parent)
    path.touch(mode=0o600)
    text = visible(report[-_MAX_REPORT:], keep="\n\t")
    record = logging.LogRecord("bardtui", logging.ERROR, "", 0, text, None, None)
    with closing(PrivateFile(path, maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8")) as file:
        file.setFormatter(_LAYOUT)
        file.emit(record)
