"""The errors that are meant for people, and the one that is none."""

NEXT_LINE = "\nferrotune: "  # between the lines of a message that has several things to say


class InputError(ValueError):
    """Input that cannot be used. The message is one line: what is wrong, where, and what to do.

    Where several rows of a sheet are wrong it has a line for each, joined by NEXT_LINE.
    """


class DamagedStore(InputError):
    """A store that cannot be read as it was written. It is no fault of a trial: the job ends."""


class GivenUp(Exception):
    """A training was given up: its model so far showed that it is not worth the other epochs. No error of anyone."""
