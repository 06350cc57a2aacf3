"""The one error that is meant for people."""


class InputError(ValueError):
    """Input that cannot be used. The message is one line: what is wrong, where, and what to do."""
