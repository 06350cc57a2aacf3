"""A selected setting applied to another film: on its own film the same labels, on a like film the true domains."""

import numpy as np
import pytest

import ferrotune
from ferrotune.files.stores import read_store
from ferrotune.front.selection import parameters_of
from ferrotune.reference.comparison import Comparison
from ferrotune.search.transfer import COLUMNS, applied, transfer_row

SEARCH = {"trials": 4, "batch": 4, "startup": 4, "seed": 1}


def _described(seed):
    film = ferrotune.simulate(ferrotune.Specimen(shape=(300, 320), dose=400.0), seed=seed)
    image = ferrotune.prepare_image(film.image)
    cells = ferrotune.measure_cells(columns := ferrotune.locate_columns(image))
    pipelines = {"cell_gmm": ferrotune.default_pipelines()["cell_gmm"]}
    return film, ferrotune.describe_sites(image, columns, cells, pipelines)


@pytest.fixture(scope="module")
def films():
    return [_described(seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def found(films):
    return ferrotune.run_search(films[0][1], "cell_gmm", SEARCH, rewards=["label_evidence"])


def _apply(found, described, *trials):
    trials = trials or (found.selected.attrs["trial"],)
    cells = {name: described.cells[name].to_numpy() for name in ("yx", "polarization", "lattice")}
    chosen = [(trial, parameters_of(found.trials, trial)) for trial in trials]
    return applied(described.entry("cell_gmm"), described.stores("cell_gmm"), cells, chosen, seed=1, rate=0.05)


def test_on_its_own_film_it_is_the_trial_of_the_search(films, found):
    (outcome,) = _apply(found, films[0][1])
    row = found.trials.set_index("trial").loc[outcome.trial]
    assert np.array_equal(outcome.labels, found.labels[outcome.trial])
    assert outcome.status == row["status"] and outcome.rewards["label_evidence"] == pytest.approx(row["label_evidence"])


def test_on_another_film_of_this_kind_it_finds_the_true_domains(films, found):
    film, described = films[1]
    (outcome,) = _apply(found, described)
    sites, attributes = read_store(described.stores("cell_gmm")[0], "yx", "site_raster")
    known = (film.cells["yx"], np.asarray(film.cells["domain"], int), described.image["mask"].to_numpy())
    comparison = Comparison(sites["yx"], sites["site_raster"], *known, attributes["cell_px"])
    row = transfer_row(("one", "other"), outcome, comparison, outcome.labels)
    assert row["walls"] == np.count_nonzero(outcome.wall_verdicts.stands)
    assert tuple(row) == COLUMNS and (row["from_image"], row["to_image"]) == ("one", "other")
    assert row["ari"] > 0.7 and row["ari_with_own"] == 1 and row["decided_share"] > 0.9


def test_settings_that_are_applied_together_give_what_each_gives_alone(films, found):
    described = films[1][1]
    together = _apply(found, described, 3, 0, 3)
    alone = [outcome for trial in (3, 0, 3) for outcome in _apply(found, described, trial)]
    assert [outcome.trial for outcome in together] == [3, 0, 3]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one.labels, other.labels) and one.rewards == other.rewards


def test_where_nothing_was_selected_the_row_says_so():
    row = transfer_row(("one", "other"), None, None, np.zeros(3, int))
    assert row["status"] == "nothing selected" and np.isnan(row["ari"]) and np.isnan(row["walls"])
