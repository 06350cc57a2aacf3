"""Paths with `#`: a name that holds one, and an entry inside a file."""

import numpy as np
import pytest

from ferrotune.files.entries import split_entry, with_entry
from ferrotune.files.packed_record import is_packed
from ferrotune.files.polarization_maps import read_map
from ferrotune.workflow.sample_sheet import local_files, local_path, remote_files


@pytest.mark.parametrize(
    ("text", "file", "entry"),
    [
        ("film.tif", "film.tif", None),
        ("film#3.tif", "film#3.tif", None),  # exists
        ("film#3.tif#frame=2", "film#3.tif", "frame=2"),
        ("series.emd#HAADF", "series.emd", "HAADF"),
        ("series.emd#HAADF #2", "series.emd", "HAADF #2"),  # a title may hold the sign too
        ("gone.npy#Sm_0_0", "gone.npy", "Sm_0_0"),
        ("series.emd#", "series.emd", None),
        ("doi:10.5281/zenodo.1/series.npy#Sm_0_0", "doi:10.5281/zenodo.1/series.npy", "Sm_0_0"),
    ],
)
def test_a_path_is_a_file_or_names_an_entry_in_one(tmp_path, monkeypatch, text, file, entry):
    monkeypatch.chdir(tmp_path)
    for name in ("film#3.tif", "series.emd"):
        (tmp_path / name).touch()
    assert split_entry(text) == (file, entry)


def test_everything_that_takes_a_path_takes_such_a_name(tmp_path):
    path = tmp_path / "map#1.npz"
    np.savez(path, sm_0=np.ones((4, 5, 2)), sm_13=np.zeros((4, 5, 2)))
    assert (read_map(f"{path}#sm_0") == 1).all() and (read_map(f"{path}#sm_13") == 0).all()
    assert local_files(str(path), "results") == local_files(f"{path}#sm_0", "results") == [str(path)]
    assert local_path([path], f"{path}#sm_0") == f"{path}#sm_0" and local_path([], "gone.npz#sm_0") == "gone.npz#sm_0"
    assert with_entry("copy.npz", f"{path}#sm_0") == "copy.npz#sm_0" and with_entry("copy.npz", path) == "copy.npz"
    folder = tmp_path / "packed.npy#folder"
    folder.mkdir()
    (folder / "film.tif").touch()
    assert not is_packed(folder / "film.tif") and is_packed(f"{tmp_path}/series.npy#Sm_0_0")


def test_entries_of_one_remote_file_share_its_download():
    rows = {str(i): {"path": f"https://host/series.npy#Sm_{i}", "reference": None} for i in range(2)}
    assert remote_files(rows) == {"series.npy": "https://host/series.npy"}
    assert local_files(rows["1"]["path"], "results/demo") == ["results/demo/downloads/series.npy"]
