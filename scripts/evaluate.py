"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from dataclasses import replace
from itertools import groupby

import numpy as np
from joblib import Parallel, delayed, parallel_config

from ferrotune.cells import polarization_at
from ferrotune.jobs import job
from ferrotune.pipelines import Pipeline
from ferrotune.records import round_arrays
from ferrotune.rewards import without_grounds
from ferrotune.sites import ARRAYS, Sites
from ferrotune.stores import read_store, write_store
from ferrotune.trials import evaluate_batch


def sites_of(descriptors, cells_store):
    """Sites of an image, with its lattice and the polarization at the sites."""
    arrays, attributes = read_store(descriptors, *ARRAYS, "yx")
    cells, _ = read_store(cells_store, "yx", "polarization", "lattice")
    polarization = polarization_at(arrays["yx"], cells["yx"], cells["polarization"], attributes["cell_px"])
    known = np.isfinite(polarization).any()
    return replace(Sites.from_arrays(arrays), lattice=cells["lattice"], polarization=polarization if known else None)


def evaluate_group(store, trials, pipeline, sites, seed, rewards):
    """Outcomes (list) of trials that share their descriptors."""
    described = pipeline.part("descriptor").open(store, trials[0][1])
    return list(evaluate_batch(trials, pipeline, described, sites, seed, rewards))


def main(proposals, descriptors, cells_store, output, pipeline, rewards, seed, threads, subject, log_path):
    """Write a round's store from its proposals, the store of the pipeline's descriptor and the unit cells."""
    with job(log_path, subject) as log:
        with open(proposals) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        sites = sites_of(descriptors, cells_store)
        known = {"scores", "again", *(name for name in ("lattice", "polarization") if getattr(sites, name) is not None)}
        for name, missing in without_grounds(rewards, known).items():
            log.info("%s is not known: there is no %s", name, " nor ".join(missing))
        pipeline = Pipeline.from_config(pipeline)

        def key(numbered):
            return tuple(map(str, pipeline.descriptor_key(numbered[1])))

        groups = [list(group) for _, group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (delayed(evaluate_group)(descriptors, group, pipeline, sites, seed, rewards) for group in groups)
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
