"""pipeline_trial_seconds: a trial of each further pipeline on a full-size image, from image to rewards, two cores.

Trials differ in what chooses their descriptors, so that each pays for its own spectra; two run at a time, as in a
round. A trial's share of the descriptor's store is in the time.
"""

import time

from benchmarks.full_size import SPECIMEN, stores
from benchmarks.rows import Row
from benchmarks.stages import describe_sites, evaluate_settings
from ferrotune.pipelines.space import Space

TRIALS, THREADS = 8, 2
SPECTRA = {
    "flatten": [1],
    "denoise": ["none"],
    "window": [2, 3, 4, 6],
    "stride": [1],
    "taper": ["hann"],
    "scale": ["log", "linear"],
    "rank": [8],
    "components": [5],
    "covariance": ["full"],
}
# pipelines by name, with the most that a trial may take (s)
PIPELINES = {
    f"fft_{reduction}": ({"descriptor": "fft", "reduction": reduction, "clustering": "gmm", "space": SPECTRA}, most)
    for reduction, most in (("svd", 5.0), ("nmf", 10.0), ("ica", 5.0))
}
NEIGHBOURHOODS = {
    "features": ["displacement", "all"],
    "flatten": [0, 10],
    "radius": [0, 1],
    "components": [5],
    "covariance": ["full"],
}
PIPELINES["cell_gmm"] = (
    {"descriptor": "cells", "reduction": "none", "clustering": "gmm", "space": NEIGHBOURHOODS},
    5.0,
)


def measure():
    """Rows: wall time a trial of each pipeline, and its longest trial's own time."""
    rows = []
    with stores(SPECIMEN) as folder:
        for name, (pipeline, most) in PIPELINES.items():
            space = Space.from_config(pipeline["space"])
            settings = [space.setting(i * space.size // TRIALS) for i in range(TRIALS)]
            start = time.perf_counter()
            describe_sites(folder, pipeline, THREADS)
            own = evaluate_settings(folder, pipeline, settings, TRIALS, THREADS)
            each = (time.perf_counter() - start) / TRIALS
            figure = f"pipeline_trial_seconds[{name}]"
            rows.append(Row(figure, each, "s", "at most", most, each / most))
            rows.append(Row(f"{figure}[longest of a trial's own time]", float(own.max()), "s"))
    return rows
