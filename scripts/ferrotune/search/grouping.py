"""A round of trials: grouped by their descriptors, evaluated group by group, with labels at common sites."""

from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config

from ferrotune.files.stores import read_store
from ferrotune.pipelines.pipeline import members_of
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.outcomes import Judging
from ferrotune.sites.sites import ARRAYS, Sites, nearest


def _evaluate_group(trials, pipeline, stores, sites, common, seed, rewards, progress, finished, judging):
    """Outcomes (list) of trials that share their descriptors, with labels at the `common` sites (index)."""
    described, *halves = (pipeline.part("descriptor").open(store, trials[0][1]) for store in stores)
    outcomes = evaluate_batch(trials, pipeline, described, sites, seed, rewards, halves, progress, finished, judging)
    return [replace(outcome, labels=outcome.labels[common]) for outcome in outcomes]


def by_descriptor(stores):
    """Stores of descriptors (list of paths) grouped by their descriptor: dict of its name to a list of paths."""
    names = [Path(store).stem for store in stores]
    return {name: [store for store, of in zip(stores, names, strict=True) if of == name] for name in names}


def group_trials(trials, members):
    """Trials grouped by their pipeline and by the descriptors that they share.

    Parameters
    ----------
    trials : list of (trial number, setting)
    members : dict of name to Pipeline
        The pipelines that the settings choose among; one alone has the empty name.

    Returns
    -------
    list of (Pipeline, list of (trial number, setting))
    """

    def key(numbered):
        member = numbered[1].get(CHOICE, "")
        return member, members[member].descriptor_key(numbered[1])

    return [(members[name], list(group)) for (name, _), group in groupby(sorted(trials, key=key), key=key)]


def common_sites(positions):
    """Which sites of each descriptor stand for the sites of the first one.

    Several pipelines may be searched at once, each with sites of its own. Their labels are compared at the sites of
    the first descriptor: each of these takes the label of the nearest site of the other descriptor.

    Parameters
    ----------
    positions : dict of descriptor name to yx (site, 2) px

    Returns
    -------
    dict of descriptor name to what selects its sites
        A slice of all sites for the first, (first descriptor's site,) int for the others.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = np.array([[0.0, 0.0], [0.0, 10.0]]), np.array([[0.0, 9.0], [0.0, 1.0]])
    >>> common_sites({"patches": a, "fft": b})["fft"].tolist()
    [1, 0]
    """
    first = next(iter(positions.values()))
    return {name: slice(None) if yx is first else nearest(yx, first) for name, yx in positions.items()}


def grounds(polarization, with_halves, with_lattice=True, with_loops=False):
    """What rewards of an image can be computed from.

    Parameters
    ----------
    polarization : (cell, 2) float
        NaN where it is unknown.
    with_halves : bool
        Whether there are two images of half the dose.
    with_lattice : bool
        Whether the sites lie on a crystal, whose directions walls may follow.
    with_loops : bool
        Whether the sites have loops.

    Returns
    -------
    set of str
        Names as in `Reward.needs`.
    """
    given = {"scores", "again", "judgement"} | ({"halves"} if with_halves else set())
    given |= {"lattice"} if with_lattice else set()
    given |= {"loops"} if with_loops else set()
    return given | ({"polarization"} if np.isfinite(polarization).any() else set())


def evaluate_groups(groups, stores, sites, positions, seed, rewards, progress, finished, threads, judging):
    """Evaluate groups of trials on some cores; each trial is judged at the sites of its own descriptor.

    Parameters
    ----------
    groups : list of (Pipeline, list of (trial number, setting))
        From `group_trials`.
    stores : dict of descriptor name to a list
        What the descriptor opens: its store of the image, then those of the two half-dose images, if any.
    sites : dict of descriptor name to ferrotune.sites.sites.Sites
    positions : dict of descriptor name to yx (site, 2) px
        Labels are given at the sites of the first, see `common_sites`.
    seed, rewards, progress, finished
        As in `ferrotune.search.evaluation.evaluate_batch`.
    judging : dict of descriptor name to ferrotune.search.outcomes.Judging
    threads : int
        Groups that are evaluated at a time.

    Yields
    ------
    list of Outcome
        Those of one group, in the order of `groups`.
    """
    common = common_sites(positions)
    if threads > 1:
        clusters = max((setting.get("components", 0) for _, trials in groups for _, setting in trials), default=0)
        for how in judging.values():
            how.compute_shared(clusters)
    with parallel_config("loky", inner_max_num_threads=1):
        work = (
            delayed(_evaluate_group)(
                trials, pipeline, stores[own], sites[own], common[own], seed, rewards, progress, finished, judging[own]
            )
            for pipeline, trials in groups
            for own in [pipeline.descriptor]
        )
        yield from Parallel(n_jobs=threads, return_as="generator")(work)


def evaluate_round(trials, entry, stores, cells, rewards, seed, threads=1, progress=None, finished=None, how=None):
    """Evaluate the trials of a round; each is judged at the sites of its own descriptor.

    Parameters
    ----------
    trials : list of (trial number, setting)
    entry : dict, a pipeline of the config, or a choice among several
    stores : list of paths
        Stores of the descriptors of the image, then those of its half-dose images.
    cells : dict with yx, polarization (cell, 2) px and lattice (2, 2) px
    rewards : list of str
    seed : int
    threads : int
    progress, finished
        As in `ferrotune.search.evaluation.evaluate_batch`, optional.
    how : Judging, optional
        Its `rate` and `earlier`; by default as in the search of the default configuration.

    Yields
    ------
    ferrotune.search.outcomes.Outcome
        Labels are given at the sites of the first descriptor, see `common_sites`.
    """
    how, stores, sites, positions = how or Judging(), by_descriptor(stores), {}, {}
    for name, (of_image, *_) in stores.items():
        arrays, attributes = read_store(of_image, *ARRAYS)
        positions[name] = arrays["yx"]
        sites[name] = Sites.from_arrays(arrays, attributes["cell_px"]).with_cells(cells)
    groups = group_trials(trials, members_of(entry))
    judging = {name: Judging.of(of, how.rate, seed, earlier=how.earlier) for name, of in sites.items()}
    work = (stores, sites, positions, seed, rewards, progress, finished, threads, judging)
    for of_group in evaluate_groups(groups, *work):
        yield from of_group
