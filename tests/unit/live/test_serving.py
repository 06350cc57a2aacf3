"""Which setting serves: what a search found, the newest first; where nothing was found, a few that fill the space."""

import math
import os
from types import SimpleNamespace

import numpy as np

from ferrotune.files.stores import write_store
from ferrotune.live.serving import (
    best_of,
    first_pipeline,
    first_settings,
    found_by_search,
    searches_are_complete,
    serving_of_series,
)
from ferrotune.notebook.defaults import default_config
from ferrotune.search.search_config import pipeline_entry

CONFIG = default_config()
ENTRIES = {name: pipeline_entry(CONFIG["pipelines"], name) for name in ("patch_gmm", "cell_gmm", "crvae")}
SETTING = {"features": "displacement", "flatten": 0, "radius": 1, "components": 4, "covariance": "tied", "field": 1}


def write_selected(folder, pipeline, evidence, setting=SETTING, trial=3, when=None):
    store = folder / pipeline / "selected.zarr"
    parameters = setting | {"label_evidence": evidence}
    attributes = {"trial": trial, "parameters": parameters, "answer": "walls"}
    write_store(store, {"wall_stands": (("wall",), np.array([True, False]))}, attributes)
    (store / ".snakemake_timestamp").touch()
    if when is not None:
        os.utime(store, (when, when))


def outcome(evidence, labels=(0, 1)):
    return SimpleNamespace(rewards={"label_evidence": evidence}, labels=np.array(labels))


def test_the_first_look_is_by_the_fast_pipeline_and_at_different_numbers_of_variants():
    assert first_pipeline(ENTRIES) == "cell_gmm"
    assert first_pipeline({"crvae": ENTRIES["crvae"]}) is None
    own, settings = first_settings(ENTRIES["cell_gmm"], CONFIG["objectives"], seed=1)
    assert own.descriptor == "cells" and len({one["components"] for one in settings}) >= 3


def test_the_best_of_a_first_look_explains_most_and_a_failed_setting_is_never_it():
    assert best_of([outcome(0.2), outcome(math.nan), outcome(0.6)]) == 2
    assert best_of([outcome(math.nan, (-1, -1)), outcome(math.nan)]) == 1
    assert best_of([outcome(math.nan, (-1, -1))]) is None


def test_of_the_searches_of_an_image_the_one_that_explains_most_is_found(tmp_path):
    assert found_by_search(tmp_path, ENTRIES) is None
    patches = {"flatten": 1, "denoise": "none", "w1": 1.5, "w2": 1.0, "rank": 8, "components": 2}
    patches |= {"covariance": "full", "field": 2}
    write_selected(tmp_path, "cell_gmm", 0.7)
    write_selected(tmp_path, "patch_gmm", 0.5, patches)
    found = found_by_search(tmp_path, ENTRIES)
    assert found.serving.pipeline == "cell_gmm" and found.serving.setting == SETTING and found.evidence == 0.7
    write_selected(tmp_path, "patch_gmm", 0.8, patches)
    assert found_by_search(tmp_path, ENTRIES).serving.setting == patches


def test_a_search_that_has_not_ended_or_has_selected_nothing_serves_no_image(tmp_path):
    write_selected(tmp_path / "film", "cell_gmm", 0.7, trial=None)
    assert found_by_search(tmp_path / "film", ENTRIES) is None
    write_selected(tmp_path / "film", "cell_gmm", 0.7)
    (tmp_path / "film/cell_gmm/selected.zarr/.snakemake_timestamp").unlink()
    assert found_by_search(tmp_path / "film", ENTRIES) is None


def test_a_search_of_an_image_that_was_replaced_after_it_counts_no_more(tmp_path):
    write_selected(tmp_path / "film", "cell_gmm", 0.7)
    ended = tmp_path / "film/cells.zarr/.snakemake_timestamp"
    ended.parent.mkdir()
    ended.touch()
    os.utime(ended, (1, 1))
    assert searches_are_complete(tmp_path / "film", ["cell_gmm"])
    os.utime(ended, (2**31, 2**31))
    assert not searches_are_complete(tmp_path / "film", ["cell_gmm"])
    assert found_by_search(tmp_path / "film", ENTRIES) is None


def test_of_the_images_of_a_series_the_newest_search_serves(tmp_path):
    assert serving_of_series(tmp_path, ENTRIES) is None
    write_selected(tmp_path / "old", "cell_gmm", 0.9, when=1)
    write_selected(tmp_path / "new", "cell_gmm", 0.3, SETTING | {"components": 2}, when=2)
    serving = serving_of_series(tmp_path, ENTRIES)
    assert serving.setting["components"] == 2 and serving.origin == "search of new"
