"""Figures: colours that mean what the key says, maps in place, like domains alike, bytes that repeat."""

import base64
import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.collections import PathCollection
from PIL import Image
from skimage.color import rgb2lab

from ferrotune.figures import explorer, fronts, image_axes, palette, style, wording
from ferrotune.figures.columns import figure_columns
from ferrotune.figures.confidence import figure_confidence
from ferrotune.figures.convergence import figure_convergence
from ferrotune.figures.domain_numbers import domain_numbers, match_labels
from ferrotune.figures.polarization import direction_colours, figure_polarization, full_magnitude
from ferrotune.figures.series import figure_series
from ferrotune.figures.wall_map import figure_walls
from ferrotune.front.contrast import contrasting_trial
from helpers.written import written

CELL = 10.0
NAN = np.nan


def _lattice(rows=12, columns=14):
    y, x = np.mgrid[0.5:rows, 0.5:columns]
    return CELL * np.column_stack([y.ravel(), x.ravel()])


# Colours


def test_opposite_directions_have_opposite_hues_and_none_is_white():
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    vectors = np.column_stack([np.sin(angle), np.cos(angle)])
    lab, opposite = rgb2lab(direction_colours(vectors, 1.0)), rgb2lab(direction_colours(-vectors, 1.0))
    cosine = (lab[:, 1:] * opposite[:, 1:]).sum(axis=1)
    cosine /= np.linalg.norm(lab[:, 1:], axis=1) * np.linalg.norm(opposite[:, 1:], axis=1)
    assert cosine.max() < -0.9
    np.testing.assert_allclose(direction_colours(np.zeros((1, 2)), 1.0), 1.0, atol=0.01)
    # even steps of direction are even steps to the eye: no step is twice another
    steps = np.linalg.norm(np.diff(lab, axis=0, append=lab[:1]), axis=1)
    assert steps.max() < 2 * steps.min()


@given(st.floats(0, 2 * np.pi), st.floats(0.05, 1.0))
def test_colour_depends_on_direction_and_share_alone(angle, share):
    vector = share * np.array([np.sin(angle), np.cos(angle)])
    one = direction_colours(vector, 1.0)
    np.testing.assert_allclose(direction_colours(15.6 * vector, 15.6), one, atol=1e-6)
    # a longer vector is further from white
    weaker = direction_colours(0.5 * vector, 1.0)
    assert np.linalg.norm(rgb2lab(one) - [100, 0, 0]) > np.linalg.norm(rgb2lab(weaker) - [100, 0, 0])


def test_unknown_polarization_is_grey_and_noise_does_not_fill_the_scale():
    assert np.ptp(direction_colours([[NAN, 1.0]], 1.0)) == 0
    noise = np.random.default_rng(0).normal(0, 0.01 * CELL, (500, 2))
    assert full_magnitude(noise, CELL) == pytest.approx(0.1 * CELL)
    assert full_magnitude(np.full((500, 2), 0.2 * CELL), CELL) == pytest.approx(0.2 * CELL * np.sqrt(2))
    assert full_magnitude(np.full((5, 2), NAN), CELL) > 0


def test_domains_have_different_colours():
    colours = palette.domain_colours(np.arange(-1, 20))
    assert len(np.unique(colours.round(4), axis=0)) == 21
    np.testing.assert_array_equal(colours[0], palette.NOWHERE)


# Maps


def test_a_site_is_drawn_at_its_place_and_not_beyond():
    mask = np.ones((100, 120), bool)
    mask[:30] = False
    yx = np.array([[50.0, 40.0], [60.0, 40.0], [20.0, 40.0]])
    sites, (left, right, bottom, top) = image_axes.site_map(yx, mask, CELL)
    rows, columns = sites.shape

    def at(y, x):
        return sites[int((y - top) / (bottom - top) * rows), int((x - left) / (right - left) * columns)]

    assert [at(50, 40), at(60, 40)] == [0, 1]
    assert at(56.5, 40) == 1
    assert at(50, 52) == -1  # more than 0.75 cells off
    assert at(20, 40) == -1  # masked


def test_greys_are_means_of_what_is_not_masked():
    image, mask = np.full((2000, 1900), 3.0, np.float32), np.ones((2000, 1900), bool)
    image[::2], image[:, 950:], mask[:, 950:951] = 5.0, 8.0, False
    grey, share, factor = image_axes.grey_levels(image, mask, 200)
    assert factor == 10 and grey.shape == share.shape == (200, 190)
    np.testing.assert_allclose(grey, np.repeat([[0.0, 1.0]], 95, axis=1).repeat(200, axis=0))
    np.testing.assert_allclose(np.unique(share), [0.9, 1.0])
    assert (image_axes.grey_levels(image, ~mask & False, 200)[0] == 0).all()


@pytest.mark.parametrize("finest", [image_axes.FINEST, explorer.FINEST, 40])
def test_maps_stay_small_for_full_size_images(finest):
    sites, (left, right, bottom, top) = image_axes.site_map(np.empty((0, 2)), np.ones((4400, 4300), bool), 26.0, finest)
    assert max(sites.shape) <= finest + 1
    assert (right - left, bottom - top) == pytest.approx((4300, 4400), abs=4400 / min(sites.shape))
    assert (sites == -1).all()


# Segmentations


@given(arrays(np.int64, 60, elements=st.integers(0, 5)), st.permutations(range(6)))
def test_matching_undoes_a_renaming(labels, names):
    renamed = np.array(names)[labels]
    found = match_labels(renamed, labels)
    np.testing.assert_array_equal([found[label] for label in renamed.tolist()], labels)


def test_matching_pairs_by_shared_sites_and_gives_the_rest_new_numbers():
    onto = np.array([0, 0, 0, 0, 1, 1, 1, -1])
    labels = np.array([7, 7, 7, 3, 3, 5, 5, 9])
    assert match_labels(labels, onto) == {7: 0, 5: 1, 3: 2, 9: 3}
    assert match_labels(labels, np.full(8, -1)) == {7: 0, 3: 1, 5: 2, 9: 3}
    # what the first does not decide the second does
    assert match_labels(labels, onto, np.array([0, 0, 0, 4, 4, 4, 4, 6]))[9] == 6
    assert match_labels(np.full(3, -1), np.zeros(3, int)) == {}


def test_numbers_follow_the_reference_at_matched_places():
    yx = _lattice()
    truth = (yx[:, 1] > 70).astype(int)
    reference = np.where(yx[:, 0] < 10, -1, truth)
    (numbers, other), of_reference = domain_numbers(
        [1 - truth, np.where(yx[:, 0] > 60, 4, truth)], reference, yx, yx + 1.0, CELL
    )
    known = of_reference >= 0
    np.testing.assert_array_equal(numbers[known], of_reference[known])
    assert set(of_reference[~known]) == {-1}
    assert set(other) == {0, 1, 2}


def test_the_contrasting_trial_is_on_the_front_and_differs_most():
    selected = np.repeat([0, 1], 20)
    labels = np.stack([selected, 1 - selected, np.arange(40) % 2, np.repeat([0, 1], [10, 30])])
    losses = np.array([[0, 3], [1, 2], [2, 1], [3, 0.0]])
    assert contrasting_trial(losses, labels, selected) == 2
    # a front that agrees altogether gives way to the next one; what may not be on a front is passed over
    assert contrasting_trial(np.array([[0, 0], [0, 1], [9, 9], [2, 2.0]]), labels, selected) == 3
    assert contrasting_trial(np.array([[0, 0], [0, 1], [9, 9], [NAN, 2]]), labels, selected) == 2
    assert contrasting_trial(losses[:2], labels[:2], selected) is None
    assert contrasting_trial(np.full((4, 2), NAN), labels, selected) is None


# Figures


def _columns_figure(pixel_size_pm=15.6):
    rng = np.random.default_rng(1)
    yx, mask = _lattice(), np.ones((120, 140), bool)
    mask[:20, :20] = False
    sublattice = np.arange(len(yx)) % 2
    return figure_columns(rng.random(mask.shape), mask, yx, np.full(yx.shape, 0.1), sublattice, CELL, pixel_size_pm)


def test_columns_figure_states_the_position_error():
    assert "A 1.6 pm, B 1.6 pm" in written(_columns_figure())
    assert "A 0.100 px, B 0.100 px" in written(_columns_figure(None))


def test_only_columns_in_the_magnified_part_are_drawn():
    yx, mask = CELL * np.stack(np.mgrid[:60, :60], axis=-1).reshape(-1, 2), np.ones((600, 600), bool)
    figure = figure_columns(np.ones(mask.shape), mask, yx, yx, np.zeros(len(yx), int), CELL, None)
    (marks,) = (c for c in figure.axes[1].collections if isinstance(c, PathCollection))
    assert 12**2 <= len(marks.get_offsets()) <= 14**2


def test_figures_are_the_same_bytes_each_time():
    for file_format in ("png", "pdf", "svg"):
        first, second = (style.render(_columns_figure(), file_format) for _ in range(2))
        assert first == second
        assert b"matplotlib" not in first[:2000].lower()


def test_polarization_figure_survives_cells_without_a_b_column():
    yx = _lattice()
    p = np.full(yx.shape, NAN)
    flat = np.full(len(yx), CELL)
    for polarization in (p, np.where(yx[:, :1] > 50, p, 0.5)):
        figure = figure_polarization(yx, polarization, flat, flat, 9 * flat, 0.1, np.ones((120, 140), bool), CELL, None)
        assert style.render(figure, "png")[:4] == b"\x89PNG"


def _scatter(rewards, names, **marks):
    rewards = np.asarray(rewards, float)
    directions = ["maximise" if name == "length" else "minimise" for name in names]
    status = np.array(["ok"] * len(rewards), dtype=object)
    front = np.zeros(len(rewards), bool)
    front[:2] = True
    special = {"knee": 0, "selected": 0, "contrasting": 1} | marks
    return fronts.Scatter(rewards, names, directions, status, front, *special.values())


def _front_figure(scatter, lines=1):
    yx = _lattice()
    panel = fronts.Panel(np.zeros(len(yx), int), yx, "title", ["line"] * lines)
    other = None if scatter.contrasting is None else panel
    return fronts.figure_front(scatter, panel, other, panel, np.ones((120, 140), bool), CELL, 15.6)


def _place(figure, marker_size):
    """Offsets of the first scatter of one size in the first axes."""
    found = [c for c in figure.axes[0].collections if isinstance(c, PathCollection) and c.get_sizes()[0] == marker_size]
    return found[0].get_offsets()


def test_front_figure_marks_the_trials_and_bounds_what_they_dominate():
    scatter = _scatter([[0.01, 10], [0.05, 30], [0.06, 5], [0.03, 8]], ["curvature", "length"])
    figure = _front_figure(scatter)
    np.testing.assert_allclose(_place(figure, 90), [[0.01, 10]])  # selected
    np.testing.assert_allclose(_place(figure, 30), [[0.05, 30]])  # in contrast
    steps = figure.axes[0].lines[0].get_xydata()
    np.testing.assert_allclose(steps[1:4], [[0.01, 10], [0.05, 10], [0.05, 30]])
    # lower curvature and greater length are better: the edge leaves to the right and comes from below
    assert steps[0, 1] < 5
    assert steps[-1, 0] > 0.06
    assert figure.axes[0].get_xscale() == "linear"


def test_front_figure_of_more_objectives_is_a_grid_of_pairs():
    names = ["curvature", "length", "chord_to_arc"]
    figure = _front_figure(_scatter(np.random.default_rng(0).random((9, 3)), names))
    pairs = [axes for axes in figure.axes if axes.collections and axes.axison]
    assert len(pairs) == 3
    # the three objectives are named once an axis, at the triangle's edges
    labels = [label for axes in pairs for label in (axes.get_xlabel(), axes.get_ylabel()) if label]
    assert sorted(label.partition(" ")[0].partition("\n")[0] for label in labels) == [
        "chord-to-arc",
        "curvature",
        "length",
        "length",
    ]


def test_front_figure_without_any_answer():
    scatter = _scatter(np.full((5, 2), NAN), ["curvature", "length"], knee=None, selected=None, contrasting=None)
    scatter.status[:] = "one_cluster"
    scatter.front[:] = False
    figure = _front_figure(scatter)
    assert "one cluster (5, no rewards)" in written(figure)
    assert "no trial has rewards" in written(figure)
    assert style.render(figure, "png")


@pytest.mark.parametrize("lines", [1, 4, 7])
def test_every_line_below_a_panel_has_room(lines):
    figure = _front_figure(_scatter([[0.01, 10], [0.05, 30]], ["curvature", "length"]), lines)
    figure.canvas.draw()
    below = [t.get_window_extent() for axes in figure.axes for t in axes.texts if t.get_text().startswith("line")]
    titles = [t.get_window_extent() for axes in figure.axes for t in axes.texts if t.get_text() == "title"]
    assert len(below) == len(titles) == 3
    assert all(text.y0 > 0 for text in below)
    assert not any(text.overlaps(title) for text in below for title in titles)


def test_walls_are_drawn_in_pixels_and_rings_are_closed():
    turn = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    ring = np.column_stack([5 + 3 * np.sin(turn), 6 + 3 * np.cos(turn)])
    line = np.column_stack([np.linspace(1, 11, 41), np.full(41, 12.0)])
    points, wall = np.concatenate([ring, line]), np.repeat([0, 1], [80, 41])
    image, mask = np.zeros((120, 140)), np.ones((120, 140), bool)
    figure = figure_walls(image, mask, points, wall, np.array([[[1, 12], [11, 12.0]]]), ["2 walls"], CELL, None)
    drawn = figure.axes[0].lines[0].get_xydata()
    np.testing.assert_allclose(drawn[80], drawn[0])
    np.testing.assert_allclose(drawn[82:-1, 0], 120)
    none = figure_walls(
        image, mask, np.empty((0, 2)), np.empty(0), np.empty((0, 2, 2)), ["no walls above noise"], CELL, None
    )
    assert "no walls above noise" in written(none)
    assert not none.axes[0].lines


def _selected(shares):
    points, wall = np.concatenate([[[1.0, x], [6.0, x], [11.0, x]] for x in (4, 9)]), np.repeat([0, 1], 3)
    labels = (_lattice()[:, 1] > 60).astype(int)
    confidence = np.where(labels, shares[1], shares[0])
    selected = {"path_points": points, "point_wall": wall, "path_confidence": np.repeat(shares, 3)}
    return labels, selected | {"confidence": confidence, "wall_confidence": np.array(shares)}


def _confidence_figure(shares, chance):
    labels, selected = _selected(shares)
    by_chance = {"chance": chance, "wall_chance": chance}
    image, mask = np.zeros((120, 140)), np.ones((120, 140), bool)
    lines = (["of sites"], ["of walls"])
    return figure_confidence(image, mask, _lattice(), labels, selected, by_chance, lines, CELL, 15.6)


def test_sites_fade_and_walls_thin_with_what_confirms_them():
    figure = _confidence_figure([1.0, 0.25], 0.5)
    drawn = figure.axes[0].images[0].get_array() / 255
    left, right = drawn[40, 20], drawn[40, -20]
    np.testing.assert_allclose(left, palette.domain_colour(0), atol=1 / 255)
    share = palette.PALEST + (1 - palette.PALEST) * 0.25
    np.testing.assert_allclose(right, 1 - share * (1 - np.array(palette.domain_colour(1))), atol=1 / 255)
    casing, walls = figure.axes[1].collections
    np.testing.assert_allclose(walls.get_segments()[0], [[40, 10], [40, 60]])  # (x, y), px
    assert (np.array(casing.get_linewidths()) > walls.get_linewidths()).all()
    sure, unsure = walls.get_linewidths()[0], walls.get_linewidths()[-1]
    assert sure > 2 * unsure
    assert walls.get_colors()[0].sum() < walls.get_colors()[-1].sum()  # darker
    assert written(figure).count("chance") == 2
    assert style.render(figure, "pdf")


def test_without_a_trial_to_compare_with_nothing_fades_and_no_key_is_drawn():
    figure = _confidence_figure([NAN, NAN], None)
    assert len(figure.axes) == 2
    np.testing.assert_allclose(
        figure.axes[0].images[0].get_array()[40, 20] / 255, palette.domain_colour(0), atol=1 / 255
    )
    grey = figure.axes[1].collections[1].get_colors()
    np.testing.assert_allclose(grey[:, :3], 0.5)


def test_convergence_never_falls_and_shades_the_start():
    losses = np.array([[NAN, NAN], [3, 3], [1, 4], [4, 1], [2, 2.0]])
    front = np.array([False, False, True, True, True])
    figure = figure_convergence(losses, np.array([0, 0, 1, 1, 2]), ["no_walls", *["ok"] * 4], front, 2)
    curve = next(line for line in figure.axes[0].lines if len(line.get_xdata()) == 5)
    assert (np.diff(curve.get_ydata()) >= 0).all()
    assert curve.get_ydata()[0] == 0
    assert "start-up" in written(figure)
    assert "start-up" not in written(figure_convergence(losses, np.zeros(5), ["ok"] * 5, front, 0))


def test_series_goes_by_composition_or_by_name():
    ones = np.ones(3)
    found = {
        "density": ones,
        "variants": ones,
        "ari": ones,
        "best": ones,
        "answered": np.array([1, 0, 1], bool),
    }
    shared = (ones, ones, ones, ones, 90 * ones, {"one": found, "two": found}, "pm")
    by_composition = figure_series(["p", "q", "r"], np.array([0, 7, 7.0]), *shared)
    assert [t.get_text() for t in by_composition.axes[0].get_xticklabels()] == ["0", "7"]
    by_name = figure_series(["p", "q", "r"], np.array([0, NAN, 7]), *shared)
    assert [t.get_text() for t in by_name.axes[0].get_xticklabels()] == ["p", "q", "r"]
    assert style.render(by_name, "png") != style.render(by_composition, "png")


# Words and the page


def test_a_setting_of_several_pipelines_says_which_and_nothing_of_the_others():
    setting = {"pipeline": "fft_svd", "flatten": 0.0, "w1": float("nan"), "w2": None, "rank": 4.0, "covariance": None}
    assert wording.describe(setting, 26.06) == ["fft_svd", "rank 4", "background left"]


def test_settings_in_words():
    setting = {
        "w1": 1.25,
        "w2": 2.0,
        "rank": NAN,
        "components": 3,
        "covariance": "full",
        "flatten": 0,
        "other": 0.5,
    }
    words = [
        f"window 1.25 {wording.TIMES} 2 cells (33 {wording.TIMES} 53 px)",
        "raw (no reduction)",
        "k = 3",
        "full",
        "background left",
        "other 0.5",
    ]
    assert wording.describe(setting, 26.06) == words
    assert wording.setting_names(["trial", "round", "w1", "k", "length", "status"]) == ["w1", "k"]
    assert [wording.number(v) for v in (3.0, 0.0123456, -0.5, NAN, None, "full")] == [
        "3",
        "0.0123",
        f"{wording.MINUS}0.5",
        wording.NONE,
        wording.NONE,
        "full",
    ]


def test_confidence_in_words():
    chosen = {"trial": 3, "near_trials": 1, "near_distance": 0.05, "chance": 0.5, "wall_chance": None, "answer": ""}
    selected = _selected([1.0, 0.5])[1]
    of_sites, of_walls = wording.confidence_words(selected, chosen)
    assert of_sites[0] == "trial 3, held against 1 other trial within 0.05 of the front:"
    assert of_sites[1] == "mean agreement of sites 0.71 (chance 0.50)"  # 8 of 14 columns by half of the trials
    assert of_walls == [f"2 walls; share of trials with each (chance {wording.NONE}):", "1.00, 0.50"]
    many = selected | {"wall_confidence": np.linspace(0, 1, 9)}
    assert wording.confidence_words(many, chosen)[1][1] == "0.00 to 1.00, in the mean 0.75"
    alone = wording.confidence_words(selected, chosen | {"near_trials": 0})
    assert " ".join(alone[0]) == "trial 3: not compared, as no other trial lies within 0.05 of the front"
    none = chosen | {"trial": None, "answer": "no walls above noise"}
    assert wording.confidence_words(selected, none)[0] == ["no walls above noise"]


def _decoded(uri):
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


def test_a_confidence_picture_fades_and_is_clear_where_no_label_is():
    sites, numbers = np.array([[0, 1], [2, -1]]), np.array([0, 0, -1])
    picture = np.asarray(_decoded(explorer.confidence_picture(sites, numbers, np.array([1.0, 0.0, NAN]))))
    np.testing.assert_array_equal(picture[..., 3], [[255, 255], [0, 0]])
    np.testing.assert_allclose(picture[0, 0, :3] / 255, palette.domain_colour(0), atol=1 / 255)
    assert picture[0, 1, :3].min() > 200


@given(arrays(np.int64, 6, elements=st.integers(-1, 12)))
def test_a_label_picture_has_the_colours_of_the_figures(numbers):
    sites = np.array([[0, 1, 2, -1], [3, 4, 5, -1]])
    picture = np.asarray(_decoded(explorer.label_picture(sites, numbers)).convert("RGBA"))
    drawn = np.append(numbers, -1)[sites]
    np.testing.assert_array_equal(picture[..., 3], np.where(drawn < 0, 0, 255))
    colours = palette.domain_colours(drawn.ravel()).reshape(2, 4, 3)
    seen = drawn >= 0
    np.testing.assert_allclose(picture[seen][:, :3] / 255, colours[seen], atol=1 / 255)


def test_a_map_lies_over_its_image():
    frame = explorer.frame_of((-0.5, 99.5, 49.5, -0.5), (100, 200))
    assert frame == {"left": 0, "top": 0, "width": 50, "height": 50}


@pytest.mark.parametrize("image", ["Sm_0", "007", "on", "a b"])
def test_the_line_for_the_config_is_yaml_that_selects_the_trial(image):
    import yaml

    line = explorer.select_line(image, "patch_gmm", 17)
    assert yaml.safe_load(line) == {"select": {image: {"patch_gmm": 17}}}
    if image == "Sm_0":
        assert line == "select: {Sm_0: {patch_gmm: 17}}"


def test_the_front_and_the_selected_trial_are_always_pictured():
    assert explorer.pictured_trials(list(range(100)), [90, 50, None], 10) == [*range(8), 50, 90]
    assert explorer.pictured_trials([0, 1, 2], [2], 0) == [2]


def test_the_page_is_whole_and_safe():
    rewards = {"curvature": [0.1, NAN], "length": [5.0, NAN]}
    table = pd.DataFrame(
        {
            "trial": [0, 1],
            "round": 0,
            "w1": 1.0,
            "w2": 1.0,
            **rewards,
            "status": ["ok", "failed: </script>"],
            "ari": NAN,
        }
    )
    front = table[:1].assign(knee=True)
    yx, cells = _lattice(), {"yx": _lattice(), "label": np.zeros(168, int)}
    chosen = {"cell_px": CELL, "pixel_size_pm": None, "trial": 0, "answer": "trial 0", "chosen_by": "knee"}
    chosen |= {"near_trials": 0}
    selected = {"yx": yx, "label": np.zeros(168, int), "near_trial": np.empty(0, int)}
    objectives = {"length": "maximise", "curvature": "minimise"}
    part = explorer.page_search(
        table,
        front,
        np.zeros((2, 168), int),
        selected,
        chosen,
        objectives,
        cells,
        np.ones((120, 140), bool),
        ("i", "p"),
    )
    assert json.loads(json.dumps(part, allow_nan=False))["trials"][1]["values"]["curvature"] is None
    html = explorer.render_page("{{ image }}<script>{{ pipelines | tojson }}</script>", "<b>", [], "", (1, 1), [part])
    assert html.startswith("&lt;b&gt;")
    assert html.count("</script>") == 1
    assert html.index('"length": "maximise"') < html.index('"curvature": "minimise"')
