"""Figure of the uncertainty of latent variables: maps of standard deviations, and words where there are none."""

import numpy as np
import pytest

from ferrotune.figures.latent_uncertainty import latent_uncertainty
from helpers.latent_data import ATTRIBUTES, MASK, WALLS, latents_of, value_at
from helpers.written import written


def test_standard_deviations_are_drawn_or_the_figure_says_that_there_are_none():
    figure = latent_uncertainty(latents_of(), ATTRIBUTES, WALLS, MASK)
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == ["z$_1$", "z$_2$", "angle (°)"] * 2
    latents, shown = latents_of(), [axes.images[0] for axes in figure.axes if axes.get_title()]
    names = [
        ("z_sigma", 0),
        ("z_sigma", 1),
        ("angle_sigma", 0),
        ("z_dropout", 0),
        ("z_dropout", 1),
        ("angle_dropout", 0),
    ]
    for image, (name, column) in zip(shown, names, strict=True):
        site = np.argmin(np.hypot(*(latents["yx"] - 60).T))
        assert value_at(image, *latents["yx"][site]) == pytest.approx(latents[name][site, column])
        assert image.get_clim() == tuple(np.percentile(latents[name], [2, 98]))  # one scale for all z
    without = latent_uncertainty(latents_of(angles=0, dropout=False), ATTRIBUTES, WALLS, MASK)
    assert [axes.get_title() for axes in without.axes if axes.get_title()] == ["z$_1$", "z$_2$"]
    assert "trained without dropout" in written(without) and "no angle" in written(without)
    assert "without dropout" not in written(figure) and "no angle" not in written(figure)
