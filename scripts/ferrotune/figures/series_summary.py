"""The figure of a series from its summary."""

from ferrotune.figures.series import figure_series
from ferrotune.front.answers import WALLS

MEASURED = [f"{name}_{unit}" for unit in ("pm", "px") for name in ("mean_p", "noise_p", "a", "b")]
FOUND = {"density": "wall_density_per_cell", "variants": "n_variants", "ari": "ari", "best": "best_ari"}
COLUMNS = ["image", "pipeline", "sm_percent", *MEASURED, "alpha_deg", *FOUND.values(), "answer"]


def figure_of_summary(table):
    """Draw the figure of a series.

    Parameters
    ----------
    table : DataFrame of summary.tsv, with image and pipeline as str

    Returns
    -------
    matplotlib.figure.Figure
        In pm where the pixel size of all images is known, else in px.
    """
    table = table.reindex(columns=COLUMNS)  # if no image has a result, columns of numbers are missing
    first = table.groupby("image", sort=False).first()  # the first known value of each column
    unit = "pm" if first.loc[first["a_px"].notna(), "mean_p_pm"].notna().all() else "px"
    searches = {}
    for pipeline, found in table.groupby("pipeline", sort=False):
        found = found.set_index("image").reindex(first.index)
        numbers = {name: found[column].to_numpy(float) for name, column in FOUND.items()}
        searches[pipeline] = numbers | {"standing": (found["answer"] == WALLS).to_numpy()}
    return figure_series(
        first.index.tolist(),
        first["sm_percent"].to_numpy(float),
        *(first[f"{name}_{unit}"].to_numpy(float) for name in ("mean_p", "noise_p", "a", "b")),
        first["alpha_deg"].to_numpy(float),
        searches,
        unit,
    )
