"""The first map: judged by null maps of another film it says what it says by its own."""

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
    kinds = {"one": {"seed": 1}, "another": {"seed": 3}, "uniform": {"seed": 2, "geometry": "none"}}
    return {name: on_film(folder / name, **film) for name, film in kinds.items()}


def test_a_wall_stands_by_null_maps_of_another_film_as_by_those_of_its_own(films):
    null = {name: list(of.null_maps(12)) for name, of in films.items() if name != "uniform"}
    by_own, by_other = (films["one"].outcome(null[name]) for name in ("one", "another"))
    assert by_own.wall_verdicts.stands.any()
    assert by_other.wall_verdicts.stands.tolist() == by_own.wall_verdicts.stands.tolist()
    assert (by_other.labels == by_own.labels).all()


def test_no_wall_stands_on_a_film_without_walls_by_null_maps_of_one_with_walls(films):
    outcome = films["uniform"].outcome(list(films["one"].null_maps(12)))
    assert not outcome.wall_verdicts.stands.any()


def test_without_null_maps_the_film_draws_a_few_of_its_own(films):
    outcome = films["one"].outcome()
    assert outcome.status == "ok" and outcome.rewards["label_evidence"] > 0.5
