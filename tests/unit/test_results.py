"""Results opened from folders as a run leaves them, and as older versions left them."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import zarr

import ferrotune
from ferrotune.errors import InputError
from ferrotune.files.stores import write_store
from ferrotune.notebook.results import ImageResults, Results

SCRIPTS = Path(__file__).parents[2] / "scripts"
YX = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
PATHS = [np.array([[0.0, 1.0], [1.0, 1.5]]), np.array([[2.0, 2.0], [3.0, 2.5], [4.0, 3.0]])]


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """A series of one image and one pipeline, its stores without attributes of single arrays."""
    folder = tmp_path_factory.mktemp("results") / "drawn"
    image = folder / "film"
    write_store(image / "image.zarr", {"image": (("y", "x"), np.eye(4)), "mask": (("y", "x"), np.eye(4) > 0)})
    (image / "image.zarr" / ".snakemake_timestamp").touch()
    write_store(
        image / "columns.zarr",
        {"yx": (("column", "axis"), YX), "sublattice": (("column",), np.array([0, 1, -1], np.int8))},
        {"cell_px": 10.0},
    )
    write_store(
        image / "cells.zarr",
        {
            "yx": (("cell", "axis"), YX),
            "polarization": (("cell", "axis"), np.array([[0.0, 0.5], [np.nan, np.nan], [1.0, 0.0]])),
            "alpha": (("cell",), np.full(3, 90.0)),
            "lattice": (("vector", "axis"), np.diag([10.0, 10.5])),
        },
        {"cell_px": 10.0},
    )
    pipeline = image / "mine"
    write_store(
        pipeline / "selected.zarr",
        {
            "label": (("site",), np.array([0, 0, 1], np.int8)),
            "yx": (("site", "axis"), YX),
            "path_points": (("point", "axis"), np.concatenate(PATHS)),
            "point_wall": (("point",), np.repeat([0, 1], [2, 3])),
        },
        {"cell_px": 10.0, "answer": "walls", "trial": 1},
    )
    table = "trial\tround\trank\tlength\tstatus\tari\n0\t0\t4\tnan\tno_wall_stands\tnan\n1\t0\t8\t5.5\tok\t0.9\n"
    (pipeline / "trials.tsv").write_text(table)
    (pipeline / "front.tsv").write_text("trial\tstatus\tknee\n1\tok\tTrue\n")
    (folder / "summary.tsv").write_text("image\tpipeline\tanswer\nfilm\tmine\twalls\n")
    (folder / "logs").mkdir()
    return folder


def test_a_series_gives_its_images_and_summary(series):
    results = ferrotune.open_results(series)
    assert isinstance(results, Results)
    assert list(results) == results.images == ["film"] and len(results) == 1
    assert results.summary["answer"].tolist() == ["walls"]
    assert repr(results) == "<results of series drawn: images: film>"


def test_an_image_is_opened_by_its_own_folder(series):
    film = ferrotune.open_results(series / "film")
    assert isinstance(film, ImageResults)
    assert list(film) == film.pipelines == ["mine"] and len(film) == 1
    assert repr(film) == "<results of image film: image, columns, cells; pipelines: mine>"
    assert repr(film["mine"]) == "<results of pipeline mine: trials (table), front (table), selected>"


def test_datasets_are_labelled(series):
    film = ferrotune.open_results(series)["film"]
    assert film.columns.yx.sel(axis="x").values.tolist() == [2, 4, 7]
    assert film.cells.polarization.sel(axis="y").values[2] == 1
    assert film.cells.lattice.sel(vector="b", axis="x") == 10.5
    assert film.cells.alpha.units == "degrees" and film.cells.yx.units == "px"
    assert film.columns.cell_px == 10
    assert film.image.mask.dtype == bool
    assert film["mine"].selected.path_points.units == "cell"


def test_labels_and_missing_values_stay_as_stored(series):
    """Zero is a label and -1 a sublattice, though zero is the fill value of a zarr array."""
    film = ferrotune.open_results(series)["film"]
    assert film["mine"].selected.label.dtype == np.int8
    assert film["mine"].selected.label.values.tolist() == [0, 0, 1]
    assert film.columns.sublattice.values.tolist() == [0, 1, -1]
    assert np.isnan(film.cells.polarization.values[1]).all()


def test_units_of_a_store_stand(tmp_path):
    group = write_store(tmp_path / "image.zarr", {"image": (("y", "x"), np.eye(3))})
    group["image"].attrs["units"] = "counts"
    assert ferrotune.open_results(tmp_path).image.image.units == "counts"


def test_nothing_is_read_before_it_is_used(series):
    assert "..." in repr(ferrotune.open_results(series)["film"].columns)


def test_tables_are_those_of_the_run(series):
    mine = ferrotune.open_results(series)["film"]["mine"]
    assert mine.trials["rank"].tolist() == [4, 8] and mine.trials["status"].tolist() == ["no_wall_stands", "ok"]
    assert np.isnan(mine.trials["ari"][0])
    assert mine.front["knee"].tolist() == [True]


def test_walls_are_ordered_paths(series):
    mine = ferrotune.open_results(series)["film"]["mine"]
    for scale, unit in ((1, "cell"), (10, "px")):
        for wall, path in zip(mine.walls(unit), PATHS, strict=True):
            assert np.array_equal(wall, scale * path)
    with pytest.raises(InputError, match="nm"):
        mine.walls("nm")


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        (lambda series: ferrotune.open_results(series / "nowhere"), "no such folder"),
        (lambda series: ferrotune.open_results(series / "logs"), "holds no results"),
        (lambda series: ferrotune.open_results(series.parent), "one of the series in it: drawn"),
        (lambda series: ferrotune.open_results(series)["flim"], "no image 'flim'; there are: film"),
        (lambda series: ferrotune.open_results(series)["film"]["yours"], "no pipeline 'yours'; there are: mine"),
        (lambda series: ferrotune.open_results(series)["film"].reference, "no reference.zarr"),
        (lambda series: ferrotune.open_results(series)["film"]["mine"].latents, "no latents.zarr"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(series, opened, said):
    with pytest.raises(InputError, match=said) as raised:
        opened(series)
    assert "\n" not in str(raised.value)


def test_the_package_is_imported_in_no_time():
    """Snakemake imports it in every job: what is slow is imported when it is used."""
    code = "import sys, ferrotune; print(*sorted(m for m in ('numpy', 'pandas', 'xarray', 'zarr') if m in sys.modules))"
    start = time.perf_counter()
    said = subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "" and time.perf_counter() - start < 10


def test_public_names_are_there():
    assert all(callable(getattr(ferrotune, name)) for name in ferrotune.__all__)
    assert set(ferrotune.__all__) <= set(dir(ferrotune))
    with pytest.raises(AttributeError, match="no attribute 'solve'"):
        ferrotune.solve  # noqa: B018


def test_stores_of_earlier_versions_get_units_and_labels(tmp_path):
    """They have neither attributes of arrays nor labels of components."""
    for store, name, dimensions, values in (
        ("image", "image", ("y", "x"), np.eye(3)),
        ("cells", "polarization", ("cell", "axis"), np.array([[1.5, -2.0]])),
        ("cells", "strain", ("cell", "component"), np.array([[0.01, 0.0, -0.02]])),
    ):
        group = zarr.open_group(str(tmp_path / f"{store}.zarr"), mode="a", zarr_format=3)
        array = group.create_array(name, shape=values.shape, dtype=values.dtype, dimension_names=dimensions)
        array[...] = values
    cells = ferrotune.open_results(tmp_path).cells
    assert cells.polarization.sel(axis="x").item() == -2 and cells.polarization.units == "px"
    assert cells.strain.sel(component="shear").item() == -0.02 and cells.strain.units == "1"


def test_tables_of_domains_walls_and_parameters_open(series):
    pipeline = series / "film" / "mine"
    for name in ("domains", "walls", "importance"):
        (pipeline / f"{name}.tsv").write_text("domain\tarea_nm2\n0\t12.5\n")
    mine = ferrotune.open_results(series)["film"]["mine"]
    assert mine.domains["area_nm2"].tolist() == [12.5]
    assert len(mine.wall_table) == len(mine.importance) == 1
