"""Time and memory of jobs: a file for each job, as Snakemake writes it, or one table of all in a tidied series."""

import csv
from pathlib import Path

BENCHMARKS = "benchmarks"  # folder of an image, a pipeline or the series
MERGED = "benchmarks.tsv"  # beside it
JOB = "job"  # first column of the table


def _rows(path):
    """Rows (list of dict) of a table; empty where there is none."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def merge_benchmarks(folder):
    """Put the files of a folder of benchmarks into one table beside it; a job that has run again takes its old place.

    Parameters
    ----------
    folder : path of a folder `benchmarks`, which is removed
    """
    folder = Path(folder)
    merged = folder.with_name(MERGED)
    table = {row[JOB]: row for row in _rows(merged)}
    for file in sorted(folder.glob("*.tsv")):
        for row in _rows(file):
            table[file.stem] = {JOB: file.stem} | row
    if not table:
        return
    columns = list(dict.fromkeys(name for row in table.values() for name in row))
    beside = merged.with_name(f".{MERGED}.partial")
    with beside.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter="\t", restval="NA", lineterminator="\n")
        writer.writeheader()
        writer.writerows(table[job] for job in sorted(table))
    beside.replace(merged)
    for file in folder.glob("*.tsv"):
        file.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


def benchmark_of(folder, job):
    """What a job used (dict of str), from its own file or from the table; empty where neither has it.

    Parameters
    ----------
    folder : path of the results of an image, a pipeline or the series
    job : str, such as evaluate.000
    """
    own = _rows(Path(folder, BENCHMARKS, f"{job}.tsv"))
    return next(iter(own or [row for row in _rows(Path(folder, MERGED)) if row[JOB] == job]), {})
