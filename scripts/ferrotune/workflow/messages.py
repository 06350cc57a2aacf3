"""The first and last lines of a run: what it analyses; the answers, and the errors and warnings from the logs."""

from pathlib import Path

import pandas as pd


def start_line(results, images, trials, ending=()):
    """Say what a run analyses.

    Parameters
    ----------
    results : path of the folder of the series
    images : collection of str
    trials : dict of pipeline -> int, trials of an image
    ending : collection of pipelines whose search ends where its front stands still; their trials are the most

    Returns
    -------
    str

    Examples
    --------
    >>> start_line("results/film", ["film"], {"patch_gmm": 40})
    'ferrotune: 1 image, by patch_gmm (40 trials) -> results/film; in another terminal: make watch, make so-far'
    """
    names = list(images)
    what = "1 image" if len(names) == 1 else f"{len(names)} images"
    searches = ", ".join(
        f"{pipeline} ({'at most ' if pipeline in ending else ''}{count} trials)" for pipeline, count in trials.items()
    )
    return f"ferrotune: {what}, by {searches} -> {results}; in another terminal: make watch, make so-far"


def answer_lines(results, table="summary.tsv", images=None):
    """List the answers of a series, each with the page to open.

    Parameters
    ----------
    results : path of the folder of the series
    table : str, file of the summary in this folder
    images : list of str, images to list; None lists all

    Returns
    -------
    list of str, empty where there is no summary
    """
    path = Path(results, table)
    if not path.is_file():
        return []
    summary = pd.read_csv(path, sep="\t", dtype=str)
    return [
        f"{row.image}, {row.pipeline}: {_words(row)} -> {Path(results, row.image, 'explorer.html')}"
        for row in summary.itertuples()
        if images is None or row.image in images
    ]


def _words(row):
    """Answer of a row of the summary in a few words."""
    reason, caution = (str(getattr(row, name, "nan")) for name in ("reason", "caution"))
    words = row.answer + (f" ({reason})" if reason != "nan" else "") + (f"; {caution}" if caution != "nan" else "")
    ended = getattr(row, "search_end", "") == "standstill"
    return words + (f"; the search ended after {row.trials} trials: its front stood still" if ended else "")


def said_lines(results, images):
    """Collect the errors and warnings (list of str) from the logs of a series and of the listed images, each once."""
    logs = sorted(Path(results).glob("logs/*.log"))
    for image in images:
        logs += sorted(Path(results, image).glob("logs/*.log")) + sorted(Path(results, image).glob("*/logs/*.log"))
    lines = [line for log in logs for line in log.read_text(errors="replace").splitlines()]
    return list(dict.fromkeys(line for line in lines if line.startswith("ferrotune: ")))


def warning_lines(results, images):
    """Collect the warnings (list of str) only: after a successful run, an error in a log belongs to an older run."""
    return [line for line in said_lines(results, images) if ": warning: " in line]
