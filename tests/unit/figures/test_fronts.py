"""Figure of the front: marks of the trials, pairs of objectives, and room for every line."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from ferrotune.figures import fronts, style
from helpers.figure_data import CELL, lattice
from helpers.written import written

NAN = np.nan


def _scatter(rewards, names, **marks):
    rewards = np.asarray(rewards, float)
    directions = ["maximise" if name == "length" else "minimise" for name in names]
    status = np.array(["ok"] * len(rewards), dtype=object)
    front = np.zeros(len(rewards), bool)
    front[:2] = True
    special = {"knee": 0, "selected": 0, "contrasting": 1} | marks
    return fronts.Scatter(rewards, names, directions, status, front, *special.values())


def _front_figure(scatter, lines=1):
    yx = lattice()
    panel = fronts.Panel(np.zeros(len(yx), int), yx, "title", ["line"] * lines)
    other = None if scatter.contrasting is None else panel
    return fronts.figure_front(scatter, panel, other, panel, np.ones((120, 140), bool), CELL, 15.6)


def _place(figure, marker_size):
    """Offsets of the first scatter of one size in the first axes."""
    found = [c for c in figure.axes[0].collections if isinstance(c, PathCollection) and c.get_sizes()[0] == marker_size]
    return found[0].get_offsets()


def test_front_figure_marks_the_trials_and_bounds_what_they_dominate():
    scatter = _scatter([[0.01, 10], [0.05, 30], [0.06, 5], [0.03, 8]], ["curvature", "length"])
    figure = _front_figure(scatter)
    np.testing.assert_allclose(_place(figure, 90), [[0.01, 10]])  # selected
    np.testing.assert_allclose(_place(figure, 30), [[0.05, 30]])  # in contrast
    steps = figure.axes[0].lines[0].get_xydata()
    np.testing.assert_allclose(steps[1:4], [[0.01, 10], [0.05, 10], [0.05, 30]])
    # lower curvature and greater length are better: the edge leaves to the right and comes from below
    assert steps[0, 1] < 5
    assert steps[-1, 0] > 0.06
    assert figure.axes[0].get_xscale() == "linear"


def test_front_figure_of_more_objectives_is_a_grid_of_pairs():
    names = ["curvature", "length", "chord_to_arc"]
    figure = _front_figure(_scatter(np.random.default_rng(0).random((9, 3)), names))
    pairs = [axes for axes in figure.axes if axes.collections and axes.axison]
    assert len(pairs) == 3
    # the three objectives are named once an axis, at the triangle's edges
    labels = [label for axes in pairs for label in (axes.get_xlabel(), axes.get_ylabel()) if label]
    assert sorted(label.partition(" ")[0].partition("\n")[0] for label in labels) == [
        "chord-to-arc",
        "curvature",
        "length",
        "length",
    ]


def test_front_figure_without_any_answer():
    scatter = _scatter(np.full((5, 2), NAN), ["curvature", "length"], knee=None, selected=None, contrasting=None)
    scatter.status[:] = "one_cluster"
    scatter.front[:] = False
    figure = _front_figure(scatter)
    assert "one cluster (5, no rewards)" in written(figure)
    assert "no trial has rewards" in written(figure)
    assert style.render(figure, "png")


def test_the_key_counts_every_trial_once():
    """Walls of the selected trial are judged again: it may be on the front though none stood in the search."""
    scatter = _scatter([[0.01, 10], [0.05, 30], [0.06, 5], [0.03, 8]], ["curvature", "length"])
    scatter.status[[0, 2]] = "no_wall_stands"
    text = written(_front_figure(scatter))
    assert "front (2)" in text and "other trials, ok (1)" in text and "no wall stands (1)" in text


@pytest.mark.parametrize("lines", [1, 4, 7])
def test_every_line_below_a_panel_has_room(lines):
    figure = _front_figure(_scatter([[0.01, 10], [0.05, 30]], ["curvature", "length"]), lines)
    figure.canvas.draw()
    below = [t.get_window_extent() for axes in figure.axes for t in axes.texts if t.get_text().startswith("line")]
    titles = [t.get_window_extent() for axes in figure.axes for t in axes.texts if t.get_text() == "title"]
    assert len(below) == len(titles) == 3
    assert all(text.y0 > 0 for text in below)
    assert not any(text.overlaps(title) for text in below for title in titles)


@pytest.mark.parametrize(("rows", "columns"), [(12, 60), (60, 12), (20, 24)])
def test_maps_of_elongated_images_fill_their_panels(rows, columns):
    scatter = _scatter([[0.01, 10], [0.05, 30], [0.06, 5]], ["curvature", "length"])
    yx, mask = lattice(rows, columns), np.ones((10 * rows, 10 * columns), bool)
    panel = fronts.Panel(np.zeros(len(yx), int), yx, "title", ["line"])
    figure = fronts.figure_front(scatter, panel, panel, panel, mask, CELL, 15.6, panel)
    style.render(figure, "png")
    maps = [axes for axes in figure.axes if axes.images]
    assert len(maps) == 4
    for axes in maps:
        drawn, given = axes.get_window_extent(), axes.get_position(original=True)
        assert drawn.width / drawn.height == pytest.approx(columns / rows, rel=0.02)
        size = np.array([given.width, given.height]) * figure.get_size_inches() * figure.dpi
        assert drawn.width * drawn.height > 0.95 * size.prod()  # no white half
    assert columns < 2 * rows or figure.get_figheight() < 5.2
