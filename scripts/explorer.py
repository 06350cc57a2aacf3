"""Write the interactive page of an image: its trials, each with its segmentation."""

import json
from pathlib import Path

import pandas as pd

from ferrotune.figures.page.image import page_image
from ferrotune.figures.page.packing import Pack
from ferrotune.figures.page.render import render_page
from ferrotune.figures.page.searches import Found
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job

TABLES = ("domains", "walls", "importance")
STORES = ("image", "columns", "cells", "reference")  # a grid of spectra has neither columns nor cells


def read_search(inputs, number, pipeline):
    """Read what the workflow found in one search; tables that are not among the inputs are left out."""
    table, front = (pd.read_csv(inputs[name][number], sep="\t") for name in ("trials", "front"))
    rounds = [read_store(store)[0] for store in inputs["rounds"][number]]
    selected, chosen = read_store(inputs["selected"][number])
    twins = json.loads(Path(inputs["twins"][number]).read_text()) if inputs["twins"] else {}
    tables = {name: pd.read_csv(inputs[name][number], sep="\t") for name in TABLES if inputs.get(name)}
    centroids = read_store(inputs["centroids"][number]) if inputs.get("centroids") else None
    over_beta = next((path for path in inputs.get("betas", ()) if Path(path).parent.name == pipeline), None)
    betas = over_beta and read_store(over_beta)
    return Found(pipeline, table, front, rounds, selected, chosen, twins, tables, centroids, betas)


def main(inputs, output, pipelines, objectives, image, log_path):
    """Write explorer.html.

    `inputs` are paths by name: page (a list of the files of its template), image, columns, cells, reference; and, as
    lists over `pipelines`, trials, front, selected, twins (may be empty), domains, walls, importance,
    centroids, rounds (a list of lists), and betas, of some of the pipelines.
    """
    with job(log_path, f"image {image}") as log:
        stores = {name: read_store(inputs[name]) for name in STORES if inputs[name]}
        pack = Pack()
        searches = (read_search(inputs, number, pipeline) for number, pipeline in enumerate(pipelines))
        page = page_image(pack, image, stores, searches, objectives)
        html = render_page(Path(inputs["page"][0]).parent, page, pack)
        Path(output).write_text(html, encoding="utf-8")
        log.info("%d kB", len(html) // 1000)


if __name__ == "__main__":
    pipelines = snakemake.params.pipelines
    rounds = [[p for p in snakemake.input.rounds if f"/{pipeline}/rounds/" in p] for pipeline in pipelines]
    main(
        inputs=dict(snakemake.input.items()) | {"rounds": rounds},
        output=snakemake.output[0],
        pipelines=pipelines,
        objectives=snakemake.params.objectives,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
