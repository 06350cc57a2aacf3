"""A grid of six settings of two parameters, for tests of hyperparameter maps."""

import numpy as np

from ferrotune.figures import setting_grid

CELL = 27.0
AXES = {"w1": [0.5, 1.0], "w2": [1.0, 1.5, 2.0]}
STATUS = ["ok", "ok", "no_wall_stands", "ok", "failed", "one_cluster"]


def grid_of(axes=AXES, selected=3, status=STATUS):
    """The grid, with two trials on the front."""
    ok = np.array(status) == "ok"
    return setting_grid.Grid(axes, ok, np.array([False, True, False, True, False, False]), selected, CELL)
