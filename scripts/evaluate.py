"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from dataclasses import replace
from itertools import groupby

import numpy as np
from joblib import Parallel, delayed, parallel_config

from ferrotune.cells import polarization_at
from ferrotune.jobs import job
from ferrotune.patch_stack import PatchStack
from ferrotune.records import round_arrays
from ferrotune.rewards import without_grounds
from ferrotune.settings import search_space
from ferrotune.sites import ARRAYS, Sites
from ferrotune.stores import read_store, write_store
from ferrotune.trials import descriptor_key, evaluate_batch


def sites_of(patches_store, cells_store):
    """Sites of an image, with its lattice and the polarization at the sites."""
    arrays, attributes = read_store(patches_store, *ARRAYS, "yx")
    cells, _ = read_store(cells_store, "yx", "polarization", "lattice")
    polarization = polarization_at(arrays["yx"], cells["yx"], cells["polarization"], attributes["cell_px"])
    known = np.isfinite(polarization).any()
    return replace(Sites.from_arrays(arrays), lattice=cells["lattice"], polarization=polarization if known else None)


def evaluate_group(patches_store, trials, sites, max_rank, seed, rewards):
    """Outcomes (list) of trials that share their descriptors; reads the one stack that they need."""
    flatten, sigma, _, _ = descriptor_key(trials[0][1])
    stack = PatchStack.open(patches_store, flatten, sigma)
    return list(evaluate_batch(trials, stack, sites, max_rank, seed, rewards))


def main(proposals, patches_store, cells_store, output, pipeline, rewards, seed, threads, subject, log_path):
    """Write a round's store from its proposals."""
    with job(log_path, subject) as log:
        with open(proposals) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        sites = sites_of(patches_store, cells_store)
        known = {"scores", "again", *(name for name in ("lattice", "polarization") if getattr(sites, name) is not None)}
        for name, missing in without_grounds(rewards, known).items():
            log.info("%s is not known: there is no %s", name, " nor ".join(missing))
        max_rank = max((r for r in search_space(pipeline).values("rank") if r is not None), default=0)

        def key(numbered):
            return descriptor_key(numbered[1])

        groups = [list(group) for _, group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (delayed(evaluate_group)(patches_store, group, sites, max_rank, seed, rewards) for group in groups)
            for finished in Parallel(n_jobs=threads, return_as="generator")(work):
                outcomes += finished
                for o in finished:
                    line = "trial %d (%d of %d): %s %s in %.2f s"
                    log.info(line, o.trial, len(outcomes), len(trials), o.status, o.reason, o.seconds)
        write_store(output, *round_arrays(outcomes))


if __name__ == "__main__":
    main(
        proposals=snakemake.input.proposals,
        patches_store=snakemake.input.patches,
        cells_store=snakemake.input.cells,
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        rewards=snakemake.params.rewards,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
