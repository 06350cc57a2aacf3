"""Files that went wrong once: what is read from them, and what is found in it."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

import ferrotune
from ferrotune.columns.sublattices import A, B
from ferrotune.files.images import read_image
from ferrotune.images.outliers import without_outliers

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CASES = DATA / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"no case files: {CASES} is missing")


@pytest.mark.parametrize("name", ["film#3.tif", "lzw.tif", "wrong_strip_bytes.tif"])
def test_files_that_were_refused_are_read(name):
    data, _ = read_image(CASES / name)
    assert data.shape == (512, 512) and np.ptp(data) > 100


def test_wrong_lengths_of_strips_are_not_refused_but_missing_pixels_are(tmp_path):
    whole = (CASES / "wrong_strip_bytes.tif").read_bytes()
    path = tmp_path / "short.tif"
    path.write_bytes(whole[:-1])
    with pytest.raises(ferrotune.errors.InputError, match="cannot be read"):
        read_image(path)


def test_hot_pixels_do_not_hide_the_lattice():
    image = ferrotune.prepare_image(CASES / "hot_pixels.tif")
    columns = ferrotune.locate_columns(image)
    assert columns.cell_px == pytest.approx(16.0, abs=0.05)
    truth = np.loadtxt(CASES / "hot_pixels_columns.csv", delimiter=",", skiprows=1)
    found, sublattice = columns.yx.to_numpy(), columns.sublattice.to_numpy()
    distance, nearest = cKDTree(found).query(truth[:, :2])
    assert len(found) == len(truth) and distance.max() < 1.0
    assert np.array_equal(sublattice[nearest] == A, truth[:, 2] == 0) and set(sublattice) == {A, B}


def test_nothing_in_good_images_is_an_outlier():
    names = ["../pto_junction.tif", "../pto_sro.hspy", "../sm_bfo_patch.tif", "film#3.tif", "additive_background.tif"]
    names += ["cubic_row_shifts.tif", "dark_columns.tif", "equal_brightness.tif", "two_lattices.tif", "zone_110.tif"]
    for name in names:
        data, _ = read_image(CASES / name)
        same, usable = without_outliers(data, np.isfinite(data))
        assert np.array_equal(same, data) and usable.all(), name
