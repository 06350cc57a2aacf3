"""scaling: time of columns, patches and trials against the number of sites; memory of the largest image.

Simulated images of the demo's cell with 1,000, 10,000 and 100,000 sites go through the workflow, each alone.
Of a job's time that of the same job on a tiny image is taken off: Python's start and imports. A trial's own time
is that of its row. The value is the time a site at the largest size over that at the middle one: 1 is linear.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rows import Row
from benchmarks.run import make_case
from benchmarks.running import run_workflow
from ferrotune.stores import open_array

FOLDER = Path(__file__).parents[2] / "results" / "bench" / "scaling"
TINY, SMALL, MIDDLE, LARGE = 320, 832, 2608, 8192  # px a side
REPEATS = {TINY: 3, SMALL: 2, MIDDLE: 3, LARGE: 1}  # the least counts: other work can only lengthen a time
SPACE = {
    "flatten": [1],
    "sigma": [0],
    "w1": [1.5, 2.0],
    "w2": [2.0],
    "rank": [16],
    "components": [4, 5],
    "covariance": ["full", "tied", "diag", "spherical"],
}
SEARCH = {"mode": "exhaustive", "batch": 8}  # 16 trials: how often a mixture iterates is chance, their mean less so
STAGES = ("columns", "patches", "trial")
MOST = 1.10
MOST_GB = 8.0


def _times(results):
    """Seconds of each stage of a finished run, and the sites that it is about."""
    jobs = {name: pd.read_csv(results / "benchmarks" / f"{name}.tsv", sep="\t")["s"][0] for name in STAGES[:2]}
    trials = pd.read_csv(results / "patch_gmm" / "trials.tsv", sep="\t")["seconds"]
    return [*jobs.values(), trials.mean()], open_array(results / "descriptors" / "patches.zarr", "yx").shape[0]


def _run(side):
    """Least seconds (stage,) of an image of `side` x `side` px, its sites, and the memory of its runs."""
    found, peaks = [], []
    for _ in range(REPEATS[side]):
        case = make_case(FOLDER / str(side), {"shape": (side, side), "dose": 400.0}, SPACE, SEARCH)
        targets = [] if side == LARGE else ["results/bench/full/patch_gmm/trials.tsv"]  # []: everything
        peaks.append(run_workflow(case.command(*targets), case.folder).peak_gb)
        times, sites = _times(case.folder / "results" / "bench" / "full")
        found.append(times)
    return np.min(found, axis=0), sites, max(peaks)


def measure():
    """Rows: growth of the time a site of each stage, the worst of them first, and the largest image's memory."""
    start, _, _ = _run(TINY)
    start[STAGES.index("trial")] = 0.0
    runs = {side: _run(side) for side in (SMALL, MIDDLE, LARGE)}
    a_site = {side: (times - start) / sites for side, (times, sites, _) in runs.items()}
    growth = a_site[LARGE] / a_site[MIDDLE]
    rows = [Row("scaling", growth.max(), "", "at most", MOST, growth.max() / MOST)]
    rows += [
        Row(f"scaling[{stage}]", g, "", "at most", MOST, g / MOST) for stage, g in zip(STAGES, growth, strict=True)
    ]
    for side, (_, sites, _) in runs.items():
        for stage, seconds in zip(STAGES, a_site[side], strict=True):
            rows.append(Row(f"scaling[{stage}, {sites} sites]", 1e6 * seconds, "us a site"))
    peak = runs[LARGE][2]
    return [*rows, Row(f"scaling[peak memory, {LARGE} x {LARGE} px]", peak, "GB", "at most", MOST_GB, peak / MOST_GB)]
