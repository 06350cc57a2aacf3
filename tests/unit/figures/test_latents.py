"""Figures of latent variables: each in its place, angles whatever they are counted from, nothing invented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb

from ferrotune.figures import latent_base
from ferrotune.figures import palette, style
from ferrotune.figures.latent_density import latent_density, peak_colours
from ferrotune.figures.latent_uncertainty import latent_uncertainty
from ferrotune.figures.latent_space import from_mean, latent_space
from helpers.written import written

CELL, SIDE = 10.0, 12  # px; cells
MASK = np.ones((120, 120), bool)
WALLS = {"path_points": np.array([[0.0, 6.0], [12.0, 6.0]]), "point_wall": np.zeros(2, int)}
ATTRIBUTES = {
    "answer": "trial 3",
    "trial": 3,
    "parameters": {"variable": 1},
    "clustering": "kde_peaks",
    "cell_px": CELL,
    "pixel_size_pm": 15.6,
    "best_epoch": 2,
}
ALL = (latent_space, latent_uncertainty, latent_density)


def _sites():
    """A columns in the middle of unit cells, B columns half a cell further along both axes."""
    a = CELL * np.stack(np.mgrid[0.25:SIDE, 0.25:SIDE], axis=-1).reshape(-1, 2)
    return np.concatenate([a, a + CELL / 2]), np.repeat([0, 1], len(a)).astype(np.int8)


def _latents(count=2, angles=1, dropout=True, spread=5.0):
    """Two domains, left and right, apart in z1."""
    yx, sublattice = _sites()
    rng, n, right = np.random.default_rng(0), len(yx), yx[:, 1] > 60
    z = 0.1 * rng.standard_normal((n, count)) + np.where(right, 1.5, -1.5)[:, None] * (np.arange(count) == 0)
    angle = spread * rng.uniform(-1, 1, (n, angles)) + 130.0
    density_z = np.tile(np.linspace(-2, 2, 41), (count, 1))
    density = np.exp(-((density_z - 1.5) ** 2)) + np.exp(-((density_z + 1.5) ** 2))
    peak = np.isin(np.round(density_z, 6), (-1.5, 1.5))
    pictures = np.arange(2 * 3 * 5, dtype=float).reshape(2, 3, 5, 1, 1) + np.zeros((8, 6))
    return {
        "yx": yx,
        "sublattice": sublattice,
        "label": np.where(right, 0, 1).astype(np.int8),
        "z": z,
        "z_sigma": np.full((n, count), 0.25) + 0.01 * rng.random((n, count)),
        "z_dropout": rng.random((n, count if dropout else 0)),
        "angle": angle,
        "shift": np.zeros((n, 0)),
        "state": np.zeros((n, 0)),
        "angle_sigma": rng.random((n, angles)),
        "angle_dropout": rng.random((n, angles if dropout else 0)),
        "manifold": pictures,
        "manifold_z1": np.linspace(-2, 2, 5),
        "manifold_z2": np.array([1.0, 0.0, -1.0]),
        "density_z": density_z,
        "density": density,
        "peak": peak,
        "training_elbo": np.array([-90.0, -30, -20, -15, -12]),
        "heldout_elbo": np.array([-95.0, -40, -21, -22, -23]),
    }


def _titled(figure, title):
    (axes,) = (axes for axes in figure.axes if axes.get_title() == title)
    return axes


def _map(figure, title):
    return _titled(figure, title).images[0]


def _at(picture, y, x):
    left, right, bottom, top = picture.get_extent()
    rows, columns = picture.get_array().shape[:2]
    return picture.get_array()[int((y - top) / (bottom - top) * rows), int((x - left) / (right - left) * columns)]


# The latent space


def test_pictures_stand_where_their_latent_variables_say():
    figure = latent_space(_latents(), ATTRIBUTES, WALLS, MASK)
    for kind, name in enumerate("AB"):
        axes = _titled(figure, f"decoded for {name}")
        shown = axes.images[0].get_array().filled(np.nan)
        np.testing.assert_array_equal(np.unique(shown[np.isfinite(shown)]), 15 * kind + np.arange(15))
        assert shown[0, 0] == 15 * kind  # the smallest z1 to the left, the largest z2 on top
        assert shown[-1, -1] == 15 * kind + 14
        for tick, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
            column = shown[0, int(tick)] - 15 * kind
            assert float(label.get_text()) == column - 2
    first, second = (_map(figure, f"decoded for {name}").get_clim() for name in "AB")
    assert first == second  # in the same greys


def test_every_site_is_in_the_plane_of_its_sublattice_in_the_colour_of_its_label():
    latents = _latents()
    latents["z"][0] = [-1.6, 7.0]  # far beyond what is decoded
    figure = latent_space(latents, ATTRIBUTES, WALLS, MASK)
    for kind, name in enumerate("AB"):
        axes = _titled(figure, f"{SIDE**2} {name} columns")
        (points,) = (c for c in axes.collections if isinstance(c, PathCollection))
        found = points.get_offsets()
        expected = latents["z"][latents["sublattice"] == kind]
        np.testing.assert_allclose(np.sort(found[:, 0]), np.sort(expected[:, 0]))
        colours = points.get_facecolors()[:, :3]
        np.testing.assert_allclose(colours, palette.domain_colours((found[:, 0] < 0).astype(int)))
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        assert left < found[:, 0].min() and found[:, 0].max() < right and bottom < -1 and top > 7
        assert points.get_rasterized()  # tens of thousands of sites


def test_shifts_and_states_have_maps_where_the_model_has_them():
    latents, right = _latents(), _sites()[0][:, 1] > 60
    latents["shift"] = np.where(right, 0.5, -0.25)[:, None] * np.array([1.0, -1.0])
    latents["state"] = np.where(right[:, None], [0.1, 0.2, 0.7], [0.9, 0.1, 0.0])
    figure = latent_space(latents, ATTRIBUTES, WALLS, MASK)
    for title, of_right in (("shift down (px)", 0.5), ("shift across (px)", -0.5)):
        assert _at(_map(figure, title), 60, 100) == pytest.approx(of_right)
        assert _at(_map(figure, title), 60, 20) == pytest.approx(-of_right / 2)
    states = _map(figure, "likeliest state")
    assert (_at(states, 60, 20), _at(states, 60, 100)) == (0, 2)
    np.testing.assert_allclose(states.to_rgba(2.0)[:3], palette.domain_colour(2))
    without = latent_space(_latents(), ATTRIBUTES, WALLS, MASK)
    assert not {"shift down (px)", "likeliest state"} & {axes.get_title() for axes in without.axes}


def test_z_is_drawn_about_0_and_noise_does_not_fill_the_scale():
    picture, noise = (_map(latent_space(_latents(), ATTRIBUTES, WALLS, MASK), f"z$_{n}$") for n in (1, 2))
    low, high = picture.get_clim()
    assert low == -high and 1.5 < high < 2
    assert _at(picture, 60, 20) < -1 and _at(picture, 60, 100) > 1
    assert noise.get_clim() == (-1, 1)


def test_walls_lie_over_every_map():
    for draw, count in ((latent_space, 3), (latent_uncertainty, 6), (latent_density, 1)):
        figure = draw(_latents(), ATTRIBUTES, WALLS, MASK)
        walls = [line for axes in figure.axes for line in axes.lines if np.nanmax(line.get_xdata()) == 60]
        assert len(walls) == 2 * count  # a line and what sets it off


@given(st.floats(-720, 720), arrays(float, 50, elements=st.floats(-80, 80)))
def test_angles_do_not_hang_on_what_they_are_counted_from(start, angle):
    one, other = from_mean(angle), from_mean(angle + start)
    np.testing.assert_allclose((other - one + 180) % 360 - 180, 0, atol=1e-8)
    assert abs(np.sin(np.radians(one)).sum()) < 1e-9  # a circular mean of 0
    np.testing.assert_allclose(np.diff(one), np.diff(angle), atol=1e-8)  # none is wrapped: all are within 160 degrees


def test_colours_go_around_where_angles_do():
    narrow = _map(latent_space(_latents(spread=5), ATTRIBUTES, WALLS, MASK), "angle (°)")
    assert narrow.get_clim()[1] == pytest.approx(5, abs=0.5)
    wide = _map(latent_space(_latents(spread=180), ATTRIBUTES, WALLS, MASK), "angle (°)")
    assert wide.get_clim() == (-180, 180)
    first, last = (np.array(wide.cmap(value)) for value in (0.0, 1.0))
    np.testing.assert_allclose(first, last, atol=0.02)


@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("angles", [0, 1])
def test_there_is_a_map_of_each_latent_variable_and_none_of_what_is_not_there(count, angles):
    latents = _latents(count, angles, dropout=False)
    figure = latent_space(latents, ATTRIBUTES, WALLS, MASK)
    for n in range(count):
        assert _map(figure, f"z$_{n + 1}$")
    titles = [axes.get_title() for axes in figure.axes]
    assert titles.count("angle (°)") == angles
    assert ("no angle" in written(figure)) == (not angles)
    assert ("at their median" in written(figure)) == (count > 2)
    if count == 1:  # one row of pictures, and how many sites there are along it
        shown = _map(figure, "decoded for A").get_array().filled(np.nan)
        np.testing.assert_array_equal(np.unique(shown[np.isfinite(shown)]), np.arange(5))
        bars = _titled(figure, "144 A columns").containers
        assert sum(bar.get_height() for bar in bars[-1].patches) == 144 - sum(latents["label"][:144] == 0)
    assert style.render(figure, "png")


def test_a_key_of_many_labels_says_how_many_more_there_are():
    latents = _latents()
    latents["label"] = (np.arange(len(latents["yx"])) % 12).astype(np.int8) - 1
    more = f"+{11 - latent_base.MOST}"
    for draw in (latent_space, latent_density):
        (key,) = draw(latents, ATTRIBUTES, WALLS, MASK).legends
        assert [text.get_text() for text in key.get_texts()] == ["label", *"0123456", more]


# How sure it is


def test_spreads_are_drawn_where_they_are_and_said_where_they_are_not():
    figure = latent_uncertainty(_latents(), ATTRIBUTES, WALLS, MASK)
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == ["z$_1$", "z$_2$", "angle (°)"] * 2
    latents, shown = _latents(), [axes.images[0] for axes in figure.axes if axes.get_title()]
    names = [
        ("z_sigma", 0),
        ("z_sigma", 1),
        ("angle_sigma", 0),
        ("z_dropout", 0),
        ("z_dropout", 1),
        ("angle_dropout", 0),
    ]
    for picture, (name, column) in zip(shown, names, strict=True):
        site = np.argmin(np.hypot(*(latents["yx"] - 60).T))
        assert _at(picture, *latents["yx"][site]) == pytest.approx(latents[name][site, column])
        assert picture.get_clim() == tuple(np.percentile(latents[name][:, column], [2, 98]))
    without = latent_uncertainty(_latents(angles=0, dropout=False), ATTRIBUTES, WALLS, MASK)
    assert [axes.get_title() for axes in without.axes if axes.get_title()] == ["z$_1$", "z$_2$"]
    assert "trained without dropout" in written(without) and "no angle" in written(without)
    assert "without dropout" not in written(figure) and "no angle" not in written(figure)


# Peaks, labels, training


def test_peaks_have_the_colour_of_the_sites_around_them_however_labels_are_numbered():
    latents = _latents()
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
    latents = _latents()
    assert "2 peaks, fewer than the 5 asked for" in written(latent_density(latents, ATTRIBUTES, WALLS, MASK))
    latents["peak"] = np.isin(np.arange(41), (3, 10, 17, 24, 31)) & np.ones((2, 1), bool)
    said = written(latent_density(latents, ATTRIBUTES, WALLS, MASK))
    assert "5 peaks. Each site" in said and "fewer" not in said


def test_peaks_do_not_pass_for_what_made_the_labels():
    attributes = ATTRIBUTES | {"clustering": "gmm", "parameters": {"components": 2}}
    figure = latent_density(_latents(), attributes, WALLS, MASK)
    assert "made by gmm, not from these peaks" in written(figure)
    assert "clustered" not in [axes.get_title() for axes in figure.axes]
    marks = next(c for c in figure.axes[0].collections if isinstance(c, PathCollection))
    np.testing.assert_allclose(marks.get_facecolors()[:, :3], 1.0)


def test_peaks_of_the_angle_are_not_those_of_a_latent_variable():
    figure = latent_density(_latents(), ATTRIBUTES | {"parameters": {"variable": 3.0}}, WALLS, MASK)
    assert "from peaks of the angle, not from these" in written(figure)
    assert "clustered" not in [axes.get_title() for axes in figure.axes]


def test_the_best_epoch_is_marked_on_the_held_out_curve():
    axes = latent_density(_latents(), ATTRIBUTES, WALLS, MASK).axes[-1]
    (mark,) = (c for c in axes.collections if isinstance(c, PathCollection))
    np.testing.assert_allclose(mark.get_offsets(), [[3, -21]])  # epochs are counted from 1
    held = next(line for line in axes.lines if to_rgb(line.get_color()) == to_rgb(palette.BLUE))
    np.testing.assert_allclose(held.get_xydata()[2], [3, -21])
    low, high = axes.get_ylim()
    assert -95 < low < -40 and high > -12  # the first epoch does not flatten the others


# All


@pytest.mark.parametrize("draw", ALL)
def test_without_an_answer_the_figure_says_so(draw):
    latents = _latents()
    latents |= {name: latents[name][:, :0] for name in ("z", "z_sigma", "z_dropout", "angle", "angle_sigma")}
    latents |= {name: latents[name][:0] for name in ("density_z", "density", "peak", "manifold", "heldout_elbo")}
    attributes = ATTRIBUTES | {"trial": None, "answer": "no walls above noise", "clustering": None, "parameters": {}}
    figure = draw(latents, attributes, WALLS, MASK)
    assert written(figure).startswith("no walls above noise")
    assert not figure.axes


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("file_format", ["png", "pdf"])
def test_latent_figures_are_the_same_bytes_each_time(draw, file_format):
    first, second = (style.render(draw(_latents(), ATTRIBUTES, WALLS, MASK), file_format) for _ in range(2))
    assert first == second


def test_one_sublattice_and_no_walls():
    latents = _latents()
    b = latents["sublattice"] == 1
    latents = {name: values[b] if len(values) == len(b) else values for name, values in latents.items()}
    walls = {"path_points": np.empty((0, 2)), "point_wall": np.empty(0, int)}
    for pictures in (latents["manifold"], latents["manifold"][1:]):
        figure = latent_space(latents | {"manifold": pictures}, ATTRIBUTES, walls, MASK)
        assert "decoded for A" not in written(figure)  # no A column was seen
        assert _map(figure, "decoded for B").get_array().min() == 15
    assert all(style.render(draw(latents, ATTRIBUTES, walls, MASK), "png") for draw in ALL)
