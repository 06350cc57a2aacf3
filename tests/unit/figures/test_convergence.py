"""Figure of the search: the hypervolume never falls."""

import numpy as np

from ferrotune.figures.convergence import figure_convergence
from helpers.written import written

NAN = np.nan


def test_convergence_never_falls_and_shades_the_start():
    losses = np.array([[NAN, NAN], [3, 3], [1, 4], [4, 1], [2, 2.0]])
    front = np.array([False, False, True, True, True])
    figure = figure_convergence(losses, np.array([0, 0, 1, 1, 2]), ["no_wall_stands", *["ok"] * 4], front, 2)
    curve = next(line for line in figure.axes[0].lines if len(line.get_xdata()) == 5)
    assert (np.diff(curve.get_ydata()) >= 0).all()
    assert curve.get_ydata()[0] == 0
    assert "start-up" in written(figure)
    assert "start-up" not in written(figure_convergence(losses, np.zeros(5), ["ok"] * 5, front, 0))
