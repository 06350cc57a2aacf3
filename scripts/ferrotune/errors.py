"""The one error that is meant for people."""

NEXT_LINE = "\nferrotune: "  # between the lines of a message that has several things to say


class InputError(ValueError):
    """Input that cannot be used. The message is one line: what is wrong, where, and what to do."""
