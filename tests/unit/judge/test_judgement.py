"""Walls that are there stand, with their width and jump; trends, noise and random fields have none."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ferrotune.clusterings import hdbscan
from ferrotune.judge.explained import MeasuredField
from ferrotune.judge.judgement import judge
from ferrotune.judge.null_maps import MANY_MAPS
from ferrotune.judge.surrogates import Surrogates
from ferrotune.judge.wall_pieces import cut_walls
from ferrotune.judge.wall_verdicts import measure_walls, standing_walls
from ferrotune.search.outcomes import RATE, TESTS
from ferrotune.segmentation.labels import Clusters
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster
from ferrotune.walls import find_walls
from helpers.noisy_sites import clusters, sites_of, two_domains


def judged(field, components=2, maps=8, seed=0, clustering=None, rate=0.05):
    sites, values = sites_of(field)
    mixture = clustering or clusters(components)
    labels = mixture(values, seed)
    judgement = judge(sites.grid, labels, values, mixture, seed, rate, maps)
    walls = find_walls(label_raster(sites.raster, judgement.labels), SAMPLES_PER_CELL, 0)
    walls = cut_walls(walls, judgement)
    return judgement, measure_walls(walls, judgement, values, values), walls


@pytest.mark.parametrize("width", [2.0, 4.0, 6.0, 8.0])
def test_a_wall_stands_with_its_width_and_jump(width):
    judgement, verdicts, _ = judged(two_domains(width)[0])
    longest = np.argmin(verdicts.significance)
    assert verdicts.stands[longest] and verdicts.significance[longest] < 0.01
    assert abs(verdicts.width[longest] - width) < 1.0
    assert verdicts.width_error[longest] < 1.0
    assert abs(verdicts.jump_px[longest] - 2.0) < 0.2
    assert judgement.evidence > 0.2


def test_a_wall_of_groups_whose_number_was_found_stands_though_null_maps_have_no_groups():
    dense = Clusters(hdbscan, {"least_share": 0.1, "neighbours": 20})
    judgement, verdicts, _ = judged(two_domains(1.0)[0], clustering=dense)
    assert len(np.unique(judgement.labels)) == 2 and verdicts.stands.any() and judgement.evidence > 0.2


def mottle(shape, seed):
    """A random field (row, column, 2) without walls, of regions of some six cells and a standard deviation of 1."""
    field = gaussian_filter(np.random.default_rng(seed).standard_normal((*shape[:2], 2)), (3, 3, 0))
    return field / field.std()


def judged_by_both(scores, polarization):
    """Judgement of the clusters of the scores (row, column, 2), by a polarization, too (None: by the scores alone)."""
    sites, values = sites_of(scores)
    mixture = clusters(2)
    measured = None if polarization is None else MeasuredField(sites.grid, polarization.reshape(-1, 2), 0)
    return judge(sites.grid, mixture(values, 0), values, mixture, 0, 0.05, 8, measured=measured)


@pytest.mark.parametrize("seed", [0, 2])
def test_a_wall_that_the_descriptor_hardly_sees_stands_by_the_polarization(seed):
    field, _ = two_domains(3.0)
    spoiled = field + 0.7 * mottle(field.shape, seed)
    assert judged_by_both(spoiled, None).significance.min() > 0.01
    found = judged_by_both(spoiled, field)
    assert found.stands.any() and found.significance[found.stands].max() < 0.01


def test_what_only_one_of_descriptor_and_polarization_sees_is_no_wall():
    field, _ = two_domains(3.0)
    assert judged_by_both(field, None).stands.any()
    assert not judged_by_both(field, mottle(field.shape, 0)).stands.any()
    assert not judged_by_both(mottle(field.shape, 0), field).stands.any()


def test_an_inclined_wall_has_its_projected_width():
    _, verdicts, _ = judged(two_domains(10.0, shape="linear")[0])
    assert abs(verdicts.width[np.argmin(verdicts.significance)] - 10.0) < 2.0


@pytest.mark.parametrize("seed", range(4))
def test_a_smooth_trend_has_no_wall(seed):
    y, x = np.mgrid[:60, :60] / 60.0
    field = np.stack([3 * x, y], axis=-1) + 0.2 * np.random.default_rng(seed).standard_normal((60, 60, 2))
    assert not judged(field, seed=seed)[1].stands.any()


@pytest.mark.parametrize("components", [2, 4])
def test_noise_and_surrogates_of_a_film_with_a_wall_have_none(components):
    """At the rate and with the null maps of a selected trial."""
    how = {"components": components, "maps": MANY_MAPS, "rate": RATE / TESTS}
    assert not judged(np.random.default_rng(3).standard_normal((60, 60, 2)), **how)[1].stands.any()
    sites, values = sites_of(two_domains(3.0)[0])
    surrogates = Surrogates(sites.grid, values)
    drawn = [surrogates.drawn(np.random.default_rng(seed)).reshape(60, 60, 2) for seed in range(8)]
    assert sum(judged(field, seed=seed, **how)[1].stands.any() for seed, field in enumerate(drawn)) <= 1


def test_a_film_that_is_half_noise_keeps_the_wall_of_its_other_half():
    field, truth = two_domains(3.0, size=80, noise=0.15)
    field[40:] = 0.9 * np.random.default_rng(1).standard_normal((40, 80, 2))
    _, verdicts, walls = judged(field)
    standing = standing_walls(walls, verdicts)
    y = np.concatenate(standing.paths)[:, 0]
    assert np.ptp(y[y < 40]) > 25  # most of the wall of the upper half
    assert (y > 45).mean() < 0.1  # and hardly any in the noise
    assert truth.any()


def test_the_right_number_of_clusters_has_most_evidence():
    totals = [judged(two_domains(3.0)[0], components)[0] for components in (2, 4)]
    assert totals[0].evidence > totals[1].evidence and totals[0].explained > totals[1].explained


def test_the_same_input_gives_the_same_judgement():
    one, other = (judged(two_domains(3.0)[0])[0] for _ in range(2))
    assert one.evidence == other.evidence and np.array_equal(one.significance, other.significance)
