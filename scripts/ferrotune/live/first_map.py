"""The first map of an image: one setting, judged by a few null maps, and by many when there is time to draw them."""

import logging
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from ferrotune.files.stores import read_store
from ferrotune.judge.judgement import judged_fields
from ferrotune.judge.null_maps import MANY_MAPS, null_maps
from ferrotune.search.confirmation import FRESH
from ferrotune.search.evaluation import CAUGHT, judged_scores, labels_of_scores, reduced_scores, trial_seed
from ferrotune.search.outcomes import Judging, evaluated, failed
from ferrotune.search.reward_config import false_discovery_rate
from ferrotune.segmentation.labels import Clusters
from ferrotune.sites.sites import ARRAYS, Sites

REWARDS = ("boundary_evidence", "label_evidence")
TRIAL = 0  # the random numbers are those of the first trial of a search


@dataclass(frozen=True)
class SettingOnImage:
    """What one setting finds on one image, before it is judged.

    sites : ferrotune.sites.sites.Sites
    scores : (site, r) float, labels : (site,) int
    of_scores : ferrotune.segmentation.labels.Clusters
    judging : ferrotune.search.outcomes.Judging
    seeds : (int, int), of the walls and of the null maps
    reason : Exception, why the setting failed; None where it did not
    """

    sites: Sites
    scores: np.ndarray | None
    labels: np.ndarray | None
    of_scores: Clusters
    judging: Judging
    seeds: tuple
    reason: Exception | None = None

    def outcome(self, null=None):
        """The judged segmentation.

        Parameters
        ----------
        null : list of ferrotune.judge.null_maps.Found, optional
            What this setting finds on null maps, from `null_maps`. Without them a few are drawn, and walls are not
            measured.

        Returns
        -------
        ferrotune.search.outcomes.Outcome
        """
        if self.reason is not None:
            return failed(TRIAL, len(self.sites), REWARDS, self.reason)
        thorough = null is not None and self.judging.rate is not None
        judging = replace(self.judging, null=null, thorough=thorough)
        work = (self.labels, self.scores, self.sites, self.seeds, REWARDS, self.of_scores, judging)
        try:
            return evaluated(TRIAL, *work)
        except CAUGHT as error:
            return failed(TRIAL, len(self.sites), REWARDS, error)

    def null_maps(self, count=MANY_MAPS):
        """What the setting finds on null maps of this image; Found, one by one."""
        if self.reason is not None or self.judging.rate is None:
            return
        fields = judged_fields(self.labels, self.scores, self.judging.field(self.sites))
        yield from null_maps(self.sites.grid, fields, self.of_scores, self.seeds[1], count)


@contextmanager
def described(measured, pipeline, settings, config, threads=1):
    """Describe the sites of a measured image for some settings of a pipeline; the store is gone at the end.

    Parameters
    ----------
    measured : ferrotune.live.measuring.MeasuredImage
    pipeline : ferrotune.pipelines.pipeline.Pipeline
    settings : list of dict, a value for each parameter of its space
    config : dict, of the series
    threads : int

    Yields
    ------
    Path of the store of the descriptor

    Notes
    -----
    Only what these settings need is described, so that a site near the frame is left out by their windows. The
    workflow leaves out the sites of the largest window of all settings.
    """
    module = pipeline.part("descriptor")
    space = {name: tuple(dict.fromkeys(one[name] for one in settings)) for name in module.PARAMETERS}
    if "rank" in pipeline.space.names:
        space["rank"] = pipeline.space.values("rank")
    store = Path(measured.folder, f"described.{pipeline.descriptor}.zarr")
    needed = {name: measured.stores[name] for name in module.NEEDS}
    options = {"sites": config["sites"], "subpixel": config["patches"]["subpixel"]}
    try:
        uses = [{"reduction": pipeline.reduction, "space": space}]
        module.write(store, needed, uses, options, threads, logging.getLogger("ferrotune"))
        yield store
    finally:
        shutil.rmtree(store, ignore_errors=True)


def apply_setting(measured, store, pipeline, setting, config):
    """Segment a measured image with one setting of a pipeline.

    Parameters
    ----------
    measured : ferrotune.live.measuring.MeasuredImage
    store : path, from `described`
    pipeline : ferrotune.pipelines.pipeline.Pipeline, whose reduction is not trained
    setting : dict, a value for each parameter of its space
    config : dict, of the series

    Returns
    -------
    SettingOnImage
    """
    seed, rate = config["search"]["seed"], false_discovery_rate(config)
    arrays, attributes = read_store(store, *ARRAYS)
    cells = {name: measured.cells[name].to_numpy() for name in ("yx", "polarization", "lattice")}
    sites = Sites.from_arrays(arrays, attributes["cell_px"]).with_cells(cells)
    seeds = trial_seed(seed, TRIAL), trial_seed(seed, TRIAL, FRESH)
    judging = replace(Judging.of(sites, rate, seeds[1]), polar=pipeline.part("descriptor").POLAR)
    of_scores = Clusters(pipeline.part("clustering"), setting)
    found = partial(SettingOnImage, sites, of_scores=of_scores, judging=judging, seeds=seeds)
    try:
        cleaned = partial(judged_scores, sites=sites, rate=rate)
        opened = pipeline.part("descriptor").open(store, setting)
        scores = reduced_scores(pipeline, opened, setting, {}, cleaned=cleaned)
        labels = labels_of_scores(scores, sites, of_scores, seed, TRIAL, measured=judging.measured)
        return found(scores, labels)
    except CAUGHT as error:
        return found(None, None, reason=error)
