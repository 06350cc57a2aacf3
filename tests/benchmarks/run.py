"""run_seconds_full_size: 100 trials of the paper's space on a simulated full-size image, from image to front.

The space is that of config/paper.yaml with rank 16 in place of raw patches, and with the background flattened
over one cell, so that walls stand, which are judged. The image is simulated beforehand. Rounds are of 25
trials: each costs a few seconds beside its trials. The time with a job is what Snakemake's
benchmark files say, from the start of a script's Python to its end; the rest of the wall time is Snakemake's own.
"""

import shutil
from pathlib import Path

from benchmarks.full_size import PAPER, SPECIMEN
from benchmarks.rows import Row
from benchmarks.running import run_workflow
from benchmarks.stages import patch_gmm
from ferrotune.files.sm_bfo_record import write_record
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from helpers.case import Case

FOLDER = Path(__file__).parents[2] / "results" / "bench" / "run"
SEARCH = {"trials": 100, "batch": 25}
MOST_SECONDS = 150.0
MOST_GB = 6.0
MOST_SHARE = 0.15  # of the wall time, in which no job runs


def make_case(folder, specimen, pipelines, search, **changes):
    """A new folder with one simulated image, its cells as the reference, and a config with `changes`, as a Case."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    simulated = simulate(Specimen(**specimen), seed=1)
    write_record(folder / "HAADF.h5", folder / "UCParameterization.h5", simulated.image, simulated.cells)
    row = ("full", "0", "HAADF.h5", str(simulated.pixel_size_pm), "UCParameterization.h5", "")
    case = Case(folder, rows="\t".join(row) + "\n")
    config = {"series": "bench", "images": "images.tsv", "pipelines": pipelines, "search": search}
    case.write(config | {"patches": {"subpixel": False}} | changes)
    return case


def measure():
    """Rows: seconds from image to front, its memory, Snakemake's share, and seconds with figures and page too."""
    case = make_case(FOLDER, SPECIMEN, {"patch_gmm": patch_gmm(PAPER)}, SEARCH)
    front = run_workflow(case.command("results/bench/full/patch_gmm/front.tsv"), FOLDER)
    rest = run_workflow(case.command(), FOLDER)
    name, limit = "run_seconds_full_size", "at most"
    share, whole = 1 - front.job_seconds / front.seconds, front.seconds + rest.seconds
    peak = max(front.peak_gb, rest.peak_gb)
    return [
        Row(name, front.seconds, "s", limit, MOST_SECONDS, front.seconds / MOST_SECONDS),
        Row(f"{name}[peak memory]", peak, "GB", limit, MOST_GB, peak / MOST_GB),
        Row(f"{name}[share without a job]", share, "", limit, MOST_SHARE, share / MOST_SHARE),
        Row(f"{name}[with figures and page]", whole, "s"),
    ]
