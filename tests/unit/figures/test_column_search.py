"""The figure of a search for columns: trials, knee, map of disorder, and the part with most columns out of place."""

import numpy as np

from ferrotune.figures.column_search import figure_column_search
from ferrotune.search.column_search import search_columns
from helpers.simulated import see


def drawn(pixel_size_pm=15.6, **changed):
    seen = see(dose=60.0)
    found = search_columns(seen.image, seen.mask, seen.lattice, trials=25)
    arrays = {name: values for name, (_, values) in found.arrays().items()} | changed
    attributes = found.attributes() | {"cell_px": seen.lattice.cell_px, "pixel_size_pm": pixel_size_pm}
    return found, figure_column_search(seen.image, seen.mask, arrays, attributes)


def test_the_knee_is_ringed_and_the_front_is_counted():
    found, figure = drawn()
    front = figure.axes[0]
    marks = {text.get_text(): n for n, text in enumerate(front.get_legend().get_texts())}
    assert f"front ({found.front.sum()})" in marks and "trials (25)" in marks
    ring = front.collections[marks["knee"]].get_offsets()
    assert np.allclose(ring, 100 * found.rewards[found.knee])


def test_the_part_is_where_columns_are_out_of_place():
    found, _ = drawn()
    error = np.zeros(len(found.yx))
    near = np.hypot(*(found.yx - (320, 120)).T) < 40
    error[near] = 0.9
    _, figure = drawn(spacing_error=error)
    part = figure.axes[2]
    left, right = part.get_xlim()
    bottom, top = part.get_ylim()
    assert left < 120 < right and top < 320 < bottom


def test_a_search_without_pixel_size_and_without_disorder_is_drawn():
    found, _ = drawn()
    _, figure = drawn(None, spacing_error=np.zeros(len(found.yx)))
    assert "0.0 % out of place" in figure.axes[1].texts[0].get_text()
