"""Real images: columns and cells where the authors found theirs, domains where their spacings show them."""

import logging
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree
from sklearn.metrics import adjusted_rand_score

from ferrotune.cells.unit_cells import build_cells
from ferrotune.clusterings import gmm
from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.row_shifts import ScanNoise
from ferrotune.columns.sublattices import A, B
from ferrotune.descriptors._cell_store import CellTable, write_cells
from ferrotune.descriptors._patch_cutting import Cutter, usable_sites, window_px
from ferrotune.files.images import read_image
from ferrotune.files.masks import exclusion_mask
from ferrotune.files.stage_arrays import columns_arrays
from ferrotune.files.stores import write_store
from ferrotune.images.normalisation import prepare
from ferrotune.images.preprocessing import preprocess
from ferrotune.reductions._windowed_pca import decompose
from ferrotune.reference.reading import align
from ferrotune.segmentation.labels import cluster
from helpers.spacing_ratio import spacing_domains, spacing_ratio

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real images: {DATA} is missing")


class Real:
    """A real image, what is found in it, and the published positions (n, 2) px."""

    def __init__(self, image, published, mask=None):
        data, self.pixel_size_pm = read_image(DATA / image)
        self.image, self.mask = prepare(data, exclusion_mask(mask, data.shape))
        self.lattice = find_lattice(self.image, self.mask)
        self.columns = find_columns(self.image, self.mask, self.lattice)
        self.cells = build_cells(self.columns.of(A), self.columns.of(B), self.lattice)
        self.published = np.loadtxt(DATA / published, delimiter=",", skiprows=1)

    def inside(self, yx, margin):
        """Which positions (n,) are further than margin px from the image's edge and on unmasked pixels."""
        inner = ((yx > margin) & (yx < np.array(self.image.shape) - 1 - margin)).all(axis=1)
        at = np.clip(np.rint(yx).astype(int), 0, np.array(self.image.shape) - 1)
        return inner & self.mask[tuple(at.T)]


@pytest.fixture(scope="module")
def bfo():
    return Real("sm_bfo_patch.tif", "sm_bfo_patch_cells.csv")


@pytest.fixture(scope="module")
def junction():
    return Real("pto_junction.tif", "pto_junction_columns.csv", "box 775 30 825 255")


@pytest.fixture(scope="module")
def stack():
    return Real("pto_sro.hspy", "pto_sro_columns.csv")


def test_cells_of_sm_bfo_are_the_records(bfo):
    """Every published cell inside is one of ours, after one offset common to all.

    The record seems to count from 1, and its xy_COM to be the mean of a cell's five columns, which the Fe column's
    displacement pulls from the centre of the four Bi columns that ours is: it lies 0.9 and 1.45 px further.
    """
    cell = bfo.lattice.cell_px
    offset = align(bfo.published, bfo.cells.yx, cell)
    assert np.abs(offset).max() < 2.0
    assert offset == pytest.approx([0.9, 1.45], abs=0.3)
    inner = bfo.published[bfo.inside(bfo.published, cell)]
    assert len(inner) >= 60
    distance, _ = cKDTree(bfo.cells.yx).query(inner - offset)
    assert distance.max() < 1.0


def test_lattice_of_sm_bfo_is_the_records(bfo):
    assert np.hypot(*bfo.lattice.a) == pytest.approx(26.6, abs=0.1)
    assert np.hypot(*bfo.lattice.b) == pytest.approx(25.5, abs=0.1)
    assert np.isfinite(bfo.cells.polarization).all()
    assert 0.5 < np.median(np.hypot(*bfo.cells.polarization.T)) < 4.0  # 8 to 60 pm at 15.6 pm a pixel


def test_columns_of_the_junction_are_explained(junction):
    """Ti is faint in this image: a published column counts by our Ti column, or by the cell around it."""
    published = junction.published[junction.inside(junction.published, junction.lattice.cell_px)]
    to_b, _ = cKDTree(junction.columns.of(B)).query(published)
    to_cell, _ = cKDTree(junction.cells.yx).query(published)
    assert len(published) > 6000
    assert (np.minimum(to_b, to_cell) < 1.5).mean() >= 0.97


def test_no_column_of_the_junction_has_a_second_one_on_its_shoulder(junction):
    """In its lower right Pb columns are elongated: once 75 of them had a second one, 0.3 to 0.5 cells away."""
    distance = cKDTree(junction.columns.of(A)).query(junction.columns.of(A), k=2)[0][:, 1]
    assert (distance > 0.6 * junction.lattice.cell_px).all()
    assert len(junction.columns.of(A)) > 6900


def test_the_junctions_scale_bar_holds_no_column(junction):
    y, x = junction.columns.fit.yx.T
    assert not ((y > 775) & (y < 824) & (x > 30) & (x < 254)).any()


def test_columns_of_a_raw_stack_are_the_published_ones(stack):
    assert stack.pixel_size_pm == pytest.approx(15.0, abs=0.1)
    published = stack.published[stack.inside(stack.published, 0.5 * stack.lattice.cell_px)]
    distance, _ = cKDTree(stack.columns.fit.yx).query(published)
    assert len(published) > 400
    assert (distance < 2.0).mean() >= 0.97


def test_the_spacing_ratio_tells_two_variants_apart():
    """Two painted domains, one wider than high and the other higher than wide, with a straight wall."""
    y, x = np.mgrid[:20, :30].astype(float)
    x = np.cumsum(np.where(x < 15, 10.4, 9.6), axis=1)
    yx = np.column_stack([(y * 10.0).ravel(), x.ravel()]) + np.random.default_rng(0).normal(0, 0.1, (600, 2))
    ratio, domain = spacing_ratio(yx), spacing_domains(yx)
    truth = (np.arange(600) % 30 < 15).astype(int)
    assert (domain == truth).mean() > 0.97
    assert np.median(ratio[truth == 1]) == pytest.approx(1.04, abs=0.01)
    assert np.median(ratio[truth == 0]) == pytest.approx(0.96, abs=0.01)


def test_domains_of_the_junction_are_those_of_the_spacings(junction):
    """The whole path with one setting: patches on Pb columns, principal components, two tied Gaussians.

    The reference is the ratio of the published Ti columns' spacings, of which nothing here was used. With windows of
    two cells the likeliest mixture leaves the narrow wedge out, at 0.70.
    """
    cell = junction.lattice.cell_px
    window = (window_px(1.5, cell), window_px(1.5, cell))
    sites = junction.columns.of(A)
    sites = sites[usable_sites(junction.mask, sites, window)]
    ready = preprocess(junction.image, junction.mask, cell, 1, "gaussian 1")
    scores = decompose(Cutter(ready, window)(sites).reshape(len(sites), -1), 8)
    labels = cluster(scores, gmm, {"components": 2, "covariance": "tied"}, 0)
    domain = spacing_domains(junction.published)
    distance, nearest = cKDTree(junction.published).query(sites)
    known = (distance < cell) & (domain[nearest] >= 0)
    assert known.mean() > 0.95
    assert adjusted_rand_score(domain[nearest[known]], labels[known]) >= 0.85


def test_domains_of_the_junction_are_those_of_its_lattice_parameters(junction, tmp_path):
    """Half of the faint Ti columns are not found, and local a, b and alpha of the Pb columns need none of them."""
    scan = ScanNoise.unknown(len(junction.image))
    arrays = columns_arrays(junction.columns, junction.lattice, 39.0, "lattice", scan)
    write_store(tmp_path / "columns.zarr", *arrays)
    write_store(tmp_path / "image.zarr", {"mask": (("y", "x"), junction.mask)})
    stores = {name: tmp_path / f"{name}.zarr" for name in ("image", "columns")}
    write_cells(tmp_path / "cells.zarr", stores, "A", logging.getLogger("test"), ("lattice",))
    table = CellTable.open(tmp_path / "cells.zarr")
    assert len(table.yx) > 0.93 * len(junction.columns.of(A))
    scores = table.features({"features": "lattice", "flatten": 0, "radius": 1.0})
    labels = cluster(scores, gmm, {"components": 2, "covariance": "tied"}, 0)
    distance, nearest = cKDTree(junction.published).query(table.yx)
    domain = spacing_domains(junction.published)[nearest]
    known = (distance < junction.lattice.cell_px) & (domain >= 0)
    assert adjusted_rand_score(domain[known], labels[known]) >= 0.93
