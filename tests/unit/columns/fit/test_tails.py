"""Columns with tails: without bias where the tail is fitted, and as well as without where there is none."""

import numpy as np
import pytest

from ferrotune.columns.fit.refinement import refine_columns
from ferrotune.columns.fit.tails import said_of_shape
from helpers.tailed import CELL, MARGIN, SHIFT, tailed_crystal


def fitted(image, yx, tails, threads=1):
    """Columns inside the image fitted from whole pixels, and which of them (n,) are away from the frame."""
    inside = ((yx > -0.5 * CELL) & (yx < len(image) - 1 + 0.5 * CELL)).all(axis=1)
    fit = refine_columns(image, np.ones(image.shape, bool), np.rint(yx[inside]), CELL, threads=threads, tails=tails)
    true = yx[inside]
    return fit, true, ((true > MARGIN * CELL) & (true < len(image) - MARGIN * CELL)).all(axis=1), inside


def factor(found, true, kind, inner):
    """Displacement of B found over the true one, along it: what the error grows by with the side that B is moved to."""
    side = np.where(true[:, 0] < CELL * 8 + 7.3, 1, -1)[inner & (kind == 1)]
    error = (found - true)[inner & (kind == 1)].sum(axis=1) / np.sqrt(2)
    return 1 + (side * error).mean() / SHIFT


@pytest.mark.parametrize(("share", "ratio"), [(0.15, 2.0), (0.1, 1.8), (0.2, 1.6)])
def test_tails_of_a_lengthen_the_displacement_unless_they_are_fitted(share, ratio):
    image, yx, kind = tailed_crystal(share, ratio)
    fit, true, inner, inside = fitted(image, yx, tails=True)
    kind = kind[inside]
    assert factor(fit.gaussian_yx, true, kind, inner) > 1.02
    assert factor(fit.yx, true, kind, inner) == pytest.approx(1.0, abs=0.01)
