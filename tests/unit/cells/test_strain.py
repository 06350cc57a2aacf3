"""Strain of cells is that they were drawn with; error bars cover as much as they say."""

import numpy as np
import pytest

from ferrotune.cells.strain import cell_errors, strain_of
from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.lattice import Lattice

LATTICE = Lattice(np.array([20.0, 0.0]), np.array([0.0, 20.0]))


def crystal(rows=30, across=30):
    """A and B columns (n, 2) of a perfect crystal."""
    index = np.argwhere(np.ones((rows, across)))
    a_yx = 20.0 * index
    return a_yx, a_yx[(index < [rows - 1, across - 1]).all(axis=1)] + 10.0


def half_and_half(deform):
    """Difference of the strain of two crystals in one image, of which the second is deformed by a matrix."""
    grid = 20.0 * np.argwhere(np.ones((6, 6)))
    a_yx = np.vstack([grid, grid @ deform + [0.0, 2000.0]])
    cells = build_cells(a_yx, np.zeros((0, 2)), LATTICE)
    found, second = strain_of(cells, a_yx), cells.yx[:, 1] > 1000
    values = (found.b_over_a, found.rotation, found.strain)
    return [of[second].mean(axis=0) - of[~second].mean(axis=0) for of in values]


def test_stretch_rotation_and_shear_are_those_drawn():
    ratio, turn, strain = half_and_half(np.diag([1.0, 1.02]))
    assert ratio == pytest.approx(0.02, rel=1e-6) and turn == pytest.approx(0.0, abs=1e-9)
    assert strain[1] == pytest.approx(0.02, rel=0.02) and strain[[0, 2]] == pytest.approx(0.0, abs=1e-9)
    angle = np.radians(1.0)
    ratio, turn, strain = half_and_half(np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]))
    assert turn == pytest.approx(1.0, rel=1e-6) and strain == pytest.approx(0.0, abs=1e-9)
    ratio, turn, strain = half_and_half(np.array([[1.0, 0.01], [0.01, 1.0]]))
    assert strain[2] == pytest.approx(0.01, rel=0.01) and turn == pytest.approx(0.0, abs=1e-3)


def test_error_bars_cover_two_thirds():
    rng = np.random.default_rng(0)
    a_yx, b_yx = crystal()
    sigma = np.array([0.2, 0.3])
    noisy_a, noisy_b = (yx + sigma * rng.normal(size=yx.shape) for yx in (a_yx, b_yx))
    cells = build_cells(noisy_a, noisy_b, LATTICE)
    errors = cell_errors(
        cells, noisy_a, np.broadcast_to(sigma, a_yx.shape), noisy_b, np.broadcast_to(sigma, b_yx.shape)
    )
    strain = strain_of(cells, noisy_a)
    found = {
        "polarization": cells.polarization,
        "a": cells.a - 20,
        "b": cells.b - 20,
        "alpha": cells.alpha - 90,
        "rotation": strain.rotation,
        "b_over_a": strain.b_over_a - 1,
    }
    for name, off in found.items():
        assert 0.63 < (np.abs(off) < getattr(errors, name)).mean() < 0.73, name


def test_shifted_rows_are_in_the_errors():
    rng = np.random.default_rng(1)
    a_yx, b_yx = crystal(150, 12)
    shift = rng.normal(0, 0.5, 3000)
    moved = [yx + np.column_stack([np.zeros(len(yx)), shift[np.rint(yx[:, 0]).astype(int)]]) for yx in (a_yx, b_yx)]
    noisy_a, noisy_b = (yx + 0.1 * rng.normal(size=yx.shape) for yx in moved)
    cells = build_cells(noisy_a, noisy_b, LATTICE)
    one = np.full(a_yx.shape, 0.1), np.full(b_yx.shape, 0.1)
    errors = cell_errors(cells, noisy_a, one[0], noisy_b, one[1])
    inside = np.abs(cells.polarization[:, 1]) < errors.polarization[:, 1]
    assert 0.6 < inside.mean() < 0.76
    assert errors.polarization[:, 1].mean() > 3 * errors.polarization[:, 0].mean()
