"""Sites are read back from a store as they were: the same neighbours, the same grid."""

import numpy as np
import pytest

from ferrotune.files.stores import read_store, write_store
from ferrotune.sites.sites import ARRAYS, Sites


def test_sites_are_read_back_as_they_were(tmp_path):
    yx = 10.0 * np.argwhere(np.ones((12, 14))) + 10
    sites = Sites.of(yx, np.ones((130, 150), bool), 10.0)
    write_store(tmp_path / "sites.zarr", {"yx": (("site", "axis"), yx), **sites.arrays()})
    arrays, _ = read_store(tmp_path / "sites.zarr")
    assert set(arrays) == set(ARRAYS)
    again = Sites.from_arrays(arrays, 10.0)
    assert np.array_equal(again.raster, sites.raster)
    assert np.array_equal(again.near.edges, sites.near.edges)
    assert np.array_equal(again.near.across, sites.near.across)
    assert np.array_equal(again.yx, yx) and again.cell_px == sites.cell_px
    assert np.array_equal(again.grid.site, sites.grid.site) and again.grid.step == sites.grid.step == pytest.approx(1.0)
