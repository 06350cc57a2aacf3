"""Columns with tails: without bias where the tail is fitted, and as well as without where there is none."""

import numpy as np
import pytest

from ferrotune.columns.fit.refinement import refine_columns
from ferrotune.columns.fit.tails import Tails, said_of_shape
from helpers.tailed import CELL, MARGIN, SHIFT, tailed_crystal


def fitted(image, yx, tails, threads=1):
    """Columns inside the image fitted from whole pixels, and which of them (n,) are away from the frame."""
    inside = ((yx > -0.5 * CELL) & (yx < len(image) - 1 + 0.5 * CELL)).all(axis=1)
    fit = refine_columns(image, np.ones(image.shape, bool), np.rint(yx[inside]), CELL, threads=threads, tails=tails)
    true = yx[inside]
    return fit, true, ((true > MARGIN * CELL) & (true < len(image) - MARGIN * CELL)).all(axis=1), inside


def factor(found, true, kind, inner, cells=16):
    """Displacement of B found over the true one, along it: what the error grows by with the side that B is moved to."""
    side = np.where(true[:, 0] < CELL * (cells // 2) + 7.3, 1, -1)[inner & (kind == 1)]
    error = (found - true)[inner & (kind == 1)].sum(axis=1) / np.sqrt(2)
    return 1 + (side * error).mean() / SHIFT


@pytest.mark.parametrize(("share", "ratio"), [(0.15, 2.0), (0.2, 1.5)])
def test_tails_of_a_lengthen_the_displacement_unless_they_are_fitted(share, ratio):
    image, yx, kind = tailed_crystal(share, ratio, counts=20_000.0)
    fit, true, inner, inside = fitted(image, yx, tails=True)
    kind = kind[inside]
    assert factor(fit.gaussian_yx, true, kind, inner) > 1.05
    assert factor(fit.yx, true, kind, inner) == pytest.approx(1.0, abs=0.005)
    assert fit.tail == pytest.approx((share, ratio), rel=0.1)


def test_columns_without_tails_are_measured_as_well_as_by_gaussians():
    image, yx, _ = tailed_crystal(0.0, counts=200.0, cells=14)
    fit, true, inner, _ = fitted(image, yx, tails=True)
    errors = [np.sqrt(((of - true)[inner] ** 2).mean()) for of in (fit.gaussian_yx, fit.yx)]
    assert errors[1] < 1.03 * errors[0]
    assert (((fit.yx - true) / fit.sigma_yx)[inner] ** 2).mean() == pytest.approx(1.0, abs=0.15)


def test_an_image_without_room_for_squares_is_fitted_as_gaussians():
    image, yx, _ = tailed_crystal(0.0, cells=6)
    fit, _, inner, _ = fitted(image, yx, tails=True)
    assert fit.tail.share == 0 and np.abs((fit.yx - fit.gaussian_yx)[inner]).max() < 0.05


def test_tails_are_the_same_on_one_core_and_on_two():
    image, yx, _ = tailed_crystal(0.15, cells=10)
    one, two = (fitted(image, yx, True, threads)[0] for threads in (1, 2))
    assert one.yx.tobytes() == two.yx.tobytes() and one.tail == two.tail


def test_the_shape_is_said():
    assert said_of_shape(None) == "columns are Gaussians"
    assert said_of_shape(Tails(0.15, 2.0)).endswith("with a tail, 2.00 times as wide, 0.15 times as high")
