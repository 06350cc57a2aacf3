"""Scores of segmentations against a reference of two domains with a straight wall."""

import numpy as np
import pytest

from ferrotune.reference.comparison import SCORES, Comparison
from ferrotune.sites.raster import site_raster

CELL, SIDE = 10.0, 16
MASK = np.ones((int(SIDE * CELL),) * 2, bool)
YX = (np.stack(np.mgrid[:SIDE, :SIDE], axis=-1).reshape(-1, 2) + 0.5) * CELL
UPPER = (YX[:, 0] < SIDE / 2 * CELL).astype(int)


def compared(yx, reference_yx, reference_label, polarization=None):
    return Comparison(yx, site_raster(yx, MASK, CELL), reference_yx, reference_label, MASK, CELL, polarization)


def test_the_reference_agrees_with_itself_under_any_names_and_order():
    order = np.random.default_rng(0).permutation(len(YX))
    scores = compared(YX[order], YX, UPPER, np.column_stack([UPPER, -UPPER])).score(3 - UPPER[order])
    assert list(scores) == list(SCORES)
    assert scores == pytest.approx(dict.fromkeys(SCORES, 1.0))


def test_a_wall_three_cells_off_is_no_wall_of_the_reference():
    scores = compared(YX, YX, UPPER).score((YX[:, 0] < (SIDE / 2 + 3) * CELL).astype(int))
    assert scores["wall_precision"] == scores["wall_recall"] == scores["wall_f1"] == 0.0
    assert 0 < scores["ari"] < 1


def test_walls_where_the_reference_is_unknown_do_not_count():
    known = YX[:, 1] < SIDE / 2 * CELL
    reference = np.where(known, UPPER, -1)
    labels = np.where(known, UPPER, YX[:, 0] // CELL % 2).astype(int)
    scores = compared(YX, YX, reference).score(labels)
    assert scores["ari"] == scores["wall_precision"] == scores["wall_recall"] == 1.0


def test_undecided_sites_do_not_count_and_explain_nothing():
    """Half of the sites are undecided: the other half agrees, half of the wall is lost, half of the variance left."""
    labels = np.where(YX[:, 1] < SIDE / 2 * CELL, UPPER, -1)
    polarization = np.column_stack([np.where(UPPER, 1.0, -1.0), np.zeros(len(YX))])
    scores = compared(YX, YX, UPPER, polarization).score(labels)
    assert scores["ari"] == 1.0 and scores["wall_precision"] == 1.0 and scores["wall_recall"] < 0.7
    assert scores["polarization_r2"] == pytest.approx(0.5)


@pytest.mark.parametrize("labels", [UPPER, np.zeros(len(YX), int)])
def test_a_reference_of_one_variant_scores_nothing(labels):
    scores = compared(YX, YX, np.zeros(len(YX), int)).score(labels)
    assert list(scores) == list(SCORES) and np.isnan(list(scores.values())).all()


def test_a_reference_of_elsewhere_scores_no_site():
    scores = compared(YX, YX + 5000.0, UPPER).score(UPPER)
    assert np.isnan([scores["ari"], scores["nmi"], scores["correlation"]]).all()
