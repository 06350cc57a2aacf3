"""Summarise a series in a table with a row for each image and pipeline."""

import json
from pathlib import Path

import pandas as pd

from ferrotune.files.stage_arrays import read_cells
from ferrotune.files.stores import read_store
from ferrotune.front.series import confidence_facts, image_facts, search_end, search_facts, wall_facts
from ferrotune.workflow.jobs import job

SCORES = ("ari", "nmi", "correlation", "wall_f1", "polarization_r2")


def list_runs(inputs, images, pipelines):
    """Paths (list of dict) of each image and pipeline, from lists over images, or over both."""
    runs = []
    for i, image in enumerate(images):
        stores = {name: inputs[name][i] if inputs[name] else "" for name in ("image", "columns", "cells")}
        for j, pipeline in enumerate(pipelines, start=i * len(pipelines)):
            names = ("selected", "trials", "front", *(("twins",) if inputs.get("twins") else ()))
            found = {name: inputs[name][j] for name in names}
            runs.append({"names": {"image": image, "pipeline": pipeline}} | stores | found)
    return runs


def main(runs, output, objectives, planned, series, log_path):
    """Write summary.tsv; `runs` are those of `list_runs`, `planned` the most trials of each pipeline (dict)."""
    with job(log_path, f"series {series}") as log:
        rows = []
        for run in runs:
            _, attributes = read_store(run["image"], "mask")
            columns, scan = read_store(run["columns"], "sublattice") if run["columns"] else ({"sublattice": ()}, {})
            cells, _ = read_cells(run["cells"], "polarization", "polarization_sigma", "a", "b", "alpha")
            facts = image_facts(attributes, columns, cells, scan)
            selected, chosen = read_store(run["selected"])
            table, front = (pd.read_csv(run[name], sep="\t") for name in ("trials", "front"))
            row = run["names"] | {
                "answer": chosen["answer"],
                "reason": chosen.get("reason"),
                "caution": chosen.get("caution"),
                "trial": chosen["trial"],
            }
            row |= {"chosen_by": chosen["chosen_by"], "status": chosen["parameters"].get("status")}
            row |= {"decided_share": chosen.get("decided_share")} | facts
            row |= {name: chosen["parameters"].get(name) for name in objectives}
            row |= wall_facts(selected, chosen)
            row |= confidence_facts(selected, chosen)
            row |= json.loads(Path(run["twins"]).read_text()) if "twins" in run else {}
            row |= {name: chosen["parameters"].get(name) for name in SCORES}
            row |= search_facts(table, front, objectives)
            rows.append(row | {"search_end": search_end(len(table), planned[run["names"]["pipeline"]])})
            log.info("%s, %s: %s", *run["names"].values(), chosen["answer_words"])
        summary = pd.DataFrame(rows).astype({"trial": "Int64"})
        summary.to_csv(output, sep="\t", index=False, na_rep="nan", float_format="%.6g")


if __name__ == "__main__":
    main(
        runs=list_runs(dict(snakemake.input.items()), snakemake.params.images, snakemake.params.pipelines),
        output=snakemake.output[0],
        objectives=snakemake.params.objectives,
        planned=snakemake.params.planned,
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
