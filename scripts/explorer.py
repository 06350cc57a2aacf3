"""Write the interactive page of an image: its trials, each with its segmentation."""

import json
from pathlib import Path

import pandas as pd

from ferrotune.figures.explorer import image_facts, image_picture, page_search, render_page
from ferrotune.files.rounds import read_labels
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def main(inputs, output, pipelines, objectives, image, log_path):
    """Write explorer.html.

    `inputs` are paths by name: template, image, columns, cells, reference; and, as lists over `pipelines`,
    trials, front, selected, twins (may be empty), and rounds (a list of lists).
    """
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(inputs["image"], "image", "mask")
        reference, of_reference = read_store(inputs["reference"], "yx", "label")
        columns, _ = read_store(inputs["columns"], "sublattice")
        cells, lattice = read_store(inputs["cells"], "a")
        parts = []
        for i, pipeline in enumerate(pipelines):
            table, front = (pd.read_csv(inputs[name][i], sep="\t") for name in ("trials", "front"))
            labels = read_labels(inputs["rounds"][i], table["trial"])
            found = (table, front, labels, *read_store(inputs["selected"][i]))
            twins = json.loads(Path(inputs["twins"][i]).read_text()) if inputs["twins"] else {}
            parts.append(page_search(*found, objectives, reference, pixels["mask"], (image, pipeline), twins))
        facts = image_facts(
            attributes | {"cell_px": lattice["cell_px"], "reference": of_reference["kind"]},
            pixels["image"].shape,
            len(columns["sublattice"]),
            len(cells["a"]),
        )
        template = Path(inputs["template"]).read_text(encoding="utf-8")
        picture = image_picture(pixels["image"], pixels["mask"])
        html = render_page(template, image, facts, picture, pixels["image"].shape, parts)
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
