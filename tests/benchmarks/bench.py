"""make bench: run each measurement module in a process of its own and gather results/bench/bench.tsv."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, fields
from math import nan
from pathlib import Path

from benchmarks.rows import Row
from ferrotune.workflow.jobs import KEEPS_MEMORY

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
# In the order in which they run, with the figure that each is there for: what takes times comes first, and what
# does not, last, so that a machine that then gets other work does no harm.
FIGURES = {
    "columns_speed": "columns_per_second",
    "trial": "trial_seconds_full_size",
    "pipelines": "pipeline_trial_seconds",
    "judging": "judging_seconds",
    "raw": "raw_trial_seconds",
    "run": "run_seconds_full_size",
    "one_line": "one_line_seconds_full_size",
    "live": "live_seconds",
    "crvae": "crvae_trial_seconds",
    "rvae": "rvae_epoch_seconds",
    "lstm": "lstm_epoch_seconds",
    "scaling": "scaling",
    "page": "page_megabytes",
    "cluster": "cluster_hours",
    "labels": "labels_match_plain",
    "answers": "no_walls_reported",
    "column_error": "column_error_over_crlb",
    "columns": "columns_found",
    "multislice": "multislice_factor",
    "give_up": "epochs_saved",
    "hypervolume": "hypervolume_at_100",
    "authors": "knee_share_of_best",
}


def _rows_of(module, folder):
    """Rows of a module, run in a fresh process, so that none inherits another's memory or threads."""
    places = [ROOT / "scripts", ROOT / "tests", folder, os.environ.get("PYTHONPATH", "")]
    environment = {
        **KEEPS_MEMORY,
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(place) for place in places if str(place)),
    }
    with tempfile.TemporaryDirectory() as scratch:
        rows = Path(scratch, "rows.json")
        command = [sys.executable, "-m", "benchmarks.measure", module, str(rows)]
        ended = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
        if ended.returncode == 0:
            return [Row(**row) for row in json.loads(rows.read_text())]
    said = ended.stderr.strip().splitlines() or [f"ended with status {ended.returncode}"]
    print(f"bench: {module} failed: {said[-1]}", file=sys.stderr)
    return [Row(FIGURES.get(module, module), nan, "")]


def _write_table(rows, output):
    with open(output, "w", newline="") as file:
        table = csv.DictWriter(file, [field.name for field in fields(Row)], delimiter="\t", lineterminator="\n")
        table.writeheader()
        for row in map(asdict, rows):
            table.writerow({key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()})


def bench(modules, output, folder=HERE):
    """Measure, and write the rows so far after each module.

    Parameters
    ----------
    modules : list of str, names of files in `folder`, without `.py`; each has a function `measure()` that
        returns a list of Row
    output : path of the table; what stood there is replaced
    folder : path

    Returns
    -------
    list of Row
        A module that fails is said in one line, and its figure is NaN.
    """
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for module in modules:
        print(f"bench: {module}", flush=True)
        found = _rows_of(module, folder)
        rows += found
        _write_table(rows, output)
        for row in found:
            peer = f" ({row.peer}: {row.peer_value:.4g})" if row.peer else ""
            print(f"  {row.name} = {row.value:.4g} {row.unit}{peer}", flush=True)
    return rows


def main(only):
    """Run the modules that there are, or those of them that are named."""
    there = [module for module in FIGURES if (HERE / f"{module}.py").is_file()]
    if unknown := sorted(set(only) - set(there)):
        raise SystemExit(f"bench: no module {', '.join(unknown)}; there are {', '.join(there)}")
    bench([module for module in there if module in only or not only], ROOT / "results" / "bench" / "bench.tsv")


if __name__ == "__main__":
    main(sys.argv[1:])
