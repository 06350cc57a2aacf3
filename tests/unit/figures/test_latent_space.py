"""Figure of the latent space: each variable in its place, angles from their mean, nothing invented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.collections import PathCollection

from ferrotune.figures import palette, style
from ferrotune.figures.latent_space import from_mean, latent_space
from helpers.latent_data import ATTRIBUTES, MASK, SIDE, WALLS, latents_of, map_of, sites, titled, value_at
from helpers.written import written


def test_decoded_images_stand_where_their_latent_variables_say_as_differences_from_their_mean():
    figure = latent_space(latents_of(), ATTRIBUTES, WALLS, MASK)
    for name in "AB":
        axes = titled(figure, f"decoded for {name}, minus the mean")
        shown = axes.images[0].get_array().filled(np.nan)
        np.testing.assert_array_equal(np.unique(shown[np.isfinite(shown)]), np.arange(15) - 7)
        assert shown[0, 0] == -7  # the smallest place on the first axis to the left, the largest on the second on top
        assert shown[-1, -1] == 7
        for tick, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
            assert float(label.get_text()) == shown[0, int(tick)] + 7 - 2
    first, second = (map_of(figure, f"decoded for {name}, minus the mean").get_clim() for name in "AB")
    assert first == second == (-7, 7)  # in the same colours


def test_the_mean_of_the_decoded_images_stands_in_the_middle():
    latents = latents_of()
    latents["manifold"] = latents["manifold"] + np.arange(48.0).reshape(8, 6)
    axes = titled(latent_space(latents, ATTRIBUTES, WALLS, MASK), "decoded for A, minus the mean")
    mean = axes.images[1]
    np.testing.assert_allclose(mean.get_array(), 7 + np.arange(48.0).reshape(8, 6))
    left, right, bottom, top = mean.get_extent()
    wide, tall = axes.images[0].get_array().shape[::-1]
    np.testing.assert_allclose([(left + right) / 2, (top + bottom) / 2], [wide / 2, tall / 2], atol=1)


def test_every_site_is_in_the_plane_of_its_sublattice_in_the_colour_of_its_label():
    latents = latents_of()
    latents["z"][0] = [-1.6, 7.0]  # far beyond what is decoded
    figure = latent_space(latents, ATTRIBUTES, WALLS, MASK)
    for kind, name in enumerate("AB"):
        axes = titled(figure, f"{SIDE**2} {name} columns")
        (points,) = (c for c in axes.collections if isinstance(c, PathCollection))
        found = points.get_offsets()
        expected = latents["z"][latents["sublattice"] == kind]
        np.testing.assert_allclose(np.sort(found[:, 0]), np.sort(expected[:, 0]))
        colours = points.get_facecolors()[:, :3]
        np.testing.assert_allclose(colours, palette.domain_colours((found[:, 0] < 0).astype(int)))
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        assert left < found[:, 0].min() and found[:, 0].max() < right and bottom < -1 and top > 7
        assert points.get_rasterized()  # tens of thousands of sites


def test_shifts_and_discrete_classes_have_maps_where_the_model_has_them():
    latents, right = latents_of(), sites()[0][:, 1] > 60
    latents["shift"] = np.where(right, 0.5, -0.25)[:, None] * np.array([1.0, -1.0])
    latents["state"] = np.where(right[:, None], [0.1, 0.2, 0.7], [0.9, 0.1, 0.0])
    figure = latent_space(latents, ATTRIBUTES, WALLS, MASK)
    for title, of_right in (("shift down (px)", 0.5), ("shift across (px)", -0.5)):
        assert value_at(map_of(figure, title), 60, 100) == pytest.approx(of_right)
        assert value_at(map_of(figure, title), 60, 20) == pytest.approx(-of_right / 2)
    states = map_of(figure, "most probable class")
    assert (value_at(states, 60, 20), value_at(states, 60, 100)) == (0, 2)
    np.testing.assert_allclose(states.to_rgba(2.0)[:3], palette.domain_colour(2))
    without = latent_space(latents_of(), ATTRIBUTES, WALLS, MASK)
    assert not {"shift down (px)", "most probable class"} & {axes.get_title() for axes in without.axes}


def test_z_is_drawn_about_0_and_noise_does_not_fill_the_scale():
    image, noise = (map_of(latent_space(latents_of(), ATTRIBUTES, WALLS, MASK), f"z$_{n}$") for n in (1, 2))
    low, high = image.get_clim()
    assert low == -high and 1.5 < high < 2
    assert value_at(image, 60, 20) < -1 and value_at(image, 60, 100) > 1
    assert noise.get_clim() == (low, high)  # the two are compared
    weak = latents_of()
    weak["z"] = 0.01 * weak["z"]
    assert map_of(latent_space(weak, ATTRIBUTES, WALLS, MASK), "z$_1$").get_clim() == (-1, 1)


@given(st.floats(-720, 720), arrays(float, 50, elements=st.floats(-80, 80)))
def test_angles_do_not_depend_on_their_zero(start, angle):
    one, other = from_mean(angle), from_mean(angle + start)
    np.testing.assert_allclose((other - one + 180) % 360 - 180, 0, atol=1e-8)
    assert abs(np.sin(np.radians(one)).sum()) < 1e-9  # a circular mean of 0
    np.testing.assert_allclose(np.diff(one), np.diff(angle), atol=1e-8)  # none is wrapped: all are within 160 degrees


def test_colours_go_around_where_angles_do():
    narrow = map_of(latent_space(latents_of(deviation=5), ATTRIBUTES, WALLS, MASK), "angle (°)")
    assert narrow.get_clim()[1] == pytest.approx(5, abs=0.5)
    wide = map_of(latent_space(latents_of(deviation=180), ATTRIBUTES, WALLS, MASK), "angle (°)")
    assert wide.get_clim() == (-180, 180)
    first, last = (np.array(wide.cmap(value)) for value in (0.0, 1.0))
    np.testing.assert_allclose(first, last, atol=0.02)


@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("angles", [0, 1])
def test_there_is_a_map_of_each_latent_variable_and_none_of_what_is_not_there(count, angles):
    latents = latents_of(count, angles, dropout=False)
    figure = latent_space(latents, ATTRIBUTES, WALLS, MASK)
    for n in range(count):
        assert map_of(figure, f"z$_{n + 1}$")
    titles = [axes.get_title() for axes in figure.axes]
    assert titles.count("angle (°)") == angles
    assert ("No angle" in written(figure)) == (not angles)
    assert ("other principal axes" in written(figure)) == (count > 2)
    if count == 1:  # one row of images, and how many sites there are along it
        shown = map_of(figure, "decoded for A, minus the mean").get_array().filled(np.nan)
        np.testing.assert_array_equal(np.unique(shown[np.isfinite(shown)]), np.arange(5) - 2)
        bars = titled(figure, "144 A columns").containers
        assert sum(bar.get_height() for bar in bars[-1].patches) == 144 - sum(latents["label"][:144] == 0)
    assert style.render(figure, "png")
