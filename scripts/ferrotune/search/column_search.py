"""Columns found by rewards (LoG*): the settings of a blob detector are searched as those of a segmentation are."""

from dataclasses import dataclass

import numpy as np

from ferrotune.columns.blob_scales import BlobScales
from ferrotune.columns.spacing import OUT_OF_PLACE, expected_count, spacing_errors
from ferrotune.front import pareto
from ferrotune.images.slow_background import without_steps
from ferrotune.pipelines.space import Space
from ferrotune.search.proposals import suggest

REWARDS = {"count_error": "minimise", "out_of_place": "minimise"}
# Ranges and steps are ours: the Laplacian of Gaussian responds most where sigma is the width of the column, 0.1 to 0.3
# cells, and then with half of its height above the background; heights are shares of the contrast of the image.
SCALES = tuple(round(0.06 + 0.03 * step, 2) for step in range(11))  # cells
THRESHOLDS = (0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3)
SPACE = Space(
    {
        "min_sigma": SCALES[:5],
        "max_sigma": SCALES[4:],
        "threshold": THRESHOLDS,
        "overlap": tuple(round(0.1 * step, 1) for step in range(10)),
    },
    frozenset({"min_sigma", "max_sigma", "threshold", "overlap"}),
)
STARTUP, BATCH = 20, 5  # ours; a trial takes little beside the scales, which all share


@dataclass(frozen=True)
class ColumnSearch:
    """Trials of a search for columns, and the columns of the knee of its front.

    settings : list of dict, one for each trial
    rewards : (trial, 2) float, in the order of REWARDS
    counts : (trial,) int, columns found
    front : (trial,) bool
    knee : int, trial
    yx : (n, 2) float, px, whole pixels
    spacing_error : (n,) float, as in `ferrotune.columns.spacing.spacing_errors`: the second reward, site by site
    expected : float, number of columns that the lattice and the area predict
    """

    settings: list
    rewards: np.ndarray
    counts: np.ndarray
    front: np.ndarray
    knee: int
    yx: np.ndarray
    spacing_error: np.ndarray
    expected: float

    def arrays(self):
        """Arrays of the search's store: dict of name -> (dimension names, array)."""
        settings = np.array([[setting[name] for name in SPACE.names] for setting in self.settings])
        return {
            "setting": (("trial", "parameter"), settings),
            "rewards": (("trial", "reward"), self.rewards),
            "count": (("trial",), self.counts.astype(np.int32)),
            "on_front": (("trial",), self.front),
            "yx": (("column", "axis"), self.yx),
            "spacing_error": (("column",), self.spacing_error),
        }

    def attributes(self):
        """Attributes (dict) of the search's store."""
        return {
            "parameters": list(SPACE.names),
            "objectives": REWARDS,
            "knee": self.knee,
            "setting": self.settings[self.knee],
            "expected": self.expected,
            "out_of_place_above": OUT_OF_PLACE,
            "units": "min_sigma, max_sigma: cells; yx: px, whole pixels; spacing_error: share of the distance",
        }


def column_rewards(yx, mask, lattice):
    """Rewards of columns, by name, each to be small.

    Parameters
    ----------
    yx : (n, 2) px
    mask : (y, x) bool, true where there is signal
    lattice : ferrotune.columns.phase.Lattice

    Returns
    -------
    dict of str to float
        count_error: difference between the number of columns and that which the lattice and the area predict, as a
        share of the latter. out_of_place: share of the columns with a neighbour that is nearer or further than the
        lattice allows; 1 where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.columns.phase import Lattice
    >>> lattice = Lattice(np.array([10.0, 0.0]), np.array([0.0, 10.0]))
    >>> corners = 10.0 * np.argwhere(np.ones((12, 12))) + 2
    >>> without_b = column_rewards(corners, np.ones((120, 120), bool), lattice)  # all too far, but at the border
    >>> print({name: round(value, 2) for name, value in without_b.items()})
    {'count_error': 0.5, 'out_of_place': 0.69}
    """
    expected = expected_count(mask, lattice)
    error = spacing_errors(yx, mask, lattice)
    wrong = float((error > OUT_OF_PLACE).mean()) if len(error) else 1.0
    return {"count_error": abs(len(yx) - expected) / expected, "out_of_place": wrong}


def search_columns(image, mask, lattice, trials=60, seed=1, threads=1):
    """Search the settings of a blob detector for the columns that the lattice predicts (LoG*).

    The Laplacian of Gaussian has a range of scales, a threshold and an allowed overlap. They are searched with two
    rewards, `column_rewards`, by the proposals, the front and the knee of every other search. The scales are computed
    once for all trials.

    Parameters
    ----------
    image : (y, x) float, normalised
    mask : (y, x) bool, true where there is signal
    lattice : ferrotune.columns.phase.Lattice
    trials, seed : int
    threads : int
        The result is the same on any number of cores.

    Returns
    -------
    ColumnSearch

    Notes
    -----
    K. Barakati et al., Physics-based reward driven image analysis in microscopy, Digital Discovery 3, 2061 (2024),
    doi 10.1039/D4DD00132J; on the fly: arXiv 2409.12462. The limits of the distances, the ranges and the way of the
    search are ours.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.columns.lattice import find_lattice
    >>> from ferrotune.images.normalisation import prepare
    >>> from ferrotune.simulation.film import simulate
    >>> from ferrotune.simulation.specimen import Specimen
    >>> film = simulate(Specimen(shape=(256, 256)), seed=1)
    >>> image, mask = prepare(film.image, np.ones(film.image.shape, bool))
    >>> found = search_columns(image, mask, find_lattice(image, mask), trials=25)
    >>> print(found.rewards[found.knee].max() < 0.1, abs(len(found.yx) - len(film.columns_yx)) < 20)
    True True
    """
    scale = lattice.motif.scale_px(lattice)
    pixels = without_steps(image, mask, lattice.cell_px)
    pixels = np.where(mask, pixels, np.median(pixels[mask]))
    scales = BlobScales.of(pixels, np.array(SCALES) * scale, THRESHOLDS[0], threads)

    def found(setting):
        rows = (SCALES.index(setting[name]) for name in ("min_sigma", "max_sigma"))
        yx = scales.chosen(*rows, setting["threshold"], setting["overlap"])
        return yx[mask[tuple(yx.T)]]

    records, counts = [], []
    while len(records) < trials:
        count = min(BATCH, trials - len(records))
        for setting in suggest(SPACE, records, REWARDS, count, len(records) // BATCH, seed, STARTUP):
            yx = found(setting)
            counts.append(len(yx))
            records.append({"setting": setting, "status": "ok", "rewards": column_rewards(yx, mask, lattice)})
    rewards = np.array([[record["rewards"][name] for name in REWARDS] for record in records])
    losses = pareto.losses(rewards, list(REWARDS.values()))
    front = pareto.front(losses)
    knee = int(np.flatnonzero(front)[pareto.knee(losses[front], pareto.best_and_worst(losses))])
    yx = found(records[knee]["setting"])
    yx = yx[np.lexsort((yx[:, 1], yx[:, 0]))].astype(float)
    error, expected = spacing_errors(yx, mask, lattice), expected_count(mask, lattice)
    settings = [record["setting"] for record in records]
    return ColumnSearch(settings, rewards, np.array(counts), front, knee, yx, error, expected)
