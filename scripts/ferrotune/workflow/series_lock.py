"""The lock of a series: housekeeping does not disturb a run, and no run starts while it goes on."""

from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from ferrotune.errors import InputError

LOCKS = Path(".snakemake", "locks")  # in the folder of the run; a line of a file there is a path that a run uses


def _is_inner(path):
    """Whether a path lies in a store, whose files no rule names."""
    return any(parent.suffix == ".zarr" for parent in path.parents)


def check_unlocked(series, but=None):
    """Refuse a series that a run works on.

    Parameters
    ----------
    series : path of its results, results/NAME in the folder of the run
    but : path of a lock that does not count, optional

    Raises
    ------
    InputError
    """
    series = Path(series).absolute()
    own = f"{series.parent.name}/{series.name}/"
    locks = [path for path in (series.parents[1] / LOCKS).glob("*.lock") if path != but]
    if any(line.startswith(own) for lock in locks for line in lock.read_text().splitlines()):
        raise InputError(
            f"{series}: a run works on it, or was killed; wait for its end, or, if none runs: snakemake --unlock"
        )


@contextmanager
def locked(series):
    """Hold the lock of a series: a run of Snakemake that begins meanwhile says that the folder is locked.

    Parameters
    ----------
    series : path of its results, results/NAME in the folder of the run

    Raises
    ------
    InputError
        Where a run works on it.
    """
    check_unlocked(series)
    series = Path(series).absolute()
    run = series.parents[1]
    paths = [path.relative_to(run) for path in sorted(series.rglob("*")) if not _is_inner(path)]
    (run / LOCKS).mkdir(parents=True, exist_ok=True)
    for number in count():
        lock = run / LOCKS / f"{number}.output.lock"
        with suppress(FileExistsError), open(lock, "x") as file:
            file.writelines(f"{path}\n" for path in paths)
            break
    try:
        check_unlocked(series, but=lock)  # a run may have begun at the same moment
        yield
    finally:
        lock.unlink(missing_ok=True)
