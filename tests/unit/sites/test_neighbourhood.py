"""Neighbours and surroundings of sites on a lattice that is known."""

import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.sites.neighbourhood import site_graph
from helpers.drawn import square_lattice

CELL = 26.0


def test_neighbours_are_along_the_edges_of_the_cell():
    edges = site_graph(square_lattice(7, 9, CELL, 0.02), CELL)
    assert len(edges) == 6 * 9 + 7 * 8
    assert (edges[:, 0] < edges[:, 1]).all()
    assert set(edges[:, 1] - edges[:, 0]) == {1, 9}
    assert site_graph(np.empty((0, 2)), CELL).shape == (0, 2)
    with pytest.raises(InputError, match="site graph"):
        site_graph([[0.0, np.nan]], CELL)
