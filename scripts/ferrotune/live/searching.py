"""The full search of an image by Snakemake, with what time is left: at low priority, paused while an image waits."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

from ferrotune.workflow.config_files import KEPT
from ferrotune.workflow.jobs import KEEPS_MEMORY
from ferrotune.workflow.so_far import SNAKEFILE

LOG = "live/search.log"
PATIENCE = 10.0  # s for its jobs to end
LOWEST = "19"  # niceness: the search gets what others leave
STORES = ("columns.zarr", "cells.zarr")


class BackgroundSearch:
    """Searches of images, the newest first, one at a time.

    It is the workflow itself, so that its results are those of a run, and a later run goes on from them.

    Parameters
    ----------
    series : ferrotune.live.series.LiveSeries
    cores : int
    """

    def __init__(self, series, cores):
        self._series, self._cores = series, cores
        self._waiting, self._new, self._process, self._commands = [], set(), None, []
        self.image = None

    def add(self, image, new=True):
        """Search an image: what is added last is searched first.

        Parameters
        ----------
        image : str
        new : bool
            Whether its stores are new, so that the workflow does not know them yet; of others the search goes on.
        """
        if image == self.image:
            self.stop()
        if new:
            self._new.add(image)
        self._waiting = [name for name in self._waiting if name != image] + [image]

    @property
    def waiting(self):
        """Images (list of str) whose search has not begun."""
        return list(self._waiting)

    def is_busy(self):
        """Whether a search is running, or one waits."""
        return bool(self.image or self._waiting)

    def _targets(self, image):
        """Command lines of Snakemake (list of list of str) for an image, one after the other.

        The first takes the stores that are there for results of the workflow, so that it knows by which config and code
        they were made; the second makes the rest.
        """
        folder = self._series.folder
        start = [sys.executable, "-m", "snakemake", "-s", str(SNAKEFILE), "--configfile", str(folder / KEPT)]
        start += ["--nolock", "--quiet", "all", "--cores", str(self._cores)]
        search = [*start, "--", str(folder / image / "explorer.html")]
        if image not in self._new:
            return [search]
        self._new.discard(image)
        return [[*start, "--touch", "--forceall", "--", *(str(folder / image / name) for name in STORES)], search]

    def _begin(self, command):
        log = self._series.folder / LOG
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "a") as said:
            # a group of its own, which can be paused as a whole, and which Ctrl-C in the terminal does not reach
            self._process = subprocess.Popen(
                ["nice", "-n", LOWEST, *command],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**KEEPS_MEMORY, **os.environ},
                process_group=0,
            )

    def step(self):
        """Go on to what comes next, without waiting for it.

        Returns
        -------
        (str, bool) or None
            An image whose search has just ended, and whether it ended well.
        """
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return None
            self._process = None
            if status or not self._commands:
                image, self.image, self._commands = self.image, None, []
                return image, status == 0
        if self.image is None and self._waiting:
            self.image = self._waiting.pop()
            self._commands = self._targets(self.image)
        if self._commands:
            self._begin(self._commands.pop(0))
        return None

    def _signal(self, which):
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, which)

    def pause(self):
        """Stop computing, and go on at `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self):
        """Go on computing."""
        self._signal(signal.SIGCONT)

    def stop(self):
        """End the running search; what it has finished stays, and a later run goes on from there."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        if self._process is not None:
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()
        self._process, self._commands, self.image = None, [], None
