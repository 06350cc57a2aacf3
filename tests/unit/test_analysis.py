"""Stages in memory: for the same image, config and seed they find what the workflow finds, number for number."""

import numpy as np
import pandas as pd
import pytest
import yaml

import ferrotune
from ferrotune.errors import InputError
from ferrotune.notebook import defaults
from ferrotune.workflow.config import simulation_seed, specimen
from helpers.case import CASE, ROOT, Case

ROWS = "stripes\t0\tsimulated\t\t\tbox 0 0 20 20\n"
SETTING = {
    "flatten": 1,
    "denoise": "gaussian 1",
    "field": 0,
    "w1": 1.0,
    "w2": 1.5,
    "rank": 6,
    "components": 2,
    "covariance": "full",
}
TRUTH = {"yx": "yx", "label": "domain", "polarization": "polarization"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The workflow's search of one small simulated image, opened."""
    case = Case(tmp_path_factory.mktemp("case"), rows=ROWS)
    done = case.run("results/tiny/stripes/patch_gmm/selected.zarr")
    assert done.returncode == 0, done.stdout
    return ferrotune.open_results(case.results("stripes"))


@pytest.fixture(scope="module")
def film():
    """The same image, simulated in memory as its config says."""
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["simulation"]
    config = config | {name: config[name] | of_case for name, of_case in CASE["simulation"].items()}
    settings = specimen(config, "stripes", {"sm_percent": 0.0, "pixel_size_pm": None})
    return ferrotune.simulate(ferrotune.Specimen(**settings), simulation_seed(config, "stripes"))


@pytest.fixture(scope="module")
def stages(film):
    image = ferrotune.prepare_image(film.image, "box 0 0 20 20", film.pixel_size_pm)
    columns = ferrotune.locate_columns(image)
    return {"image": image, "columns": columns, "cells": ferrotune.measure_cells(columns)}


@pytest.fixture(scope="module")
def described(stages):
    entry = ferrotune.default_pipelines()["patch_gmm"]
    # in the order of the case's file, where keys are sorted: proposals depend on the order of the parameters
    entry["space"] = dict(sorted(CASE["pipelines"]["patch_gmm"]["space"].items()))
    return ferrotune.describe_sites(**stages, pipelines={"patch_gmm": entry})


@pytest.fixture(scope="module")
def found(described, film):
    truth = {name: film.cells[of] for name, of in TRUTH.items()}
    return ferrotune.run_search(described, "patch_gmm", CASE["search"], reference=truth)


def equal(one, other):
    """All arrays that both datasets hold are the same, and neither lacks what the other had from the first."""
    common = set(one.data_vars) & set(other.data_vars)
    assert common
    for name in common:
        assert one[name].dtype == other[name].dtype and one[name].dims == other[name].dims
        np.testing.assert_array_equal(one[name].to_numpy(), other[name].to_numpy(), err_msg=name)
    return common


@pytest.mark.parametrize(
    ("stage", "held"),
    [
        ("image", {"image", "mask"}),
        ("columns", {"yx", "sigma_yx", "amplitude", "width", "background", "significance", "sublattice", "lattice"}),
        ("cells", {"yx", "polarization", "a", "b", "alpha", "volume", "ab", "lattice"}),
    ],
)
def test_each_stage_is_that_of_the_workflow(run, stages, stage, held):
    stored = getattr(run, stage)
    assert held <= equal(stages[stage], stored)
    for name in ("cell_px", "pixel_size_pm"):
        assert stages[stage].attrs.get(name) == stored.attrs.get(name)


def test_a_search_is_that_of_the_workflow(run, found):
    stored = run["patch_gmm"]
    pd.testing.assert_frame_equal(found.trials.drop(columns="seconds"), stored.trials.drop(columns="seconds"))
    pd.testing.assert_frame_equal(found.front.drop(columns="seconds"), stored.front.drop(columns="seconds"))
    assert len(found.trials) == CASE["search"]["trials"] and found.trials["ari"].notna().any()


def test_the_selected_segmentation_is_that_of_the_workflow(run, found):
    stored = run["patch_gmm"].selected
    names = {"yx", "label", "segments", "path_points", "point_wall", "wall_map", "wall_stands", "wall_width"}
    names |= {"confidence", "wall_confidence"}
    assert names <= equal(found.selected, stored)
    for name in (
        "answer",
        "reason",
        "caution",
        "trial",
        "chosen_by",
        "near_trials",
        "sites_per_cell",
        "samples_per_cell",
    ):
        assert found.selected.attrs[name] == stored.attrs[name], name
    for wall, of_run in zip(found.walls("px"), run["patch_gmm"].walls("px"), strict=True):
        assert np.array_equal(wall, of_run)
    assert str(stored.answer_words) in repr(found)


def test_one_setting_has_the_outcome_of_its_trial(found, described):
    row = found.trials.iloc[2]
    space = described.pipelines["patch_gmm"]["space"]
    setting = {name: next(value for value in space[name] if value == row[name]) for name in SETTING}
    outcome = ferrotune.evaluate_setting(described, "patch_gmm", setting, trial=2)
    assert outcome.status == row["status"] and outcome.wall_verdicts.stands.sum() == row["n_walls"]
    for name, value in outcome.rewards.items():
        assert value == pytest.approx(row[name], rel=1e-9, nan_ok=True)


def test_stages_of_opened_results_can_be_searched_on(run):
    pipelines = {"cell_gmm": ferrotune.default_pipelines()["cell_gmm"]}
    described = ferrotune.describe_sites(run.image, run.columns, run.cells, pipelines)
    search = {"trials": 5, "batch": 4, "startup": 4}
    few = ferrotune.run_search(described, "cell_gmm", search, reference=run.reference)
    assert few.trials["trial"].tolist() == [0, 1, 2, 3, 4] and few.trials["round"].tolist() == [0, 0, 0, 0, 1]


def test_a_choice_among_pipelines_is_searched(stages):
    pipelines = {name: ferrotune.default_pipelines()[name] for name in ("cell_gmm", "patch_gmm")}
    pipelines["any"] = {"choice": list(pipelines)}
    described = ferrotune.describe_sites(**stages, pipelines=pipelines)
    found = ferrotune.run_search(described, "any", {"trials": 3, "batch": 3, "startup": 3})
    assert set(found.trials["pipeline"]) <= {"cell_gmm", "patch_gmm"}
    assert found.selected.sizes["site"] == described.sites("cell_gmm").sizes["site"]


def test_features_are_of_every_site(described):
    features = described.features("patch_gmm", SETTING)
    assert features.features.dims == ("site", "feature") and features.yx.units == "px"
    assert features.sizes["site"] == described.sites("patch_gmm").sizes["site"]


def test_the_folder_of_descriptors_goes_with_them(stages):
    pipelines = {"cell_gmm": ferrotune.default_pipelines()["cell_gmm"]}
    described = ferrotune.describe_sites(**stages, pipelines=pipelines)
    folder = described.folder
    assert folder.is_dir()
    del described
    assert not folder.exists()


def test_an_image_is_read_from_its_file(tmp_path, film):
    np.save(tmp_path / "film.npy", film.image)
    usable = np.ones(film.image.shape, bool)
    usable[:20, :20] = False
    one = ferrotune.prepare_image(tmp_path / "film.npy", usable, film.pixel_size_pm)
    equal(one, ferrotune.prepare_image(film.image, "box 0 0 20 20", film.pixel_size_pm))
    with pytest.raises(InputError, match="not \\(y, x\\)"):
        ferrotune.prepare_image(np.zeros((3, 40, 40)))


def test_the_default_search_is_that_of_the_config():
    pipelines = ferrotune.default_pipelines()
    assert pipelines["patch_gmm"]["search"]["trials"] == 40
    search = {"mode": "tpe", "trials": 40, "batch": 20, "startup": 20, "seed": 1, "give_up": False}
    assert pipelines["cell_gmm"]["search"] == search


def test_without_the_config_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(defaults, "CONFIG", tmp_path / "config.yaml")
    with pytest.raises(InputError, match="no such file; install ferrotune in place"):
        ferrotune.default_pipelines()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda d: ferrotune.evaluate_setting(d, "patches", SETTING),
            "no pipeline 'patches'; described are: patch_gmm",
        ),
        (lambda d: ferrotune.evaluate_setting(d, "patch_gmm", SETTING | {"rank": 5}), "rank=5 is not in its space"),
        (lambda d: ferrotune.run_search(d, "patch_gmm", {"trails": 3}), "unknown key 'trails'"),
        (lambda d: d.features("patch_gmm", {"rank": 4}), "parameters are not"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(described, call, said):
    with pytest.raises(InputError, match=said) as raised:
        call(described)
    assert "\n" not in str(raised.value)


def test_an_unknown_part_is_named(stages):
    wrong = {"mine": ferrotune.default_pipelines()["cell_gmm"] | {"clustering": "guess"}}
    with pytest.raises(InputError, match=r"pipelines.mine: clustering 'guess' is unknown; there are .*gmm"):
        ferrotune.describe_sites(**stages, pipelines=wrong)


def test_an_image_whose_columns_are_all_alike_is_given_its_unit_cell():
    specimen = ferrotune.Specimen(shape=(300, 320), geometry="none", polarization_pm=0.0, b_intensity=1.0)
    image = ferrotune.prepare_image(ferrotune.simulate(specimen, seed=1).image)
    assert round(ferrotune.locate_columns(image).cell_px) == 18
    columns = ferrotune.locate_columns(image, lattice="perovskite_100")
    assert round(columns.cell_px) == 26 and columns.unit_cell["name"] == "perovskite_100"
    assert np.isfinite(ferrotune.measure_cells(columns).polarization).all()
