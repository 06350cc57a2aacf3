"""Steps of the polarization across drawn walls."""

import math

import numpy as np
import pytest

from helpers.domains import NOISE, YX, polarized, random_labels, stripes, value, wall
from helpers.drawn import sites_of


def test_polarization_jump_is_the_step_over_the_scatter_of_a_site():
    domain = wall(YX)
    assert value("polarization_jump", domain, polarized(domain)) == pytest.approx(2 / (0.2 * math.sqrt(2)), rel=0.05)
    assert value("polarization_jump", stripes(YX, 13), polarized(domain)) < 0.3
    assert value("polarization_jump", random_labels(YX), polarized(domain)) < 0.3
    gap = polarized(domain)
    gap.polarization[::3] = np.nan
    assert value("polarization_jump", domain, gap) == pytest.approx(2 / (0.2 * math.sqrt(2)), rel=0.1)


def test_polarization_jump_does_not_see_a_trend():
    """Mis-tilt shifts the polarization slowly: the step across a wall that is none is that of like sites."""
    trend = sites_of(YX, polarization=0.1 * YX + 0.2 * NOISE)
    assert value("polarization_jump", wall(YX), trend) < 1.6
