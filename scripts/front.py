"""Find the Pareto front of a search and its knee, and store the selected segmentation."""

import numpy as np
import pandas as pd
from ferrotune import pareto
from ferrotune.errors import InputError
from ferrotune.guards import OK
from ferrotune.jobs import job
from ferrotune.raster import SAMPLES_PER_CELL, label_raster, site_raster, wall_map
from ferrotune.stores import open_array, read_store, write_store

NO_ANSWER = "no walls above noise"


def front_of(table, objectives, guarded):
    """Rows of the front, with a column `knee`; in guarded mode of trials with status ok only."""
    losses = pareto.losses(table[list(objectives)].to_numpy(float), list(objectives.values()))
    if guarded:
        losses[(table["status"] != OK).to_numpy()] = np.nan
    chosen = np.flatnonzero(pareto.front(losses))
    front = table.iloc[chosen].assign(knee=False)
    if len(front):
        bounds = np.nanmin(losses, axis=0), np.nanmax(losses, axis=0)
        front.iloc[pareto.knee(losses[chosen], bounds), front.columns.get_loc("knee")] = True
    return front.sort_values(list(objectives)[0], kind="stable")


def selected_trial(table, front, select):
    """Number of the selected trial: the user's, else the knee's, else None."""
    if select is None:
        return int(front.loc[front["knee"], "trial"].iloc[0]) if len(front) else None
    if select not in set(table["trial"]):
        raise InputError(f"config: select: there is no trial {select}; there are 0 to {table['trial'].max()}")
    return select


def selected_arrays(rounds, sites, trial):
    """Arrays of the selected trial's store: labels and walls; one label and no walls where there is none."""
    arrays = {
        "yx": (("site", "axis"), sites["yx"]),
        "column": (("site",), sites["column"]),
        "label": (("site",), np.zeros(len(sites["yx"]), np.int8)),
        "segments": (("segment", "end", "axis"), np.empty((0, 2, 2), np.float32)),
        "path_points": (("point", "axis"), np.empty((0, 2), np.float32)),
        "point_wall": (("point",), np.empty(0, np.int32)),
    }
    for store in rounds:
        stored, _ = read_store(store)
        row = np.flatnonzero(stored["trial"] == trial)
        if trial is not None and len(row):
            arrays["label"] = (("site",), stored["labels"][row[0]])
            arrays["segments"] = (*arrays["segments"][:1], stored["segments"][stored["segment_trial"] == trial])
            of_trial = stored["point_trial"] == trial
            arrays["path_points"] = (*arrays["path_points"][:1], stored["path_points"][of_trial])
            arrays["point_wall"] = (("point",), stored["point_wall"][of_trial])
    return arrays


def main(trials, rounds, patches_store, image_store, front_path, selected_store, objectives, guarded, select, subject, log_path):  # noqa: PLR0913
    """Write front.tsv and selected.zarr."""
    with job(log_path, subject) as log:
        table = pd.read_csv(trials, sep="\t")
        front = front_of(table, objectives, guarded)
        front.to_csv(front_path, sep="\t", index=False, na_rep="nan", float_format="%.10g")
        trial = selected_trial(table, front, select)
        answer = NO_ANSWER if trial is None else f"trial {trial}"
        log.info("%d of %d trials on the front; selected: %s", len(front), len(table), answer)
        sites, attributes = read_store(patches_store, "yx", "column")
        arrays = selected_arrays(rounds, sites, trial)
        raster = site_raster(sites["yx"], open_array(image_store, "mask")[...], attributes["cell_px"], SAMPLES_PER_CELL)
        arrays["wall_map"] = (("y_sample", "x_sample"), wall_map(label_raster(raster, arrays["label"][1])))
        parameters = {} if trial is None else table.set_index("trial").loc[trial].to_dict()
        write_store(
            selected_store,
            arrays,
            {
                "answer": answer,
                "trial": trial,
                "chosen_by": "config" if select is not None else "knee",
                "parameters": {k: v if isinstance(v, str) or np.isfinite(v) else None for k, v in parameters.items()},
                "cell_px": attributes["cell_px"],
                "pixel_size_pm": attributes["pixel_size_pm"],
                "samples_per_cell": SAMPLES_PER_CELL,
                "units": "yx: px; segments, path_points: unit cells from the image's first pixel, (y, x)",
            },
        )


if __name__ == "__main__":
    main(
        trials=snakemake.input.trials,
        rounds=snakemake.input.rounds,
        patches_store=snakemake.input.patches,
        image_store=snakemake.input.image,
        front_path=snakemake.output.front,
        selected_store=snakemake.output.selected,
        objectives=snakemake.params.objectives,
        guarded=snakemake.params.guarded,
        select=snakemake.params.select,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
