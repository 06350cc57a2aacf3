"""Tabulated landscapes: every setting of a space evaluated once on a demo image, and kept as a small file.

`PYTHONPATH=scripts:tests .venv/bin/python -m benchmarks.landscape` makes the file anew, in half an hour on one core.
"""

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
import yaml
from threadpoolctl import threadpool_limits

from ferrotune import guards, pareto
from ferrotune.columns import A, find_columns
from ferrotune.descriptors import cut_patches, preprocess, usable_sites, window_px
from ferrotune.importing import exclusion_mask, prepare
from ferrotune.lattice import find_lattice
from ferrotune.settings import search_space
from ferrotune.simulate import Specimen, simulate
from ferrotune.space import Space
from ferrotune.trials import Sites, descriptor_key, evaluate_batch
from simulated import demo_specimens

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).with_name("landscape.npz")
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
SPACE = search_space(CONFIG["pipelines"]["patch_gmm"])
SHAPE = (768, 800)  # px; the demo's specimens, a little smaller, so that a table is a quarter of an hour's work
MASKS = {"Sm_13": "box 644 0 768 800"}  # the substrate, as in the demo's sheet
IMAGES = ("Sm_13", "Sm_10", "Sm_7")
SEED = 1


@dataclass(frozen=True)
class Landscape:
    """What every setting of a space comes to.

    Attributes
    ----------
    space : Space
    rewards : (setting, objective) float32, in the order of `OBJECTIVES`; NaN where a trial failed
    status : (setting,) int8, the place in `guards.STATUSES`
    """

    space: Space
    rewards: np.ndarray
    status: np.ndarray

    @property
    def losses(self):
        """(setting, objective) float, NaN where the status is not ok: what a guarded search may know."""
        losses = pareto.losses(self.rewards, list(OBJECTIVES.values()))
        losses[self.status != guards.STATUSES.index(guards.OK)] = np.nan
        return losses

    def record(self, setting):
        """A setting's trial, as a search is told of it."""
        number = self.space.index(setting)
        rewards = dict(zip(OBJECTIVES, map(float, self.rewards[number]), strict=True))
        return {"setting": setting, "status": guards.STATUSES[self.status[number]], "rewards": rewards}

    def shares(self, trials):
        """Share of the whole space's hypervolume that the first 1, 2, ... of some trials reach.

        Parameters
        ----------
        trials : sequence of int, numbers of settings

        Returns
        -------
        (trial,) float, 0 ... 1

        Notes
        -----
        Losses are normalised by the best and worst of all usable settings, and the reference point is 1.1 in
        them, as in the workflow's own figures of convergence.
        """
        bounds = pareto.best_and_worst(self.losses)
        return pareto.hypervolume_history(self.losses[trials], bounds) / pareto.hypervolume(self.losses, bounds)


@cache
def landscape(image):
    """The kept Landscape of a demo image (str, of `IMAGES`)."""
    with np.load(KEPT) as kept:
        return Landscape(SPACE, kept[f"{image}_rewards"], kept[f"{image}_status"])


def _trials_by_descriptor(space):
    """Lists of (number, setting) that share their descriptors, for each of which one reduction serves."""
    by_key = sorted(enumerate(space), key=lambda trial: descriptor_key(trial[1]))
    return [list(group) for _, group in groupby(by_key, key=lambda trial: descriptor_key(trial[1]))]


def evaluated(image, space=SPACE):
    """Landscape of a demo image (str): simulated, its columns found, every setting of the space evaluated."""
    specimen = Specimen(**demo_specimens()[image] | {"shape": SHAPE})
    pixels, mask = prepare(simulate(specimen, SEED).image, exclusion_mask(MASKS.get(image), SHAPE))
    lattice = find_lattice(pixels, mask)
    columns = find_columns(pixels, mask, lattice)
    window = tuple(window_px(max(space.values(side)), lattice.cell_px) for side in ("w1", "w2"))
    yx = columns.fit.yx[columns.sublattice == A]
    yx = yx[usable_sites(mask, yx, window)]
    sites = Sites.of(yx, mask, lattice.cell_px)

    @cache
    def patches(flatten, sigma):
        return cut_patches(preprocess(pixels, mask, lattice.cell_px, flatten, sigma), yx, window)

    rewards = np.full((space.size, len(OBJECTIVES)), np.nan, np.float32)
    status = np.full(space.size, -1, np.int8)
    for group in _trials_by_descriptor(space):
        stack = patches(group[0][1]["flatten"], group[0][1]["sigma"])
        for outcome in evaluate_batch(group, stack, sites, max(space.values("rank")), SEED):
            rewards[outcome.trial] = [outcome.rewards[name] for name in OBJECTIVES]
            status[outcome.trial] = guards.STATUSES.index(outcome.status)
    return Landscape(space, rewards, status)


def main():
    """Write the file with the landscapes of all images."""
    arrays = {}
    with threadpool_limits(1):
        for image in IMAGES:
            found = evaluated(image)
            arrays |= {f"{image}_rewards": found.rewards, f"{image}_status": found.status}
            np.savez_compressed(KEPT, **arrays)
            print(f"{image}: {np.isfinite(found.losses).all(axis=1).sum()} of {SPACE.size} settings are usable")


if __name__ == "__main__":
    main()
