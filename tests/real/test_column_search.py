"""Columns of real images found by rewards: where the authors of the images found theirs."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.spacing import OUT_OF_PLACE
from ferrotune.files.images import read_image
from ferrotune.files.masks import exclusion_mask
from ferrotune.images.normalisation import prepare
from ferrotune.search.column_search import REWARDS, search_columns

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real images: {DATA} is missing")


def of(image, mask=None):
    """Image, mask and lattice of a real image."""
    data, _ = read_image(DATA / image)
    pixels, usable = prepare(data, exclusion_mask(mask, data.shape))
    return pixels, usable, find_lattice(pixels, usable)


def share_of(published, yx, cell_px):
    """Share of the published columns with a found one within a quarter of a cell."""
    truth = np.loadtxt(DATA / published, delimiter=",", skiprows=1)[:, :2]
    return (cKDTree(yx).query(truth)[0] < 0.25 * cell_px).mean()


def test_faint_columns_of_the_junction_are_found():
    """Ti of PbTiO3 at 10 px a cell: a fixed threshold finds four of five, the lattice three of five."""
    image, mask, lattice = of("pto_junction.tif", "box 775 30 825 255")
    found = search_columns(image, mask, lattice)
    fixed = find_columns(image, mask, lattice, "blob_log").fit.yx
    shares = [share_of("pto_junction_columns.csv", yx, lattice.cell_px) for yx in (found.yx, fixed)]
    assert shares[0] > 0.87 > 0.82 > shares[1]
    assert dict(zip(REWARDS, found.rewards[found.knee], strict=True))["count_error"] < 0.02
    # the left half holds the walls; the right one is one domain
    wrong, left = found.spacing_error > OUT_OF_PLACE, found.yx[:, 1] < 400
    assert wrong[left].mean() > 3 * wrong[~left].mean()


def test_columns_of_a_raw_stack_are_the_published_ones():
    image, mask, lattice = of("pto_sro.hspy")
    assert share_of("pto_sro_columns.csv", search_columns(image, mask, lattice).yx, lattice.cell_px) > 0.98
