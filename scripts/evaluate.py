"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config

from ferrotune.jobs import job
from ferrotune.pipelines import members_of
from ferrotune.records import round_arrays
from ferrotune.rewards import without_grounds
from ferrotune.sites import ARRAYS, Sites, nearest
from ferrotune.space_union import CHOICE
from ferrotune.stores import read_store, write_store
from ferrotune.trials import evaluate_batch


def by_descriptor(stores):
    """Stores (list of paths) by the name of their descriptor, each a list."""
    return {name: [s for s in stores if Path(s).stem == name] for name in (Path(store).stem for store in stores)}


def evaluate_group(stores, cells, trials, pipeline, seed, rewards):
    """Outcomes (list) of trials of one pipeline that share their descriptors, on the sites of the first store.

    Each pipeline is judged on its own sites; where several are searched at once, a site of the first has the label
    of the nearest site of the trial's own. `stores` are paths by descriptor: of the image, then of its halves.
    """
    (first, *_), *_ = stores.values()
    store, *halves = stores[pipeline.descriptor]
    arrays, attributes = read_store(store, "yx", *ARRAYS)
    sites = Sites.from_arrays(arrays).with_cells(arrays["yx"], cells, attributes["cell_px"])
    described, *halved = (pipeline.part("descriptor").open(path, trials[0][1]) for path in (store, *halves))
    outcomes = list(evaluate_batch(trials, pipeline, described, sites, seed, rewards, halved))
    if store == first:
        return outcomes
    own = nearest(arrays["yx"], read_store(first, "yx")[0]["yx"])
    return [replace(outcome, labels=outcome.labels[own]) for outcome in outcomes]


def main(inputs, output, pipeline, rewards, seed, threads, subject, log_path):
    """Write a round's store.

    `inputs` are paths by name: proposals, cells, and, as lists, the stores of the descriptors in use: descriptors
    and, of the two half-dose images where a reward asks for these, halves.
    """
    with job(log_path, subject) as log:
        with open(inputs["proposals"]) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        members, stores = members_of(pipeline), by_descriptor([*inputs["descriptors"], *inputs["halves"]])
        cells, _ = read_store(inputs["cells"], "yx", "polarization", "lattice")
        known = {"scores", "again", "lattice"} | ({"halves"} if inputs["halves"] else set())
        known |= {"polarization"} if np.isfinite(cells["polarization"]).any() else set()
        for name, missing in without_grounds(rewards, known).items():
            log.info("%s has no value: there is no %s", name, " nor ".join(missing))

        def key(numbered):
            member = numbered[1].get(CHOICE, "")
            return member, members[member].descriptor_key(numbered[1])

        groups = [(member, list(group)) for (member, _), group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (
                delayed(evaluate_group)(stores, cells, group, members[member], seed, rewards)
                for member, group in groups
            )
            for finished in Parallel(n_jobs=threads, return_as="generator")(work):
                outcomes += finished
                for o in finished:
                    line = "trial %d (%d of %d): %s %s in %.2f s"
                    log.info(line, o.trial, len(outcomes), len(trials), o.status, o.reason, o.seconds)
        write_store(output, *round_arrays(outcomes))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        rewards=snakemake.params.rewards,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
