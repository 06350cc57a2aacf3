"""Damaged stores: every kind of damage is noticed where the store is read, and named with what to do."""

import json
import pickle
import shutil

import numpy as np
import pytest
import zarr

from ferrotune.errors import DamagedStore
from ferrotune.files.stores import add_array, open_array, read_store, write_store
from ferrotune.notebook.labelled import open_store
from helpers.damage import DAMAGES, damage


def store_of(folder):
    """A store as a descriptor's: arrays that are compressed, one that is not, and one of zeros."""
    rng = np.random.default_rng(0)
    arrays = {
        "yx": (("site", "axis"), rng.normal(size=(500, 2))),
        "label": (("site",), np.zeros(500, np.int8)),
    }
    group = write_store(folder / "s.zarr", arrays, {"cell_px": 26.1})
    patches = add_array(group, "patches", ("site", "y", "x"), (500, 6, 6), (100, 6, 6))
    patches[...] = rng.normal(size=(500, 6, 6))
    return folder / "s.zarr"


def read_all(path):
    read_store(path, "yx", "label")[1]["cell_px"]
    open_array(path, "patches")[...]


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("name", ["yx", "label", "patches"])
def test_every_damage_is_one_line_with_what_to_do(tmp_path, kind, name):
    path = store_of(tmp_path)
    read_all(path)
    damage(path, name, kind)
    with pytest.raises(DamagedStore) as found:
        read_all(path)
    said = str(found.value)
    assert said.startswith(f"{path}: ") and f"remove {path} and run again" in said and "\n" not in said


def test_a_lost_chunk_of_zeros_is_noticed_and_one_that_an_older_version_left_out_is_not(tmp_path):
    path = store_of(tmp_path)
    shutil.rmtree(path / "label" / "c")
    with pytest.raises(DamagedStore, match="1 of the 1 files of the array label are missing"):
        read_store(path, "label")
    old = zarr.open_group(str(tmp_path / "old.zarr"), mode="w", zarr_format=3)
    old.create_array("label", data=np.zeros(500, np.int8))
    assert not (tmp_path / "old.zarr" / "label" / "c").exists()
    assert not read_store(tmp_path / "old.zarr")[0]["label"].any()


def test_a_single_number_is_read_and_its_loss_noticed(tmp_path):
    write_store(tmp_path / "s.zarr", {"scale": ((), np.array(2.5))})
    assert read_store(tmp_path / "s.zarr", "scale")[0]["scale"] == 2.5
    (tmp_path / "s.zarr" / "scale" / "c").unlink()
    with pytest.raises(DamagedStore, match="the array scale are missing"):
        read_store(tmp_path / "s.zarr", "scale")


def test_what_a_store_of_another_version_lacks_is_named_with_the_version(tmp_path):
    path = store_of(tmp_path)
    metadata = json.loads((path / "zarr.json").read_text())
    metadata["attributes"]["ferrotune_version"] = "0.0.1"
    (path / "zarr.json").write_text(json.dumps(metadata))
    arrays, attributes = read_store(path, "yx")
    assert arrays["yx"].shape == (500, 2) and attributes.get("tail") is None and "tail" not in attributes
    with pytest.raises(DamagedStore, match=r"no attribute scan_left_px \(written by ferrotune 0\.0\.1, this is"):
        attributes["scan_left_px"]
    with pytest.raises(DamagedStore, match=r"no array width \(written by ferrotune 0\.0\.1, this is"):
        read_store(path, "yx", "width")
    with pytest.raises(DamagedStore, match="no array width"):
        pickle.loads(pickle.dumps(arrays))["width"]  # in another process too


def test_files_that_are_missing_are_noticed_before_a_notebook_reads(tmp_path):
    path = store_of(tmp_path)
    assert open_store(path).label.shape == (500,)
    damage(path, "label", "lost chunk")
    with pytest.raises(DamagedStore, match="array label are missing"):
        open_store(path)


def test_no_store_is_said_and_a_group_in_a_store_names_the_store_to_remove(tmp_path):
    with pytest.raises(DamagedStore, match="there is no such store"):
        read_store(tmp_path / "none.zarr")
    path = store_of(tmp_path)
    zarr.open_group(str(path), mode="r+").create_group("checkpoints")
    write_store(path / "checkpoints" / "3", {"w": (("a",), np.ones(4))})
    (path / "checkpoints" / "3" / "w" / "c" / "0").write_bytes(b"")
    with pytest.raises(DamagedStore, match=f"remove {path} and run again"):
        read_store(path / "checkpoints" / "3")


def test_an_error_of_the_file_system_is_none_of_the_store(tmp_path, monkeypatch):
    path = store_of(tmp_path)

    def failing(*_, **__):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(zarr, "open_group", failing)
    with pytest.raises(OSError, match="Input/output error"):
        read_store(path)
