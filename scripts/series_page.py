"""Write the page of a series, and the figure of what each selected setting is worth on the other images."""

from pathlib import Path

import pandas as pd

from ferrotune.figures.series_page import data_uri, render_series
from ferrotune.figures.series_summary import figure_of_summary
from ferrotune.figures.style import save
from ferrotune.figures.transfer import figure_transfer
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def main(inputs, outputs, images, pipelines, objectives, transferred, series, log_path):
    """Write series.html and the figure; `inputs` and `outputs` are paths by the rule's names."""
    with job(log_path, f"series {series}") as log:
        summary = pd.read_csv(inputs["summary"], sep="\t", dtype={"image": str, "pipeline": str})
        read = {name: pd.read_csv(path, sep="\t") for name, path in zip(transferred, inputs["transfer"], strict=True)}
        transfers = {name: of.astype({"from_image": str, "to_image": str}) for name, of in read.items()}
        best = summary.set_index(["pipeline", "image"])["best_ari"]
        best = {name: best[name].reindex(images).to_numpy(float) for name in transfers}
        chosen = [read_store(path)[1] for path in inputs["selected"]]  # the pipelines of an image follow each other
        chosen = [(of["trial"], of["parameters"]) for of in chosen]
        runs = {p: dict(zip(images, chosen[i :: len(pipelines)], strict=True)) for i, p in enumerate(pipelines)}
        figure = figure_transfer(transfers, best, images)
        save(figure, [outputs["figure"], outputs["figure_pdf"]])
        figures = {"series": data_uri(figure_of_summary(summary)), "transfer": data_uri(figure)}
        template = Path(inputs["template"]).read_text(encoding="utf-8")
        html = render_series(template, series, summary, runs, list(objectives), figures, transfers)
        Path(outputs["page"]).write_text(html, encoding="utf-8")
        log.info("%d kB", len(html) // 1000)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        images=snakemake.params.images,
        pipelines=snakemake.params.pipelines,
        objectives=snakemake.params.objectives,
        transferred=snakemake.params.transferred,
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
