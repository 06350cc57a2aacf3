"""Rewards of drawn domains, whose values are known by hand."""

import math

import numpy as np
import pytest

from ferrotune.rewards import REWARDS, Segmentation, cheap, score
from ferrotune.walls import Walls
from helpers.drawn import drawn, grid, sites_of, turned

WIDTH = 40
YX = grid(WIDTH)
SITES = sites_of(YX)
NOISE = np.random.default_rng(0).normal(size=(len(YX), 2))


def wall(yx, angle=0.0):
    """Two half planes; the wall runs along x, or turned from it by `angle` degrees."""
    return turned(yx, -angle)[:, 0] > 0.13


def ring(yx, radius=10):
    return np.hypot(*yx.T) < radius


def stripes(yx, width=8):
    return np.floor(yx[:, 1] / width + 0.013).astype(int) % 2


def checkerboard(yx, side=1):
    return np.floor(yx / side + 0.01).astype(int).sum(axis=1) % 2


def random_labels(yx, count=2, seed=1):
    return np.random.default_rng(seed).integers(0, count, len(yx))


def value(name, labels, sites=SITES, **known):
    return score(drawn(labels, sites, **known), [name])[name]


def straight_walls(*angles):
    """A segmentation of straight walls of 20 cells at angles in degrees, in a square lattice."""
    paths = [np.linspace(-10, 10, 81)[:, None] * turned([[0.0, 1.0]], angle) for angle in angles]
    return Segmentation(
        np.zeros(4), Walls(np.array([p[[0, -1]] for p in paths]), paths, [False] * len(paths), []), SITES
    )


def test_alignment_is_the_angle_to_the_nearest_low_index_direction():
    for angle, away in ((0, 0), (10, 10), (22.5, 22.5), (30, 15), (45, 0), (80, 10), (120, 15)):
        assert score(straight_walls(angle), ["alignment"])["alignment"] == pytest.approx(away, abs=1e-6)
    assert score(straight_walls(0, 10), ["alignment"])["alignment"] == pytest.approx(5)
    everywhere = straight_walls(*np.arange(0, 180, 1.5))
    assert score(everywhere, ["alignment"])["alignment"] == pytest.approx(11.25, abs=0.01)


@pytest.mark.parametrize("turn", [0, 10, 22.5, 30])
def test_alignment_follows_the_lattice_and_orientation_does_not(turn):
    yx = grid(WIDTH, turn)
    sites = sites_of(yx, turn)
    for angle in (0.0, 22.5, 45.0):
        away = 22.5 if angle == 22.5 else 0.0
        assert value("alignment", wall(yx, turn + angle), sites) == pytest.approx(away, abs=2.5)
        assert value("orientation", wall(yx, turn + angle), sites) > 0.97


def test_alignment_of_walls_that_noise_draws():
    """Two labels have no direction; with more of them walls are short, and run along the rows of sites."""
    two, four = (np.mean([value("alignment", random_labels(YX, n, seed)) for seed in range(4)]) for n in (2, 4))
    assert two == pytest.approx(11.25, abs=0.7) and 5 < four < 8


def test_orientation_counts_right_angles_as_one_direction():
    for angles, share in (((30,), 1), ((0, 90), 1), ((10, 100, 10), 1), ((0, 45), 0), ((0, 0, 45), 1 / 3)):
        assert score(straight_walls(*angles), ["orientation"])["orientation"] == pytest.approx(share, abs=1e-6)
    assert value("orientation", ring(YX)) < 0.2
    assert value("orientation", checkerboard(YX, 8)) > 0.7  # its walls are bent where it meets corner to corner


def test_wall_density_is_wall_length_over_area():
    area = math.pi * (WIDTH / 2 + 0.5) ** 2  # sites reach half a cell beyond the disc
    assert value("wall_density", wall(YX)) == pytest.approx(WIDTH / area, rel=0.1)
    assert value("wall_density", ring(YX, 10)) == pytest.approx(2 * math.pi * 10 / area, rel=0.1)


def test_boundary_energy_of_domains_known_by_hand():
    """Unlike pairs of a straight wall: one for each site of the row beside it."""
    n, edges = len(YX), len(SITES.near.edges)
    row = np.count_nonzero(YX[:, 0] == 1)
    upper = np.count_nonzero(wall(YX))
    expected = 2 * upper * (n - upper) / (n * (n - 1))
    assert value("boundary_energy", wall(YX)) == pytest.approx(row / edges / expected, rel=1e-6)
    assert value("boundary_energy", checkerboard(YX)) == pytest.approx(2, abs=0.01)
    assert value("boundary_energy", stripes(YX, 8)) == pytest.approx(1 / 8, rel=0.1)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_boundary_energy_of_noise_is_one(count):
    """However many labels there are, and however rare they are."""
    values = [value("boundary_energy", random_labels(YX, count, seed)) for seed in range(5)]
    assert np.mean(values) == pytest.approx(1, abs=0.02)
    rare = np.random.default_rng(0).random(len(YX)) < 0.1
    assert value("boundary_energy", rare) == pytest.approx(1, abs=0.05)


def test_domains_per_variant():
    for labels, count in ((wall(YX), 1), (ring(YX), 1), (stripes(YX, 8), 3), (checkerboard(YX), len(YX) / 2)):
        assert value("domains_per_variant", labels) == pytest.approx(count)
    assert value("domains_per_variant", random_labels(YX)) > 50


def test_small_domains_are_those_below_nine_cells():
    assert value("small_domains", wall(YX)) == value("small_domains", ring(YX)) == 0
    assert value("small_domains", checkerboard(YX)) == 1
    for side, share in ((2, 4), (3, 0)):  # squares of 2 x 2 and 3 x 3 sites in a half plane
        inside = (
            (np.abs(YX - [8.5, 0.5]) < side / 2).all(axis=1) if side == 2 else (np.abs(YX - [8, 0]) < 1.5).all(axis=1)
        )
        assert inside.sum() == side**2
        assert value("small_domains", wall(YX) & ~inside) == pytest.approx(share / len(YX))


def test_separation_and_likelihood_know_how_far_clusters_are_apart():
    """One dimension: the between variance is d^2 / 4, so that the gain is log(1 + d^2 / 4) / 2 - log 2."""
    labels = np.arange(len(YX)) % 2
    for distance in (0.0, 4.0, 12.0):
        scores = NOISE[:, :1] + distance * labels[:, None]
        gain = math.log(1 + distance**2 / 4) / 2 - math.log(2) - math.log(len(YX)) / len(YX)
        assert value("icl", labels, scores=scores) == pytest.approx(gain, abs=0.03)
    far, near, none = (NOISE + distance * labels[:, None] for distance in (50, 3, 0))
    apart, close, mixed = (value("separation", labels, scores=scores) for scores in (far, near, none))
    assert apart > 0.9 > close > 0.3 > 0.01 > mixed
    assert value("icl", labels, scores=none) < 0


def test_likelihood_prefers_as_many_clusters_as_there_are():
    """Three true clusters beside two and six labels for them; and a linear map of the descriptors changes nothing."""
    true = np.floor(YX[:, 1] / 14 + 0.5).astype(int) + 1
    scores = NOISE + 6 * np.eye(3)[true][:, :2]
    six = 2 * true + (YX[:, 0] > 0)
    best, fewer, more = (value("icl", labels, scores=scores) for labels in (true, np.minimum(true, 1), six))
    assert best > 0 and best > fewer and best > more
    mapped = scores @ np.array([[3.0, 1.0], [0.0, 0.01]]) + 7
    assert value("icl", true, scores=mapped) == pytest.approx(best)


def test_likelihood_of_descriptors_without_it_is_not_a_number():
    assert math.isnan(value("icl", wall(YX), scores=np.zeros((len(YX), 3))))
    assert math.isnan(value("icl", wall(YX), scores=np.zeros((len(YX), 300))))


def test_stability_is_the_agreement_of_repetitions():
    labels = stripes(YX, 8)
    assert value("stability_seed", labels, again=lambda k: 1 - labels) == pytest.approx(1)
    assert abs(value("stability_seed", labels, again=lambda k: random_labels(YX, 2, k))) < 0.01
    assert value("stability_dose", labels, halves=lambda: (labels, 1 - labels)) == pytest.approx(1)
    assert abs(value("stability_dose", labels, halves=lambda: (labels, random_labels(YX)))) < 0.01
    half = np.where(YX[:, 0] > 0, labels, 0)
    assert 0.2 < value("stability_dose", labels, halves=lambda: (labels, half)) < 0.8


def polarized(domain, noise=0.2):
    """Sites whose polarization is (0, 1) or (0, -1) px, with noise in both axes."""
    polarization = np.where(domain[:, None], [0.0, 1.0], [0.0, -1.0]) + noise * NOISE
    return sites_of(YX, polarization=polarization)


def test_polarization_jump_is_the_step_over_the_scatter_of_a_site():
    domain = wall(YX)
    assert value("polarization_jump", domain, polarized(domain)) == pytest.approx(2 / (0.2 * math.sqrt(2)), rel=0.05)
    assert value("polarization_jump", stripes(YX, 13), polarized(domain)) < 0.3
    assert value("polarization_jump", random_labels(YX), polarized(domain)) < 0.3
    gap = polarized(domain)
    gap.polarization[::3] = np.nan
    assert value("polarization_jump", domain, gap) == pytest.approx(2 / (0.2 * math.sqrt(2)), rel=0.1)


def test_polarization_jump_does_not_see_a_trend():
    """Mis-tilt shifts the polarization slowly: the step across a wall that is none is that of like sites."""
    trend = sites_of(YX, polarization=0.1 * YX + 0.2 * NOISE)
    assert value("polarization_jump", wall(YX), trend) < 1.6


@pytest.mark.parametrize("labels", [np.zeros(len(YX)), np.arange(len(YX)) == 0])
def test_one_cluster_is_worth_nothing(labels):
    """Neither a single label nor one with an outlier has walls: no reward is had for nothing."""
    values = score(drawn(labels, SITES, scores=NOISE, again=lambda k: labels, halves=lambda: (labels, labels)), REWARDS)
    assert all(math.isnan(v) for v in values.values())


@pytest.mark.parametrize("draw", [wall, ring, stripes, checkerboard, random_labels])
def test_names_of_labels_do_not_matter(draw):
    labels = np.asarray(draw(YX)).astype(int) + (YX[:, 0] > 12)
    sites = polarized(wall(YX))
    one, other = (score(drawn(named, sites, scores=NOISE), cheap()) for named in (labels, np.array([2, 0, 5])[labels]))
    assert one == pytest.approx(other, nan_ok=True)
    assert np.isfinite(list(one.values())).all()


@pytest.mark.parametrize("draw", [wall, ring, stripes])
def test_a_quarter_turn_of_all_changes_nothing(draw):
    sites = polarized(wall(YX))
    before = score(drawn(draw(YX), sites, scores=NOISE), cheap())
    turn = turned(YX, 90)
    polarization = turned(sites.polarization, 90)
    after = score(drawn(draw(YX), sites_of(turn, 90, polarization), scores=NOISE), cheap())
    assert after == pytest.approx(before, rel=0.03, abs=0.3)


def test_sites_without_a_label_are_left_out():
    labels = wall(YX).astype(int)
    noise = np.where(np.random.default_rng(2).random(len(YX)) < 0.02, -1, labels)
    values = score(drawn(noise, polarized(wall(YX)), scores=NOISE), cheap())
    assert values["boundary_energy"] == pytest.approx(value("boundary_energy", labels), rel=0.15)
    assert values["domains_per_variant"] == 1 and values["small_domains"] == 0
    assert values["polarization_jump"] == pytest.approx(7, rel=0.1)


@pytest.mark.parametrize("name", ["evidence", "bayesian_evidence"])
def test_evidence_is_for_as_many_gaussians_as_there_are(name):
    """Two far apart are worth what their distance saves, less log 2; of noise more than one is worth nothing."""
    labels = wall(YX).astype(int)
    scores = NOISE + 6 * labels[:, None]
    saved = np.log(1 + 2 * 9) / 2 - np.log(2)  # log det of the whole covariance over that of each, less the labels
    assert value(name, labels, scores=scores) == pytest.approx(saved, abs=0.1)
    assert value(name, labels, scores=NOISE) < 0.01
    turned_scores = scores @ np.array([[0.8, 0.6], [-0.6, 0.8]]) * 5 + 3
    assert value(name, labels, scores=turned_scores) == pytest.approx(value(name, labels, scores=scores), abs=0.02)
    assert math.isnan(value(name, labels, scores=np.ones((len(YX), 65)) * NOISE[:, :1]))
    assert REWARDS[name].costly
