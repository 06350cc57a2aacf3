"""What a run says at its end: the answer for each image, and what was or looks wrong, gathered from the logs."""

from pathlib import Path

import pandas as pd


def answer_lines(results):
    """Lines (list of str) from a series' summary, if there is one: each image's answer, and the page to open."""
    path = Path(results, "summary.tsv")
    if not path.is_file():
        return []
    summary = pd.read_csv(path, sep="\t", dtype=str)
    return [
        f"{row.image}, {row.pipeline}: {row.answer} ({row.ok_trials} of {row.trials} trials ok)"
        f" -> {Path(results, row.image, 'explorer.html')}"
        for row in summary.itertuples()
    ]


def said_lines(results, images):
    """The lines (list of str) that say what was or looks wrong, from the logs of a series and of these images of it."""
    logs = sorted(Path(results).glob("logs/*.log"))
    for image in images:
        logs += sorted(Path(results, image).glob("logs/*.log")) + sorted(Path(results, image).glob("*/logs/*.log"))
    lines = [line for log in logs for line in log.read_text(errors="replace").splitlines()]
    return list(dict.fromkeys(line for line in lines if line.startswith("ferrotune: ")))


def warning_lines(results, images):
    """Of `said_lines` the warnings: after a run that succeeded, an error in a log is of what is no longer asked for."""
    return [line for line in said_lines(results, images) if ": warning: " in line]
