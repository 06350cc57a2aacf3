"""All rewards of drawn domains: no value without walls, and the same value under symmetries."""

import math

import numpy as np
import pytest

from ferrotune.rewards import REWARDS, cheap, score
from helpers.domains import NOISE, SITES, YX, checkerboard, polarized, random_labels, ring, stripes, value, wall
from helpers.drawn import drawn, sites_of, turned

UNJUDGED = [name for name in cheap() if "judgement" not in REWARDS[name].needs]


@pytest.mark.parametrize("labels", [np.zeros(len(YX)), np.arange(len(YX)) == 0])
def test_one_cluster_is_worth_nothing(labels):
    """Neither a single label nor one label with an outlier has walls, so neither has a reward."""
    values = score(drawn(labels, SITES, scores=NOISE, again=lambda k: labels, halves=lambda: (labels, labels)), REWARDS)
    assert all(math.isnan(v) for v in values.values())


@pytest.mark.parametrize("draw", [wall, ring, stripes, checkerboard, random_labels])
def test_names_of_labels_do_not_matter(draw):
    labels = np.asarray(draw(YX)).astype(int) + (YX[:, 0] > 12)
    sites, names = polarized(wall(YX)), np.array([2, 0, 5])
    one, other = (score(drawn(named, sites, scores=NOISE), UNJUDGED) for named in (labels, names[labels]))
    assert one == pytest.approx(other, nan_ok=True)
    assert np.isfinite(list(one.values())).all()


@pytest.mark.parametrize("draw", [wall, ring, stripes])
def test_a_quarter_turn_of_all_changes_nothing(draw):
    sites = polarized(wall(YX))
    before = score(drawn(draw(YX), sites, scores=NOISE), UNJUDGED)
    turn = turned(YX, 90)
    polarization = turned(sites.polarization, 90)
    after = score(drawn(draw(YX), sites_of(turn, 90, polarization), scores=NOISE), UNJUDGED)
    assert after == pytest.approx(before, rel=0.03, abs=0.3)


def test_sites_without_a_label_are_left_out():
    labels = wall(YX).astype(int)
    noise = np.where(np.random.default_rng(2).random(len(YX)) < 0.02, -1, labels)
    values = score(drawn(noise, polarized(wall(YX)), scores=NOISE), UNJUDGED)
    assert values["boundary_energy"] == pytest.approx(value("boundary_energy", labels), rel=0.15)
    assert values["domains_per_variant"] == 1 and values["small_domains"] == 0
    assert values["polarization_jump"] == pytest.approx(7, rel=0.1)
