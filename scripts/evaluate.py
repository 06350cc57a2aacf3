"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config

from ferrotune.cells import polarization_at
from ferrotune.jobs import job
from ferrotune.pipelines import members_of
from ferrotune.records import round_arrays
from ferrotune.rewards import without_grounds
from ferrotune.sites import ARRAYS, Sites, nearest
from ferrotune.space_union import CHOICE
from ferrotune.stores import read_store, write_store
from ferrotune.trials import evaluate_batch


def sites_of(store, cells_store):
    """Sites of a descriptor's store, with the lattice and the polarization at the sites; and their yx (site, 2) px."""
    arrays, attributes = read_store(store, *ARRAYS, "yx")
    cells, _ = read_store(cells_store, "yx", "polarization", "lattice")
    polarization = polarization_at(arrays["yx"], cells["yx"], cells["polarization"], attributes["cell_px"])
    known = np.isfinite(polarization).any()
    sites = Sites.from_arrays(arrays)
    return replace(sites, lattice=cells["lattice"], polarization=polarization if known else None), arrays["yx"]


def evaluate_group(store, trials, pipeline, sites, onto, seed, rewards):
    """Outcomes (list) of trials of one pipeline that share their descriptors; labels are those of the sites `onto`."""
    described = pipeline.part("descriptor").open(store, trials[0][1])
    outcomes = evaluate_batch(trials, pipeline, described, sites, seed, rewards)
    return [replace(outcome, labels=outcome.labels[onto]) for outcome in outcomes]


def main(proposals, descriptors, cells_store, output, pipeline, rewards, seed, threads, subject, log_path):
    """Write a round's store from its proposals, the stores (list) of the descriptors in use and the unit cells.

    Each pipeline is judged on its own sites. Where several are searched at once, labels are written of the sites of
    the first store: those of the nearest site of the trial's own.
    """
    with job(log_path, subject) as log:
        with open(proposals) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        members, stores = members_of(pipeline), {Path(store).stem: store for store in descriptors}
        sites = {name: sites_of(store, cells_store) for name, store in stores.items()}
        first, first_yx = next(iter(sites.values()))
        onto = {name: slice(None) if yx is first_yx else nearest(yx, first_yx) for name, (_, yx) in sites.items()}
        known = {"scores", "again", *(name for name in ("lattice", "polarization") if getattr(first, name) is not None)}
        for name, missing in without_grounds(rewards, known).items():
            log.info("%s is not known: there is no %s", name, " nor ".join(missing))

        def key(numbered):
            member = numbered[1].get(CHOICE, "")
            return member, members[member].descriptor_key(numbered[1])

        groups = [(members[m], list(group)) for (m, _), group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (
                delayed(evaluate_group)(stores[own], group, pipeline, sites[own][0], onto[own], seed, rewards)
                for pipeline, group in groups
                for own in [pipeline.descriptor]
            )
            for finished in Parallel(n_jobs=threads, return_as="generator")(work):
                outcomes += finished
                for o in finished:
                    line = "trial %d (%d of %d): %s %s in %.2f s"
                    log.info(line, o.trial, len(outcomes), len(trials), o.status, o.reason, o.seconds)
        write_store(output, *round_arrays(outcomes))


if __name__ == "__main__":
    main(
        proposals=snakemake.input.proposals,
        descriptors=snakemake.input.descriptors,
        cells_store=snakemake.input.cells,
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        rewards=snakemake.params.rewards,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
