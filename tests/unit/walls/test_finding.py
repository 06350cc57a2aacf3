"""Walls of drawn label maps whose lengths and curvatures are known."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import binary_dilation
from scipy.spatial import cKDTree

from ferrotune.errors import InputError
from ferrotune.rewards import Segmentation, score
from ferrotune.sites.raster import label_raster, site_raster
from ferrotune.walls import find_walls
from ferrotune.walls.hough import TILE

SAMPLES = 8
DATA = Path(__file__).parents[3].parent / "shared" / "data"


def turned(y, x, angle):
    angle = np.deg2rad(angle)
    return y * np.cos(angle) - x * np.sin(angle), y * np.sin(angle) + x * np.cos(angle)


def frame(width, disc):
    """Coordinates of the samples in cells from the centre, and whether they lie in the image."""
    at = np.arange(width * SAMPLES + 1) / SAMPLES - width / 2
    y, x = np.meshgrid(at, at, indexing="ij")
    return y, x, (np.hypot(y, x) <= width / 2) | (not disc)


def draw(label, angle=0.0, width=40, disc=True):
    """Labels of a geometry turned by `angle`, drawn sample by sample."""
    y, x, inside = frame(width, disc)
    return np.where(inside, label(*turned(y, x, angle)), -1)


def on_sites(label, angle=0.0, width=40, disc=True):
    """The same geometry as sites of a square lattice show it: walls are staircases of whole cells."""
    _, _, inside = frame(width, disc)
    yx = np.stack(np.meshgrid(*2 * [np.arange(width + 1.0)], indexing="ij"), axis=-1).reshape(-1, 2)
    sites = site_raster(yx * SAMPLES, inside, SAMPLES, SAMPLES)
    return label_raster(sites, label(*turned(*(yx - width / 2).T, angle)))


def rewards(labels, seed=0):
    walls = find_walls(labels, SAMPLES, seed)
    return walls, score(Segmentation(labels, walls, sites=None), ["curvature", "length", "chord_to_arc"])


def half_planes(y, x):
    return (y > 0.13).astype(int)


def stripes(width):
    return lambda y, x: np.floor(x / width + 0.013).astype(int) % 2


def disc_of(radius):
    return lambda y, x: (np.hypot(y, x) < radius).astype(int)


def stripes_and_block(y, x):
    """Three stripes; a block leans on the wall at x = 6, so that walls meet in two T's and two corners."""
    stripe = np.where(x < -8, 0, np.where(x < 6, 1, 2))
    return np.where((x >= 6) & (np.abs(y) < 6) & (x < 13), 3, stripe)


def lengths(segments):
    return np.hypot(*(segments[:, 1] - segments[:, 0]).T)


def polygon(sides, radius):
    """A regular polygon, by the radius of the circle within."""
    normals = 2 * np.pi / sides * np.arange(sides)
    return lambda y, x: (np.max([np.sin(a) * y + np.cos(a) * x for a in normals], axis=0) < radius).astype(int)


def three_sectors(y, x):
    return np.floor((np.arctan2(y, x) + np.pi) / (2 * np.pi / 3)).astype(int) % 3


@pytest.mark.parametrize("angle", np.arange(0, 180, 7.5))
@pytest.mark.parametrize("disc", [True, False])
def test_a_straight_wall_at_any_angle_is_one_straight_segment(angle, disc):
    walls, reward = rewards(draw(half_planes, angle, disc=disc))
    across = np.deg2rad(angle)
    right = 40.0 if disc else 40.0 / max(abs(np.cos(across)), abs(np.sin(across)))
    assert len(walls.segments) == len(walls.paths) == 1 and walls.closed == [False]
    assert reward["length"] == pytest.approx(right, rel=0.05)
    assert reward["curvature"] < 0.03
    assert reward["chord_to_arc"] < 0.01


@pytest.mark.parametrize("angle", [0, 20, 45, 90, 110])
@pytest.mark.parametrize("shift", [-2.5, 0.0, 2.5])  # to where one tile of the transform ends and another begins
def test_a_straight_wall_through_several_tiles_is_one_straight_segment(angle, shift):
    wide = 2.4 * TILE
    labels = on_sites(lambda y, x: (y > 0.13 + shift - 0.2 * TILE).astype(int), angle, round(wide))
    walls, reward = rewards(labels)
    assert len(walls.segments) == len(walls.paths) == 1
    half = round(wide) / 2
    assert reward["length"] == pytest.approx(2 * np.sqrt(half**2 - (0.13 + shift - 0.2 * TILE) ** 2), rel=0.03)


@pytest.mark.parametrize("angle", [0, 1, 3, 5, 7, 11, 15, 20, 26.57, 33, 38, 45, 60, 80])
def test_a_straight_wall_of_lattice_sites_is_straight(angle):
    walls, reward = rewards(on_sites(half_planes, angle))
    assert len(walls.segments) == len(walls.paths) == 1
    assert reward["length"] == pytest.approx(40, rel=0.05)
    assert reward["curvature"] < 0.05
    assert reward["chord_to_arc"] < 0.02


def test_a_wall_runs_where_it_was_drawn():
    walls, _ = rewards(draw(half_planes, 30))
    for points in (walls.paths[0], walls.segments[0]):
        y, _ = turned(*(points - 20).T, 30)
        np.testing.assert_allclose(y, 0.13, atol=0.1)


@pytest.mark.parametrize("sides", [3, 4, 5, 6, 8])
@pytest.mark.parametrize("angle", [0, 7.5, 15, 30, 52.5])
def test_a_polygon_has_its_sides_as_segments(sides, angle):
    side = 2 * 14.3 * np.tan(np.pi / sides)
    drawn, _ = rewards(draw(polygon(sides, 14.3), angle, width=64, disc=False))
    assert drawn.closed == [True] and len(drawn.segments) == sides
    # at a corner of 60 degrees either end may take some half a cell of the next side
    np.testing.assert_allclose(lengths(drawn.segments), side, atol=1.1 if sides == 3 else 0.75)
    # between sites a corner may lie anywhere on its tread: one side has what the next has not
    of_sites, _ = rewards(on_sites(polygon(sides, 14.3), angle, width=64, disc=False))
    assert of_sites.closed == [True] and len(of_sites.segments) == sides
    assert lengths(of_sites.segments).sum() == pytest.approx(sides * side, rel=0.04)


@pytest.mark.parametrize("radius", [5, 10, 20, 40])
def test_a_ring_has_the_curvature_of_its_radius(radius):
    walls, reward = rewards(draw(disc_of(radius), width=2 * radius + 8, disc=False))
    assert walls.closed == [True]
    assert reward["curvature"] == pytest.approx(1 / radius, rel=0.1)
    assert reward["chord_to_arc"] == 1
    np.testing.assert_allclose(np.hypot(*(walls.paths[0] - radius - 4).T), radius, atol=0.15)


@pytest.mark.parametrize("radius", [5.1, 10.1, 20.1, 40.1])
def test_a_ring_of_lattice_sites_has_nearly_the_curvature_of_its_radius(radius):
    # the staircase of a straight wall has up to 0.035/cell, and a ring no more than that in error
    walls, reward = rewards(on_sites(disc_of(radius), width=2 * int(radius) + 8, disc=False))
    assert walls.closed == [True]
    assert reward["curvature"] == pytest.approx(1 / radius, abs=0.035)
    assert np.hypot(*(walls.paths[0] - int(radius) - 4).T).mean() == pytest.approx(radius, abs=0.5)


@pytest.mark.parametrize("radius", [5, 10, 20, 40])
@pytest.mark.parametrize("quarters", [1, 2])
def test_an_arc_has_the_curvature_of_its_radius(radius, quarters):
    labels = draw(disc_of(radius), width=2 * radius + 8, disc=False)
    middle = len(labels) // 2
    labels[:middle] = -1
    if quarters == 1:
        labels[:, :middle] = -1
    walls, reward = rewards(labels)
    assert walls.closed == [False]
    assert reward["curvature"] == pytest.approx(1 / radius, rel=0.1)
    angle = quarters * np.pi / 2
    assert reward["chord_to_arc"] == pytest.approx(1 - np.sin(angle / 2) / (angle / 2), rel=0.1)


@pytest.mark.parametrize("unlabelled", [True, False])
@pytest.mark.parametrize("gap", [3, 5])
def test_a_broken_wall_is_shorter(unlabelled, gap):
    whole = draw(half_planes, disc=False)
    at = np.arange(whole.shape[1]) / SAMPLES
    broken = whole.copy()
    gaps = (at % 13 > 5) & (at % 13 < 5 + gap)
    if unlabelled:
        broken[:, gaps] = -1
    else:  # the same label on both sides, and no label where the gap's own sides would make new walls
        sides = gaps ^ binary_dilation(gaps, iterations=2)
        broken[(whole == 0) & gaps] = 1
        broken[(whole == 0) & sides] = -1
    _, one = rewards(whole)
    walls, pieces = rewards(broken)
    assert len(walls.segments) == 4
    assert pieces["length"] < 0.4 * one["length"]


@pytest.mark.parametrize("geometry", [stripes_and_block, three_sectors])
def test_turning_the_image_changes_no_reward(geometry):
    values = np.array([list(rewards(draw(geometry, angle))[1].values())[:2] for angle in range(0, 180, 10)])
    curvature, length = values.T
    assert length.max() < 1.15 * length.min()
    # walls of three straight sectors have no curvature to compare: 0.001/cell is what the sampling leaves
    assert curvature.max() < max(1.15 * curvature.min(), 1e-3)


def test_turning_the_lattice_under_the_domains_changes_little():
    length = [rewards(on_sites(stripes_and_block, angle))[1]["length"] for angle in range(0, 180, 15)]
    assert max(length) < 1.15 * min(length)


@pytest.mark.parametrize("width", [2, 3, 5])
@pytest.mark.parametrize("angle", [0, 20, 45])
@pytest.mark.parametrize("picture", [draw, on_sites])
def test_parallel_walls_stay_separate(width, angle, picture):
    walls, reward = rewards(picture(stripes(width), angle, width=30))
    drawn = np.arange(-20, 21) * width
    drawn = drawn[np.abs(drawn) < 14]
    middles = [np.median(turned(*(path - 15).T, angle)[1]) for path in walls.paths]
    assert len({int(np.rint(middle / width)) for middle in middles}) == len(middles) >= len(drawn)
    assert reward["curvature"] < 0.05
    # no segment crosses from one wall to the next
    across = [np.abs(np.diff(turned(*(ends - 15).T, angle)[1])) for ends in walls.segments]
    assert np.max(across) < 1


@pytest.mark.parametrize("angle", [0, 10, 33, 45, 75])
def test_walls_end_at_a_junction_of_three_or_pass_it(angle):
    walls, reward = rewards(draw(three_sectors, angle))
    assert len(walls.paths) == 3 and len(walls.segments) == 3
    assert reward["length"] == pytest.approx(20, rel=0.05)
    passing, _ = rewards(draw(lambda y, x: np.where(y < 0.13, 0, np.where(x < 0.07, 1, 2)), angle))
    assert sorted(len(path) // 8 * 2 for path in passing.paths) == pytest.approx([20, 40], abs=2)
    for found in (walls, passing):
        assert all(np.isfinite(k).all() for k in found.curvature)
        assert all(np.isfinite(path).all() for path in found.paths)


def test_a_crossing_is_passed_straight_on():
    walls, reward = rewards(draw(lambda y, x: (y > 0.13) * 1 + (x > 0.07) * 2, 20))
    assert len(walls.paths) == 2 and len(walls.segments) == 2
    assert reward["length"] == pytest.approx(40, rel=0.05)


def salt_and_pepper(cells, labels=3):
    sites = np.random.default_rng(5).integers(0, labels, (cells, cells))
    return np.kron(sites, np.ones((SAMPLES, SAMPLES), dtype=int))


@pytest.mark.parametrize("labels", [salt_and_pepper(24), draw(stripes_and_block, 25), on_sites(disc_of(9))])
def test_same_seed_same_bytes_whatever_labels_are_called(labels):
    names = np.append([7, 2, 9, 4], -1)
    first, again, renamed = (find_walls(image, SAMPLES, 11) for image in (labels, labels, names[labels]))
    for other in (again, renamed):
        assert other.segments.tobytes() == first.segments.tobytes()
        assert [p.tobytes() for p in other.paths] == [p.tobytes() for p in first.paths]
        assert [k.tobytes() for k in other.curvature] == [k.tobytes() for k in first.curvature]
        assert other.closed == first.closed


def test_the_seed_moves_little():
    length = [rewards(on_sites(stripes_and_block, 25), seed)[1]["length"] for seed in range(5)]
    assert max(length) < 1.05 * min(length)


def test_noise_is_curved_and_short_beside_domains():
    labels = on_sites(stripes(10), 20)
    flipped = np.kron(np.random.default_rng(1).random((41, 41)) < 0.15, np.ones((SAMPLES, SAMPLES), bool))
    flipped = flipped[4:-3, 4:-3]
    noisy = np.where((labels >= 0) & flipped, 1 - labels, labels)
    _, clean = rewards(labels)
    _, rough = rewards(noisy)
    assert rough["length"] < 0.5 * clean["length"]
    assert rough["curvature"] > 2 * clean["curvature"]


@pytest.mark.parametrize(
    "labels", [np.zeros((60, 60), int), np.full((60, 60), -1), draw(disc_of(0.6), width=12, disc=False)]
)
def test_one_label_none_or_a_single_site_have_no_walls(labels):
    walls, _ = rewards(labels)
    assert walls.segments.shape == (0, 2, 2)
    assert walls.paths == walls.closed == walls.curvature == []


def test_too_coarse_a_raster_is_said():
    with pytest.raises(InputError, match="samples a cell"):
        find_walls(np.zeros((9, 9), int), 2, 0)


def test_walls_of_a_published_junction_are_straight():
    """PbTiO3 (Moore et al. 2020): domains by the spacings of the published Ti columns, walls straight."""
    if not (DATA / "pto_junction_columns.csv").exists():
        pytest.skip(f"needs {DATA / 'pto_junction_columns.csv'}")
    yx = np.loadtxt(DATA / "pto_junction_columns.csv", delimiter=",", skiprows=1)
    _, near = cKDTree(yx).query(yx, k=30)
    steps = np.abs(yx[near[:, 1:5]] - yx[:, None])
    level = steps[..., 1] > steps[..., 0]
    horizontal, vertical = (
        np.ma.masked_array(steps[..., 1], ~level),
        np.ma.masked_array(steps[..., 0], level),
    )
    ratio = horizontal.mean(axis=1) / vertical.mean(axis=1)
    labels = (ratio[near].mean(axis=1) > 0.99).astype(int)
    cell = float(np.sqrt(horizontal.mean() * vertical.mean()))
    sites = site_raster(yx, np.ones((855, 855), bool), cell, SAMPLES)
    walls, reward = rewards(label_raster(sites, labels))
    assert np.linalg.norm(walls.segments[:, 1] - walls.segments[:, 0], axis=1).max() > 30
    assert reward["curvature"] < 0.1
