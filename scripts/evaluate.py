"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from itertools import groupby

from joblib import Parallel, delayed, parallel_config

from ferrotune.jobs import job
from ferrotune.pipelines import Pipeline
from ferrotune.records import round_arrays
from ferrotune.sites import ARRAYS, Sites
from ferrotune.stores import read_store, write_store
from ferrotune.trials import evaluate_batch


def evaluate_group(store, trials, pipeline, sites, seed):
    """Outcomes (list) of trials that share their descriptors."""
    described = pipeline.part("descriptor").open(store, trials[0][1])
    return list(evaluate_batch(trials, pipeline, described, sites, seed))


def main(proposals, descriptors, output, pipeline, seed, threads, subject, log_path):
    """Write a round's store from its proposals and the store of the pipeline's descriptor."""
    with job(log_path, subject) as log:
        with open(proposals) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        sites = Sites.from_arrays(read_store(descriptors, *ARRAYS)[0])
        pipeline = Pipeline.from_config(pipeline)

        def key(numbered):
            return tuple(map(str, pipeline.descriptor_key(numbered[1])))

        groups = [list(group) for _, group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (delayed(evaluate_group)(descriptors, group, pipeline, sites, seed) for group in groups)
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
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
