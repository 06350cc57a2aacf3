"""A round of trials, evaluated: trials that share their descriptors go together, groups of them in parallel."""

from dataclasses import replace
from itertools import groupby
from pathlib import Path

from joblib import Parallel, delayed, parallel_config

from ferrotune.files.stores import read_store
from ferrotune.pipelines.pipeline import members_of
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.sites.sites import ARRAYS, Sites, nearest


def _by_descriptor(stores):
    """Stores (list of paths) by the name of their descriptor, each a list."""
    return {name: [s for s in stores if Path(s).stem == name] for name in (Path(store).stem for store in stores)}


def _sites_of(store, cells):
    """Sites of a descriptor's store, with what the cells (dict of arrays) show at them; and their yx (site, 2) px."""
    arrays, attributes = read_store(store, *ARRAYS, "yx")
    return Sites.from_arrays(arrays).with_cells(arrays["yx"], cells, attributes["cell_px"]), arrays["yx"]


def _evaluate_group(stores, trials, pipeline, sites, onto, seed, rewards, progress, finished):
    """Outcomes (list) of trials of one pipeline that share their descriptors; labels are those of the sites `onto`.

    `stores` are paths: of the descriptors of the image, then of its halves.
    """
    described, *halves = (pipeline.part("descriptor").open(store, trials[0][1]) for store in stores)
    outcomes = evaluate_batch(trials, pipeline, described, sites, seed, rewards, halves, progress, finished)
    return [replace(outcome, labels=outcome.labels[onto]) for outcome in outcomes]


def evaluate_round(trials, entry, stores, cells, rewards, seed, threads=1, progress=None, finished=None):
    """Evaluate the trials of a round.

    Each pipeline is judged on its own sites. Where several are searched at once, labels are those of the sites of the
    first store: each of these sites has the label of the nearest site of the trial's own.

    Parameters
    ----------
    trials : list of (trial number, setting)
    entry : dict, a pipeline of the config, or a choice among some
    stores : list of paths, stores of the descriptors of the image, then those of its half-dose images
    cells : dict with yx, polarization (cell, 2) px and lattice (2, 2) px
    rewards : list of str
    seed : int
    threads : int
    progress, finished : as `ferrotune.search.evaluation.evaluate_batch` says, optional

    Yields
    ------
    ferrotune.search.evaluation.Outcome
    """
    members, stores = members_of(entry), _by_descriptor(stores)
    sites = {name: _sites_of(of_image, cells) for name, (of_image, *_) in stores.items()}
    _, first_yx = next(iter(sites.values()))
    onto = {name: slice(None) if yx is first_yx else nearest(yx, first_yx) for name, (_, yx) in sites.items()}

    def key(numbered):
        member = numbered[1].get(CHOICE, "")
        return member, members[member].descriptor_key(numbered[1])

    groups = [(members[m], list(group)) for (m, _), group in groupby(sorted(trials, key=key), key=key)]
    evaluate = delayed(_evaluate_group)
    with parallel_config("loky", inner_max_num_threads=1):
        work = (
            evaluate(stores[own], group, pipeline, sites[own][0], onto[own], seed, rewards, progress, finished)
            for pipeline, group in groups
            for own in [pipeline.descriptor]
        )
        for of_group in Parallel(n_jobs=threads, return_as="generator")(work):
            yield from of_group
