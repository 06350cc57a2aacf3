"""pipeline_trial_seconds: a trial of each further pipeline on a full-size image, from image to rewards, two cores.

Trials differ in what chooses their descriptors, so that each pays for its own spectra; two run at a time, as in a
round. A trial's share of the descriptor's store is in the time.
"""

import json
import time

import describe
import evaluate
from benchmarks.full_size import SPECIMEN, stores
from benchmarks.rows import Row
from benchmarks.stages import SEED
from ferrotune.settings import descriptor_uses
from ferrotune.space import Space
from ferrotune.stores import open_array

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


def _describe(folder, name, pipeline):
    described = pipeline["descriptor"]
    describe.main(
        descriptor=described,
        stores={store: folder / f"{store}.zarr" for store in ("image", "columns")},
        output=folder / f"{described}.zarr",
        uses=descriptor_uses({name: pipeline}, described),
        options={"sites": "A", "subpixel": True},
        image="benchmark",
        threads=THREADS,
        log_path=folder / "log",
    )


def _evaluate(folder, pipeline):
    """Each trial's own seconds (n,)."""
    space = Space.from_config(pipeline["space"])
    trials = [{"trial": i, "setting": space.setting(i * space.size // TRIALS)} for i in range(TRIALS)]
    (folder / "round.json").write_text(json.dumps({"trials": trials}))
    store = folder / f"{pipeline['descriptor']}.zarr"
    paths = folder / "round.json", store, folder / "round.zarr"
    evaluate.main(*paths, pipeline, SEED, THREADS, "benchmark", folder / "log")
    return open_array(folder / "round.zarr", "seconds")[...]


def measure():
    """Rows: wall time a trial of each pipeline, and its longest trial's own time."""
    rows = []
    with stores(SPECIMEN) as folder:
        for name, (pipeline, most) in PIPELINES.items():
            start = time.perf_counter()
            _describe(folder, name, pipeline)
            own = _evaluate(folder, pipeline)
            each = (time.perf_counter() - start) / TRIALS
            figure = f"pipeline_trial_seconds[{name}]"
            rows.append(Row(figure, each, "s", "at most", most, each / most))
            rows.append(Row(f"{figure}[longest of a trial's own time]", float(own.max()), "s"))
    return rows
