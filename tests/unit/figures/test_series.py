"""Figure of the series: over composition, or image by image."""

import numpy as np

from ferrotune.figures import style
from ferrotune.figures.series import figure_series

NAN = np.nan


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
