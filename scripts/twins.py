"""Try the selected setting on the twin of an image and on a null film: what it finds there, and what it invents."""

import json

import numpy as np

from ferrotune.files.stage_arrays import read_cells
from ferrotune.files.stores import read_store
from ferrotune.front.selection import selected_pipeline
from ferrotune.search.twins import SCORES, try_on_twins
from ferrotune.workflow.jobs import job
from ferrotune.workflow.kinds import FILMS, IMAGE, STORES


def main(inputs, output, pipeline, seed, rate, options, threads, subject, log_path):
    """Write twins.json; `inputs` are paths by name: FILM_STAGE of both films, cells, selected, descriptors (list)."""
    with job(log_path, subject) as log:
        selected, chosen = read_store(inputs["selected"], "yx", "label")
        found = dict.fromkeys(SCORES, float("nan"))
        cells, _ = read_cells(inputs["cells"], "polarization")
        known = np.isfinite(cells["polarization"]).all(axis=1).any()  # else films have no walls that are known
        if chosen["trial"] is not None and known:
            films = {film: {name: inputs[f"{film}_{name}"] for name in STORES[IMAGE]} for film in FILMS}
            own, setting, _ = selected_pipeline(pipeline, chosen["parameters"], inputs["descriptors"])
            trial = chosen["trial"]
            found = try_on_twins(films, selected, own, setting, trial, seed, rate, options, threads)
            line = "on a film like this one: ARI %.2f and wall F1 %.2f with its truth; %g walls on a film without"
            log.info(line, *found.values())
        with open(output, "w") as file:
            json.dump({name: value if value == value else None for name, value in found.items()}, file, indent=1)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        seed=snakemake.params.seed,
        rate=snakemake.params.rate,
        options=snakemake.params.options,
        threads=snakemake.threads,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
