"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config

from ferrotune.files.rounds import finished_trials, round_arrays, write_checkpoints
from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines.pipeline import members_of
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.rewards import without_grounds
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.sites.sites import ARRAYS, Sites, nearest
from ferrotune.workflow.jobs import epochs_logged, job


def by_descriptor(stores):
    """Stores (list of paths) by the name of their descriptor, each a list."""
    return {name: [s for s in stores if Path(s).stem == name] for name in (Path(store).stem for store in stores)}


def sites_of(store, cells):
    """Sites of a descriptor's store, with what the cells (dict of arrays) show at them; and their yx (site, 2) px."""
    arrays, attributes = read_store(store, *ARRAYS, "yx")
    return Sites.from_arrays(arrays).with_cells(arrays["yx"], cells, attributes["cell_px"]), arrays["yx"]


def grounds(cells, halves):
    """What rewards can be taken from (set of names), given the cells (dict of arrays) and the halves' stores (list)."""
    polarized = np.isfinite(cells["polarization"]).any()
    given = {"scores": True, "again": True, "lattice": True, "polarization": polarized, "halves": len(halves) > 0}
    return {name for name, there in given.items() if there}


def evaluate_group(stores, trials, pipeline, sites, onto, seed, rewards, log_path, finished):
    """Outcomes (list) of trials of one pipeline that share their descriptors; labels are those of the sites `onto`.

    `stores` are paths: of the descriptors of the image, then of its halves.
    """
    described, *halves = (pipeline.part("descriptor").open(store, trials[0][1]) for store in stores)
    progress = partial(epochs_logged, log_path)
    outcomes = evaluate_batch(trials, pipeline, described, sites, seed, rewards, halves, progress, finished)
    return [replace(outcome, labels=outcome.labels[onto]) for outcome in outcomes]


def main(inputs, output, pipeline, rewards, seed, threads, subject, log_path):
    """Write a round's store.

    `inputs` are paths by name: proposals, cells, and, as lists, the stores of the descriptors in use: descriptors
    and, of the two half-dose images where a reward asks for these, halves.

    Each pipeline is judged on its own sites. Where several are searched at once, labels are written of the sites of
    the first store: those of the nearest site of the trial's own.
    """
    with job(log_path, subject) as log:
        with open(inputs["proposals"]) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        members, stores = members_of(pipeline), by_descriptor([*inputs["descriptors"], *inputs["halves"]])
        cells, _ = read_store(inputs["cells"], "yx", "polarization", "lattice")
        sites = {name: sites_of(of_image, cells) for name, (of_image, *_) in stores.items()}
        _, first_yx = next(iter(sites.values()))
        onto = {name: slice(None) if yx is first_yx else nearest(yx, first_yx) for name, (_, yx) in sites.items()}
        for name, missing in without_grounds(rewards, grounds(cells, inputs["halves"])).items():
            log.info("%s has no value: there is no %s", name, " nor ".join(missing))

        def key(numbered):
            member = numbered[1].get(CHOICE, "")
            return member, members[member].descriptor_key(numbered[1])

        finished = finished_trials(inputs["earlier_proposals"], inputs["earlier"])
        groups = [(members[m], list(group)) for (m, _), group in groupby(sorted(trials, key=key), key=key)]
        outcomes = []
        with parallel_config("loky", inner_max_num_threads=1):
            work = (
                delayed(evaluate_group)(
                    stores[own], group, pipeline, sites[own][0], onto[own], seed, rewards, log_path, finished
                )
                for pipeline, group in groups
                for own in [pipeline.descriptor]
            )
            for of_group in Parallel(n_jobs=threads, return_as="generator")(work):
                outcomes += of_group
                for o in of_group:
                    line = "trial %d (%d of %d): %s %s in %.2f s"
                    log.info(line, o.trial, len(outcomes), len(trials), o.status, o.reason, o.seconds)
        write_store(output, *round_arrays(outcomes))
        write_checkpoints(output, outcomes)


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
