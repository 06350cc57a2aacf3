"""Facts of the summary: the wall density is that of the reward."""

import numpy as np
import pytest

from ferrotune.files.rounds import round_arrays
from ferrotune.front.selection import selected_arrays
from ferrotune.front.series import confidence_facts, wall_facts
from ferrotune.search.evaluation import judge
from helpers.domains import NOISE, SITES, YX, ring, wall


@pytest.mark.parametrize("draw", [wall, ring])
def test_the_wall_density_of_the_summary_is_the_reward(draw):
    labels = draw(YX).astype(np.int8)
    outcome = judge(0, labels, NOISE + labels[:, None], SITES, 1, ["wall_density"])
    arrays, _ = round_arrays([outcome])
    stored = {name: values for name, (_, values) in arrays.items()}
    found = selected_arrays([stored], {"yx": YX, "site_raster": SITES.raster}, 0)
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
    assert wall_facts(nothing, {"sites_per_cell": 2}) == {"n_walls": 0, "wall_density_per_cell": 0, "n_variants": 1}


def test_mean_confidence_leaves_unknown_sites_out():
    known = {"confidence": np.array([1, np.nan, 0.5]), "path_confidence": np.array([np.nan])}
    facts = confidence_facts(known, {"near_trials": 3})
    assert facts["near_trials"] == 3 and facts["mean_confidence"] == 0.75 and np.isnan(facts["mean_wall_confidence"])
