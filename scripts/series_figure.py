"""Draw the figure of a series from its summary."""

import pandas as pd

from ferrotune.figures.series import figure_series
from ferrotune.figures.style import save
from ferrotune.workflow.jobs import job


def main(summary, outputs, series, log_path):
    """Write the figure to all of `outputs`, in the format of their suffix."""
    with job(log_path, f"series {series}"):
        table = pd.read_csv(summary, sep="\t", dtype={"image": str, "pipeline": str})
        first = table.drop_duplicates("image")
        unit = "pm" if first["mean_p_pm"].notna().all() else "px"
        searches = {}
        for pipeline, found in table.groupby("pipeline", sort=False):
            found = found.set_index("image").reindex(first["image"])
            searches[pipeline] = {
                "density": found["wall_density_per_cell"].to_numpy(float),
                "variants": found["n_variants"].to_numpy(float),
                "ari": found["ari"].to_numpy(float),
                "best": found["best_ari"].to_numpy(float),
                "answered": found["trial"].notna().to_numpy(),
            }
        figure = figure_series(
            first["image"].tolist(),
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
