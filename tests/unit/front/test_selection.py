"""The losses and the front of a table, and the arrays of the selected trial, old stores among them."""

import numpy as np
import pandas as pd
import pytest

from ferrotune.errors import InputError
from ferrotune.figures.search_figures import Search
from ferrotune.files.rounds import round_arrays, trial_arrays
from ferrotune.front import selection
from ferrotune.reference.reward_ranking import winner
from ferrotune.search import proposals
from ferrotune.walls import NO_WALLS_AT_ALL, Walls
from helpers.written_outcomes import written_outcome

OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
TABLE = pd.DataFrame(
    {
        "trial": range(4),
        "status": ["ok", "no_wall_stands", "failed: ValueError: no", "ok"],
        "curvature": [0.2, np.nan, np.nan, 0.3],
        "length": [4.0, np.nan, np.nan, 5.0],
        "boundary_evidence": [0.1, 0.3, np.nan, 0.2],
    }
)


def ring(radius, count=60):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return 20 + radius * np.column_stack([np.sin(angle), np.cos(angle)])


def stored_round(**without):
    """Arrays of a round with one trial of a ring, a hairpin and a line, and one trial without walls."""
    hairpin = np.concatenate([np.linspace([0, 0], [0, 5], 20), np.linspace([0.3, 5], [0.3, 0], 20)])
    paths, closed = [ring(5), hairpin, np.linspace([0.0, 0], [9, 9], 30)], [True, False, False]
    walls = Walls(np.zeros((1, 2, 2)), paths, closed, [np.zeros(len(path)) for path in paths])
    labels = np.arange(6, dtype=np.int8) % 2
    outcomes = [written_outcome(n, labels * n, w) for n, w in ((0, NO_WALLS_AT_ALL), (1, walls))]
    arrays, _ = round_arrays(outcomes)
    return {name: values for name, (_, values) in arrays.items() if name not in without}


def test_a_trial_without_walls_has_no_losses_of_walls():
    losses = selection.usable_losses(TABLE, OBJECTIVES)
    np.testing.assert_array_equal(losses, [[0.2, -4], [np.nan, np.nan], [np.nan, np.nan], [0.3, -5]])
    of_evidence = selection.usable_losses(TABLE, {"boundary_evidence": "maximise"})
    np.testing.assert_array_equal(of_evidence[:, 0], [-0.1, -0.3, np.nan, -0.2])
    mixed = selection.usable_losses(TABLE, {"boundary_evidence": "maximise", "length": "maximise"})
    np.testing.assert_array_equal(np.isfinite(mixed), [[True] * 2, [False] * 2, [False] * 2, [True] * 2])


def test_search_figures_and_ranking_follow_the_same_rule():
    losses = selection.usable_losses(TABLE, OBJECTIVES)
    search = Search(TABLE, TABLE[:0], None, {}, {}, OBJECTIVES)
    np.testing.assert_array_equal(search.losses, losses)
    names = ["trial", "status"]
    records = [{"status": row["status"], "rewards": row.drop(names).to_dict()} for _, row in TABLE.iterrows()]
    known = np.isfinite(proposals.losses_of(records, OBJECTIVES)).all(axis=1)
    np.testing.assert_array_equal(known, np.isfinite(losses).all(axis=1))
    front = selection.front_of(TABLE, OBJECTIVES)
    assert front.loc[front["knee"], "trial"].item() == winner(TABLE, OBJECTIVES)
    assert set(front["trial"]) == {0, 3}


def test_the_user_s_trial_is_selected_before_the_knee_and_the_knee_before_the_evidence():
    front = selection.front_of(TABLE, OBJECTIVES)
    assert selection.selected_trial(TABLE, front, 1) == (1, "config")
    assert selection.selected_trial(TABLE, front, None) == (front.loc[front["knee"], "trial"].item(), "knee")
    assert selection.selected_trial(TABLE, front[:0], None) == (1, "evidence")
    for table in (TABLE.drop(columns="boundary_evidence"), TABLE.assign(boundary_evidence=np.nan)):
        assert selection.selected_trial(table, front[:0], None) == (None, None)
    with pytest.raises(InputError, match="no trial 9"):
        selection.selected_trial(TABLE, front, 9)


def test_the_selected_arrays_say_which_walls_are_rings():
    sites = {"yx": np.zeros((6, 2)), "site_raster": np.arange(6).reshape(2, 3)}
    found = selection.selected_arrays(trial_arrays(stored_round(), 1), sites)
    assert found["wall_closed"][0] == ("wall",) and found["wall_closed"][1].tolist() == [True, False, False]
    assert found["label"][1].tolist() == [0, 1, 0, 1, 0, 1]
    assert found["wall_stands"][1].all()
    for chosen in (trial_arrays(stored_round(), 0), None):
        found = selection.selected_arrays(chosen, sites)
        assert found["wall_closed"][1].shape == (0,) and found["wall_closed"][1].dtype == bool
        assert not found["label"][1].any() and not found["wall_map"][1].any()


def test_rounds_of_earlier_versions_are_guessed_from_the_ends_of_walls():
    """The hairpin, whose ends are near, is then a ring."""
    sites = {"yx": np.zeros((6, 2)), "site_raster": np.arange(6).reshape(2, 3)}
    old = stored_round(wall_closed=None, wall_trial=None)
    found = selection.selected_arrays(trial_arrays(old, 1), sites)
    new = selection.selected_arrays(trial_arrays(stored_round(), 1), sites)
    assert found["wall_closed"][1].tolist() == [False, True, False]
    assert all(found[name][1].tobytes() == new[name][1].tobytes() for name in set(new) - {"wall_closed"})


@pytest.mark.parametrize(("known", "trial"), [(1.0, 1), (0.5, 0)])
def test_the_polarization_decides_by_what_the_labels_show_where_it_was_measured(known, trial):
    pair = {"boundary_evidence": "maximise", "label_evidence": "maximise"}
    table = pd.DataFrame({"trial": [0, 1, 2], "boundary_evidence": [0.5, 0.3, 0.1], "label_evidence": [0.1, 0.4, 0.2]})
    for below in (0.0, 1.0):  # also where labels explain no more than chance
        of = table.assign(known_share=known, label_evidence=table["label_evidence"] - below)
        front = selection.front_of(of, pair)
        assert front.loc[front["knee"], "trial"].tolist() == [trial]
