"""The tiny series of the campaign: run as a user does, and compared with an undisturbed run byte for byte."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pandas as pd

from faults.processes import jobs_in
from helpers.case import Case

ROWS = "stripes\t0\tsimulated\t\t\t\n"
SMALL = {
    "search": {"trials": 2, "batch": 1, "startup": 1},
    "judge": {"twins": False},
    "simulation": {"default": {"shape": [300, 300]}, "images": {"stripes": {"geometry": "walls_109"}}},
}
TIMES = ("logs", "benchmarks")  # folders that hold times and nothing else
SECONDS = re.compile(rb'"seconds":\s*(\[[^\]]*\]|"[^"]*"|[-0-9.e]+)')
STILL = 300  # s without a job and without a word, after which a run is said to hang


def _without_seconds(path, content):
    """Content (bytes) of a file without the times of its trials."""
    if path.suffix == ".tsv" and b"seconds" in content.partition(b"\n")[0]:
        table = pd.read_csv(io.BytesIO(content), sep="\t", dtype=str).drop(columns="seconds")
        return table.to_csv(sep="\t").encode()
    return SECONDS.sub(b"", content) if path.suffix in (".html", ".json") else content


def contents(folder):
    """Results as bytes: dict of relative path to content, without times, logs, and the marks of Snakemake."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        timed = set(TIMES) & set(parts) or path.name == ".snakemake_timestamp" or "seconds" in parts[:-1]
        if path.is_file() and not timed:
            found["/".join(parts)] = _without_seconds(path, path.read_bytes())
    return found


def differences(one, other):
    """Names of files (list of str) that differ, or that one of the two lacks; each is a dict as of `contents`."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


class TinySeries(Case):
    """One film of 300 x 300 px, and two trials."""

    def __init__(self, folder, **changes):
        super().__init__(folder, rows=ROWS, **SMALL | changes)

    def start(self, *options, cores=1, environment=None):
        """Start the workflow in a process group of its own; its output goes to a file."""
        self.output = self.folder / "output"
        with self.output.open("wb") as file:
            return subprocess.Popen(
                self.command(*options, cores=cores),
                cwd=self.folder,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONWARNINGS": "ignore", **(environment or {})},
            )

    def finish(self, process):
        """Wait for the end of a run: its exit status (None: it hung, and was killed), and what it said."""
        size, since = -1, time.monotonic()
        while process.poll() is None:
            time.sleep(0.5)
            if jobs_in(self.folder) or self.output.stat().st_size != size:
                size, since = self.output.stat().st_size, time.monotonic()
            if time.monotonic() - since > STILL:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return None, self.output.read_text(errors="replace")
        return process.returncode, self.output.read_text(errors="replace")

    def done(self, *options, cores=1, environment=None):
        """Run the workflow to its end: its exit status, and what it said."""
        return self.finish(self.start(*options, cores=cores, environment=environment))

    def is_locked(self):
        locks = self.folder / ".snakemake" / "locks"
        return locks.is_dir() and any(locks.iterdir())

    def mended(self, *options, environment=None, cores=1):
        """What docs/troubleshooting.md says after an interruption: unlock where it is locked, and run again."""
        if self.is_locked():
            status, said = self.done("--unlock")
            assert status == 0, said[-3000:]
        return self.done(*options, cores=cores, environment=environment)

    def interrupted(self, process, after, number, whole_group):
        """Send a signal after some seconds: True where the run was still going on."""
        deadline = time.monotonic() + after
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if process.poll() is not None:
            return False
        (os.killpg if whole_group else os.kill)(process.pid, number)
        return True

    def copy(self, folder):
        """A copy of the case as it is, with the dates of its files."""
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2)
        other = type(self).__new__(type(self))
        other.folder, other.recorded = folder, folder / "recorded"
        return other

    def again(self):
        """Remove the results, so that the next run begins from nothing."""
        for name in ("results", ".snakemake"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


def said_to_user(output):
    """Lines of ferrotune (list of str) that say an error, each once, and whether a traceback was printed."""
    lines = [line for line in output.splitlines() if line.startswith("ferrotune: ") and " warning: " not in line]
    errors = [line for line in dict.fromkeys(lines) if not re.match(r"ferrotune: \d+ images?, by ", line)]
    return errors, "Traceback (most recent call last)" in output


def as_json(value):
    """Compact JSON of a schedule, to be printed and replayed."""
    return json.dumps(value, separators=(",", ":"))
