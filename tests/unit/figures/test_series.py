"""Figure of the series: over composition, or image by image."""

from itertools import pairwise

import numpy as np

from ferrotune.figures import style
from ferrotune.figures.series import figure_series
from helpers.written import written

NAN = np.nan


def test_series_goes_by_composition_or_by_name():
    ones = np.ones(3)
    found = {
        "density": ones,
        "variants": ones,
        "ari": ones,
        "best": ones,
        "standing": np.array([1, 0, 1], bool),
    }
    shared = (ones, ones, ones, ones, 90 * ones, {"one": found, "two": found}, "pm")
    by_composition = figure_series(["p", "q", "r"], np.array([0, 7, 7.0]), *shared)
    assert [t.get_text() for t in by_composition.axes[0].get_xticklabels()] == ["0", "7"]
    by_name = figure_series(["p", "q", "r"], np.array([0, NAN, 7]), *shared)
    assert [t.get_text() for t in by_name.axes[3].get_xticklabels()] == ["p", "q", "r"]
    assert not any(t.get_text() for t in by_name.axes[0].get_xticklabels())  # above them, and the same
    assert style.render(by_name, "png") != style.render(by_composition, "png")


def test_images_without_a_result_have_no_place_and_are_named():
    values, missing = np.array([1.0, NAN, 2.0]), np.array([1.0, NAN, NAN])
    found = {name: values for name in ("density", "variants", "ari", "best")} | {"standing": values == 1}
    failed = {name: missing for name in ("density", "variants", "ari", "best")} | {"standing": missing == 1}
    images, composition = ["Sm_0", "Sm_7", "Sm_10"], np.array([0, NAN, 10])
    measured = (values, values, values, values, 90 * values)
    figure = figure_series(images, composition, *measured, {"one": found, "two": failed}, "pm")
    assert "no result: Sm_7, Sm_10 (two)" in written(figure)
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["0", "10"]
    np.testing.assert_allclose(figure.axes[0].collections[0].get_offsets(), [[0, 1], [10, 2]])
    nothing = np.full(3, NAN)
    none = figure_series(images, nothing, *[nothing] * 5, {}, "px")
    assert written(none) == "no result: Sm_0, Sm_7, Sm_10" and not none.axes
    whole = figure_series(images, composition, *[np.ones(3)] * 5, {}, "px")  # measured, but no search has a result
    assert "no result" not in written(whole) and style.render(whole, "png")


def overprinted(figure):
    """Pairs of names below one axis that stand on each other, as they are drawn."""
    found = []
    for axes in figure.axes:
        shown = [label for label in axes.get_xticklabels() if label.get_text()]
        boxes = [label.get_window_extent(figure.canvas.get_renderer()) for label in shown]
        found += [(a, b) for a, b in pairwise(boxes) if a.overlaps(b)]
    return found


def test_no_name_stands_on_another_one():
    near = np.array([0, 7, 7.4, 7.5, 12.25, 12.5, 20])
    for count, composition in ((7, near), (16, np.full(16, NAN)), (40, np.full(40, NAN))):
        images = [f"a_film_with_a_long_name_{i}" for i in range(count)]
        figure = figure_series(images, composition, *[np.ones(count)] * 5, {}, "pm")
        style.render(figure, "png")
        assert overprinted(figure) == []
    names = [label.get_text() for label in figure.axes[5].get_xticklabels()]
    assert names[0] == "a_film_wit…long_name_0" and 10 < sum(map(bool, names)) < 40


def test_keys_stand_above_the_panels():
    figure = figure_series(["p", "q"], np.array([0, 7.0]), *[np.ones(2)] * 5, {}, "pm")
    style.render(figure, "png")
    for axes in figure.axes[:2]:
        assert axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1 - 1


def test_a_series_without_unit_cells_has_the_panels_of_its_pipelines_only():
    ones, nothing = np.ones(2), np.full(2, NAN)
    found = {name: ones for name in ("density", "variants", "ari", "best")} | {"standing": ones > 0}
    figure = figure_series(["p", "q"], nothing, *[nothing] * 5, {"one": found}, "px")
    assert [axes.get_ylabel() for axes in figure.axes][2] == "ARI with the reference" and len(figure.axes) == 3
    assert all([t.get_text() for t in axes.get_xticklabels()] == ["p", "q"] for axes in figure.axes)
    low, high = figure.axes[0].get_position().get_points()[:, 1]
    assert 0 < low < high < 1
