"""Columns of drawn crystals: displaced, strained, missing; averages of a known profile; walls of a simulated film."""

import logging
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from ferrotune.cells.neighbourhoods import position_variance, quantities, surrounded
from ferrotune.cells.site_means import local_mean
from ferrotune.clusterings import gmm
from ferrotune.columns.lattice import Lattice
from ferrotune.columns.sublattices import A, B
from ferrotune.descriptors._cell_store import CellTable, write_cells
from ferrotune.errors import InputError
from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines.parameters import FEATURES
from ferrotune.segmentation import guards
from ferrotune.segmentation.labels import cluster
from ferrotune.sites.sites import ARRAYS, Sites

LATTICE = Lattice(np.array([25.0, 2.0]), np.array([-1.0, 27.0]))
ROWS, COLUMNS = 14, 16
PLAIN = {"features": "displacement", "flatten": 0, "radius": 0}
LOG = logging.getLogger("test")


def crystal(displacement=lambda index: np.zeros(index.shape), rows=ROWS, columns=COLUMNS, lattice=LATTICE):
    """Columns (n, 2) px and sublattice (n,): A at the corners, B in the middles, displaced by what its index says."""
    index = np.argwhere(np.ones((rows, columns)))
    a, b = index @ lattice.vectors, (index + 0.5) @ lattice.vectors + displacement(index)
    return np.vstack([a, b]) + 60.0, np.repeat([A, B], len(index))


def measured(yx, sublattice, centre_of, lattice=LATTICE):
    found = surrounded(yx, sublattice, centre_of, lattice)
    return quantities(yx, np.ones(len(yx)), centre_of, *found[:3]), found


def stored(folder, yx, sublattice, sites="A", sigma=0.1, amplitude=None):
    """Path of the store of cells of drawn columns."""
    known = {"yx": (("column", "axis"), yx), "sigma_yx": (("column", "axis"), np.full(yx.shape, sigma))}
    known["amplitude"] = (("column",), np.ones(len(yx)) if amplitude is None else amplitude)
    known |= {"sublattice": (("column",), sublattice), "lattice": (("vector", "axis"), LATTICE.vectors)}
    write_store(folder / "columns.zarr", known, {"cell_px": LATTICE.cell_px, "pixel_size_pm": 15.6})
    shape = tuple(np.ceil(yx.max(axis=0) + 60).astype(int))
    write_store(folder / "image.zarr", {"mask": (("y", "x"), np.ones(shape, bool))})
    write_cells(folder / "cells.zarr", {n: folder / f"{n}.zarr" for n in ("image", "columns")}, sites, LOG)
    return folder / "cells.zarr"


@pytest.mark.parametrize("centre_of", [A, B])
def test_either_sublattice_tells_the_same_displacement(centre_of):
    yx, sublattice = crystal(lambda index: np.tile([1.5, -0.5], (len(index), 1)))
    found, (centre, own, other, missed) = measured(yx, sublattice, centre_of)
    assert found["displacement"] == pytest.approx(np.tile([1.5, -0.5], (len(centre), 1)))
    assert len(centre) == (ROWS - 2) * (COLUMNS - 2) and missed == ROWS * COLUMNS - len(centre)
    assert own.shape == other.shape == (len(centre), 4)
    diagonals = (np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)]) / 2) @ LATTICE.vectors + [1.5, -0.5]
    edges = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)]) @ LATTICE.vectors
    assert found["vectors"] == pytest.approx(np.tile(np.vstack([diagonals, edges]).ravel(), (len(centre), 1)))


def test_lattice_parameters_are_those_of_the_drawn_lattice():
    found, _ = measured(*crystal(), A)
    a, b = LATTICE.a, LATTICE.b
    assert found["lengths"] == pytest.approx(np.tile([np.hypot(*a), np.hypot(*b)], (len(found["angle"]), 1)))
    assert found["angle"] == pytest.approx(math.degrees(math.acos(a @ b / np.hypot(*a) / np.hypot(*b))))


@settings(max_examples=20, deadline=None)
@given(angle=st.floats(-0.4, 0.4), scale=st.floats(0.5, 2.0))
def test_quantities_turn_and_grow_with_the_crystal(angle, scale):
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    yx, sublattice = crystal(lambda index: np.sin(index), 6, 6)
    plain, _ = measured(yx, sublattice, A)
    turned, _ = measured(yx @ turn, sublattice, A, Lattice(*(LATTICE.vectors @ turn)))
    assert turned["displacement"] == pytest.approx(plain["displacement"] @ turn)
    assert turned["lengths"] == pytest.approx(plain["lengths"] * scale)
    assert turned["angle"] == pytest.approx(plain["angle"])


def test_columns_that_miss_a_neighbour_are_left_out():
    yx, sublattice = crystal()
    inner = np.flatnonzero(sublattice == A).reshape(ROWS, COLUMNS)[6, 7]
    for lost, lacking in ((inner, 4 + 1), (inner + ROWS * COLUMNS, 4)):  # an A is a neighbour of four A, and itself
        keep = np.arange(len(yx)) != lost
        centre = surrounded(yx[keep], sublattice[keep], A, LATTICE)[0]
        assert len(centre) == (ROWS - 2) * (COLUMNS - 2) - lacking


def test_errors_of_a_displacement_add_up():
    sigma = np.array([[0.3, 0.3], [0.2, 0.2], [0.2, 0.2], [0.2, 0.2], [np.nan, np.nan]])
    centre, other = np.array([0]), np.array([[1, 2, 3, 3]])
    assert position_variance(sigma, centre, other, 8.0) == pytest.approx(0.3**2 + 0.2**2 / 4)
    assert position_variance(sigma, np.array([4]), other, 8.0) == pytest.approx(64 + 0.2**2 / 4)


@pytest.mark.parametrize("cells", [0.5, 1.0, 3.0])
def test_a_mean_is_that_of_a_gaussian_over_the_sites(cells):
    index = np.argwhere(np.ones((41, 41))) - 20.0
    step = np.sign(index[:, 1] + 0.5)
    mean = local_mean(step[:, None], np.ones(len(index)), 26.0 * index, 26.0 * cells)[:, 0]
    row = np.arange(-20, 21)
    weight = np.exp(-((row[:, None] - row) ** 2) / (2 * cells**2))
    expected = (weight * np.sign(row + 0.5)).sum(axis=1) / weight.sum(axis=1)
    assert mean.reshape(41, 41) == pytest.approx(np.tile(expected, (41, 1)), abs=0.02)


def test_means_are_weighted_and_leave_constants():
    yx = 26.0 * np.argwhere(np.ones((9, 9)))
    rng = np.random.default_rng(0)
    values, weight = rng.normal(size=(81, 2)), rng.uniform(0.1, 1, 81)
    assert local_mean(np.ones((81, 1)), weight, yx, 30.0) == pytest.approx(1)
    wide = local_mean(values, weight, yx, 1e5)
    assert wide == pytest.approx(np.tile(np.average(values, axis=0, weights=weight), (81, 1)), abs=1e-4)


@pytest.mark.parametrize("features", FEATURES)
def test_descriptors_are_standardised_whatever_the_units(tmp_path, features):
    rng = np.random.default_rng(0)
    yx, sublattice = crystal()
    noisy, amplitude = yx + rng.normal(size=yx.shape), rng.uniform(1, 2, len(yx))
    values = CellTable.open(stored(tmp_path, noisy, sublattice, amplitude=amplitude)).features(
        {**PLAIN, "features": features}
    )
    other = CellTable.open(stored(tmp_path, noisy, sublattice, amplitude=1e4 * amplitude)).features(
        {**PLAIN, "features": features}
    )
    assert values.shape[1] == {"displacement": 2, "lattice": 3, "vectors": 16, "geometry": 21, "all": 22}[features]
    assert np.median(values, axis=0) == pytest.approx(0, abs=1e-9)
    assert 0.7 < np.sqrt((values**2).mean()) < 1.4 and np.abs(values).max() <= 5
    assert other == pytest.approx(values)


def walls(index):
    """Displacement along +x or -x, with one wall down the middle."""
    return np.stack([np.zeros(len(index)), np.where(index[:, 1] < COLUMNS // 2, -1.0, 1.0)], axis=1)


@pytest.mark.parametrize("sites", ["A", "B", "both"])
@pytest.mark.parametrize("features", ["displacement", "vectors", "all"])
def test_domains_of_a_drawn_crystal_are_found(tmp_path, sites, features):
    yx, sublattice = crystal(walls)
    yx = yx + 0.2 * np.random.default_rng(1).normal(size=yx.shape)
    store = stored(tmp_path, yx, sublattice, sites)
    values = CellTable.open(store).features({**PLAIN, "features": features})
    labels = cluster(values, gmm, {"components": 2, "covariance": "tied"}, 0)
    at = read_store(store, "yx")[0]["yx"] @ LATTICE.reciprocal.T
    from_wall = at[:, 1] - (60 * LATTICE.reciprocal[1].sum() + COLUMNS / 2)
    clear = np.abs(from_wall) > 1.1  # a cage on the wall is of both
    assert adjusted_rand_score(labels[clear], from_wall[clear] > 0) == 1


def test_a_trend_is_taken_off_and_the_domains_left(tmp_path):
    """Scan distortion displaces by a ramp several times as high as the domains' displacement."""
    domains = np.random.default_rng(3).choice([-1.0, 1.0], (60, 20))

    def displaced(index):
        return np.stack([0.1 * index[:, 0], domains[tuple(index.T // 3)]], axis=1)

    yx, sublattice = crystal(displaced, 60, 20)
    store = stored(tmp_path, yx, sublattice, "B")
    flat, left = (CellTable.open(store).features({**PLAIN, "flatten": f}) for f in (6, 0))
    inner = np.abs(read_store(store, "yx")[0]["yx"][:, 0] - 60 - 30 * 25) < 10 * 25  # far from the ends of the ramp
    assert np.ptp(flat[inner, 0]) < 0.05 * np.ptp(left[inner, 0])
    assert flat[inner, 1].std() > 0.8 * left[inner, 1].std()


def test_averaged_noise_is_not_above_noise(tmp_path):
    """Neighbours that share their averages agree, but no domains stand behind that."""
    yx, sublattice = crystal(rows=40, columns=40)
    store = stored(tmp_path, yx + np.random.default_rng(0).normal(size=yx.shape), sublattice)
    table, near = CellTable.open(store), Sites.from_arrays(read_store(store, *ARRAYS)[0]).near
    for setting in ({**PLAIN, "radius": 1.0}, {**PLAIN, "radius": 2.0}, {**PLAIN, "features": "vectors"}):
        scores = table.features(setting)
        labels = cluster(scores, gmm, {"components": 2, "covariance": "spherical"}, 0)
        assert table.shared(setting)
        apart = guards.sharpness(labels, near.apart.edges, near.around) * guards.crossing(scores, labels, near.across)
        assert apart < guards.LIMITS.distinct
    assert not table.shared(PLAIN)


def test_columns_without_any_cage_are_one_clear_line(tmp_path):
    yx, sublattice = crystal()
    with pytest.raises(InputError, match="no column of sublattice A has all its 4 \\+ 4 neighbours"):
        stored(tmp_path, yx[sublattice == A], sublattice[sublattice == A])
