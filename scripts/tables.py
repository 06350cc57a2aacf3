"""Tables of a pipeline: its domains and walls in physical units, which parameters matter, and mean patches."""

from dataclasses import replace

import numpy as np

from ferrotune.domains.domain_table import domain_table, domains_of
from ferrotune.domains.mean_polarization import MeasuredCells
from ferrotune.domains.wall_table import wall_table
from ferrotune.domains.wall_types import PROJECTION
from ferrotune.figures.wording import setting_names
from ferrotune.files.rounds import read_labels
from ferrotune.files.stage_arrays import read_cells, stored_lattice
from ferrotune.files.stores import read_store, write_store
from ferrotune.front.importance import importance_table
from ferrotune.front.trial_table import read_table, write_table
from ferrotune.rewards import REWARDS
from ferrotune.search.centroids import centroid_arrays
from ferrotune.sites.sites import ARRAYS, Sites
from ferrotune.workflow.jobs import job

MOST = 12  # trials with mean patches; the selected one first, then the front by number


def write_domains(log, selected, sites_store, cells_store, domains_table, walls_table):
    """Write domains.tsv and walls.tsv of `selected`, its arrays and attributes."""
    (arrays, attributes), cells = selected, read_cells(cells_store)
    sites = Sites.from_arrays(read_store(sites_store, *ARRAYS)[0], attributes["cell_px"])
    lattice = cells[0]["lattice"]
    # directions on a grid of spectra are those of its rows and columns
    sites = replace(sites, lattice=sites.cell_px * np.eye(2) if lattice is None else lattice)
    measured, pixel_size = MeasuredCells.of(*cells), attributes["pixel_size_pm"]
    domain, variant = domains_of(sites.grid, arrays["label"])
    domains = domain_table(domain, variant, sites, measured, pixel_size)
    projected = lattice is not None and stored_lattice(lattice, cells[1]).motif.name == PROJECTION
    walls = wall_table(arrays, arrays["label"], sites, measured, pixel_size, projected)
    log.info("%d domains of %d variants; %d walls", len(domains), domains["variant"].nunique(), len(walls))
    for name in ("type", "charged"):
        counts = walls.loc[walls["stands"] == 1, name].value_counts().to_dict()
        log.info("%s of the walls that stand: %s", name, counts)
    write_table(domains, domains_table)
    write_table(walls, walls_table)


def write_importance(log, trials, seed, output):
    """Write importance.tsv of the table of trials."""
    found = importance_table(trials, setting_names(trials.columns), [n for n in REWARDS if n in trials], seed)
    for target, rows in found.groupby("target", sort=False):
        if rows["known"].all():
            best = rows.loc[rows["importance"].idxmax()]
            log.info("%s: %s matters most (%.2f of R2 %.2f)", target, *best[["parameter", "importance", "r2"]])
        else:
            log.info("%s: %d trials do not show which parameter matters", target, rows["trials"].iloc[0])
    write_table(found, output)


def write_centroids(log, selected, trials, inputs, pipeline, output):
    """Write centroids.zarr: empty where the descriptor has no patches, or no trial is on the front or selected."""
    arrays, attributes = selected
    wanted = (attributes["trial"], *read_table(inputs["front"])["trial"].tolist())
    shown = list(dict.fromkeys(trial for trial in wanted if trial is not None))[:MOST]
    labels = dict(zip(shown, read_labels(inputs["rounds"], shown), strict=True)) if shown else {}
    if shown and attributes["trial"] is not None:
        labels[attributes["trial"]] = arrays["label"]  # it was judged again
    rows = [row for row in trials.to_dict("records") if row["trial"] in shown]
    found = centroid_arrays(pipeline, rows, inputs["descriptors"], labels, arrays["yx"])
    kept = {name: attributes[name] for name in ("cell_px", "pixel_size_pm")}
    write_store(output, found, kept | {"trials": shown if found else []})
    log.info("mean patches of %d trials, %d clusters", len(shown), len(found["label"][1]) if found else 0)


def main(inputs, outputs, pipeline, seed, subject, log_path):
    """Write the tables; `inputs` and `outputs` are paths by the rule's names."""
    with job(log_path, subject) as log:
        selected, trials = read_store(inputs["selected"]), read_table(inputs["trials"])
        write_domains(log, selected, inputs["sites"], inputs["cells"], outputs["domains"], outputs["walls"])
        write_importance(log, trials, seed, outputs["importance"])
        write_centroids(log, selected, trials, inputs, pipeline, outputs["centroids"])


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        pipeline=snakemake.params.pipeline,
        seed=snakemake.params.seed,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
