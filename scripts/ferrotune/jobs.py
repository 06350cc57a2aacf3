"""What every script does around its work: a log, and one clear line when the input cannot be used."""

import contextlib
import logging
import sys
import warnings

from threadpoolctl import threadpool_limits

from ferrotune.errors import InputError


@contextlib.contextmanager
def _warnings_logged():
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(True)
        try:
            yield
        finally:
            logging.captureWarnings(False)


@contextlib.contextmanager
def job(log_path, subject):
    """Run a script's work: log to its file, keep linear algebra to one thread, end bad input in one line.

    Sums in linear algebra depend on the number of threads in their last digits; with one thread a job gives
    the same bytes on any machine of a kind. Parallelism is over trials and images.

    Parameters
    ----------
    log_path : path of the rule's log file
    subject : str, what the job works on ("image Sm_0_0"), named in the error line
    """
    logging.basicConfig(filename=log_path, filemode="w", level=logging.INFO, format="%(message)s", force=True)
    try:
        with threadpool_limits(1), _warnings_logged():
            yield logging.getLogger("ferrotune")
    except InputError as error:
        line = f"ferrotune: {subject}: {error}"
        logging.error(line)
        print(line, file=sys.stderr)
        raise SystemExit(1) from None
    except Exception:
        logging.exception("ferrotune: %s: unexpected error, please report it with this log", subject)
        raise
