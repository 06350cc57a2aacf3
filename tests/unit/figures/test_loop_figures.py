"""Figures of loops: what they draw, and the same bytes each time."""

import numpy as np

from ferrotune.figures.loop_maps import loop_maps
from ferrotune.figures.loop_traversals import loop_betas, loop_traversals
from ferrotune.figures.style import render
from helpers.drawn_loops import VOLTAGE, loop, two_mechanisms

REAL = two_mechanisms()[0]
HEIGHTS, UNUSED = np.stack([h * loop() for h in np.linspace(0.7, 1.3, 9)]), np.tile(loop(), (9, 1))
TRAVERSALS = np.stack([HEIGHTS, UNUSED, HEIGHTS[::-1]])
PLACES = np.tile(np.linspace(-2, 2, 9), (3, 1))
NAMES = ["z1", "z2", "z3"]


def test_a_score_along_which_no_loop_changes_is_not_drawn():
    figure = loop_traversals(TRAVERSALS, PLACES, REAL, VOLTAGE, NAMES)
    titles = [axes.get_title("right") for axes in figure.axes if axes.get_title("right")]
    assert titles == ["z1, -2 to 2", "z3, -2 to 2"]
    lines = figure.axes[0].get_lines()
    drawn = lines[-1].get_ydata()
    assert np.allclose(drawn[:-1], HEIGHTS[-1]) and drawn[-1] == drawn[0]  # the cycle is closed


def test_a_row_for_each_beta():
    betas, losses = np.array([0.01, 0.1]), np.array([[0.2, 0.1, 1.0], [0.4, 0.2, 0.5]])
    figure = loop_betas(betas, losses, np.stack([TRAVERSALS] * 2), REAL, VOLTAGE, NAMES)
    said = [text.get_text() for axes in figure.axes for text in axes.texts if "loss" in text.get_text()]
    assert len(said) == 2 and "0.01" in said[0] and "0.4" in said[1]
    again = loop_betas(betas, losses, np.stack([TRAVERSALS] * 2), REAL, VOLTAGE, NAMES)
    assert render(figure, "png") == render(again, "png")


def test_one_that_says_nothing_and_the_selected_beta_are_named():
    betas, says = np.array([0.01, 0.1]), np.array([[1.5, 0.4], [0.2, 0.001]])
    curves = np.stack([TRAVERSALS[:2]] * 2), REAL, VOLTAGE, NAMES[:2], ("bias (V)", "strain (pm)")
    figure = loop_betas(betas, np.zeros((2, 3)), *curves, says, own=0.1)
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert [w for w in words if "nats" in w and "loss" not in w] == ["1.5 nats", "0.4 nats", "0.2 nats"]
    assert words.count("says nothing") == 1 and next(w for w in words if "selected" in w).startswith("$\\beta$ 0.1:")
    assert [text.get_text() for text in figure.texts] == ["strain (pm)"]  # once, for all rows
    assert {axes.get_xlabel() for axes in figure.axes} == {"", "bias (V)"}


def test_five_scores_are_drawn_in_rows_of_three():
    heights = np.stack([h * loop() for h in np.linspace(0.7, 1.3, 9)])
    figure = loop_traversals(np.stack([heights] * 5), np.tile(PLACES[0], (5, 1)), REAL, VOLTAGE, list("abcde"))
    lefts = {round(axes.get_position().x0, 3) for axes in figure.axes[:5]}
    assert len(lefts) == 3


def test_a_map_for_each_score_and_for_the_shift():
    rng = np.random.default_rng(0)
    yx = np.argwhere(np.ones((14, 16))).astype(float) + 1
    selected = {"path_points": np.zeros((0, 2)), "point_wall": np.zeros(0, int)}
    attributes = {"cell_px": 1.0, "pixel_size_pm": None}
    scores, shift = rng.normal(size=(len(yx), 3)), rng.normal(size=(len(yx), 1))
    figure = loop_maps(scores, NAMES, yx, np.ones((16, 18), bool), selected, attributes, shift)
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == [*NAMES, "shift (steps)"]
