"""Errors that a user, a file or the machine can cause, as opposed to bugs."""


class UserError(Exception):
    """Base class of expected failures; the text is one line for the user.

    Every failure that a user, a file or the machine can cause is a subclass of this. Any other
    exception is a bug: it propagates and is logged with its traceback (see `bardtui.log`).
    """


def user_message(error: BaseException) -> str | None:
    """Return the line to show for an expected failure, or None if the error is a bug.

    Expected are UserError, OSError and running out of memory, in Python or in TensorFlow.
    """
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}".removeprefix(": ")
    # TensorFlow's own class for this is known by name: importing it would take seconds.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "Not enough memory"
    return None
