"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from itertools import groupby

from joblib import Parallel, delayed, parallel_config

from ferrotune.jobs import job
from ferrotune.records import round_arrays
from ferrotune.settings import search_space
from ferrotune.stores import open_array, read_store, write_store
from ferrotune.trials import Sites, descriptor_key, evaluate_batch


def evaluate_group(patches_store, preprocessing, trials, sites, max_rank, seed):
    """Outcomes (list) of trials that share their descriptors; reads the one stack that they need."""
    patches = open_array(patches_store, "patches")[preprocessing]
    return list(evaluate_batch(trials, patches, sites, max_rank, seed))


def main(proposals, image_store, patches_store, output, pipeline, seed, threads, subject, log_path):
    """Write a round's store from its proposals."""
    with job(log_path, subject) as log:
        with open(proposals) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        arrays, attributes = read_store(patches_store, "yx")
        sites = Sites.of(arrays["yx"], open_array(image_store, "mask")[...], attributes["cell_px"])
        stacks = [tuple(pair) for pair in attributes["preprocessings"]]
        max_rank = max((r for r in search_space(pipeline).values("rank") if r is not None), default=0)

        def key(numbered):
            return descriptor_key(numbered[1])

        groups = [(k, list(group)) for k, group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (
                delayed(evaluate_group)(patches_store, stacks.index(k[:2]), group, sites, max_rank, seed)
                for k, group in groups
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
        image_store=snakemake.input.image,
        patches_store=snakemake.input.patches,
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
