"""The summary and the figure of a series when the run failed for some of its images.

Snakemake does not run the rule `summary` when an image has failed. The workflow then calls the same scripts at its
end, for the images that are complete, and writes summary.partial.tsv and figures/series.partial.png and .pdf. The
names differ from those of the rules' outputs, so that the next complete run still makes these.
"""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

from ferrotune.workflow.kinds import IMAGE, kind_of, stores_of
from ferrotune.workflow.messages import answer_lines

NO_RESULT = "no result: see the log"  # the answer in the rows of missing images
SCRIPTS = Path(__file__).parents[2]
OF_IMAGE = ("image", "columns", "cells")
OF_PIPELINE = ("selected.zarr", "trials.tsv", "front.tsv")
PARTIAL = ("summary.partial.tsv", "figures/series.partial.png", "figures/series.partial.pdf")
LOGS = ("logs/summary.partial.log", "logs/series_figure.partial.log")


def _inputs(folder, pipelines, kind):
    """Paths (list of str) that a summary reads of an image, in its folder."""
    stores = [path for name in OF_IMAGE if (path := stores_of(kind, folder)[name])]
    return stores + [f"{folder}/{p}/{name}" for p in pipelines for name in OF_PIPELINE]


def _write(results, complete, missing, pipelines, objectives, series, kind=IMAGE):
    """Write the partial summary and figure with the scripts of the rules `summary` and `series_figure`."""
    import pandas as pd

    summary, series_figure = (importlib.import_module(name) for name in ("summary", "series_figure"))
    table, *figures = (Path(results, name) for name in PARTIAL)
    stores = {image: stores_of(kind, f"{results}/{image}") for image in complete}
    inputs = {name: [of[name] for of in stores.values() if of[name]] for name in OF_IMAGE}
    both = [(image, pipeline) for image in complete for pipeline in pipelines]
    inputs |= {n.partition(".")[0]: [f"{results}/{image}/{p}/{n}" for image, p in both] for n in OF_PIPELINE}
    log, figure_log = (Path(results, name) for name in LOGS)
    runs = summary.list_runs(inputs, complete, list(pipelines))
    summary.main(runs, table, objectives, pipelines, series, log)
    found = pd.read_csv(table, sep="\t", dtype=str, keep_default_na=False)
    rows = [
        {"image": image, "pipeline": pipeline, "answer": NO_RESULT, "sm_percent": "nan" if sm is None else f"{sm:.6g}"}
        for image, sm in missing.items()
        for pipeline in pipelines
    ]
    pd.concat([found, pd.DataFrame(rows)]).fillna("nan").to_csv(table, sep="\t", index=False)
    figures[0].parent.mkdir(exist_ok=True)
    series_figure.main(table, figures, series, figure_log)


def _written(request):
    """Whether the partial summary was written, in a process of its own: a fault of it must not hide the errors."""
    path = os.pathsep.join([str(SCRIPTS), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "ferrotune.workflow.partial_series", json.dumps(request)]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, stderr=subprocess.DEVNULL).returncode == 0


def remove_partial(results):
    """Remove the files and logs of an earlier partial summary."""
    for path in (Path(results, name) for name in (*PARTIAL, *LOGS)):
        path.unlink(missing_ok=True)


def remove_replaced(results):
    """Remove an earlier partial summary where the complete summary is there: a run of some targets leaves it."""
    if Path(results, "summary.tsv").is_file():
        remove_partial(results)


def missing_images(results, images, pipelines, unfinished, kind=IMAGE):
    """List the images without a complete result.

    Parameters
    ----------
    results : str, folder of the series
    images : iterable of str
    pipelines : iterable of str
    unfinished : iterable of str, outputs of the jobs that the run did not finish; files there are out of date
    kind : str, of the series, see `ferrotune.workflow.kinds`

    Returns
    -------
    list of str
    """
    unfinished = set(unfinished)
    wanted = {image: _inputs(f"{results}/{image}", pipelines, kind) for image in images}
    return [i for i, paths in wanted.items() if unfinished & set(paths) or not all(map(os.path.exists, paths))]


def partial_lines(results, images, config, pipelines, unfinished):
    """Summarise the images that are complete, and say which ones are missing.

    Parameters
    ----------
    results : str, folder of the series
    images : dict of image name -> dict, rows of the sample sheet
    config : dict with objectives, mode and series
    pipelines : dict of pipeline -> int, the most trials of each
    unfinished : as in `missing_images`

    Returns
    -------
    list of str
        Lines for the end of the run: the answer for each complete image, and one line for each missing image.
        Empty where no image is complete. Where no image is missing, the answers of the complete summary.
    """
    kind = kind_of(images)
    missing = missing_images(results, images, pipelines, unfinished, kind)
    complete = [image for image in images if image not in missing]
    remove_partial(results)
    if not missing:
        return [] if f"{results}/summary.tsv" in unfinished else answer_lines(results)
    if not complete:
        return []
    lines = [f"{i}: no result: see the logs in {results}/{i}/logs, correct the cause and run again" for i in missing]
    request = {"results": results, "complete": complete, "pipelines": pipelines, "objectives": config["objectives"]}
    request |= {"missing": {image: images[image]["sm_percent"] for image in missing}}
    request |= {"series": config["series"], "kind": kind}
    if not _written(request):
        return [*lines, f"no summary of the other images: see {results}/{LOGS[0]}"]
    where = f"summary of the other images: {results}/{PARTIAL[0]}, {results}/{PARTIAL[1]}"
    return [*answer_lines(results, PARTIAL[0], complete), *lines, where]


if __name__ == "__main__":
    _write(**json.loads(sys.argv[1]))
