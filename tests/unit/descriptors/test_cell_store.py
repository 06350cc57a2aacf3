"""The store of cells: descriptors of drawn crystals, their domains, and a film without walls."""

import logging

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ferrotune.clusterings import gmm
from ferrotune.columns.motif import PEROVSKITE_100, Motif
from ferrotune.columns.sublattices import A
from ferrotune.descriptors._cell_store import CellTable, write_cells
from ferrotune.errors import InputError
from ferrotune.files.stores import read_store, write_store
from ferrotune.judge.judgement import judge
from ferrotune.judge.null_maps import MANY_MAPS
from ferrotune.pipelines.parameters import FEATURES
from ferrotune.segmentation.labels import Clusters, cluster
from ferrotune.sites.sites import ARRAYS, Sites
from helpers.crystal import COLUMNS, LATTICE, ROWS, crystal

PLAIN = {"features": "displacement", "flatten": 0, "radius": 0}
LOG = logging.getLogger("test")


def stored(
    folder, yx, sublattice, sites="A", sigma=0.1, amplitude=None, motif=PEROVSKITE_100, features=tuple(FEATURES)
):
    """Path of the store of cells of drawn columns."""
    known = {"yx": (("column", "axis"), yx), "sigma_yx": (("column", "axis"), np.full(yx.shape, sigma))}
    known["amplitude"] = (("column",), np.ones(len(yx)) if amplitude is None else amplitude)
    known |= {"sublattice": (("column",), sublattice), "lattice": (("vector", "axis"), LATTICE.vectors)}
    cell = {"name": motif.name, "places": motif.places, "origin": motif.origin, "reflections": motif.reflections}
    attributes = {"cell_px": LATTICE.cell_px, "pixel_size_pm": 15.6, "unit_cell": cell}
    write_store(folder / "columns.zarr", known, attributes)
    shape = tuple(np.ceil(yx.max(axis=0) + 60).astype(int))
    write_store(folder / "image.zarr", {"mask": (("y", "x"), np.ones(shape, bool))})
    write_cells(folder / "cells.zarr", {n: folder / f"{n}.zarr" for n in ("image", "columns")}, sites, LOG, features)
    return folder / "cells.zarr"


@pytest.mark.parametrize("features", FEATURES)
def test_descriptors_are_standardised_in_any_units(tmp_path, features):
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
    clear = np.abs(from_wall) > 1.1  # a neighbourhood on the wall has columns of both domains
    assert adjusted_rand_score(labels[clear], from_wall[clear] > 0) == 1


def test_a_trend_is_removed_and_the_domains_are_kept(tmp_path):
    """Scan distortion adds a ramp that is several times larger than the displacement of the domains."""
    domains = np.random.default_rng(3).choice([-1.0, 1.0], (60, 20))

    def displaced(index):
        return np.stack([0.1 * index[:, 0], domains[tuple(index.T // 3)]], axis=1)

    yx, sublattice = crystal(displaced, 60, 20)
    store = stored(tmp_path, yx, sublattice, "B")
    flat, left = (CellTable.open(store).features({**PLAIN, "flatten": f}) for f in (6, 0))
    inner = np.abs(read_store(store, "yx")[0]["yx"][:, 0] - 60 - 30 * 25) < 10 * 25  # far from the ends of the ramp
    assert np.ptp(flat[inner, 0]) < 0.05 * np.ptp(left[inner, 0])
    assert flat[inner, 1].std() > 0.8 * left[inner, 1].std()


BROAD = pytest.mark.xfail(reason="open: at borders averages have fewer neighbours, and vary twice as much", strict=True)


@pytest.mark.parametrize(
    "change", [{"radius": 1.0}, pytest.param({"radius": 2.0}, marks=BROAD), {"features": "vectors"}]
)
def test_no_wall_stands_in_averaged_noise(tmp_path, change):
    """Neighbours that share their averages agree also where there are no domains."""
    yx, sublattice = crystal(rows=40, columns=40)
    store = stored(tmp_path, yx + np.random.default_rng(0).normal(size=yx.shape), sublattice)
    scores = CellTable.open(store).features({**PLAIN, **change})
    arrays, attributes = read_store(store, *ARRAYS)
    grid = Sites.from_arrays(arrays, attributes["cell_px"]).grid
    clusters = Clusters(gmm, {"components": 2, "covariance": "spherical"})
    assert not judge(grid, clusters(scores, 0), scores, clusters, seed=0, rate=0.05, maps=MANY_MAPS).stands.any()


def test_without_a_complete_neighbourhood_there_is_one_clear_error(tmp_path):
    yx, sublattice = crystal()
    with pytest.raises(InputError, match="no column of sublattice A has all its 4 \\+ 4 neighbours"):
        stored(tmp_path, yx[sublattice == A], sublattice[sublattice == A])


def test_lattice_parameters_need_no_column_of_the_other_sublattice(tmp_path):
    yx, sublattice = crystal()
    few = (sublattice == A) | (np.random.default_rng(0).random(len(yx)) < 0.5)  # every second B is missing
    (tmp_path / "few").mkdir()
    whole = read_store(stored(tmp_path, yx, sublattice, features=("lattice",)), "yx", "lengths")[0]
    found, attributes = read_store(stored(tmp_path / "few", yx[few], sublattice[few], features=("lattice",)))
    assert np.array_equal(found["yx"], whole["yx"]) and np.array_equal(found["lengths"], whole["lengths"])
    assert attributes["quantities"] == ["angle", "lengths"] and "displacement" not in found
    assert CellTable.open(tmp_path / "few" / "cells.zarr").features({**PLAIN, "features": "lattice"}).shape[1] == 3


def test_features_that_need_b_say_so_where_the_cell_holds_none_and_the_others_go_on(tmp_path):
    yx, sublattice = crystal()
    yx, sublattice = yx[sublattice == A], sublattice[sublattice == A]
    one = Motif(places=((0.0, 0.0),), name="primitive")
    table = CellTable.open(stored(tmp_path, yx, sublattice, motif=one, features=("displacement", "lattice")))
    assert table.features({**PLAIN, "features": "lattice"}).shape == ((ROWS - 2) * (COLUMNS - 2), 3)
    with pytest.raises(InputError, match=r"^no B columns, which features displacement need: use lattice$"):
        table.features(PLAIN)
