"""Stores: what is written is read again, labelled, and the same bytes each time."""

import json

import numpy as np
import pytest
import xarray
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ferrotune import __version__
from ferrotune.files.stores import CHUNK_BYTES, add_group, open_array, read_store, write_store

VERSION = {"ferrotune_version": __version__}


def arrays():
    rng = np.random.default_rng(0)
    return {
        "image": (("y", "x"), rng.normal(size=(30, 40)).astype(np.float32)),
        "mask": (("y", "x"), rng.random((30, 40)) > 0.5),
        "yx": (("column", "axis"), rng.normal(size=(7, 2))),
        "sublattice": (("column",), np.array([0, 1, -1, 0, 1, 0, 0], np.int8)),
        "segments": (("segment", "end", "axis"), np.empty((0, 2, 2), np.float32)),
    }


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_written_is_read(tmp_path):
    attributes = {"cell_px": 26.1, "pixel_size_pm": None, "pairs": [[0, 1.5]], "source": "a/b.h5"}
    write_store(tmp_path / "s.zarr", arrays(), attributes)
    found, read = read_store(tmp_path / "s.zarr")
    assert read == attributes | VERSION
    assert found.keys() == arrays().keys()
    for name, (_, values) in arrays().items():
        assert found[name].dtype == values.dtype and np.array_equal(found[name], values)


def test_named_arrays_only(tmp_path):
    write_store(tmp_path / "s.zarr", arrays())
    found, attributes = read_store(tmp_path / "s.zarr", "yx", "mask")
    assert list(found) == ["yx", "mask"] and attributes == VERSION


def test_format_3_with_dimension_names(tmp_path):
    write_store(tmp_path / "s.zarr", arrays())
    for name, (dimensions, _) in arrays().items():
        metadata = json.loads((tmp_path / "s.zarr" / name / "zarr.json").read_text())
        assert metadata["zarr_format"] == 3
        assert metadata["dimension_names"] == list(dimensions)


def test_xarray_reads_them_labelled(tmp_path):
    write_store(tmp_path / "s.zarr", arrays(), {"cell_px": 26.1})
    with xarray.open_zarr(tmp_path / "s.zarr", consolidated=False) as dataset:
        assert dataset.attrs == {"cell_px": 26.1} | VERSION
        for name, (dimensions, values) in arrays().items():
            assert dataset[name].dims == dimensions
            assert np.array_equal(dataset[name].values, values)


def test_same_content_same_bytes(tmp_path):
    for name in ("one.zarr", "two.zarr"):
        write_store(tmp_path / name, arrays(), {"cell_px": 26.1})
    assert files(tmp_path / "one.zarr") == files(tmp_path / "two.zarr")


def test_a_store_is_replaced_whole(tmp_path):
    write_store(tmp_path / "s.zarr", arrays(), {"old": 1})
    write_store(tmp_path / "s.zarr", {"yx": (("column", "axis"), np.zeros((2, 2)))})
    found, attributes = read_store(tmp_path / "s.zarr")
    assert list(found) == ["yx"] and found["yx"].shape == (2, 2) and attributes == VERSION


def test_a_large_array_is_cut_along_its_first_axes(tmp_path):
    patches = np.zeros((2, 3000, 33, 33), np.float32)
    write_store(tmp_path / "s.zarr", {"patches": (("preprocessing", "site", "y", "x"), patches)})
    array = open_array(tmp_path / "s.zarr", "patches")
    assert array.shape == patches.shape
    assert array.chunks[0] == 1 and array.chunks[2:] == (33, 33)
    assert np.prod(array.chunks) * 4 <= CHUNK_BYTES
    assert np.array_equal(array[1, 10:20], patches[1, 10:20])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int8, np.int32, bool]),
        hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5),
    )
)
def test_any_array_comes_back(tmp_path, values):
    dimensions = tuple("abcd"[: values.ndim])
    write_store(tmp_path / "s.zarr", {"values": (dimensions, values)})
    found = read_store(tmp_path / "s.zarr")[0]["values"]
    assert found.dtype == values.dtype and found.shape == values.shape
    assert np.array_equal(found, values, equal_nan=values.dtype.kind == "f")


def test_names_must_fit_the_axes(tmp_path):
    with pytest.raises(ValueError, match="yx: 2 axes"):
        write_store(tmp_path / "s.zarr", {"yx": (("column",), np.zeros((2, 2)))})


def test_a_store_names_the_version_that_wrote_it_and_a_group_in_it_does_not(tmp_path):
    path = tmp_path / "s.zarr"
    write_store(path, {}, {"ferrotune_version": "0.0.1", "copied": True})  # attributes of an older store, passed on
    add_group(path, "inner")
    write_store(path / "inner" / "one", {"yx": (("column", "axis"), np.zeros((2, 2)))}, {"epochs": 3})
    write_store(path / "other", {}, {"epochs": 4})
    assert read_store(path)[1] == {"copied": True} | VERSION
    assert read_store(path / "inner" / "one")[1] == {"epochs": 3}
    assert read_store(path / "other")[1] == {"epochs": 4}


def test_a_store_without_a_version_opens(tmp_path):
    group = zarr.open_group(str(tmp_path / "old.zarr"), mode="w", zarr_format=3)
    group.create_array("yx", data=np.ones((2, 2)))
    group.attrs["cell_px"] = 26.1
    found, attributes = read_store(tmp_path / "old.zarr")
    assert np.array_equal(found["yx"], np.ones((2, 2))) and attributes == {"cell_px": 26.1}


def test_arrays_say_what_they_are_and_components_have_labels(tmp_path):
    shown = {
        "polarization": (("cell", "axis"), np.array([[1.0, 2.0]])),
        "strain": (("cell", "component"), np.eye(3)[:1]),
    }
    shown |= {"scores": (("site", "component"), np.zeros((2, 4)), {"long_name": "what was clustered"})}
    write_store(tmp_path / "cells.zarr", {name: shown[name] for name in ("polarization", "strain")})
    write_store(tmp_path / "components.zarr", {"scores": shown["scores"]})
    with xarray.open_zarr(tmp_path / "cells.zarr", consolidated=False) as cells:
        assert cells.polarization.sel(axis="x").values.tolist() == [2.0]
        assert cells.strain.sel(component="shear").values.tolist() == [0.0]
        assert cells.polarization.units == "px" and cells.axis.long_name == "component"
    with xarray.open_zarr(tmp_path / "components.zarr", consolidated=False) as components:
        assert "component" not in components.coords  # of any number: they have no names
        assert components.scores.attrs == {"units": "1", "long_name": "what was clustered"}
    assert list(read_store(tmp_path / "cells.zarr")[0]) == ["polarization", "strain"]  # and no labels
