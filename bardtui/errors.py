"""The base class of every error that a user can cause."""


class UserError(Exception):
    """An expected failure; its text is one line for the user.

    Every failure that a user, a file or the machine can cause is a subclass of this. Any other
    exception is a bug: it is logged with its traceback.
    """
