"""columns_per_second: lattice, finding, refining and sorting the columns of a full-size image, on two cores.

4,400 x 4,400 px, scan rotated by 5 degrees in a frame of NaN, some 48,500 columns. Peers: Atomap's Gaussian
refinement on a crop, and blob_log, which only finds, each per column of what it is given.
"""

import time
from math import nan

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.atomap_peer import PYTHON, refine
from benchmarks.rows import Row, peak_memory_gb
from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.sublattices import A, B
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

NAME = "columns_per_second"
SPECIMEN = {"shape": (4400, 4400), "scan_rotation_deg": 5.0}
THREADS, REPEATS = 2, 3  # the least of the repeated times counts
AT_LEAST, MOST_GB = 5000.0, 3.0
CROP = slice(2000, 2420)  # px: some 530 columns, of which Atomap refines 68 a second


def _seconds(image, mask, threads, finder="lattice"):
    with threadpool_limits(1):  # as in the workflow's jobs
        start = time.perf_counter()
        columns = find_columns(image, mask, find_lattice(image, mask), finder, threads)
        return time.perf_counter() - start, columns


def _atomap_rate(image, columns):
    """Columns a second that Atomap refines in the crop, started from ours rounded to pixels."""
    if not PYTHON.is_file():
        return nan
    first = np.array([CROP.start] * 2)
    inside = ((columns.fit.yx > first + 2) & (columns.fit.yx < CROP.stop - 3)).all(axis=1)
    starts = [np.rint(columns.fit.yx[inside & (columns.sublattice == kind)]) - first for kind in (A, B)]
    return inside.sum() / refine(image[CROP, CROP], *starts)[2]


def measure():
    """Rows: columns a second against the limit and each peer, seconds on one core, peak memory."""
    simulation = simulate(Specimen(**SPECIMEN), 1)
    image, mask = prepare(simulation.image, np.ones(simulation.image.shape, bool))
    truth = len(simulation.columns_yx)
    del simulation
    before = peak_memory_gb()
    seconds, columns = min((_seconds(image, mask, THREADS) for _ in range(REPEATS)), key=lambda run: run[0])
    memory = peak_memory_gb()
    alone, _ = _seconds(image, mask, 1)
    rate = len(columns.fit.yx) / seconds
    atomap = _atomap_rate(image, columns)
    crop = np.s_[1500:2900, 1500:2900]
    blob_seconds, blobs = _seconds(image[crop], mask[crop], 1, "blob_log")
    blob_rate = len(blobs.fit.yx) / blob_seconds
    return [
        Row(NAME, rate, "1/s", "at least", AT_LEAST, rate / AT_LEAST),
        Row(f"{NAME}[refined]", rate, "1/s", "Atomap, on a crop", atomap, rate / atomap),
        Row(f"{NAME}[found only, whole pixels]", rate, "1/s", "blob_log, on a crop", blob_rate, rate / blob_rate),
        Row(f"{NAME}[one core]", len(columns.fit.yx) / alone, "1/s", "two cores", rate, seconds / alone),
        Row(f"{NAME}[found]", len(columns.fit.yx), "columns", "true", truth, len(columns.fit.yx) / truth),
        Row(f"{NAME}[peak memory, of simulating too]", memory, "GB", "at most", MOST_GB, memory / MOST_GB),
        Row(f"{NAME}[peak memory of simulating alone]", before, "GB"),
    ]
