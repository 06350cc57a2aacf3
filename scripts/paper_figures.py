"""Gather the counterparts of the paper's figures, and write the line on each."""

import shutil
from pathlib import Path

from ferrotune.figures.paper_lines import render_lines, search_facts
from ferrotune.files.stores import read_store
from ferrotune.front.trial_table import read_table
from ferrotune.workflow.jobs import job


def main(inputs, outputs, searches, series, log_path):
    """Copy the figures, and write README.md.

    `inputs` are paths: template, png, pdf (lists), and trials, selected, lists over `searches` (image, pipeline);
    `outputs`: lines, and png, pdf, lists in the order of those of `inputs`.
    """
    with job(log_path, f"series {series}") as log:
        facts = {}
        for (image, pipeline), trials, selected in zip(searches, inputs["trials"], inputs["selected"], strict=True):
            arrays, chosen = read_store(selected)
            facts[f"{image}/{pipeline}"] = search_facts(read_table(trials), arrays, chosen)
        for kind in ("png", "pdf"):
            for source, copy in zip(inputs[kind], outputs[kind], strict=True):
                shutil.copyfile(source, copy)
        template = Path(inputs["template"]).read_text(encoding="utf-8")
        Path(outputs["lines"]).write_text(render_lines(template, facts), encoding="utf-8")
        log.info("%d figures", len(outputs["png"]))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        searches=snakemake.params.searches,
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
