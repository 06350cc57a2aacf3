"""The variational autoencoder's pipeline through the workflow: checkpoints, latent variables, figures, same bytes."""

import numpy as np
import pandas as pd
import pytest
import xarray
import zarr

from ferrotune.files.stores import read_store
from helpers.case import Case
from helpers.recorded import missed
from helpers.unexplained import unexplained

SPACE = {
    "flatten": [1],
    "denoise": ["gaussian 1"],
    "w1": [1.0, 1.25],
    "w2": [1.25],
    "latent": [2],
    "invariance": ["none", "r"],
    "beta": [1],
    "learning_rate": [0.003],
    "epochs": [12],
    "hidden": [32],
    "batch": [50],
    "variable": [1],
    "warm_start": [True],
}
NAME = "turned"  # not one of the default config, whose keys an overlay would share
PIPELINES = {NAME: {"descriptor": "patches_ab", "reduction": "rvae", "clustering": "kde_peaks", "space": SPACE}}
ROWS = "stripes\t0\tsimulated\t\t\t\n"


def case_in(folder):
    case = Case(folder, rows=ROWS)
    config = {"series": "tiny", "images": "images.tsv", "pipelines": PIPELINES}
    config |= {"search": {"trials": 4, "batch": 2, "startup": 2}}
    case.write(
        config | {"simulation": {"default": {"shape": [300, 320]}, "images": {"stripes": {"geometry": "walls_109"}}}}
    )
    return case


@pytest.fixture(scope="module")
def crvae(tmp_path_factory):
    case = case_in(tmp_path_factory.mktemp("crvae") / "case")
    process = case.run(record=True)
    assert process.returncode == 0, process.stdout[-4000:]
    return case


def test_every_variable_of_every_store_says_what_it_is(crvae):
    assert unexplained(crvae.results()) == []


def test_the_selected_trials_latent_variables_are_kept_and_drawn(crvae):
    folder = crvae.results("stripes", NAME)
    latents = xarray.open_zarr(folder / "latents.zarr", consolidated=False)
    selected, _ = read_store(folder / "selected.zarr", "label", "yx")
    assert latents.attrs["answer"] == "walls" and latents.attrs["clustering"] == "kde_peaks"
    assert np.array_equal(latents["label"], selected["label"]) and set(np.unique(latents["sublattice"])) == {0, 1}
    assert latents["z"].shape == latents["z_sigma"].shape == latents["z_dropout"].shape == (len(selected["yx"]), 2)
    assert latents["manifold"].shape[:3] == (2, 7, 7) and np.isfinite(latents["manifold"]).all()
    for name in ("latent_space", "latent_uncertainty", "latent_density", "components"):
        assert (folder / "figures" / f"{name}.png").stat().st_size > 10_000
    scores, _ = read_store(folder / "components.zarr", "scores")
    assert scores["scores"][:, :2] == pytest.approx(latents["z"].to_numpy())


def test_the_digests_of_the_latents_hold_all_code_that_was_loaded(crvae):
    found = missed(crvae)
    assert {"latents", "evaluate", "components", "describe"} <= found.keys()
    assert {rule: modules for rule, modules in found.items() if modules} == {}


def test_walls_are_found_and_epochs_are_in_the_log(crvae):
    trials = pd.read_csv(crvae.results("stripes", NAME, "trials.tsv"), sep="\t")
    assert trials["ari"].max() > 0.8
    log = crvae.results("stripes", NAME, "logs", "evaluate.001.log").read_text()
    assert "12/12" in log and "held_out=" in log and "trial 2 (" in log


def decided(folder):
    """Bytes of the rounds: labels, rewards, and every parameter of every model."""
    found = {}
    for store in sorted(folder.glob("rounds/*.zarr")):
        group = zarr.open_group(store, mode="r")
        found |= {(store.name, name): group[name][...].tobytes() for name in ("labels", "rewards", "status")}
        for trial, model in group["checkpoints"].groups():
            found |= {(store.name, trial, name): array[...].tobytes() for name, array in model.arrays()}
    return found


def test_one_core_gives_the_same_models(crvae, tmp_path):
    alone = case_in(tmp_path / "alone")
    process = alone.run(f"results/tiny/stripes/{NAME}/rounds/001.zarr", cores=1)
    assert process.returncode == 0, process.stdout[-4000:]
    one, two = (decided(case.results("stripes", NAME)) for case in (alone, crvae))
    assert one == two and len(one) > 40
