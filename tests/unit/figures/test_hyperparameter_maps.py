"""Hyperparameter maps: a setting is drawn in its place, in the colours that the caption says."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

from ferrotune.figures import hyperparameter_maps, style, wording
from helpers.map_data import STATUS, grid_of
from helpers.written import written

OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
NAN = np.nan


def _table(**columns):
    values = {"curvature": [0.1, 0.2, 9.0, 0.3, NAN, NAN], "length": [5.0, 4, 1, 6, NAN, NAN], "n_walls": range(6)}
    agreement = {"ari": [0.1, 0.5, 0, 0.9, NAN, NAN], "wall_f1": [0.2, 0.4, 0.1, 0.8, NAN, NAN]}
    return pd.DataFrame({"trial": range(6), **values, "status": STATUS, **agreement, **columns})


def _panel(figure, title):
    (axes,) = (a for a in figure.axes if a.get_title(loc="left").startswith(title))
    return axes


def _pictures(figure, title):
    return _panel(figure, title).images[0]


def test_each_setting_is_in_its_place_and_better_is_brighter():
    figure = hyperparameter_maps.figure_maps(_table(), grid_of(), OBJECTIVES)
    shown = {name: _pictures(figure, name) for name in ("curvature (1/cell)", "length (cells)", "ARI")}
    length = shown["length (cells)"]
    np.testing.assert_array_equal(length.get_array().filled(NAN), [[5, 4, 1], [6, NAN, NAN]])
    assert length.origin == "lower"  # the first parameter runs upwards
    for name, picture in shown.items():
        low, high = (np.mean(picture.cmap(picture.norm(value))[:3]) for value in picture.get_clim())
        assert (low > high) == (name == "curvature (1/cell)")
    # 9.0 is of a trial that is not usable: the colours span the others, and the bar says that there is more
    assert shown["curvature (1/cell)"].get_clim() == (0.1, 0.3)
    assert shown["curvature (1/cell)"].colorbar.extend == "max" and length.colorbar.extend == "min"
    assert shown["ARI"].get_clim() == (0, 1)


@pytest.mark.parametrize("largest", [0.013, 0.0006, 40.0])
def test_numbers_of_a_colour_bar_do_not_reach_into_the_next_panel(largest):
    table = _table(curvature=[0.0, largest, NAN, largest / 2, NAN, NAN])
    bar = _pictures(hyperparameter_maps.figure_maps(table, grid_of(), OBJECTIVES), "curvature").colorbar
    labels = [label.get_text() for label in bar.ax.get_yticklabels()]
    assert len(labels) > 2 and max(map(len, labels)) <= 5


def test_a_failed_trial_has_no_number_of_walls():
    figure = hyperparameter_maps.figure_maps(_table(), grid_of(), OBJECTIVES)
    walls = _pictures(figure, "number of walls").get_array().filled(NAN)
    np.testing.assert_array_equal(walls, [[0, 1, 2], [3, NAN, 5]])


def test_what_is_not_usable_is_hatched_and_the_front_and_the_selected_are_marked():
    axes = _panel(hyperparameter_maps.figure_maps(_table(), grid_of(), OBJECTIVES), "length")
    (hatched,) = (c for c in axes.collections if isinstance(c, PolyCollection))
    centres = [tuple(path.vertices[:4].mean(axis=0)) for path in hatched.get_paths()]
    assert centres == [(2, 0), (1, 1), (2, 1)] and hatched.get_hatch()
    front, selected = (c.get_offsets().tolist() for c in axes.collections if not isinstance(c, PolyCollection))
    assert front == [[1, 0], [0, 1]] and selected == [[0, 1]]


def test_status_has_a_colour_and_a_name_of_its_own():
    axes = _panel(hyperparameter_maps.figure_maps(_table(), grid_of(), OBJECTIVES), "status\n3 of 6 usable")
    colours = axes.images[0].get_array().reshape(6, 3)
    assert len(np.unique(colours.round(4), axis=0)) == 4 and (colours[[1, 3]] == colours[0]).all()
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert said == ["ok", "no wall\nstands", "one cluster", "failed"]


@pytest.mark.parametrize(
    ("axes", "labels"),
    [
        ({"w1": [0.5, 1.0], "w2": [1.0, 1.5, 2.5]}, ["0.5 (13)", "1 (27)", "1 (27)", "1.5 (41)", "2.5 (67)"]),
        ({"components": [2, 3], "covariance": ["tied", "full", "diag"]}, ["2", "3", "tied", "full", "diag"]),
        ({"rank": [None, 4], "flatten": [0, 1, 2]}, ["none", "4", "0 (0)", "1 (27)", "2 (54)"]),
    ],
)
def test_axes_are_in_the_parameters_own_units(axes, labels):
    figure = hyperparameter_maps.figure_maps(_table(), grid_of(axes), OBJECTIVES)
    panel = next(a for a in figure.axes if a.get_xlabel())
    left = next(a for a in figure.axes if a.get_ylabel())
    assert [t.get_text() for t in left.get_yticklabels()] + [t.get_text() for t in panel.get_xticklabels()] == labels
    assert (left.get_ylabel(), panel.get_xlabel()) == tuple(map(wording.axis_title, axes))


def test_maps_without_any_usable_trial_or_reference():
    status = ["one_cluster"] * 6
    table = _table(status=status, curvature=NAN, length=NAN, ari=NAN, wall_f1=NAN)
    figure = hyperparameter_maps.figure_maps(table, grid_of(selected=None, status=status), OBJECTIVES)
    assert written(figure).count("no values") >= 4 and "selected" not in written(figure)
    assert style.render(figure, "png")
