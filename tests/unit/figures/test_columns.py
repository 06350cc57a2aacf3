"""Figure of the columns: it states their error, and draws only those that are seen."""

import re

import numpy as np
from matplotlib.collections import PathCollection

from ferrotune.figures.columns import figure_columns
from ferrotune.figures.worst_places import lattice_misfit, worst_window
from helpers.figure_data import CELL, lattice
from helpers.written import written


def _columns_figure(pixel_size_pm=15.6):
    rng = np.random.default_rng(1)
    yx, mask = lattice(), np.ones((120, 140), bool)
    mask[:20, :20] = False
    sublattice = np.arange(len(yx)) % 2
    return figure_columns(rng.random(mask.shape), mask, yx, np.full(yx.shape, 0.1), sublattice, CELL, pixel_size_pm)


def test_columns_figure_states_the_position_error():
    assert "A 1.6 pm, B 1.6 pm" in written(_columns_figure())
    assert "A 0.100 px, B 0.100 px" in written(_columns_figure(None))


def test_only_columns_in_the_magnified_part_are_drawn():
    yx, mask = CELL * np.stack(np.mgrid[:60, :60], axis=-1).reshape(-1, 2), np.ones((600, 600), bool)
    figure = figure_columns(np.ones(mask.shape), mask, yx, yx, np.zeros(len(yx), int), CELL, None)
    (marks,) = (c for c in figure.axes[1].collections if isinstance(c, PathCollection))
    assert 12**2 <= len(marks.get_offsets()) <= 14**2


def crystal(rows=60, columns=60):
    """A and B columns (column, 2) px of a crystal, and their sublattices."""
    a = CELL * (np.stack(np.mgrid[:rows, :columns], axis=-1).reshape(-1, 2) + 0.25)
    return np.concatenate([a, a + CELL / 2]), np.repeat([0, 1], len(a))


def test_false_columns_in_a_corner_are_magnified():
    yx, sublattice = crystal()
    rng = np.random.default_rng(0)
    corner = np.flatnonzero((yx > 45 * CELL).all(axis=1) & (sublattice == 0))[:75]
    yx[corner] += rng.uniform(-0.4, 0.4, (75, 2)) * CELL  # where there is no crystal, but intensity
    sigma = np.full(yx.shape, 0.1)
    sigma[(yx < 10 * CELL).all(axis=1)] = 0.5
    mask = np.ones((600, 600), bool)
    figure = figure_columns(np.ones(mask.shape), mask, yx, sigma, sublattice, CELL, None, CELL * np.eye(2))
    (left, right), (bottom, top) = figure.axes[2].get_xlim(), figure.axes[2].get_ylim()
    assert (left + right) / 2 > 450 and (bottom + top) / 2 > 450
    assert "columns off their lattice" in written(figure)
    assert max(figure.axes[3].get_xlim()) < 200 and max(figure.axes[3].get_ylim()) < 200
    times = float(re.search(r"errors (\S+) times the median", written(figure))[1])
    assert 3 < times <= 5


def test_a_perfect_crystal_and_its_edges_are_regular():
    yx, sublattice = crystal(20, 20)
    mask = np.ones((200, 200), bool)
    mask[:50] = False
    inside = yx[:, 0] > 50
    misfit = lattice_misfit(yx[inside], sublattice[inside], CELL * np.eye(2), mask)
    assert np.nanmax(misfit) < 1e-9
    hole = np.hypot(*(yx - 100).T) > 1.2 * CELL
    assert np.nanmax(lattice_misfit(yx[hole & inside], sublattice[hole & inside], CELL * np.eye(2), mask)) > 0.1


def test_worst_windows_do_not_overlap_much_and_lie_in_the_image():
    yx, _ = crystal()
    values = np.hypot(*(yx - 300).T)
    first = worst_window(yx, values, 120, (600, 600))
    second = worst_window(yx, values, 120, (600, 600), [first])
    assert abs(np.array(first) - np.array(second)).max() >= 60
    assert all(0 <= start < end <= 600 for window in (first, second) for start, end in window)
    assert worst_window(yx, np.full(len(yx), np.nan), 120, (600, 600)) is None
