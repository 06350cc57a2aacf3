"""The selected trial judged again: the labels and walls of the search, new verdicts, and a failed trial fails again."""

import numpy as np
import pytest

from ferrotune.clusterings import gmm
from ferrotune.files.stores import write_store
from ferrotune.reductions import none
from ferrotune.search.confirmation import confirmed, outcome_arrays
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.segmentation.statuses import FAILED, OK
from ferrotune.sites.sites import Sites

CELL = 10.0
INDEX = np.argwhere(np.ones((24, 26)))
YX = CELL * (INDEX + 1.0)
CELLS = {"yx": YX + CELL / 2, "polarization": np.full(INDEX.shape, np.nan), "lattice": CELL * np.eye(2)}
SETTING = {"components": 2, "covariance": "tied"}


class Drawn:
    """A pipeline whose descriptor is 0 left and 1 right of a wall, with noise."""

    POLAR = True
    descriptor, largest_rank = "drawn", None

    @staticmethod
    def part(kind):
        return {"descriptor": Drawn, "reduction": none, "clustering": gmm}[kind]

    @staticmethod
    def open(store, setting):
        return Drawn

    @staticmethod
    def features(setting):
        return (INDEX[:, 1:] >= 12) + 0.1 * np.random.default_rng(0).normal(size=(len(INDEX), 2))


@pytest.fixture
def sites():
    return Sites.of(YX, np.ones((250, 270), bool), CELL)


@pytest.fixture
def again(sites, tmp_path):
    write_store(tmp_path / "drawn.zarr", {"yx": (("site", "axis"), YX), **sites.arrays()}, {"cell_px": CELL})
    return lambda setting: confirmed(3, Drawn, setting, tmp_path / "drawn.zarr", CELLS, YX, seed=1, rate=0.05)


def test_the_walls_are_those_of_the_search_and_are_measured(sites, again):
    (before,) = evaluate_batch([(3, SETTING)], Drawn, Drawn, sites, 1)
    after = again(SETTING)
    assert np.array_equal(after.labels, before.labels) and after.status == before.status == OK
    assert after.wall_verdicts.stands.tolist() == [True] and after.wall_verdicts.width[0] <= 2
    assert after.wall_verdicts.jump == pytest.approx(1, abs=0.1) and np.isnan(after.wall_verdicts.jump_px).all()
    assert outcome_arrays(after)["path_points"] == pytest.approx(np.concatenate(before.walls.paths), rel=1e-5)


def test_a_failed_trial_fails_again(again):
    after = again(SETTING | {"components": len(INDEX) + 1})
    assert after.status == FAILED and after.reason.startswith("ValueError: ")
    assert (after.labels == -1).all() and len(outcome_arrays(after)["wall_stands"]) == 0
