"""What every script does around its work: a log, and one clear line when the input cannot be used."""

import contextlib
import logging
import os
import sys
import warnings
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ferrotune.errors import InputError
from ferrotune.workflow.interruptions import end_with, said_of

# Settings of glibc, read where a process begins. Else it gives every large array back to the system at once, which
# then clears fresh memory for the next one: a quarter of the time that the columns of a large image take.
KEEPS_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**34)}
RUN = "FERROTUNE_RUN"  # variable that jobs inherit: the process of the Snakemake that started them


@contextlib.contextmanager
def _warnings_logged():
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(True)
        try:
            yield
        finally:
            logging.captureWarnings(False)


def say(subject, what):
    """Say what is wrong in one line: to the terminal, and to the log, from which a run's end repeats it.

    Parameters
    ----------
    subject : str, what the job works on ("image Sm_0_0")
    what : str
    """
    line = f"ferrotune: {subject}: {what}"
    print(line, file=sys.stderr, flush=True)
    logging.error(line)


def warn(subject, doubt):
    """Say in one line, as `say` does, what looks wrong though the work goes on."""
    say(subject, f"warning: {doubt}")


@contextlib.contextmanager
def job(log_path, subject):
    """Run a script's work: log to its file, keep linear algebra to one thread, end bad input in one line.

    So do a full disk and too little memory. The job ends with the Snakemake that started it.

    Sums in linear algebra depend on the number of threads in their last digits; with one thread a job gives
    the same bytes on any machine of a kind. Parallelism is over trials and images.

    Parameters
    ----------
    log_path : path of the rule's log file
    subject : str, what the job works on ("image Sm_0_0"), named in the error line
    """
    end_with(os.environ.get(RUN, ""))
    logging.raiseExceptions = False  # a log that cannot be written (the disk is full) ends no job, and says nothing
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)  # until there is a log
    try:
        Path(log_path).write_text("")  # and then only added to, since a round's processes write to it as well
        logging.basicConfig(filename=log_path, filemode="a", level=logging.INFO, format="%(message)s", force=True)
        with threadpool_limits(1), _warnings_logged():
            yield logging.getLogger("ferrotune")
    except KeyboardInterrupt:  # the user's Ctrl-C, of which Snakemake says enough
        raise SystemExit(130) from None
    except InputError as error:
        say(subject, error)
        raise SystemExit(1) from None
    except Exception as error:
        if what := said_of(error):
            say(subject, what)
            raise SystemExit(1) from None
        logging.exception("ferrotune: %s: unexpected error, please report it with this log", subject)
        raise


class _Lines:
    """A log as tqdm writes to it: each state of its bar is a line."""

    def __init__(self, log_path):
        self.log_path = log_path

    def write(self, text):
        if line := text.strip("\r\n "):
            with open(self.log_path, "a") as log:
                log.write(f"{line}\n")

    def flush(self):
        """Nothing is held back."""


def epochs_logged(log_path, trial):
    """Function that wraps the epochs (iterable) of a trial's training: each is a line of the log."""
    return partial(
        tqdm, desc=f"trial {trial}", unit="epoch", file=_Lines(log_path), mininterval=0, ncols=100, ascii=True
    )
