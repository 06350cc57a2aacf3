"""The selected trial judged again, on many null maps, with the widths and jumps of its walls."""

from dataclasses import replace
from functools import partial

from ferrotune.errors import DamagedStore
from ferrotune.files.rounds import round_arrays, trial_arrays
from ferrotune.files.stores import read_store
from ferrotune.search.evaluation import CAUGHT, judged_scores, labels_of_scores, reduced_scores, trial_seed
from ferrotune.search.outcomes import Judging, evaluated, failed
from ferrotune.segmentation.labels import Clusters
from ferrotune.sites.sites import ARRAYS, Sites, nearest

FRESH = 7  # any number that no repetition of a trial uses: the null maps of the search are not used again


def confirmed(trial, pipeline, setting, store, cells, yx, seed, rate, checkpoint=None):
    """Judge a trial again, on many null maps that had no part in its selection.

    Parameters
    ----------
    trial : int
    pipeline : ferrotune.pipelines.pipeline.Pipeline
    setting : dict
    store : path of the store of its descriptor
    cells : dict with yx, polarization (cell, 2) px and lattice (2, 2) px
    yx : (site, 2) px
        Sites at which labels are wanted: those of the search, see `ferrotune.search.grouping.common_sites`.
    seed : int, the config's
    rate : float, false discovery rate of walls, or None: walls are not judged
    checkpoint : of a trial that was trained, optional

    Returns
    -------
    ferrotune.search.outcomes.Outcome
        The labels and walls are those of the search; the verdicts are new. A trial that failed fails again.
    """
    arrays, attributes = read_store(store, *ARRAYS)
    sites = Sites.from_arrays(arrays, attributes["cell_px"]).with_cells(cells)
    of_scores = Clusters(pipeline.part("clustering"), setting)
    seeds = trial_seed(seed, trial), trial_seed(seed, trial, FRESH)
    judging = Judging.of(sites, rate, seeds[1], thorough=rate is not None)
    judging = replace(judging, polar=pipeline.part("descriptor").POLAR)
    cleaned = partial(judged_scores, sites=sites, rate=rate)
    try:
        described = pipeline.part("descriptor").open(store, setting)
        scores = reduced_scores(pipeline, described, setting, {}, checkpoint, cleaned)
        labels = labels_of_scores(scores, sites, of_scores, seed, trial, measured=judging.measured)
        outcome = evaluated(trial, labels, scores, sites, seeds, (), of_scores, judging)
    except DamagedStore:
        raise
    except CAUGHT as error:
        outcome = failed(trial, len(sites), (), error)
    return replace(outcome, labels=outcome.labels[nearest(sites.yx, yx)])


def outcome_arrays(outcome):
    """Labels and walls of one outcome, as `ferrotune.files.rounds.trial_arrays` gives them."""
    arrays, _ = round_arrays([outcome])
    return trial_arrays({name: values for name, (_, values) in arrays.items()}, outcome.trial)
