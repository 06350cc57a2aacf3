"""Each script run as a function, without Snakemake, in a chain from a specimen to the selected trial."""

import json
import runpy
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray
from sklearn.metrics import adjusted_rand_score

from ferrotune.files.stores import read_store, write_store
from ferrotune.rewards import cheap
from ferrotune.search.search_config import descriptor_uses
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SCRIPTS = Path(__file__).parents[2] / "scripts"
SPECIMEN = {
    "geometry": "walls_109",
    "shape": [460, 480],
    "dose": 400.0,
    "sm_percent": 7.0,
    "pixel_size_pm": 15.6,
}
PIPELINE = {
    "descriptor": "patches",
    "reduction": "pca",
    "clustering": "gmm",
    "space": {
        "flatten": [1, 2],
        "denoise": ["none", "gaussian 1"],
        "w1": [1.0, 1.5],
        "w2": {"low": 1.0, "high": 1.5, "step": 0.5},
        "rank": [4, 8, None],
        "components": [2, 3],
        "covariance": ["tied", "full"],
    },
}
SEARCH = {"mode": "tpe", "batch": 4, "startup": 4, "seed": 1}
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
RATE = 0.05  # false discovery rate of walls
# What the design says that a store holds: the dimensions of each array.
CONTRACT = {
    "image.zarr": {"image": ("y", "x"), "mask": ("y", "x")},
    "columns.zarr": {
        "yx": ("column", "axis"),
        "sigma_yx": ("column", "axis"),
        **dict.fromkeys(("amplitude", "width", "background", "sublattice"), ("column",)),
    },
    "cells.zarr": {
        "yx": ("cell", "axis"),
        "polarization": ("cell", "axis"),
        "ab": ("cell", "index"),
        **dict.fromkeys(("a", "b", "alpha", "volume"), ("cell",)),
    },
    "patches.zarr": {
        "patches": ("preprocessing", "site", "y", "x"),
        "mean": ("preprocessing", "kind", "y", "x"),
        "yx": ("site", "axis"),
        "site_raster": ("row", "sample"),
    },
    "reference.zarr": {"yx": ("cell", "axis"), "label": ("cell",), "polarization": ("cell", "axis")},
    "000.zarr": {
        "trial": ("trial",),
        "labels": ("trial", "site"),
        "rewards": ("trial", "reward"),
        "status": ("trial",),
        "segments": ("segment", "end", "axis"),
        "path_points": ("point", "axis"),
    },
    "selected.zarr": {
        "yx": ("site", "axis"),
        "segments": ("segment", "end", "axis"),
        "path_points": ("point", "axis"),
        "near_trial": ("near",),
        "wall_confidence": ("wall",),
        **dict.fromkeys(("label", "confidence"), ("site",)),
        **dict.fromkeys(("point_wall", "path_confidence"), ("point",)),
    },
}


def call(script, **arguments):
    """Run a script's main; warnings are for its log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(SCRIPTS / f"{script}.py"))["main"](**arguments)


class Chain:
    """The files of one image in a folder, and the scripts that make them."""

    def __init__(self, folder):
        self.folder = folder

    def __getitem__(self, name):
        return str(self.folder / name)

    def log(self, name):
        return self[f"{name}.log"]

    def image(self, specimen=SPECIMEN):
        call(
            "simulate",
            image_path=self["HAADF.h5"],
            cells_path=self["UC.h5"],
            truth_path=self["truth.h5"],
            specimen=specimen,
            row_component="first",
            seed=1,
            image="one",
            log_path=self.log("simulate"),
        )
        call(
            "import_image",
            path=self["HAADF.h5"],
            mask="box 0 0 20 20",
            output=self["image.zarr"],
            pixel_size_pm=15.6,
            sm_percent=7.0,
            image="one",
            log_path=self.log("import_image"),
        )

    def columns(self, finder="lattice"):
        call(
            "columns",
            image_store=self["image.zarr"],
            output=self["columns.zarr"],
            finder=finder,
            image="one",
            log_path=self.log("columns"),
        )

    def cells(self):
        call(
            "cells",
            columns_store=self["columns.zarr"],
            output=self["cells.zarr"],
            image="one",
            log_path=self.log("cells"),
        )

    def reference(self, path):
        call(
            "reference",
            path=path,
            cells_store=self["cells.zarr"],
            columns_store=self["columns.zarr"],
            output=self["reference.zarr"],
            row_component="first",
            seed=1,
            image="one",
            log_path=self.log("reference"),
        )

    def patches(self, sites="A", subpixel=True, output="patches.zarr", image="image.zarr"):
        call(
            "describe",
            descriptor="patches",
            stores={"image": self[image], "columns": self["columns.zarr"]},
            output=self[output],
            uses=descriptor_uses({"patch_gmm": PIPELINE}, "patches"),
            options={"sites": sites, "subpixel": subpixel},
            image="one",
            threads=2,
            log_path=self.log("patches"),
        )

    def suggest(self, number, search=SEARCH, output=None):
        before = [f"{r:03d}" for r in range(number)]
        call(
            "suggest",
            proposals=[self[f"{r}.json"] for r in before],
            rounds=[self[f"{r}.zarr"] for r in before],
            output=self[output or f"{number:03d}.json"],
            round_number=number,
            pipeline=PIPELINE,
            objectives=OBJECTIVES,
            search=search,
            subject="image one, patch_gmm",
            log_path=self.log("suggest"),
        )

    def evaluate(self, number, threads=1, output=None, halves=(), rewards=None):
        call(
            "evaluate",
            inputs={
                "proposals": self[f"{number:03d}.json"],
                "descriptors": [self["patches.zarr"]],
                "halves": list(halves),
                "earlier_proposals": [],
                "earlier": [],
                "cells": self["cells.zarr"],
            },
            output=self[output or f"{number:03d}.zarr"],
            pipeline=PIPELINE,
            rewards=cheap() if rewards is None else rewards,
            rate=RATE,
            seed=1,
            threads=threads,
            subject="image one, patch_gmm",
            log_path=self.log("evaluate"),
        )

    def trials(self, trials=8):
        call(
            "trials",
            proposals=[self["000.json"], self["001.json"]],
            rounds=[self["000.zarr"], self["001.zarr"]],
            image_store=self["image.zarr"],
            sites_store=self["patches.zarr"],
            reference_store=self["reference.zarr"],
            output=self["trials.tsv"],
            trials=trials,
            subject="image one, patch_gmm",
            log_path=self.log("trials"),
        )

    def front(self, select=None, trials=None, front="front.tsv", selected="selected.zarr", distance=0.05, rate=RATE):
        call(
            "front",
            inputs={
                "trials": trials or self["trials.tsv"],
                "rounds": [self["000.zarr"], self["001.zarr"]],
                "sites": self["patches.zarr"],
                "descriptors": [self["patches.zarr"]],
                "cells": self["cells.zarr"],
                "image": self["image.zarr"],
            },
            outputs={
                "front": self[front],
                "selected": self[selected],
                "provenance": self[selected.replace(".zarr", ".json")],
            },
            pipeline=PIPELINE,
            objectives=OBJECTIVES,
            rate=rate,
            seed=1,
            choosing={"select": select, "distance": distance},
            conditions={"code": {}, "pipeline": PIPELINE},
            subject="image one, patch_gmm",
            log_path=self.log("front"),
        )

    def films(self, cells="cells.zarr", beside=""):
        call(
            "films",
            inputs={name: self[f"{name}.zarr"] for name in ("image", "columns")} | {"cells": self[cells]},
            outputs=self.film_stores(beside),
            seed=1,
            threads=1,
            image="one",
            log_path=self.log("films"),
        )

    def film_stores(self, beside=""):
        names = ("image", "columns", "cells")
        return {f"{film}_{name}": self[f"{beside}{film}_{name}.zarr"] for film in ("twin", "null") for name in names}

    def twins(self, output="beside.json", cells="cells.zarr", beside=""):
        paths = {"cells": self[cells], "selected": self["selected.zarr"], "descriptors": [self["patches.zarr"]]}
        call(
            "twins",
            inputs=self.film_stores(beside) | paths,
            output=self[output],
            pipeline=PIPELINE,
            seed=1,
            rate=RATE,
            options={"sites": "A", "subpixel": True},
            threads=1,
            subject="image one, patch_gmm",
            log_path=self.log("twins"),
        )
        with open(self[output]) as file:
            return json.load(file)

    def run(self):
        self.image()
        self.columns()
        self.cells()
        self.reference(self["truth.h5"])
        self.patches()
        for number in (0, 1):
            self.suggest(number)
            self.evaluate(number)
        self.trials()
        self.front()
        self.films()
        return self


@pytest.fixture(scope="session")
def chain(tmp_path_factory):
    """The whole chain, run once; tests write beside its files and not over them."""
    return Chain(tmp_path_factory.mktemp("chain")).run()


def contents(folder):
    """Bytes of all files of the chain but logs, without the trials' seconds and the source's path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith("beside") or "/seconds/" in name or path.suffix == ".log" or path.is_dir():
            continue
        found[name] = path.read_bytes()
        if path.suffix == ".tsv":
            found[name] = pd.read_csv(path, sep="\t").drop(columns="seconds").to_csv()
    for name in ("image.zarr/zarr.json", "selected.zarr/zarr.json"):
        found[name] = json.loads(found[name])
        found[name]["attributes"].pop("source", None)
        found[name]["attributes"].get("parameters", {}).pop("seconds", None)
    found["selected.json"] = json.loads(found["selected.json"])
    found["selected.json"].pop("source")
    return found


@pytest.mark.parametrize("store", CONTRACT)
def test_stores_are_read_labelled_by_xarray(chain, store):
    with xarray.open_zarr(chain[store], consolidated=False) as dataset:
        for name, dimensions in CONTRACT[store].items():
            assert dataset[name].dims == dimensions
        assert dataset.sizes.get("axis", 2) == 2


def test_an_image_is_float32_with_a_mask_and_its_origin(chain):
    arrays, attributes = read_store(chain["image.zarr"])
    assert arrays["image"].shape == (460, 480) and arrays["image"].dtype == np.float32
    assert arrays["mask"].dtype == bool and not arrays["mask"][:20, :20].any() and arrays["mask"][20:].all()
    assert attributes["pixel_size_pm"] == 15.6 and attributes["sm_percent"] == 7.0
    assert attributes["source"] == chain["HAADF.h5"] and len(attributes["sha256"]) == 64


def test_columns_cells_and_patches_belong_together(chain):
    columns, attributes = read_store(chain["columns.zarr"])
    cells, _ = read_store(chain["cells.zarr"])
    patches, patch_attributes = read_store(chain["patches.zarr"])
    assert attributes["finder"] == "lattice" and attributes["cell_px"] == pytest.approx(26.05, abs=0.1)
    assert columns["sublattice"].dtype == np.int8 and set(columns["sublattice"]) <= {-1, 0, 1}
    assert np.isfinite(cells["polarization"]).all(axis=1).mean() > 0.95
    assert np.array_equal(patches["yx"], columns["yx"][patches["column"]])
    assert (columns["sublattice"][patches["column"]] == 0).all()
    assert patches["patches"].shape[:2] == (4, len(patches["yx"]))
    assert (
        patches["patches"].dtype == np.float32 and list(patches["patches"].shape[2:]) == patch_attributes["window_px"]
    )
    assert patch_attributes["preprocessings"] == [[f, d] for f in (1, 2) for d in ("gaussian 1", "none")]
    assert patch_attributes["dropped_sites"] > 0


def test_columns_found_by_rewards_are_those_of_the_knee(chain, tmp_path):
    own, log = {"image": "one", "log_path": str(tmp_path / "columns.log")}, str(tmp_path / "column_search.log")
    image, search, columns = chain["image.zarr"], str(tmp_path / "search.zarr"), str(tmp_path / "columns.zarr")
    call("column_search", image_store=image, output=search, trials=25, seed=1, image="one", log_path=log)
    call("columns", image_store=image, output=columns, finder="log_rewards", search=search, **own)
    paths = [str(tmp_path / f"column_search.{suffix}") for suffix in ("png", "pdf")]
    call("column_search_figure", image_store=image, search_store=search, paths=paths, **own)
    found, attributes = read_store(columns)
    searched, of_search = read_store(search)
    assert attributes["finder"] == "log_rewards" and np.isnan(found["sigma_yx"]).all()
    assert np.array_equal(found["yx"], searched["yx"]) and len(searched["rewards"]) == 25
    assert (found["sublattice"] >= 0).mean() > 0.95
    assert f"knee: trial {of_search['knee']}" in Path(log).read_text()
    assert all(Path(path).stat().st_size > 10_000 for path in paths)


def test_the_papers_detector_takes_the_settings_of_the_config(chain, tmp_path):
    """A high threshold finds the bright sublattice alone."""
    own = {"image": "one", "log_path": chain.log("detector")}
    settings = {"min_sigma": 3.0, "max_sigma": 6.0, "num_sigma": 4, "overlap": 0.0, "unit": "px"}
    kept = []
    for threshold, normalisation in ((0.05, "percentiles"), (0.3, "percentiles"), (0.05, "min_max")):
        further = {"threshold": threshold, "normalisation": normalisation}
        given = {"finder": "blob_log", "settings": settings | further}
        call("columns", image_store=chain["image.zarr"], output=tmp_path / "columns.zarr", **given, **own)
        kept.append(read_store(tmp_path / "columns.zarr")[0]["sublattice"])
    everything, bright, weaker = kept
    assert (bright == 0).mean() > 0.95 and (everything == 1).mean() > 0.3
    assert len(weaker) < len(everything)


def test_columns_with_tails_and_the_shift_by_tilt_say_what_they_change(chain):
    """The film has neither: P stays, and the shift is taken off with its error."""
    own = {"image": "one", "log_path": chain.log("beside")}
    image, columns, cells = chain["image.zarr"], chain["beside_columns.zarr"], chain["beside_cells.zarr"]
    call("columns", image_store=image, output=columns, finder="lattice", shape="tail", **own)
    call("cells", columns_store=columns, output=cells, tilt_correction=True, **own)
    stored, of_columns = read_store(columns)
    found, of_cells = read_store(cells)
    plain, of_plain = read_store(chain["cells.zarr"])
    assert of_columns["column_shape"] == "tail" and stored["gaussian_yx"].shape == stored["yx"].shape
    assert of_cells["p_over_gaussian"] == pytest.approx(1, abs=0.05) and abs(of_cells["p_turn_deg"]) < 5
    assert of_cells["tilt_corrected"] and not of_plain["tilt_corrected"]
    shift = found["tilt_shift"]
    assert np.isfinite(shift).all() and np.abs(shift).max() < 5 * np.nanmax(found["tilt_shift_sigma"])
    assert np.nanmedian(found["polarization_sigma"]) > 0.9 * np.nanmedian(plain["polarization_sigma"])


def test_the_reference_is_the_truth(chain):
    reference, attributes = read_store(chain["reference.zarr"])
    assert attributes["kind"] == "truth of the simulation" and np.abs(attributes["offset_px"]).max() < 0.3
    assert set(reference["label"]) <= {0, 1, 2, 3} and len(set(reference["label"])) == 2


def test_a_round_holds_each_trial_once(chain):
    for number in (0, 1):
        with open(chain[f"{number:03d}.json"]) as file:
            proposed = json.load(file)
        assert proposed["round"] == number
        trials = [t["trial"] for t in proposed["trials"]]
        assert trials == list(range(4 * number, 4 * number + 4))
        stored, attributes = read_store(chain[f"{number:03d}.zarr"])
        sites = read_store(chain["patches.zarr"], "yx")[0]["yx"]
        assert stored["trial"].tolist() == trials and stored["labels"].shape == (4, len(sites))
        assert stored["rewards"].shape == (4, len(attributes["rewards"]))
        assert set(stored["segment_trial"]) <= set(trials)


def test_proposals_do_not_repeat(chain):
    settings = []
    for number in (0, 1):
        with open(chain[f"{number:03d}.json"]) as file:
            settings += [json.dumps(t["setting"]) for t in json.load(file)["trials"]]
    assert len(set(settings)) == 8


def test_the_table_has_a_row_a_trial(chain):
    table = pd.read_csv(chain["trials.tsv"], sep="\t")
    assert table["trial"].tolist() == list(range(8)) and table["round"].tolist() == [0] * 4 + [1] * 4
    named = {"trial", "round", *PIPELINE["space"], *OBJECTIVES, "status", "seconds", "ari", "wall_f1"}
    assert named <= set(table.columns)
    assert table["ari"].max() > 0.7  # of 262 sites the thirty along the walls may go either way


def test_the_front_is_of_good_trials_with_one_knee(chain):
    table, front = (pd.read_csv(chain[name], sep="\t") for name in ("trials.tsv", "front.tsv"))
    assert len(front) and (front["status"] == "ok").all() and front["knee"].sum() == 1
    ok = table[table["status"] == "ok"]
    for _, row in front.iterrows():
        better = (ok["curvature"] <= row["curvature"]) & (ok["length"] >= row["length"])
        strictly = (ok["curvature"] < row["curvature"]) | (ok["length"] > row["length"])
        assert not (better & strictly).any()


def test_what_is_selected_is_the_knee(chain):
    selected, attributes = read_store(chain["selected.zarr"])
    front = pd.read_csv(chain["front.tsv"], sep="\t")
    trial = front.loc[front["knee"], "trial"].item()
    assert attributes["trial"] == trial and attributes["chosen_by"] == "knee"
    stored, _ = read_store(chain[f"{trial // 4:03d}.zarr"])
    assert np.array_equal(selected["label"], stored["labels"][trial % 4])
    assert 0 < len(selected["segments"]) <= (stored["segment_trial"] == trial).sum()  # of walls that stand
    assert selected["wall_map"].any() and selected["wall_stands"].any()
    assert attributes["answer"] == "walls" and attributes["reason"].startswith(f"{selected['wall_stands'].sum()} of ")
    assert attributes["caution"] == ""
    widths = selected["wall_width"][selected["wall_stands"]]
    assert (np.abs(widths - 2.0) < 1.5).all()  # of the film's walls: 2 cells
    rank = front.loc[front["knee"], "rank"].item()
    assert attributes["parameters"]["rank"] == (None if np.isnan(rank) else rank)


def without_walls(table, which, status="no_wall_stands"):
    """Take the walls from some trials (bool) of a table, and with them their objectives."""
    table.loc[which, "status"] = status
    table.loc[which, list(OBJECTIVES)] = np.nan


def test_trials_near_the_front_give_confidence(chain, tmp_path):
    table = pd.read_csv(chain["trials.tsv"], sep="\t")
    without_walls(table, table["components"] > 2)
    table.to_csv(tmp_path / "trials.tsv", sep="\t", index=False)
    chain.front(trials=str(tmp_path / "trials.tsv"), front="beside.tsv", selected="beside.zarr", distance=1.0)
    selected, attributes = read_store(chain["beside.zarr"])
    others = table.loc[(table["status"] == "ok") & (table["trial"] != attributes["trial"]), "trial"].tolist()
    assert selected["near_trial"].tolist() == others and attributes["near_trials"] == len(others) > 0
    assert attributes["near_distance"] == 1.0
    labels = np.concatenate([read_store(chain[f"{r:03d}.zarr"])[0]["labels"] for r in (0, 1)])
    # labels of two domains agree under one of two namings
    same = [np.mean(labels[trial] == selected["label"]) for trial in others]
    assert selected["confidence"].mean() == pytest.approx(np.mean([max(s, 1 - s) for s in same]))
    assert attributes["chance"] < selected["confidence"].mean() <= 1
    assert 0 < attributes["wall_chance"] < selected["path_confidence"].mean() <= 1
    assert len(selected["path_confidence"]) == len(selected["path_points"])
    for wall, share in zip(np.unique(selected["point_wall"]), selected["wall_confidence"], strict=True):
        assert share == pytest.approx(selected["path_confidence"][selected["point_wall"] == wall].mean())
    log = Path(chain.log("front")).read_text()
    assert f"{len(others)} other trials within 1 of the front" in log and "by chance" in log


def test_nothing_to_compare_with_is_said_and_no_number(chain, tmp_path):
    table = pd.read_csv(chain["trials.tsv"], sep="\t")
    alone = read_store(chain["selected.zarr"])[1]["trial"]
    without_walls(table, table["trial"] != alone)
    table.to_csv(tmp_path / "trials.tsv", sep="\t", index=False)
    chain.front(trials=str(tmp_path / "trials.tsv"), front="beside.tsv", selected="beside.zarr")
    selected, attributes = read_store(chain["beside.zarr"])
    assert attributes["trial"] == alone and attributes["near_trials"] == 0
    assert attributes["chance"] is None and attributes["wall_chance"] is None
    for name in ("confidence", "path_confidence", "wall_confidence"):
        assert len(selected[name]) and np.isnan(selected[name]).all()
    assert "nothing to compare with, confidence is NaN" in Path(chain.log("front")).read_text()


def test_another_trial_can_be_selected(chain):
    chain.front(select=5, front="beside.tsv", selected="beside.zarr")
    selected, attributes = read_store(chain["beside.zarr"])
    assert attributes["trial"] == 5 and attributes["chosen_by"] == "config"
    assert np.array_equal(selected["label"], read_store(chain["001.zarr"])[0]["labels"][1])


def test_in_mode_paper_all_walls_stand(chain):
    chain.front(front="beside.tsv", selected="beside.zarr", rate=None)
    selected, attributes = read_store(chain["beside.zarr"])
    assert selected["wall_stands"].all() and np.isnan(selected["wall_width"]).all()
    assert attributes["answer"] == "walls" and "walls traced, none judged" in attributes["reason"]


def test_the_setting_is_tried_on_films_of_known_walls(chain):
    """On a film like this one most domains are found again; on a film without walls, no wall."""
    found = chain.twins()
    assert found["twin_ari"] > 0.5 and found["null_walls"] == 0


def test_films_hold_the_columns_of_the_image_and_the_polarization_that_they_were_given(chain):
    measured, twin, null = (
        read_store(chain[f"{name}.zarr"])[0]["polarization"] for name in ("cells", "twin_cells", "null_cells")
    )
    assert len(twin) == len(null) == len(measured)
    off, *others = ((found - found.mean(axis=0)).ravel() for found in (measured, twin, null))
    of_twin, of_null = (np.corrcoef(other, off)[0, 1] for other in others)
    assert abs(of_null) < 0.9 < of_twin


def test_without_a_polarization_films_tell_nothing(chain):
    cells, attributes = read_store(chain["cells.zarr"], "yx", "polarization", "ab", "lattice")
    cells["polarization"] = np.full_like(cells["polarization"], np.nan)
    axes = {"yx": "cell", "polarization": "cell", "ab": "cell", "lattice": "vector"}
    arrays = {name: ((first, "axis"), cells[name]) for name, first in axes.items()}
    write_store(chain["beside_unknown.zarr"], arrays, attributes)
    chain.films("beside_unknown.zarr", "beside_")
    assert set(chain.twins(cells="beside_unknown.zarr", beside="beside_").values()) == {None}


def test_a_trial_that_is_not_there_cannot_be_selected(chain, capsys):
    with pytest.raises(SystemExit):
        chain.front(select=99, front="beside.tsv", selected="beside.zarr")
    assert "config: select: there is no trial 99; there are 0 to 7" in capsys.readouterr().err


def test_without_walls_the_trial_with_most_evidence_is_shown(chain, tmp_path):
    table = pd.read_csv(chain["trials.tsv"], sep="\t")
    without_walls(table, table["trial"] >= 0)
    table.to_csv(tmp_path / "trials.tsv", sep="\t", index=False)
    chain.front(trials=str(tmp_path / "trials.tsv"), front="beside.tsv", selected="beside.zarr")
    selected, attributes = read_store(chain["beside.zarr"])
    assert attributes["trial"] == table["boundary_evidence"].idxmax() and attributes["chosen_by"] == "evidence"
    assert len(set(selected["label"][selected["label"] >= 0])) > 1
    assert len(pd.read_csv(chain["beside.tsv"], sep="\t")) == 0


@pytest.mark.parametrize(("variation", "answer"), [(0.01, "uniform"), (0.3, "gradual")])
def test_one_domain_is_an_answer(chain, tmp_path, variation, answer):
    known = {"status": "one_cluster", "boundary_evidence": np.nan, "variation": variation}
    table = pd.read_csv(chain["trials.tsv"], sep="\t").assign(**known, **dict.fromkeys(OBJECTIVES, np.nan))
    table.to_csv(tmp_path / "trials.tsv", sep="\t", index=False)
    chain.front(trials=str(tmp_path / "trials.tsv"), front="beside.tsv", selected="beside.zarr")
    selected, attributes = read_store(chain["beside.zarr"])
    assert attributes["answer"] == attributes["answer_words"] == answer and attributes["trial"] is None
    assert attributes["reason"] == f"no trial has two clusters; variation over a few cells {variation:.3f}, limit 0.035"
    assert not selected["label"].any() and not selected["wall_map"].any() and len(selected["segments"]) == 0
    assert selected["confidence"].shape == selected["label"].shape and np.isnan(selected["confidence"]).all()
    assert len(selected["path_confidence"]) == len(selected["wall_confidence"]) == attributes["near_trials"] == 0
    front = pd.read_csv(chain["beside.tsv"], sep="\t")
    assert len(front) == 0 and "knee" in front.columns


def test_the_same_again_is_the_same_bytes(chain, tmp_path):
    first, second = contents(chain.folder), contents(Chain(tmp_path).run().folder)
    assert first.keys() == second.keys() and len(first) > 60
    assert [name for name in first if first[name] != second[name]] == []


def test_threads_do_not_change_a_bit(chain):
    chain.evaluate(0, threads=2, output="beside.zarr")
    one, two = read_store(chain["000.zarr"]), read_store(chain["beside.zarr"])
    assert one[1] == two[1] and one[0].keys() == two[0].keys()
    for name in one[0].keys() - {"seconds"}:
        assert one[0][name].tobytes() == two[0][name].tobytes()


def test_exhaustive_search_goes_through_the_space(chain):
    for number in (0, 23):
        chain.suggest(number, {**SEARCH, "mode": "exhaustive"}, output="beside.json")
        with open(chain["beside.json"]) as file:
            trials = json.load(file)["trials"]
        assert [t["trial"] for t in trials] == list(range(4 * number, 4 * number + 4))
        assert [t["setting"]["components"] for t in trials] == [2, 2, 3, 3]
        assert [t["setting"]["covariance"] for t in trials] == ["tied", "full"] * 2


def test_both_sublattices_are_centred_on_their_own_means(chain):
    chain.patches(sites="both", output="beside.zarr")
    stored, _ = read_store(chain["beside.zarr"])
    assert set(stored["sublattice"]) == {0, 1}
    for kind in (0, 1):
        found = stored["patches"][:, stored["sublattice"] == kind].mean(axis=1)
        assert stored["mean"][:, kind] == pytest.approx(found, abs=1e-4)


def test_patches_on_whole_pixels_as_the_paper(chain):
    chain.patches(subpixel=False, output="beside.zarr")
    whole, exact = (read_store(chain[name])[0] for name in ("beside.zarr", "patches.zarr"))
    assert np.array_equal(whole["yx"], exact["yx"]) and whole["patches"].shape == exact["patches"].shape
    near = np.corrcoef(whole["patches"].ravel(), exact["patches"].ravel())[0, 1]
    assert 0.9 < near < 1.0


def test_a_finely_sampled_image_is_binned_for_its_patches(tmp_path):
    """120 px a cell: windows of 181 px are cut from the image binned by three, about the columns' own positions."""
    fine = Chain(tmp_path)
    fine.image({**SPECIMEN, "shape": [1080, 1100], "cell_px": [120.0, 122.0], "probe_sigma_px": 20.0, "drift_px": 0.0})
    fine.columns()
    fine.patches()
    stored, attributes = read_store(fine["patches.zarr"])
    assert attributes["binning"] == 3 and max(attributes["window_px"]) <= 80
    assert len(stored["yx"]) > 30
    # a patch's light is centred on its column: to half a pixel of the binned image, were it not for neighbours
    bright = stored["patches"][0].mean(axis=0)
    height, width = bright.shape
    assert np.unravel_index(bright.argmax(), bright.shape) == (height // 2, width // 2)
    columns, _ = read_store(fine["columns.zarr"], "yx")
    assert np.array_equal(stored["yx"], columns["yx"][stored["column"]])


def test_an_image_without_a_lattice_ends_in_one_line(tmp_path, capsys):
    bad = Chain(tmp_path)
    noise = np.random.default_rng(0).normal(size=(300, 300)).astype(np.float32)
    arrays = {"image": (("y", "x"), noise), "mask": (("y", "x"), np.ones(noise.shape, bool))}
    write_store(bad["image.zarr"], arrays, {"pixel_size_pm": None})
    with pytest.raises(SystemExit) as end:
        bad.columns()
    assert end.value.code == 1
    line = capsys.readouterr().err
    assert line.startswith("ferrotune: image one: no lattice found") and line.count("\n") == 1
    assert Path(bad.log("columns")).read_text() == line
    assert not (tmp_path / "columns.zarr").exists()


def test_dark_columns_and_other_crystals_are_told_in_the_log(tmp_path, capsys):
    one, other = (
        simulate(Specimen(shape=(340, 360), cell_px=(16, 16), probe_sigma_px=3.0, lattice_rotation_deg=angle), 1).image
        for angle in (0.0, 20.0)
    )
    counts = np.where(np.indices(one.shape)[1] < 220, one, other)
    np.save(tmp_path / "dark.npy", counts.max() - counts)
    common = {"mask": None, "pixel_size_pm": 25.0, "sm_percent": None, "image": "one"}
    log, output = tmp_path / "log", tmp_path / "image.zarr"
    call("import_image", path=str(tmp_path / "dark.npy"), output=str(output), log_path=str(log), **common)
    said = capsys.readouterr().err
    assert said.startswith("ferrotune: image one: warning: 2 crystals: ") and said.count("\n") == 1
    assert "columns are dark: the inverse image is analysed" in log.read_text() and said in log.read_text()
    arrays, known = read_store(output)
    assert known["contrast"] == "dark" and len(known["crystal_lattices"]) == 2
    assert np.array_equal(arrays["mask"], arrays["crystals"] == 1)
    call(
        "import_image",
        path=str(tmp_path / "dark.npy"),
        output=str(output),
        log_path=str(log),
        contrast="bright",
        **common,
    )
    assert read_store(output)[1]["contrast"] == "bright"


def test_a_missing_image_ends_in_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit):
        call(
            "import_image",
            path=str(tmp_path / "none.tif"),
            mask=None,
            output=str(tmp_path / "image.zarr"),
            pixel_size_pm=None,
            sm_percent=None,
            image="one",
            log_path=str(tmp_path / "log"),
        )
    line = capsys.readouterr().err
    assert line.startswith("ferrotune: image one: image ") and "does not exist" in line and line.count("\n") == 1


def test_columns_that_close_no_cell_end_in_one_line(tmp_path, capsys):
    row = Chain(tmp_path)
    yx = np.column_stack([np.full(20, 50.0), 26.0 * np.arange(20)])
    arrays = {
        "yx": (("column", "axis"), yx),
        "sigma_yx": (("column", "axis"), np.full(yx.shape, 0.1)),
        "sublattice": (("column",), np.zeros(20, np.int8)),
        "lattice": (("vector", "axis"), 26.0 * np.eye(2)),
    }
    write_store(row["columns.zarr"], arrays, {"cell_px": 26.0, "pixel_size_pm": None, "scan_left_px": 0.0})
    with pytest.raises(SystemExit):
        row.cells()
    assert "no unit cell closes on four A columns" in capsys.readouterr().err


def test_a_checked_sheet_is_copied(tmp_path, capsys):
    sheet, output = tmp_path / "images.tsv", tmp_path / "copy.tsv"
    sheet.write_text("image\tpath\na\tsimulated\n")
    arguments = {"sheet": str(sheet), "output": str(output), "log_path": str(tmp_path / "log")}
    call("check_sheet", problems=[], **arguments)
    assert output.read_text() == sheet.read_text()
    sheet.write_bytes('image;path\na;"x\ty.tif"\n'.encode("utf-16"))
    call("check_sheet", problems=[], **arguments)
    assert output.read_text() == 'image\tpath\na\t"x\ty.tif"\n'
    output.unlink()
    with pytest.raises(SystemExit):
        call("check_sheet", problems=["line 2: first", "line 3: second"], **arguments)
    said = capsys.readouterr().err.splitlines()
    assert said == ["ferrotune: images: line 2: first", "ferrotune: images: line 3: second"]
    assert (tmp_path / "log").read_text().splitlines() == said  # where the run's end finds them
    assert not output.exists()


def test_labels_of_the_best_trial_are_the_domains(chain):
    """The segmentation that agrees best is the truth's two variants, at the sites themselves."""
    table = pd.read_csv(chain["trials.tsv"], sep="\t")
    best = int(table["ari"].idxmax())
    labels = read_store(chain[f"{best // 4:03d}.zarr"])[0]["labels"][best % 4]
    sites, reference = (
        read_store(chain["patches.zarr"], "yx")[0]["yx"],
        read_store(chain["reference.zarr"])[0],
    )
    nearest = np.argmin(((sites[:, None] - reference["yx"]) ** 2).sum(-1), axis=1)
    assert adjusted_rand_score(reference["label"][nearest], labels) > 0.75


def test_half_dose_images_are_described_and_labelled_alike(chain):
    """Two halves of the image, their patches on the same sites, and what their labels have in common."""
    names = [f"beside_halves/{k}/image.zarr" for k in "01"]
    images = [chain[name] for name in names]
    call("halve", image_store=chain["image.zarr"], outputs=images, seed=1, image="one", log_path=chain.log("halve"))
    whole = read_store(chain["image.zarr"])[0]
    halves = [read_store(store)[0] for store in images]
    assert all(np.array_equal(half["mask"], whole["mask"]) for half in halves)
    mean = (halves[0]["image"] + halves[1]["image"]) / 2
    assert np.allclose(mean[whole["mask"]], whole["image"][whole["mask"]], rtol=1e-4, atol=1e-4)
    described = []
    for name in names:
        described.append(chain[name.replace("image", "patches")])
        chain.patches(image=name, output=name.replace("image", "patches"))
        assert np.array_equal(
            read_store(described[-1], "yx")[0]["yx"], read_store(chain["patches.zarr"], "yx")[0]["yx"]
        )
    chain.evaluate(0, output="beside_halves/000.zarr", halves=described, rewards=["length", "stability_dose"])
    found, attributes = read_store(chain["beside_halves/000.zarr"])
    assert attributes["rewards"] == ["length", "stability_dose"]
    ok = found["status"] == 0
    assert ok.any() and (found["rewards"][ok, 1] > 0.3).any() and (found["rewards"][ok, 1] <= 1).all()
    assert np.array_equal(found["labels"], read_store(chain["000.zarr"])[0]["labels"])
