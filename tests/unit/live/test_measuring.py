"""A measured image leaves the stores that the workflow would write, and lets nothing half-written be seen."""

import pytest

import cells
import columns
import import_image
from ferrotune.errors import InputError
from ferrotune.live.measuring import keep_stores, measure_image
from helpers.live import PIXEL_SIZE, live_series, measured_film, write_film


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_stores_are_those_of_the_rules_byte_for_byte(tmp_path):
    measured, _ = measured_film(tmp_path, threads=2)
    rules, log = tmp_path / "rules", tmp_path / "log"
    rules.mkdir()
    path = tmp_path / "film.npy"
    import_image.main(str(path), None, rules / "image.zarr", PIXEL_SIZE, None, "film", log)
    columns.main(rules / "image.zarr", rules / "columns.zarr", "lattice", "film", log)
    cells.main(rules / "columns.zarr", rules / "cells.zarr", "film", log)
    assert contents(measured.folder) == contents(rules)


def test_stores_are_moved_as_a_whole_and_replace_those_of_an_earlier_file(tmp_path):
    measured, _ = measured_film(tmp_path)
    kept = tmp_path / "results"
    (kept / "cells.zarr" / "left_over").mkdir(parents=True)
    moved = keep_stores(measured, kept)
    assert not measured.folder.exists() and not (kept / "cells.zarr" / "left_over").exists()
    assert all((store / ".snakemake_timestamp").is_file() for store in moved.stores.values())


def test_what_looks_wrong_is_said_and_what_cannot_be_read_is_one_line(tmp_path):
    series, path = live_series(tmp_path, {"contrast": "bright"}), write_film(tmp_path / "film.npy")
    measured = measure_image(path, series.row_of(path), series.config, tmp_path / "stores")
    assert measured.doubts == [measured.doubts[0]] and "pixel size unknown" in measured.doubts[0]
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"film\.npy cannot be read .*if damaged, export it again"):
        measure_image(path, series.row_of(path), series.config, tmp_path / "stores")
