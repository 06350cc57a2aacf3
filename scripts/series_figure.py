"""Draw the figure of a series from its summary."""

import pandas as pd

from ferrotune.figures.series import figure_series
from ferrotune.figures.style import save
from ferrotune.workflow.jobs import job

MEASURED = [f"{name}_{unit}" for unit in ("pm", "px") for name in ("mean_p", "noise_p", "a", "b")]
FOUND = {"density": "wall_density_per_cell", "variants": "n_variants", "ari": "ari", "best": "best_ari"}
COLUMNS = ["image", "pipeline", "sm_percent", *MEASURED, "alpha_deg", *FOUND.values(), "trial"]


def main(summary, outputs, series, log_path):
    """Write the figure to all of `outputs`, in the format of their suffix."""
    with job(log_path, f"series {series}"):
        table = pd.read_csv(summary, sep="\t", dtype={"image": str, "pipeline": str})
        table = table.reindex(columns=COLUMNS)  # if no image has a result, columns of numbers are missing
        first = table.groupby("image", sort=False).first()  # the first known value of each column
        unit = "pm" if first.loc[first["a_px"].notna(), "mean_p_pm"].notna().all() else "px"
        searches = {}
        for pipeline, found in table.groupby("pipeline", sort=False):
            found = found.set_index("image").reindex(first.index)
            numbers = {name: found[column].to_numpy(float) for name, column in FOUND.items()}
            searches[pipeline] = numbers | {"answered": found["trial"].notna().to_numpy()}
        figure = figure_series(
            first.index.tolist(),
            first["sm_percent"].to_numpy(float),
            *(first[f"{name}_{unit}"].to_numpy(float) for name in ("mean_p", "noise_p", "a", "b")),
            first["alpha_deg"].to_numpy(float),
            searches,
            unit,
        )
        save(figure, outputs)


if __name__ == "__main__":
    main(
        summary=snakemake.input[0],
        outputs=list(snakemake.output),
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
