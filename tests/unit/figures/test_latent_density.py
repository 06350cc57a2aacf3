"""Figure of the density of latent variables: peaks in the colours of their labels, and the training."""

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb

from ferrotune.figures import palette
from ferrotune.figures.latent_density import latent_density, peak_colours
from helpers.latent_data import ATTRIBUTES, MASK, WALLS, latents_of
from helpers.written import written


def test_peaks_have_the_colour_of_the_sites_around_them_however_labels_are_numbered():
    latents = latents_of()
    z, label = latents["z"][:, 0], latents["label"]
    assert peak_colours(np.array([-1.5, 1.5]), z, label) == [palette.domain_colour(1), palette.domain_colour(0)]
    assert peak_colours(np.array([-1.5, 1.5]), z, 4 * label)[0] == palette.domain_colour(4)
    assert peak_colours(np.array([-1.5, 9.0]), z, label)[1] == palette.GREY  # no site is near
    axes = latent_density(latents, ATTRIBUTES, WALLS, MASK).axes
    marked = [next(c for c in of.collections if isinstance(c, PathCollection)) for of in axes[:2]]
    np.testing.assert_allclose([marks.get_offsets()[:, 0] for marks in marked], [[-1.5, 1.5]] * 2)
    np.testing.assert_allclose(marked[0].get_facecolors()[:, :3], palette.domain_colours([1, 0]))
    np.testing.assert_allclose(marked[1].get_facecolors()[:, :3], 1.0)  # it was not clustered
    assert [of.get_title() for of in axes[:2]] == ["clustered", ""]


def test_fewer_peaks_than_asked_for_are_said():
    latents = latents_of()
    assert "2 peaks, fewer than the 5 asked for" in written(latent_density(latents, ATTRIBUTES, WALLS, MASK))
    latents["peak"] = np.isin(np.arange(41), (3, 10, 17, 24, 31)) & np.ones((2, 1), bool)
    said = written(latent_density(latents, ATTRIBUTES, WALLS, MASK))
    assert "5 peaks. Each site" in said and "fewer" not in said


def test_peaks_do_not_pass_for_what_made_the_labels():
    attributes = ATTRIBUTES | {"clustering": "gmm", "parameters": {"components": 2}}
    figure = latent_density(latents_of(), attributes, WALLS, MASK)
    assert "made by gmm, not from these peaks" in written(figure)
    assert "clustered" not in [axes.get_title() for axes in figure.axes]
    marks = next(c for c in figure.axes[0].collections if isinstance(c, PathCollection))
    np.testing.assert_allclose(marks.get_facecolors()[:, :3], 1.0)


def test_peaks_of_the_angle_are_not_those_of_a_latent_variable():
    figure = latent_density(latents_of(), ATTRIBUTES | {"parameters": {"variable": 3.0}}, WALLS, MASK)
    assert "from peaks of the angle, not from these" in written(figure)
    assert "clustered" not in [axes.get_title() for axes in figure.axes]


def test_the_best_epoch_is_marked_on_the_held_out_curve():
    axes = latent_density(latents_of(), ATTRIBUTES, WALLS, MASK).axes[-1]
    (mark,) = (c for c in axes.collections if isinstance(c, PathCollection))
    np.testing.assert_allclose(mark.get_offsets(), [[3, -21]])  # epochs are counted from 1
    held = next(line for line in axes.lines if to_rgb(line.get_color()) == to_rgb(palette.BLUE))
    np.testing.assert_allclose(held.get_xydata()[2], [3, -21])
    low, high = axes.get_ylim()
    assert -95 < low < -40 and high > -12  # the first epoch does not flatten the others
