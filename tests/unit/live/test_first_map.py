"""The first map: judged by a few null maps it says what many say, and it labels what the workflow labels."""

from dataclasses import replace

import numpy as np
import pytest

from ferrotune.live.first_map import apply_setting, described
from ferrotune.pipelines.pipeline import Pipeline
from helpers.live import measured_film

SETTING = {"features": "displacement", "flatten": 0, "radius": 0.5, "components": 2, "covariance": "tied", "field": 1}
SHAPE = (640, 660)  # 24 x 24 unit cells


def on_film(folder, **film):
    folder.mkdir()
    measured, series = measured_film(folder, shape=SHAPE, **film)
    pipeline = Pipeline.from_config(series.entries["cell_gmm"])
    with described(measured, pipeline, [SETTING], series.config) as store:
        found = apply_setting(measured, store, pipeline, SETTING, series.config)
    assert not store.exists()
    return found


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    kinds = {"walls": {"seed": 1}, "uniform": {"seed": 2, "geometry": "none"}}
    return {name: on_film(folder / name, **film) for name, film in kinds.items()}


def test_a_wall_stands_by_a_few_null_maps_as_by_many(films):
    few, many = films["walls"].outcome(), films["walls"].outcome(list(films["walls"].null_maps()))
    assert few.wall_verdicts.stands.any() and few.rewards["label_evidence"] > 0.5
    assert many.wall_verdicts.stands.tolist() == few.wall_verdicts.stands.tolist()
    assert (many.labels == few.labels).all() and np.isfinite(many.wall_verdicts.width).all()


def test_no_wall_stands_on_a_film_without_walls(films):
    for null in (None, list(films["uniform"].null_maps())):
        assert not films["uniform"].outcome(null).wall_verdicts.stands.any()


def test_a_setting_that_cannot_be_applied_is_an_outcome_that_says_why(films):
    broken = replace(films["walls"], reason=ValueError("too few sites"))
    assert broken.outcome().status == "failed" and "too few sites" in broken.outcome().reason
    assert list(broken.null_maps()) == []
