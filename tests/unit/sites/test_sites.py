"""Sites are read back from a store as they were: the same neighbours, the same judgement."""

import numpy as np

from ferrotune.files.stores import read_store, write_store
from ferrotune.segmentation.guards import sharpness
from ferrotune.sites.sites import ARRAYS, Sites


def test_sites_are_read_back_as_they_were(tmp_path):
    yx = 10.0 * np.argwhere(np.ones((12, 14))) + 10
    sites = Sites.of(yx, np.ones((130, 150), bool), 10.0)
    write_store(tmp_path / "sites.zarr", sites.arrays())
    arrays, _ = read_store(tmp_path / "sites.zarr")
    assert set(arrays) == set(ARRAYS)
    again = Sites.from_arrays(arrays)
    assert np.array_equal(again.raster, sites.raster)
    assert np.array_equal(again.near.edges, sites.near.edges)
    assert np.array_equal(again.near.across, sites.near.across)
    labels = (yx[:, 1] > 70).astype(int)
    judged = [sharpness(labels, s.near.edges, s.near.around) for s in (sites, again)]
    assert judged[0] == judged[1] > 0.8
    assert (again.near.around != sites.near.around).nnz == 0
