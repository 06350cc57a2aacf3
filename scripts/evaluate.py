"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from joblib import Parallel, delayed, parallel_config

from ferrotune.jobs import job
from ferrotune.pipelines import members_of
from ferrotune.records import round_arrays
from ferrotune.sites import ARRAYS, Sites, nearest
from ferrotune.space_union import CHOICE
from ferrotune.stores import read_store, write_store
from ferrotune.trials import evaluate_batch


def evaluate_group(stores, trials, pipeline, seed):
    """Outcomes (list) of trials of one pipeline that share their descriptors, on the sites of the first store.

    Each pipeline is judged on its own sites; where several are searched at once, a site of the first has the label
    of the nearest site of the trial's own.
    """
    first, *_ = stores.values()
    store = stores[pipeline.descriptor]
    arrays, _ = read_store(store, "yx", *ARRAYS)
    described = pipeline.part("descriptor").open(store, trials[0][1])
    outcomes = list(evaluate_batch(trials, pipeline, described, Sites.from_arrays(arrays), seed))
    if store == first:
        return outcomes
    own = nearest(arrays["yx"], read_store(first, "yx")[0]["yx"])
    return [replace(outcome, labels=outcome.labels[own]) for outcome in outcomes]


def main(proposals, descriptors, output, pipeline, seed, threads, subject, log_path):
    """Write a round's store from its proposals and the stores (list) of the descriptors in use."""
    with job(log_path, subject) as log:
        with open(proposals) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        members, stores = members_of(pipeline), {Path(store).stem: store for store in descriptors}

        def key(numbered):
            member = numbered[1].get(CHOICE, "")
            return member, members[member].descriptor_key(numbered[1])

        groups = [(member, list(group)) for (member, _), group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (delayed(evaluate_group)(stores, group, members[member], seed) for member, group in groups)
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
