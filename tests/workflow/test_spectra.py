"""A grid of spectra through the workflow: from the toy set to walls, tables, figures and the page."""

import json

import pandas as pd
import pytest

from ferrotune.files.stores import read_store
from helpers.case import Case

SPACE = {"channel": ["piezoresponse"], "form": ["raw"], "rank": [4], "components": [3], "covariance": ["full"]}
PIPELINE = {"descriptor": "spectra", "reduction": "pca", "clustering": "gmm_field", "space": SPACE | {"field": [1]}}
OF_MODEL = {"channel": ["piezoresponse"], "form": ["normalised"], "latent": [2], "beta": [0.001, 0.1], "epochs": [4]}
OF_MODEL |= {"learning_rate": [0.01], "components": [3], "covariance": ["full"], "field": [1]}
WITH_MODEL = {"descriptor": "spectra", "reduction": "lstm_vae", "clustering": "gmm_field", "space": OF_MODEL}
WITH_MODEL |= {"search": {"trials": 2, "batch": 2, "startup": 2}}
SEARCH = {"trials": 1, "batch": 1, "startup": 1}


@pytest.fixture(scope="module")
def spectra(tmp_path_factory):
    case = Case(tmp_path_factory.mktemp("spectra") / "case")
    (case.folder / "images.tsv").write_text("image\tkind\tpath\ntoy\tspectra\tsimulated\n")
    simulation = {"simulation": {"default": {"shape": [24, 24]}, "images": {}}}
    case.write(
        {"series": "tiny", "images": "images.tsv", "pipelines": {"loops_pca": PIPELINE, "loops_vae": WITH_MODEL}}
        | {"search": SEARCH, "spectra": simulation, "judge": {"twins": False}, "transfer": False}
    )
    process = case.run()
    assert process.returncode == 0, process.stdout[-4000:]
    return case, process.stdout


def test_the_truth_is_found_and_walls_stand(spectra):
    case, said = spectra
    row, _ = pd.read_csv(case.results("summary.tsv"), sep="\t").to_dict("records")
    assert (row["answer"], row["n_variants"]) == ("walls", 3) and row["ari"] > 0.95 and row["n_walls"] >= 1
    assert "toy, loops_pca: walls" in said and "explorer.html" in said


def test_each_mechanism_has_its_mean_loop(spectra):
    case, _ = spectra
    table = pd.read_csv(case.results("toy", "loops_pca", "mechanisms.tsv"), sep="\t")
    assert table["sites"].sum() <= 576 and len(table) == 3
    assert (table["coercive_rising"] > table["coercive_falling"]).all()
    arrays, attributes = read_store(case.results("toy", "loops_pca", "mechanisms.zarr"))
    assert arrays["mean_spectrum"].shape == (2, 3, 96) and attributes["channels"] == ["piezoresponse", "resonance"]


def test_figures_and_page_are_there_and_nothing_of_columns(spectra):
    case, _ = spectra
    made = {path.name for path in case.results("toy").iterdir()}
    assert not made & {"image.zarr", "columns.zarr", "cells.zarr"}
    assert {"spectra.png", "pitfalls.png"} <= {path.name for path in case.results("toy", "figures").iterdir()}
    of_pipeline = {path.name for path in case.results("toy", "loops_pca", "figures").iterdir()}
    assert {"mechanisms.png", "traversals.png", "components.png", "front.png", "walls.png"} <= of_pipeline
    html = case.results("toy", "explorer.html").read_text()
    page = json.loads(html.partition('id="page">')[2].partition("</script>")[0])
    assert page["cells"]["polarization"] is None and page["spectra"]["labels"] == ["voltage (V)", "piezoresponse"]


def test_loops_over_beta_of_the_pipeline_that_trains_a_model(spectra):
    case, _ = spectra
    assert not case.results("toy", "loops_pca", "figures", "betas.png").exists()
    assert case.results("toy", "loops_vae", "figures", "betas.png").stat().st_size > 10_000
    arrays, attributes = read_store(case.results("toy", "loops_vae", "betas.zarr"))
    assert arrays["beta"].tolist() == [0.001, 0.1] and attributes["own_beta"] in (0.001, 0.1)
    assert arrays["traversal"].shape[::2] == (2, 9) and not attributes["amortised"]
    page = case.results("toy", "explorer.html").read_text().partition('id="page">')[2].partition("</script>")[0]
    of_pca, of_model = json.loads(page)["searches"]
    assert "betas" not in of_pca and [row["beta"] for row in of_model["betas"]["rows"]] == [0.001, 0.1]


def test_exports_of_spectra(spectra):
    case, _ = spectra
    process = case.run("export")
    assert process.returncode == 0, process.stdout[-4000:]
    made = {path.name for path in case.results("toy", "exports").iterdir()}
    assert {"sites.loops_pca.csv", "sites.loops_vae.csv", "spectra.hspy", "walls.loops_pca.geojson"} <= made
    assert not made & {"columns.csv", "cells.csv", "image.hspy", "labels.loops_pca.csv"}
    figures = case.results("toy", "exports", "figures")
    assert {path.name for path in figures.rglob("*.svg")} >= {"pitfalls.svg", "mechanisms.svg", "betas.svg"}
    table = pd.read_csv(case.results("toy", "exports", "sites.loops_pca.csv"))
    assert set(table["mechanism"]) <= {-1, 0, 1, 2} and "component_4" in table
    text = case.results("exports", "methods.txt").read_text()
    assert "24 x 24 sites" in text and "columns" not in text
    assert "Nothing to be done" in case.run("-n", "export").stdout


def test_a_pipeline_of_images_is_refused_before_anything_runs(tmp_path):
    case = Case(tmp_path / "case", rows="")
    (case.folder / "images.tsv").write_text("image\tkind\tpath\ntoy\tspectra\tsimulated\n")
    process = case.run("-n")
    lines = [line for line in process.stdout.splitlines() if line.startswith("ferrotune: ")]
    assert process.returncode and len(lines) == 1
    assert "pipelines.patch_gmm: the descriptor patches needs an image" in lines[0]
