"""A packed store is one file with the same arrays, always the same bytes, and unpacked it is what it was."""

import io
import zipfile

import numpy as np
import pytest
import xarray
import zarr

from ferrotune.errors import InputError
from ferrotune.files.packed_stores import PACKED, attributes_of, has_group, pack, packed_in, unpack
from ferrotune.files.stores import add_group, check_store, open_array, read_store, write_store
from ferrotune.notebook.labelled import open_store

STAMP = ".snakemake_timestamp"


def written(path):
    """A store with two arrays, labels, a group in it, and Snakemake's time stamp."""
    rng = np.random.default_rng(0)
    arrays = {"yx": (("column", "axis"), rng.normal(size=(7, 2))), "label": (("column",), np.arange(7, dtype=np.int8))}
    write_store(path, arrays, {"cell_px": 26.1})
    add_group(path, "checkpoints")
    write_store(path / "checkpoints" / "3", {"w": (("w.0",), np.ones(3), {"units": "1"})}, {"epochs": 5})
    (path / STAMP).touch()
    return path


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def store(tmp_path):
    return written(tmp_path / "selected.zarr")


def test_a_packed_store_is_read_as_before_and_is_one_file(store):
    before, attributes = read_store(store)
    dataset = open_store(store).load()
    stamp = (store / STAMP).stat().st_mtime_ns
    pack(store)
    assert sorted(files(store)) == [STAMP, PACKED] and (store / STAMP).stat().st_mtime_ns == stamp
    after, read = read_store(store)
    assert read == attributes == attributes_of(store) and after.keys() == before.keys()
    assert all(np.array_equal(after[name], before[name]) and after[name].dtype == before[name].dtype for name in after)
    assert np.array_equal(open_array(store, "yx")[2:4], before["yx"][2:4])
    assert open_store(store).load().identical(dataset)
    check_store(store)


def test_other_programs_open_the_file(store):
    pack(store)
    with xarray.open_zarr(zarr.storage.ZipStore(store / PACKED), consolidated=False) as dataset:
        assert dataset.label.values.tolist() == list(range(7)) and dataset.yx.sel(axis="y").shape == (7,)
    with zipfile.ZipFile(store / PACKED) as archive:
        assert archive.testzip() is None and archive.namelist() == sorted(archive.namelist())


def test_groups_in_a_store_are_found_packed_or_not(store):
    for _ in range(2):
        assert (
            has_group(store) and has_group(store / "checkpoints" / "3") and not has_group(store / "checkpoints" / "4")
        )
        assert read_store(store / "checkpoints" / "3")[1] == {"epochs": 5}
        assert not has_group(store.with_name("other.zarr"))
        pack(store)
    assert (
        packed_in(store / "checkpoints" / "3") == (store / PACKED, "checkpoints/3") and packed_in(store.parent) is None
    )


def test_unpacked_it_has_the_same_bytes_and_packed_again_too(tmp_path, store):
    before = files(store)
    pack(store)
    packed = (store / PACKED).read_bytes()
    pack(store)  # nothing left to do
    unpack(store)
    assert files(store) == before
    unpack(store)
    pack(store)
    assert (store / PACKED).read_bytes() == packed
    other = written(tmp_path / "other.zarr")
    pack(other)
    assert (other / PACKED).read_bytes() == packed


@pytest.mark.parametrize("killed", ["before the archive is in its place", "while files are removed"])
def test_a_kill_in_between_loses_nothing(store, monkeypatch, killed):
    before, _ = read_store(store)
    name = "replace" if killed.startswith("before") else "iterdir"
    with monkeypatch.context() as patched:
        patched.setattr(type(store), name, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pack(store)
    assert np.array_equal(read_store(store)[0]["yx"], before["yx"])
    pack(store)
    assert np.array_equal(read_store(store)[0]["yx"], before["yx"])


def test_a_new_store_takes_the_place_of_a_packed_one(store):
    pack(store)
    write_store(store, {"yx": (("column", "axis"), np.zeros((2, 2)))})
    assert read_store(store)[0]["yx"].shape == (2, 2) and packed_in(store) is None


def test_a_damaged_archive_is_named(store):
    pack(store)
    whole = (store / PACKED).read_bytes()
    (store / PACKED).write_bytes(whole[: len(whole) // 2])
    for use in (read_store, unpack):
        with pytest.raises(InputError, match=r"store\.zip.*remove .*selected\.zarr"):
            use(store)
    flipped = bytearray(whole)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        chunk = archive.getinfo("label/c/0")
    flipped[chunk.header_offset + 30 + len(chunk.filename) + len(chunk.extra) + 5] ^= 255
    (store / PACKED).write_bytes(flipped)
    with pytest.raises(InputError, match=r"remove .*selected\.zarr"):
        read_store(store)


def test_an_archive_never_writes_outside_its_store(store):
    pack(store)
    with zipfile.ZipFile(store / PACKED, "a") as archive:
        archive.writestr("../outside", "x")
    with pytest.raises(InputError, match="holds files of other folders"):
        unpack(store)
    assert not (store.parent / "outside").exists()
