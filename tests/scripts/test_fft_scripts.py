"""The sliding-window FFT from the store to its components: each script as a function, on drawn and simulated images."""

import json
import runpy
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree
from sklearn.metrics import adjusted_rand_score

from ferrotune.figures.components import standardised
from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines.parts import part
from ferrotune.rewards import cheap
from ferrotune.search.search_config import descriptor_uses
from ferrotune.segmentation.statuses import OK, STATUSES
from helpers.simulated import see

SCRIPTS = Path(__file__).parents[2] / "scripts"
SPACE = {
    "flatten": [1],
    "denoise": ["none"],
    "window": [2, 3],
    "stride": [1, 2],
    "taper": ["hann", "none"],
    "scale": ["log", "linear"],
    "rank": [4],
    "components": [2, 3],
    "covariance": ["full"],
}
REDUCTIONS = ("svd", "nmf", "ica")
USUAL = {name: values[0] for name, values in SPACE.items()}
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
CELL, SIDE = 12.0, 420
RATE = 0.05  # false discovery rate of walls


def pipeline(reduction, space=SPACE):
    return {"descriptor": "fft", "reduction": reduction, "clustering": "gmm", "space": space}


def run_script(script, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(SCRIPTS / f"{script}.py"))["main"](**arguments)


def describe(folder, space=SPACE, output="fft.zarr"):
    run_script(
        "describe",
        descriptor="fft",
        stores={name: folder / f"{name}.zarr" for name in ("image", "columns")},
        output=folder / output,
        uses=descriptor_uses({"one": pipeline("svd", space)}, "fft"),
        options={"sites": "A", "subpixel": True},
        image="one",
        threads=1,
        log_path=folder / "log",
    )


def evaluate(folder, reduction, settings, threads=1, output="000.zarr"):
    trials = [{"trial": i, "setting": USUAL | setting} for i, setting in enumerate(settings)]
    (folder / "000.json").write_text(json.dumps({"round": 0, "trials": trials}))
    run_script(
        "evaluate",
        inputs={
            "proposals": folder / "000.json",
            "descriptors": [folder / "fft.zarr"],
            "halves": [],
            "earlier_proposals": [],
            "earlier": [],
            "cells": folder / "cells.zarr",
        },
        output=folder / output,
        pipeline=pipeline(reduction),
        rewards=cheap(),
        rate=RATE,
        seed=1,
        threads=threads,
        subject="image one",
        log_path=folder / "log",
    )
    return read_store(folder / output)[0]


def write_stores(folder, image, mask, cell_px):
    write_store(folder / "image.zarr", {"image": (("y", "x"), image), "mask": (("y", "x"), mask)})
    write_store(
        folder / "columns.zarr",
        {"sublattice": (("column",), np.zeros(1, np.int8)), "row_shift": (("y",), np.zeros(len(image)))},
        {"cell_px": cell_px, "pixel_size_pm": None},
    )
    unknown = {name: (("cell", "axis"), np.full((1, 2), np.nan)) for name in ("yx", "polarization")}
    write_store(folder / "cells.zarr", unknown | {"lattice": (("vector", "axis"), cell_px * np.eye(2))})


def lattice(spacing, degrees):
    """Columns of a square lattice as waves, a tenth of their height in noise."""
    y, x = np.indices((SIDE, SIDE))
    angle = np.deg2rad(degrees)
    along, across = np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y
    noise = np.random.default_rng(0).normal(0, 0.1, (SIDE, SIDE))
    return np.cos(2 * np.pi * along / spacing) + np.cos(2 * np.pi * across / spacing) + noise


@pytest.fixture(scope="module", params=[(12.0, 15.0), (13.0, 0.0)], ids=["orientation", "spacing"])
def two_lattices(request, tmp_path_factory):
    """A folder with an image of two lattices that meet in a wall down its middle, a corner masked."""
    folder = tmp_path_factory.mktemp("lattices")
    left = np.arange(SIDE)[None] < SIDE / 2
    image = np.where(left, lattice(CELL, 0.0), lattice(*request.param)).astype(np.float32)
    mask = np.ones((SIDE, SIDE), bool)
    mask[:80, :90] = False
    write_stores(folder, image * mask, mask, CELL)
    describe(folder)
    return folder


@pytest.mark.parametrize("reduction", ["svd", "nmf"])
def test_lattices_of_two_spacings_or_orientations_are_distinguished(two_lattices, reduction):
    yx = read_store(two_lattices / "fft.zarr", "yx")[0]["yx"]
    more = {"window": 3, "components": 3}  # the third is for windows on the wall, which show both lattices
    settings = [more, more | {"stride": 2, "scale": "linear"}, more | {"taper": "none"}]
    found = evaluate(two_lattices, reduction, settings)
    away = np.abs(yx[:, 1] - SIDE / 2) > 1.5 * CELL
    for labels in found["labels"]:
        assert adjusted_rand_score(labels[away], yx[away, 1] > SIDE / 2) > 0.9


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_one_component_is_the_difference_of_the_lattices(two_lattices, reduction):
    yx = read_store(two_lattices / "fft.zarr", "yx")[0]["yx"]
    setting = USUAL | {"window": 3}
    described = part("descriptor", "fft").open(two_lattices / "fft.zarr", setting)
    scores = standardised(part("reduction", reduction).reduce(described, setting, 4))
    right = yx[:, 1] > SIDE / 2
    apart = np.abs(scores[right].mean(axis=0) - scores[~right].mean(axis=0))
    assert apart.max() > 1.8  # 2 for two constant values


def test_the_store_has_sites_inside_the_mask_and_no_large_array(two_lattices):
    arrays, attributes = read_store(two_lattices / "fft.zarr")
    assert (np.diff(np.unique(arrays["yx"][:, 0])) == pytest.approx(CELL)) and attributes["sites_per_cell"] == 1
    inside = (arrays["yx"][:, 0] - 80 > 1.5 * CELL) | (arrays["yx"][:, 1] - 90 > 1.5 * CELL)
    assert inside.all()
    assert arrays["images"].shape == (1, SIDE, SIDE)
    raster = arrays["site_raster"]
    assert (raster[40:-40, 80:-40] >= 0).all() and raster.max() == len(arrays["yx"]) - 1


def test_trials_do_not_depend_on_threads_or_on_other_trials(two_lattices):
    settings = [{"window": w, "stride": s} for w in (2, 3) for s in (1, 2)]
    one = evaluate(two_lattices, "ica", settings)
    two = evaluate(two_lattices, "ica", settings, threads=2, output="001.zarr")
    alone = evaluate(two_lattices, "ica", settings[:1], output="002.zarr")
    assert np.array_equal(one["labels"], two["labels"])
    assert np.array_equal(one["labels"][0], alone["labels"][0])


def test_strides_that_are_not_multiples_end_in_one_line(two_lattices, capsys):
    with pytest.raises(SystemExit):
        describe(two_lattices, SPACE | {"stride": [1, 1.5]}, "other.zarr")
    assert "fft: stride 1.5 is not a whole multiple of the smallest of the spaces, 1" in capsys.readouterr().err


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A folder with a simulated film with 109 degree walls and no mis-tilt, evaluated, and its true domains."""
    folder = tmp_path_factory.mktemp("film")
    seen = see(shape=(620, 640), geometry="walls_109", sm_percent=0.0, dose=400.0, mistilt=0.0, mistilt_shift_pm=0.0)
    write_stores(folder, seen.image, seen.mask, seen.lattice.cell_px)
    describe(folder)
    evaluate(folder, "ica", [{"window": 3}, {"window": 3, "scale": "linear"}])
    cells = seen.simulation.cells
    labels = np.asarray(cells["domain"]).astype(np.int16)
    reference = {"yx": (("cell", "axis"), cells["yx"]), "label": (("cell",), labels)}
    reference["polarization"] = (("cell", "axis"), cells["polarization"])
    write_store(folder / "reference.zarr", reference)
    run_script(
        "trials",
        proposals=[folder / "000.json"],
        rounds=[folder / "000.zarr"],
        image_store=folder / "image.zarr",
        sites_store=folder / "fft.zarr",
        reference_store=folder / "reference.zarr",
        output=folder / "trials.tsv",
        trials=2,
        subject="image one",
        log_path=folder / "log",
    )
    return folder


def select(folder, trial):
    run_script(
        "front",
        inputs={
            "trials": folder / "trials.tsv",
            "rounds": [folder / "000.zarr"],
            "sites": folder / "fft.zarr",
            "descriptors": [folder / "fft.zarr"],
            "cells": folder / "cells.zarr",
            "image": folder / "image.zarr",
        },
        outputs={"front": folder / "front.tsv", "selected": folder / "selected.zarr", "provenance": folder / "p.json"},
        pipeline=pipeline("ica"),
        objectives=OBJECTIVES,
        rate=RATE,
        seed=1,
        choosing={"select": trial, "distance": 0.05},
        conditions={"code": {}},
        subject="image one",
        log_path=folder / "log",
    )


def draw(folder, figures):
    run_script(
        "components",
        inputs={
            "selected": folder / "selected.zarr",
            "descriptors": [folder / "fft.zarr"],
            "rounds": [folder / "000.zarr"],
            "image": folder / "image.zarr",
        },
        output=folder / "components.zarr",
        figures=figures,
        pipeline=pipeline("ica"),
        subject="image one",
        log_path=folder / "log",
    )
    return read_store(folder / "components.zarr")


def test_the_domains_of_a_film_are_one_independent_component(film):
    assert not pd.read_csv(film / "trials.tsv", sep="\t")["status"].str.startswith("failed").any()
    yx = read_store(film / "fft.zarr", "yx")[0]["yx"]
    truth = read_store(film / "reference.zarr")[0]
    domain = truth["label"][cKDTree(truth["yx"]).query(yx)[1]]
    assert len(np.unique(domain)) == 2
    for scale in ("log", "linear"):
        setting = USUAL | {"window": 3, "scale": scale}
        described = part("descriptor", "fft").open(film / "fft.zarr", setting)
        scores = standardised(part("reduction", "ica").reduce(described, setting, 4))
        apart = [np.abs(np.subtract(*(of[domain == d].mean() for d in np.unique(domain)))) for of in scores.T]
        assert max(apart) > 1.6 and sorted(apart)[-2] < 0.6  # standard deviations


def test_components_are_those_that_were_clustered(film):
    select(film, 1)
    figures = [film / f"components.{suffix}" for suffix in ("png", "pdf")]
    arrays, attributes = draw(film, figures)
    assert attributes["trial"] == 1 and attributes["reduction"] == "ica"
    assert arrays["scores"].shape == (len(arrays["yx"]), 4)
    labels = read_store(film / "selected.zarr", "label")[0]["label"]
    scores = standardised(arrays["scores"].astype(float))
    assert scores.mean(axis=0) == pytest.approx(0, abs=1e-9) and scores.std(axis=0) == pytest.approx(1)
    apart = np.abs(scores[labels == 0].mean(axis=0) - scores[labels == 1].mean(axis=0))
    assert apart.max() > 1.5
    before = [path.read_bytes() for path in figures]
    draw(film, figures)
    assert [path.read_bytes() for path in figures] == before


def test_without_an_answer_there_are_no_components(film, tmp_path):
    nothing = dict.fromkeys((*OBJECTIVES, "boundary_evidence"), np.nan)
    table = pd.read_csv(film / "trials.tsv", sep="\t").assign(status="one_cluster", **nothing)
    for name in ("fft.zarr", "000.zarr", "image.zarr"):
        (tmp_path / name).symlink_to(film / name)
    table.to_csv(tmp_path / "trials.tsv", sep="\t", index=False)
    select(tmp_path, None)
    arrays, attributes = draw(tmp_path, [tmp_path / "components.png"])
    assert attributes["trial"] is None and arrays["scores"].shape[1] == 0
    assert (tmp_path / "components.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_flat_lattice_with_mistilt_and_thickness_has_no_walls(tmp_path, reduction):
    seen = see(shape=(620, 640), geometry="none", sm_percent=20.0, dose=400.0, mistilt=0.4, thickness_gradient=0.3)
    write_stores(tmp_path, seen.image, seen.mask, seen.lattice.cell_px)
    describe(tmp_path)
    settings = [{"window": w, "scale": s} for w in (2, 3) for s in ("log", "linear")]
    status = evaluate(tmp_path, reduction, settings)["status"]
    assert STATUSES.index(OK) not in status, status
