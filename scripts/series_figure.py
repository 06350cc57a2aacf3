"""Draw the figure of a series from its summary."""

import pandas as pd

from ferrotune.figures.series_summary import figure_of_summary
from ferrotune.figures.style import save
from ferrotune.workflow.jobs import job


def main(summary, outputs, series, log_path):
    """Write the figure to all of `outputs`, in the format of their suffix."""
    with job(log_path, f"series {series}"):
        table = pd.read_csv(summary, sep="\t", dtype={"image": str, "pipeline": str})
        save(figure_of_summary(table), outputs)


if __name__ == "__main__":
    main(
        summary=snakemake.input[0],
        outputs=list(snakemake.output),
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
