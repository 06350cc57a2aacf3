"""Hyperparameter maps: a setting is drawn in its place, in the colours that the caption says."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

from ferrotune.figures import hyperparameter_maps, polarization_maps, setting_grid, style, wording
from helpers.written import written

CELL = 27.0
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
AXES = {"w1": [0.5, 1.0], "w2": [1.0, 1.5, 2.0]}
STATUS = ["ok", "ok", "not_above_noise", "ok", "failed", "one_cluster"]
NAN = np.nan


def _grid(axes=AXES, selected=3, status=STATUS):
    ok = np.array(status) == "ok"
    return setting_grid.Grid(axes, ok, np.array([False, True, False, True, False, False]), selected, CELL)


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
    figure = hyperparameter_maps.figure_maps(_table(), _grid(), OBJECTIVES)
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


def test_a_failed_trial_has_no_number_of_walls():
    figure = hyperparameter_maps.figure_maps(_table(), _grid(), OBJECTIVES)
    walls = _pictures(figure, "number of walls").get_array().filled(NAN)
    np.testing.assert_array_equal(walls, [[0, 1, 2], [3, NAN, 5]])


def test_what_is_not_usable_is_hatched_and_the_front_and_the_selected_are_marked():
    axes = _panel(hyperparameter_maps.figure_maps(_table(), _grid(), OBJECTIVES), "length")
    (hatched,) = (c for c in axes.collections if isinstance(c, PolyCollection))
    centres = [tuple(path.vertices[:4].mean(axis=0)) for path in hatched.get_paths()]
    assert centres == [(2, 0), (1, 1), (2, 1)] and hatched.get_hatch()
    front, selected = (c.get_offsets().tolist() for c in axes.collections if not isinstance(c, PolyCollection))
    assert front == [[1, 0], [0, 1]] and selected == [[0, 1]]


def test_status_has_a_colour_and_a_name_of_its_own():
    axes = _panel(hyperparameter_maps.figure_maps(_table(), _grid(), OBJECTIVES), "status\n3 of 6 usable")
    colours = axes.images[0].get_array().reshape(6, 3)
    assert len(np.unique(colours.round(4), axis=0)) == 4 and (colours[[1, 3]] == colours[0]).all()
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert said == ["ok", "one cluster", "not\nabove\nnoise", "failed"]


@pytest.mark.parametrize(
    ("axes", "labels"),
    [
        ({"w1": [0.5, 1.0], "w2": [1.0, 1.5, 2.5]}, ["0.5 (13)", "1 (27)", "1 (27)", "1.5 (41)", "2.5 (67)"]),
        ({"components": [2, 3], "covariance": ["tied", "full", "diag"]}, ["2", "3", "tied", "full", "diag"]),
        ({"rank": [None, 4], "flatten": [0, 1, 2]}, ["none", "4", "0 (0)", "1 (27)", "2 (54)"]),
    ],
)
def test_axes_are_in_the_parameters_own_units(axes, labels):
    figure = hyperparameter_maps.figure_maps(_table(), _grid(axes), OBJECTIVES)
    panel = next(a for a in figure.axes if a.get_xlabel())
    left = next(a for a in figure.axes if a.get_ylabel())
    assert [t.get_text() for t in left.get_yticklabels()] + [t.get_text() for t in panel.get_xticklabels()] == labels
    assert (left.get_ylabel(), panel.get_xlabel()) == tuple(map(wording.axis_title, axes))


def test_a_long_axis_names_every_other_value():
    axes = {"w1": [1.0], "w2": list(range(1, 14))}
    grid = setting_grid.Grid(axes, np.ones(13, bool), np.zeros(13, bool), None, CELL)
    figure = style.new_figure(2, 2)
    panel = figure.add_axes((0.2, 0.2, 0.7, 0.7))
    setting_grid.draw_grid(panel, grid, np.arange(13.0))
    assert panel.get_xticks().tolist() == list(range(0, 13, 2))


def test_maps_without_any_usable_trial_or_reference():
    status = ["one_cluster"] * 6
    table = _table(status=status, curvature=NAN, length=NAN, ari=NAN, wall_f1=NAN)
    figure = hyperparameter_maps.figure_maps(table, _grid(selected=None, status=status), OBJECTIVES)
    assert written(figure).count("none to show") >= 4 and "selected" not in written(figure)
    assert style.render(figure, "png")


def test_colours_of_correlations_that_are_painted():
    told = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 1, 1], [0.5, 0, 0], [NAN, NAN, NAN]])
    red, green, blue, none, all_three, half, unknown = polarization_maps.composite(told)
    assert np.argmax([red, green, blue], axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(red + green + blue, 1.0)
    np.testing.assert_allclose(none, 0.0)
    np.testing.assert_allclose(all_three, 1.0)
    np.testing.assert_allclose(half, red / 2)
    np.testing.assert_allclose(unknown, setting_grid.NO_VALUE)
    # a cluster that is nowhere among the sites takes nothing from the others
    np.testing.assert_allclose(polarization_maps.composite([[1.0, NAN, 0]]), [red])
    np.testing.assert_allclose(polarization_maps.composite([[1.0, 0.0]]), [red])
    np.testing.assert_allclose(polarization_maps.cluster_colours([0, 1, -1])[:2], [red, green])


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("pixel_size_pm", [15.6, None])
def test_the_figure_of_the_polarization_shows_the_clusters_in_their_colours(k, pixel_size_pm):
    y, x = np.mgrid[0.5:12, 0.5:12]
    yx = CELL * np.column_stack([y.ravel(), x.ravel()])
    labels = (x.ravel() // (12 / k)).astype(int)
    labels[0] = -1
    means = np.array([[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]])[:k]
    polarization = np.where(labels[:, None] < 0, NAN, means[labels])
    correlations = np.linspace(0, 1, 6 * k).reshape(6, k)
    figure = polarization_maps.figure_polarization_maps(
        yx, polarization, labels, means, correlations, _grid(), np.ones((320, 320), bool), pixel_size_pm
    )
    pictures = [a.images[0] for a in figure.axes if a.images and a.images[0].get_array().shape[:2] == (2, 3)]
    assert len(pictures) == 1 + k
    np.testing.assert_allclose(pictures[0].get_array().reshape(6, 3), polarization_maps.composite(correlations))
    for number, picture in enumerate(pictures[1:]):
        np.testing.assert_allclose(picture.get_array().ravel(), correlations[:, number])
        np.testing.assert_allclose(picture.cmap(1.0)[:3], polarization_maps.PRIMARIES[number], atol=0.01)
    assert f"P$_x$ ({'pm' if pixel_size_pm else 'px'})" in written(figure)
    assert style.render(figure, "png") == style.render(figure, "png")
