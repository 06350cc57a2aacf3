"""Run the workflow as a user would, and watch it from outside: wall time, memory, and the time of its jobs."""

import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import pandas as pd
import psutil

INTERVAL = 0.5  # s between looks at the memory: each costs a core some 15 ms


@dataclass(frozen=True)
class Run:
    """A finished run: wall time (s), largest memory (GB) of all its processes together, time (s) with a job."""

    seconds: float
    peak_gb: float
    job_seconds: float


def _memory_gb(process):
    """Proportional memory of a process and all that came of it: shared pages count once."""
    total = 0
    for part in (process, *process.children(recursive=True)):
        try:
            total += part.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 1e9


def _watch(process, stop, found):
    while not stop.wait(INTERVAL):
        try:
            found.append(_memory_gb(process))
        except psutil.NoSuchProcess:
            return


def time_with_a_job(benchmarks, since):
    """Time (s) during which at least one job ran.

    Parameters
    ----------
    benchmarks : list of paths of the files that Snakemake's directive `benchmark` writes when a job ends
    since : float
        Seconds since the epoch; files from before are of another run.
    """
    ends = [(path.stat().st_mtime, pd.read_csv(path, sep="\t")["s"].sum()) for path in benchmarks]
    total, last = 0.0, since
    for start, end in sorted((end - seconds, end) for end, seconds in ends if end > since):
        total += max(0.0, end - max(start, last))
        last = max(last, end)
    return total


def run_workflow(command, folder):
    """Run a command that calls Snakemake; what it says goes to run.log in the folder.

    Parameters
    ----------
    command : list of str
    folder : path, holding the results

    Returns
    -------
    Run
    """
    found, stop = [0.0], threading.Event()
    with open(folder / "run.log", "a") as log:
        begun, clock = time.time(), time.perf_counter()
        process = psutil.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        watcher = threading.Thread(target=_watch, args=(process, stop, found))
        watcher.start()
        status = process.wait()
        seconds = time.perf_counter() - clock
        stop.set()
        watcher.join()
    if status:
        print((folder / "run.log").read_text()[-2000:], file=sys.stderr)
        raise RuntimeError(f"the workflow ended with status {status}; see {folder / 'run.log'}")
    jobs = time_with_a_job(folder.glob("results/**/benchmarks/*.tsv"), begun)
    return Run(seconds, max(found), jobs)
