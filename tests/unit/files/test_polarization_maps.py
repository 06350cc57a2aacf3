"""Polarization maps from npz, zarr, the cells of an analysis, and the record."""

import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.files.polarization_maps import read_map
from ferrotune.files.stores import write_store

MAP = np.arange(24.0).reshape(3, 4, 2)


def test_a_map_is_read_from_npz_by_its_key(tmp_path):
    np.savez(tmp_path / "maps.npz", one=MAP, other=-MAP)
    assert np.array_equal(read_map(f"{tmp_path}/maps.npz#other"), -MAP)
    with pytest.raises(InputError, match="several maps"):
        read_map(tmp_path / "maps.npz")
    with pytest.raises(InputError, match="no 'third'"):
        read_map(f"{tmp_path}/maps.npz#third")


def test_a_map_is_made_of_the_cells_of_an_analysis(tmp_path):
    ab = np.argwhere(np.ones((3, 4)))
    kept = np.arange(12) != 5
    cells = {"ab": (("cell", "index"), ab[kept] + 7), "polarization": (("cell", "axis"), MAP.reshape(-1, 2)[kept])}
    write_store(tmp_path / "cells.zarr", cells)
    found = read_map(tmp_path / "cells.zarr")
    assert np.isnan(found[1, 1]).all() and np.nansum(np.abs(found - MAP)) == 0 and found.shape == MAP.shape


def test_what_is_no_map_is_refused_in_one_line(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_map(tmp_path / "none.npz")
    np.savez(tmp_path / "flat.npz", flat=np.zeros((4, 4)))
    with pytest.raises(InputError, match="shape"):
        read_map(tmp_path / "flat.npz")
