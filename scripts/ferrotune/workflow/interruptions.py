"""What ends a job from outside: a full or failing disk, too little memory, and the end of Snakemake itself."""

import errno
import os
import re
import threading
import time
from concurrent.futures.process import BrokenProcessPool

LOOKED = 0.5  # s between two looks at it; ours
OF_DISK = {
    errno.ENOSPC: "make room on it",
    errno.EDQUOT: "make room within the quota",
    errno.EIO: "the disk or its connection fails: check it",
    errno.EROFS: "it is read-only: make it writable",
    errno.EACCES: "ask for permission",
    errno.EPERM: "ask for permission",
    errno.ESTALE: "the network folder was lost: mount it again",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine",
}
OF_MEMORY = "memory ran out: use fewer cores (--cores), or give the job more memory, and run again"


def _error_number(error):
    """Number of an error of the file system, which h5py says in its message only; None for other errors."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    said = re.search(r"\berrno = (\d+)", str(error))
    return int(said[1]) if said else None


def said_of(error):
    """What to tell the user of an error that is none of the program, nor of the input.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    str, one line; None for any other error

    Examples
    --------
    >>> import errno
    >>> said_of(OSError(errno.ENOSPC, "No space left on device", "results/film/cells.zarr"))
    'results/film/cells.zarr: No space left on device: make room on it, and run again'
    """
    seen = set()
    while error is not None and id(error) not in seen:  # a library may raise an error of its own because of it
        seen.add(id(error))
        number = _error_number(error)
        if number in OF_DISK:
            where = f"{error.filename}: " if getattr(error, "filename", None) else "while writing or reading: "
            return f"{where}{os.strerror(number)}: {OF_DISK[number]}, and run again"
        if isinstance(error, MemoryError):
            return OF_MEMORY
        if isinstance(error, BrokenProcessPool):
            return f"a process of this job was ended from outside, most often because {OF_MEMORY}"
        error = error.__cause__ or error.__context__
    return None


def _is_there(process):
    """Whether a process (its number) is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True


def _end_without(process):
    while _is_there(process):
        time.sleep(LOOKED)
    os._exit(1)


def end_with(process):
    """End this process soon after another one was killed: the Snakemake that started it.

    Else the job would go on, and write its store while the next run, which knows nothing of it, makes or reads the same
    store.

    Parameters
    ----------
    process : str, number of the other process; without one nothing happens
    """
    if process.isdigit():
        threading.Thread(target=_end_without, args=(int(process),), daemon=True).start()
