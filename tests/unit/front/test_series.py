"""Facts of the summary: the wall density is that of the reward."""

import numpy as np
import pytest

from ferrotune.front.selection import selected_arrays
from ferrotune.front.series import confidence_facts, wall_facts
from ferrotune.search.confirmation import outcome_arrays
from ferrotune.search.outcomes import Judging, evaluated
from helpers.domains import NOISE, SITES, YX, ring, wall


@pytest.mark.parametrize("draw", [wall, ring])
def test_the_wall_density_of_the_summary_is_the_reward(draw):
    labels = draw(YX).astype(np.int8)
    scores, rewards = NOISE + labels[:, None], ["wall_density"]
    outcome = evaluated(0, labels, scores, SITES, (1, 1), rewards, None, Judging(rate=None))
    found = selected_arrays(outcome_arrays(outcome), {"yx": YX, "site_raster": SITES.raster})
    selected = {name: values for name, (_, values) in found.items()}
    facts = wall_facts(selected, {"sites_per_cell": 1, "area_cells": SITES.area})
    assert facts["wall_density_per_cell"] == pytest.approx(outcome.rewards["wall_density"], rel=1e-6)
    assert facts["n_walls"] == 1 and facts["n_variants"] == 2


def test_without_an_area_each_site_stands_for_a_part_of_a_cell():
    selected = {
        "path_points": np.array([[0.0, 0.0], [0.0, 6.0]]),
        "point_wall": np.zeros(2, int),
        "label": np.zeros(24, int),
    }
    assert wall_facts(selected, {"sites_per_cell": 2})["wall_density_per_cell"] == 0.5
    nothing = selected | {"path_points": np.empty((0, 2)), "point_wall": np.empty(0, int)}
    facts = wall_facts(nothing, {"sites_per_cell": 2})
    assert facts.pop("wall_density_per_cell") == 0 and np.isnan(facts.pop("wall_width_cells"))
    assert facts == {"n_walls": 0, "n_boundaries": 0, "n_variants": 1}


def test_boundaries_that_do_not_stand_are_no_walls():
    selected = {
        "path_points": np.array([[0.0, 0], [0, 6], [5, 0], [5, 3]]),
        "point_wall": np.array([0, 0, 1, 1]),
        "wall_closed": np.zeros(2, bool),
        "wall_stands": np.array([False, True]),
        "wall_width": np.array([9.0, 2.5]),
        "label": np.array([0, 0, 1, -1]),
    }
    facts = wall_facts(selected, {"area_cells": 12.0, "sites_per_cell": 1})
    assert facts.pop("wall_density_per_cell") == pytest.approx(3 / 12)
    assert facts == {"n_walls": 1, "n_boundaries": 2, "wall_width_cells": 2.5, "n_variants": 2}


def test_mean_confidence_leaves_unknown_sites_out():
    known = {"confidence": np.array([1, np.nan, 0.5]), "path_confidence": np.array([np.nan])}
    facts = confidence_facts(known, {"near_trials": 3})
    assert facts["near_trials"] == 3 and facts["mean_confidence"] == 0.75 and np.isnan(facts["mean_wall_confidence"])
