"""Errors of displacements among neighbours, as of the unit cell's polarization."""

import numpy as np
import pytest

from ferrotune.cells.neighbourhoods import position_variance
from ferrotune.cells.unit_cells import polarization_error


def test_the_variance_of_a_displacement_is_the_squared_error_of_a_polarization():
    sigma_a, sigma_b = 0.3, 0.17
    sigma_yx = np.repeat([[sigma_b] * 2, [sigma_a] * 2], [1, 4], axis=0)
    found = position_variance(sigma_yx, np.array([0]), np.array([[1, 2, 3, 4]]), 8.0)
    assert found == pytest.approx(polarization_error(sigma_a, sigma_b) ** 2, rel=1e-12)
