"""Errors that a user, a file or the machine can cause, as opposed to bugs."""

from bardtui.escaping import one_line

MAX_MESSAGE = 2_000  # terminal cells
_MAX_PATH = 500  # terminal cells of a path in a message


class UserError(Exception):
    """Base class of expected failures; the message is one line that is safe to show.

    Every failure that a user, a file or the machine can cause is a subclass of this. Any other
    exception is a bug: it propagates and is logged with its traceback (see `bardtui.log`).

    `command` is what to type where the message is printed by a command, such as an option. The
    interface says what to press instead.
    """

    def __init__(self, message: str, *, command: str = "") -> None:
        super().__init__(one_line(message, MAX_MESSAGE))
        self.command = one_line(command, MAX_MESSAGE)


def user_message(error: BaseException) -> str | None:
    """Return the line to show for an expected failure, or None if the error is a bug.

    Expected are UserError, OSError and running out of memory, in Python or in TensorFlow.
    """
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError):
        return os_message(error)
    # TensorFlow's own class for this is known by name: importing it would take seconds.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "Not enough memory"
    return None


def command_of(error: BaseException) -> str:
    """Return what to type after an expected failure; "" if nothing is known."""
    return error.command if isinstance(error, UserError) else ""


def os_message(error: OSError, path: object = "") -> str:
    """Return the path and the reason of an OSError in one line that is safe to show.

    `path` is used if the error names none.
    """
    name = one_line(str(error.filename or path), _MAX_PATH)
    return one_line(f"{name}: {error.strerror or error}".removeprefix(": "), MAX_MESSAGE)
