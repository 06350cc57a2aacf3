"""Figures of spectra: what is drawn, and that the same data give the same bytes."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from ferrotune.figures.mechanisms import figure_mechanisms
from ferrotune.figures.palette import BLUE, VERMILLION
from ferrotune.figures.pitfalls import figure_pitfalls
from ferrotune.figures.spectra_maps import axis_label, draw_band, figure_spectra
from ferrotune.figures.style import new_figure, render, scale_bar
from ferrotune.files.spectra_store import picture
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops

WORDS = {"axis_name": "voltage", "axis_unit": "V", "channel": "piezoresponse", "channel_unit": ""}
WORDS |= {"channels": ["piezoresponse", "resonance"], "channel_units": ["", "kHz"], "picture": "area of the loops"}
SCALE = {"cell_px": 1.0, "pixel_size_pm": 20000.0}


@pytest.fixture(scope="module")
def toy():
    return simulated_loops(LoopSpecimen(shape=(14, 12)), seed=1)


@pytest.fixture(scope="module")
def spectra(toy):
    return np.stack([values.reshape(168, -1) for values in toy.channels.values()])


def texts(figure):
    found = [axes.get_title(loc=loc) for axes in figure.axes for loc in ("left", "center", "right")]
    return [*found, *(axes.get_xlabel() for axes in figure.axes), *(axes.get_ylabel() for axes in figure.axes)]


def test_a_band_holds_its_share_of_the_sites_at_each_step(toy, spectra):
    axes = new_figure(2, 2).add_subplot()
    draw_band(axes, toy.voltage, spectra[0], "black", shares=(25, 75))
    falling, rising = (collection.get_paths()[0].get_extents() for collection in axes.collections)
    assert falling.x0 == pytest.approx(toy.voltage.min(), abs=0.7) and rising.x1 < toy.voltage.max()
    (line,) = axes.lines
    assert line.get_ydata()[0] == line.get_ydata()[-1] and len(line.get_ydata()) == 97  # a closed loop
    assert line.get_ydata()[:96] == pytest.approx(np.median(spectra[0], axis=0))


def test_the_figure_of_spectra_has_a_panel_for_each_channel(toy, spectra):
    mask = np.ones((14, 12), bool)
    shown = picture(toy.voltage, spectra[0], mask)
    figure = figure_spectra(shown, mask, toy.voltage, spectra, WORDS, SCALE)
    assert {"area of the loops", "piezoresponse", "resonance (kHz)", "voltage (V)"} <= set(texts(figure))
    assert render(figure, "png") == render(figure_spectra(shown, mask, toy.voltage, spectra, WORDS, SCALE), "png")


def test_each_mechanism_has_its_own_spectra_and_the_walls_are_drawn(toy, spectra):
    selected = {
        "yx": np.argwhere(np.ones((14, 12))).astype(float),
        "path_points": np.array([[0.0, 5.0], [13.0, 5.0]]),
        "point_wall": np.zeros(2, int),
        "wall_closed": np.zeros(1, bool),
        "wall_stands": np.ones(1, bool),
    }
    words = WORDS | SCALE | {"answer_words": "walls: trial 3, 1 wall"}
    numbers = toy.mechanism.ravel()
    figure = figure_mechanisms(toy.voltage, spectra[0], numbers, selected, np.ones((14, 12), bool), words)
    counts = np.bincount(numbers)
    assert {f"{k + 1}: {counts[k]} sites" for k in range(3)} <= set(texts(figure))
    (wall,) = figure.axes[0].lines
    assert wall.get_xdata()[0] == 5.0
    none = figure_mechanisms(toy.voltage, spectra[0], np.full(168, -1), selected, np.ones((14, 12), bool), words)
    assert "no mechanism" in none.texts[0].get_text()


def test_two_mechanisms_leave_no_empty_place(toy, spectra):
    selected = {"yx": np.argwhere(np.ones((14, 12))).astype(float), "path_points": np.empty((0, 2))}
    selected |= {"point_wall": np.zeros(0, int), "wall_closed": np.zeros(0, bool), "wall_stands": np.zeros(0, bool)}
    words = WORDS | SCALE | {"answer_words": "gradual: trial 3, no wall stands"}
    numbers = np.minimum(toy.mechanism.ravel(), 1)
    figure = figure_mechanisms(toy.voltage, spectra[0], numbers, selected, np.ones((14, 12), bool), words)
    places = [axes.get_position() for axes in figure.axes[1:]]
    assert len(places) == 2 and places[-1].x1 == pytest.approx(1 - 0.08 / 7.2, abs=1e-3)


@pytest.mark.parametrize(
    ("cell_px", "pixel_size_pm", "unit"), [(1.0, None, "points"), (1.0, 2e4, "nm"), (9, None, "cells")]
)
def test_the_scale_bar_of_a_grid_counts_its_points(cell_px, pixel_size_pm, unit):
    axes = new_figure(2, 2).add_subplot()
    axes.set(xlim=(0, 40), ylim=(0, 40))
    scale_bar(axes, pixel_size_pm, cell_px)
    assert axes.artists[-1].scale_formatter(20, "nm").endswith(f" {unit}")


def test_an_impossible_component_is_red(toy, spectra):
    components = {"PCA": np.stack([spectra[0][:2], spectra[0][2:4]])}
    wrong = {"PCA": np.array([[False, False], [False, True]])}
    figure = figure_pitfalls(toy.voltage, spectra[0], components, wrong, WORDS)
    colours = [[to_hex(line.get_color()).upper() for line in axes.lines[2:]] for axes in figure.axes]
    assert colours == [[BLUE, BLUE], [BLUE, VERMILLION]]
    assert [axes.get_title() for axes in figure.axes] == ["1", "2: impossible"]


def test_units_stand_in_brackets():
    assert (axis_label("voltage", "V"), axis_label("step", "")) == ("voltage (V)", "step")
