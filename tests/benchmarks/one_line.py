"""one_line_seconds_full_size: a full-size image in one line, from nothing to the answers, the page and all figures.

The image is simulated beforehand: 4,400 x 4,400 px, 24,000 unit cells, two variants. The search is that of
config/one_line.yaml. The CPU time is that of all processes, and says on a busy machine what the wall time would hide.
"""

import resource
import shutil
import sys
from pathlib import Path

from benchmarks.rows import Row
from benchmarks.running import run_workflow
from ferrotune.files.sm_bfo_record import write_record
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "results" / "bench" / "one_line"
FILM = {"shape": (4400, 4400), "geometry": "walls_109", "dose": 400.0}
MOST_SECONDS = 90.0
CORES = 2


def _cpu_seconds():
    """CPU time (s) of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure():
    """Rows: seconds from the command to its end, their share without a job, CPU seconds, and memory."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    film = simulate(Specimen(**FILM), seed=1)
    write_record(FOLDER / "film.h5", FOLDER / "cells.h5", film.image, film.cells)
    given = ("image=film.h5", f"pixel_size={film.pixel_size_pm}")
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--cores", str(CORES)]
    before = _cpu_seconds()
    run = run_workflow([*command, "--config", *given], FOLDER)
    name = "one_line_seconds_full_size"
    return [
        Row(name, run.seconds, "s", "at most", MOST_SECONDS, run.seconds / MOST_SECONDS),
        Row(f"{name}[CPU]", _cpu_seconds() - before, "s"),
        Row(f"{name}[share without a job]", 1 - run.job_seconds / run.seconds, ""),
        Row(f"{name}[peak memory]", run.peak_gb, "GB"),
    ]
