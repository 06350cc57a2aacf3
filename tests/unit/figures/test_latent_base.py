"""What all figures of latent variables share: walls, the key of the labels, the answer where there is no model."""

import numpy as np
import pytest

from ferrotune.figures import latent_base, style
from ferrotune.figures.latent_density import latent_density
from ferrotune.figures.latent_space import latent_space
from ferrotune.figures.latent_uncertainty import latent_uncertainty
from helpers.latent_data import ATTRIBUTES, MASK, WALLS, latents_of, map_of
from helpers.written import written

ALL = (latent_space, latent_uncertainty, latent_density)


def test_walls_lie_over_every_map():
    for draw, count in ((latent_space, 3), (latent_uncertainty, 6), (latent_density, 1)):
        figure = draw(latents_of(), ATTRIBUTES, WALLS, MASK)
        walls = [line for axes in figure.axes for line in axes.lines if np.nanmax(line.get_xdata()) == 60]
        assert len(walls) == 2 * count  # a line and what sets it off


def test_a_key_of_many_labels_says_how_many_more_there_are():
    latents = latents_of()
    latents["label"] = (np.arange(len(latents["yx"])) % 12).astype(np.int8) - 1
    more = f"+{11 - latent_base.MOST}"
    for draw in (latent_space, latent_density):
        (key,) = draw(latents, ATTRIBUTES, WALLS, MASK).legends
        assert [text.get_text() for text in key.get_texts()] == ["label", *"0123456", more]


@pytest.mark.parametrize("draw", ALL)
def test_without_an_answer_the_figure_says_so(draw):
    latents = latents_of()
    latents |= {name: latents[name][:, :0] for name in ("z", "z_sigma", "z_dropout", "angle", "angle_sigma")}
    latents |= {name: latents[name][:0] for name in ("density_z", "density", "peak", "manifold", "heldout_elbo")}
    attributes = ATTRIBUTES | {"trial": None, "answer": "gradual", "clustering": None, "parameters": {}}
    figure = draw(latents, attributes, WALLS, MASK)
    assert written(figure).startswith("gradual")
    assert not figure.axes


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("file_format", ["png", "pdf"])
def test_latent_figures_are_the_same_bytes_each_time(draw, file_format):
    first, second = (style.render(draw(latents_of(), ATTRIBUTES, WALLS, MASK), file_format) for _ in range(2))
    assert first == second


def test_one_sublattice_and_no_walls():
    latents = latents_of()
    b = latents["sublattice"] == 1
    latents = {name: values[b] if len(values) == len(b) else values for name, values in latents.items()}
    walls = {"path_points": np.empty((0, 2)), "point_wall": np.empty(0, int)}
    for images in (latents["manifold"], latents["manifold"][1:]):
        figure = latent_space(latents | {"manifold": images}, ATTRIBUTES, walls, MASK)
        assert "decoded for A" not in written(figure)  # no A column was seen
        assert map_of(figure, "decoded for B, minus the mean").get_array().min() == -7
    assert all(style.render(draw(latents, ATTRIBUTES, walls, MASK), "png") for draw in ALL)
