"""Time and memory of the jobs of finished runs, for the simulation of a cluster: cluster_times.tsv.

    PYTHONPATH=tests .venv/bin/python -m benchmarks.cluster_times CORES RESULTS [CORES RESULTS ...]

Each rule has a row for each pipeline or descriptor and size of image: the largest of its jobs.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pandas as pd
import yaml

TABLE = Path(__file__).with_name("cluster_times.tsv")
SIDE_BY_SIDE = {"evaluate", "transfer"}  # their trials run in as many processes as the job has threads


def _megapixels(results):
    """Size of the largest image of a series, millions of pixels."""
    stores = [json.loads(path.read_text())["shape"] for path in results.glob("*/image.zarr/image/zarr.json")]
    return max(height * width for height, width in stores) / 1e6


def _named(path, results):
    """Rule of a benchmark file, what it is of (a pipeline, a descriptor, or nothing), and whether it is of an image."""
    parts = path.relative_to(results).parts[: path.relative_to(results).parts.index("benchmarks")]
    rule, *rest = path.stem.split(".")
    if len(parts) == 2:
        return rule, parts[1], True
    return rule, "".join(rest), len(parts) == 1


def measured(cores, results):
    """Rows (list of dict) of a finished series that ran on so many cores."""
    images = len(list(results.glob("*/image.zarr")))
    config, found = yaml.safe_load((results / "config.yaml").read_text()), defaultdict(list)
    for path in sorted(results.rglob("benchmarks/*.tsv")):
        found[_named(path, results)].append(pd.read_csv(path, sep="\t").iloc[0])
    rows = []
    for (rule, of, alone), jobs in sorted(found.items()):
        each = {name: pd.to_numeric([job[name] for job in jobs], errors="coerce") for name in ("cpu_time", "max_rss")}
        search = config["search"] | (config["pipelines"].get(of) or {}).get("search", {})
        share = max(1, cores // images) if rule == "evaluate" else min(cores, images)
        rows.append(
            {
                "rule": rule,
                "of": of,
                "megapixels": round(_megapixels(results), 2),
                "images": 1 if alone else images,
                "threads": share if rule in SIDE_BY_SIDE else 1,
                "trials": min(search["batch"], search["trials"]) if rule == "evaluate" else "",
                "cpu_seconds": round(float(pd.Series(each["cpu_time"]).max()), 1),
                "mb": round(float(pd.Series(each["max_rss"]).max())),
            }
        )
    return rows


if __name__ == "__main__":
    given = sys.argv[1:]
    series = zip(given[::2], given[1::2], strict=True)
    rows = [row for cores, folder in series for row in measured(int(cores), Path(folder))]
    kept = [row for row in rows if not row["rule"].startswith(("export", "check_sheet", "download"))]
    pd.DataFrame(kept).to_csv(TABLE, sep="\t", index=False)
