"""A folder that is watched: which of its image files are whole.

The folder is looked at again and again. A notice from the file system would be quicker by half a second, but a network
folder, to which most microscopes write, gives none of what other machines write, and no notice says that a file is
whole.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.files.formats import of_ending

INTERVAL = 0.5  # s between two looks
SETTLED = 1.0  # s without a change of size or date, after which a file counts as whole. Ours
RETRY = 10.0  # s without a change, after which a file that could not be read is tried once more. Ours
TIA_HEADER = ".emi"  # the image is in the .ser beside it


def _identity(path):
    """Size (bytes) and date (ns) of a file; None where it is gone."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _is_image(path):
    """Whether a name is that of an image, and of none that a program has hidden while it writes."""
    suffix = path.suffix.lower()
    return not path.name.startswith((".", "~")) and suffix != TIA_HEADER and of_ending(path) is not None


@dataclass
class _File:
    """A file as it was seen: its size and date, since when (s) it is so, and how often it was given so."""

    identity: tuple
    since: float
    given: int = 0
    failed: bool = False

    def is_due(self, now):
        """Whether it is to be given: whole, or to be tried once more."""
        if self.given == 0:
            return now - self.since >= SETTLED
        return self.failed and self.given == 1 and now - self.since >= RETRY


class WatchedFolder:
    """Image files of a folder, each given once when it is whole, and again when it has changed.

    Parameters
    ----------
    folder : path
    clock : function that gives seconds

    Raises
    ------
    InputError
        If there is no such folder.
    """

    def __init__(self, folder, clock=time.monotonic):
        self.folder, self._clock, self._known = Path(folder), clock, {}
        if not self.folder.is_dir():
            raise InputError(f"{folder}: no such folder; name the folder that the microscope writes to")

    def _files(self):
        """Image files of the folder as (identity, Path), the oldest first; none while the folder cannot be read."""
        try:
            found = [Path(entry.path) for entry in os.scandir(self.folder) if entry.is_file()]
        except OSError:  # a network folder may be away for a while
            return []
        files = [(_identity(path), path) for path in found if _is_image(path)]
        return sorted((one for one in files if one[0]), key=lambda one: (one[0][1], one[1]))

    def know(self, path, identity):
        """Take note of a file that was analysed before, when it had this identity (size, date in ns)."""
        self._known[Path(path)] = _File(tuple(identity), self._clock(), given=1)

    def identity(self, path):
        """Size (bytes) and date (ns) that a file had when it was given."""
        return self._known[Path(path)].identity

    def waited(self, path):
        """Seconds since the last change of a file that was seen."""
        return self._clock() - self._known[Path(path)].since

    def is_unchanged(self, path):
        """Whether a file is still as it was when it was given."""
        return _identity(path) == self.identity(path)

    def set_aside(self, path):
        """Take note that a file could not be read.

        Returns
        -------
        bool
            Whether it will be given once more, RETRY seconds after its last change; False where it was given twice.
        """
        file = self._known[Path(path)]
        file.failed = True
        return file.given == 1

    def is_waiting(self):
        """Whether a file is still being written, or will be given once more."""
        return any(file.given == 0 or (file.failed and file.given == 1) for file in self._known.values())

    def look(self):
        """Look at the folder.

        Returns
        -------
        list of Path
            Files that have become whole since the last look, the oldest first.
        """
        now, files = self._clock(), self._files()
        there = {path for _, path in files}
        self._known = {path: file for path, file in self._known.items() if path in there}
        whole = []
        for identity, path in files:
            file = self._known.get(path)
            if file is None or file.identity != identity:
                file = self._known[path] = _File(identity, now)
            if file.is_due(now):
                file.given, file.failed = file.given + 1, False
                whole.append(path)
        return whole
