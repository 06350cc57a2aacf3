"""What no input may make the importers do: run a program, load a pickle's classes, open a connection, write elsewhere.

An audit hook of Python sees it, whichever library does it. It cannot be removed, so it is set in processes of its own.
"""

import os
import sys
from pathlib import Path

# dask, which RosettaSciIO reads with, pickles its own functions in memory to compare them: classes of no file.
HARMLESS = ("dask", "rsciio", "numpy", "functools", "toolz", "h5py")
RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn", "pickle.find_class")
CONNECTS = ("socket.connect", "socket.getaddrinfo", "urllib.Request")
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Forbidden(BaseException):
    """Something that no input may bring about. No reader of a foreign format catches it."""


def _inside(path, folder):
    try:
        return Path(os.fsdecode(path)).resolve().is_relative_to(folder)
    except (TypeError, ValueError):  # a number of an open file, or none
        return True


def _writes(mode, flags):
    return any(letter in (mode or "") for letter in "wax+") or bool((flags or 0) & _WRITES)


def set_guard(folder):
    """Forbid all this from now on, in this process; only below `folder` (Path) may be written."""
    folder = folder.resolve()

    def look(event, arguments):
        if event == "pickle.find_class" and arguments[0].partition(".")[0] in HARMLESS:
            return
        if event in RUNS or event in CONNECTS:
            raise Forbidden(f"{event} {arguments[:2]}")
        if event == "open" and arguments[0] != os.devnull and _writes(arguments[1], arguments[2]):
            if not _inside(arguments[0], folder):
                raise Forbidden(f"opens {arguments[0]} to write")
        elif event in CHANGES and not _inside(arguments[0], folder):
            raise Forbidden(f"{event} {arguments[0]}")

    sys.addaudithook(look)
