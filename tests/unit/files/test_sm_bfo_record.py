"""The record's layout: what is written is read back, and broken files say what is wrong."""

import csv
from pathlib import Path

import h5py
import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.files.packed_record import is_packed, read_packed
from ferrotune.files.sm_bfo_record import (
    read_main_image,
    read_reference,
    read_truth,
    write_record,
    write_truth,
)
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def simulation():
    return simulate(Specimen(shape=(200, 240), scan_rotation_deg=5.0), 0)


@pytest.fixture
def record(tmp_path, simulation):
    paths = tmp_path / "Sm_0_0_HAADF.h5", tmp_path / "Sm_0_0_UCParameterization.h5"
    write_record(*paths, simulation.image, simulation.cells)
    return paths


def test_layout_is_the_records(record, simulation):
    n = len(simulation.cells["yx"])
    with h5py.File(record[0]) as file:
        assert file["MainImage"].dtype == np.float64 and np.isnan(file["MainImage"][0, 0])
    with h5py.File(record[1]) as file:
        shapes = {name: dataset.shape for name, dataset in file.items()}
        assert shapes == {**dict.fromkeys(["xy_COM", "Pxy", "ab"], (2, n)),
                          **dict.fromkeys(["a", "b", "alpha", "Vol"], (1, n))}  # fmt: skip
        assert np.array_equal(file["xy_COM"][0], simulation.cells["yx"][:, 0])  # the row comes first


@pytest.mark.parametrize("row_component", ["first", "second"])
def test_record_reads_back(tmp_path, simulation, row_component):
    image_path, uc_path = tmp_path / "i.h5", tmp_path / "u.h5"
    write_record(image_path, uc_path, simulation.image, simulation.cells, row_component)
    assert np.array_equal(read_main_image(image_path), simulation.image, equal_nan=True)
    cells = read_reference(uc_path, row_component)
    assert set(cells) == {"yx", "polarization", "ab", "a", "b", "alpha", "volume"}
    for name, values in cells.items():
        assert np.array_equal(values, simulation.cells[name]), name


def test_row_component_swaps_only_the_polarization(record):
    first, second = (read_reference(record[1], component) for component in ("first", "second"))
    assert np.array_equal(first["polarization"], second["polarization"][:, ::-1])
    assert np.array_equal(first["yx"], second["yx"])
    with pytest.raises(InputError, match="row_component"):
        read_reference(record[1], "third")


def test_optional_arrays_may_be_missing(record):
    with h5py.File(record[1], "a") as file:
        for name in ("Pxy", "ab", "Vol", "a"):
            del file[name]
    assert set(read_reference(record[1])) == {"yx", "b", "alpha"}


def test_older_packing_reads_the_same(tmp_path, record, simulation):
    cells = simulation.cells
    entry = {
        "main_image": simulation.image.astype(np.float32),
        "xy_COM": cells["yx"],
        "Pxy": cells["polarization"],
        "a": cells["a"][:, None],
    }
    path = tmp_path / "composition_series_dict_full.npy"
    np.save(path, {"Sm_0_0": entry}, allow_pickle=True)
    packed = f"{path}#Sm_0_0"
    assert is_packed(packed) and not is_packed(path)
    old, new = read_reference(packed), read_reference(record[1])
    assert set(old) == {"yx", "polarization", "a"}
    assert all(np.array_equal(old[name], new[name]) for name in old)
    assert read_main_image(packed).dtype == np.float64
    assert np.array_equal(read_main_image(packed), simulation.image.astype(np.float32), equal_nan=True)
    with pytest.raises(InputError, match="no image 'Sm_7_0'; choose one of: Sm_0_0"):
        read_packed(f"{path}#Sm_7_0")


def test_truth_reads_back(tmp_path, simulation):
    path = tmp_path / "truth.h5"
    write_truth(path, simulation.columns_yx, simulation.sublattice, simulation.cells, 15.6)
    truth = read_truth(path)
    assert np.array_equal(truth["columns_yx"], simulation.columns_yx)
    assert np.array_equal(truth["sublattice"], simulation.sublattice) and truth["sublattice"].dtype == np.int8
    assert truth["pixel_size_pm"] == 15.6
    assert set(truth["cells"]) == {"yx", "polarization", "domain"}
    assert all(np.array_equal(values, simulation.cells[name]) for name, values in truth["cells"].items())


def test_same_content_same_bytes(tmp_path, simulation):
    written = []
    for name in ("one", "two"):
        paths = [tmp_path / f"{name}_{part}.h5" for part in ("image", "cells", "truth")]
        write_record(*paths[:2], simulation.image, simulation.cells)
        write_truth(paths[2], simulation.columns_yx, simulation.sublattice, simulation.cells, 15.6)
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]


def broken(path, kind):
    """A reference file with one fault."""
    if kind == "missing":
        path.unlink()
    elif kind == "cut short":
        path.write_bytes(path.read_bytes()[:600])
    elif kind == "text":
        path.write_text("not HDF5")
    else:
        with h5py.File(path, "a") as file:
            values = file[kind][()]
            del file[kind]
            if kind != "xy_COM":
                file[kind] = values[:, :-1]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "does not exist"),
        ("cut short", "cannot be read"),
        ("text", "cannot be read"),
        ("xy_COM", "has no xy_COM"),
        ("Pxy", "Pxy has .* cells but xy_COM has"),
        ("Vol", "Vol has .* cells but xy_COM has"),
    ],
)
def test_broken_reference_says_what_is_wrong(record, kind, says):
    broken(record[1], kind)
    with pytest.raises(InputError, match=says) as error:
        read_reference(record[1])
    assert "Sm_0_0_UCParameterization.h5" in str(error.value) and "\n" not in str(error.value)


def test_coordinate_last_is_not_taken_for_coordinate_first(record):
    with h5py.File(record[1], "a") as file:
        values = file["xy_COM"][()]
        del file["xy_COM"]
        file["xy_COM"] = values.T
    with pytest.raises(InputError, match=r"xy_COM must be \(2, cells\)"):
        read_reference(record[1])


def test_wrong_files_are_told_apart(record):
    with pytest.raises(InputError, match="no MainImage"):
        read_main_image(record[1])
    with pytest.raises(InputError, match="lacks columns/yx"):
        read_truth(record[1])
    with pytest.raises(InputError, match="does not exist"):
        read_main_image(record[0].with_name("gone.h5"))


def test_negative_volumes_come_through_as_they_are(record, simulation):
    with h5py.File(record[1], "a") as file:
        file["Vol"][:, ::2] *= -1
    volume = read_reference(record[1])["volume"]
    assert (volume[::2] < 0).all() and np.array_equal(np.abs(volume), simulation.cells["volume"])


def test_the_sheet_of_the_record_has_fourteen_pairs_and_the_one_irregular_name():
    with open(ROOT / "config" / "paper.tsv", newline="") as sheet:
        rows = list(csv.DictReader(sheet, delimiter="\t"))
    names = {row["image"]: tuple(row[key].rpartition("/")[2] for key in ("path", "reference")) for row in rows}
    record = {name: (f"{name}_HAADF.h5", f"{name}_UCParameterization.h5") for name in names}
    assert len(names) == 14 and all(row["path"].startswith("doi:10.5281/zenodo.4555979/") for row in rows)
    assert {n for n in names if names[n] != record[n]} == {"Sm_10_0"}
    assert names["Sm_10_0"] == ("SM_10_0_HAADF.h5", "Sm_10_0_UCParameterization.h5")
