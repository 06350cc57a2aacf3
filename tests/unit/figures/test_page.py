"""The page of an image: its arrays, its lines for the config, its reasons, and that it is whole and safe."""

import base64
import io
import json
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ferrotune.figures.page import centroids, maps, measured, render, searches, trials
from ferrotune.figures.page.packing import Pack, quantised, steps_of
from ferrotune.figures.page.spectra import grid_facts, packed_spectra, spectra_quantities
from ferrotune.figures.polarization import direction_colours
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops
from helpers.page_data import PAGE

NAN = np.nan


def unpacked(pack, name):
    """An array of a pack, read as the page reads it."""
    entry, data = pack.header[name], zlib.decompress(base64.b64decode(pack.text()))
    dtype, count = np.dtype(entry["dtype"]), int(np.prod(entry["shape"]))
    return np.frombuffer(data, dtype, count, entry["start"]).reshape(entry["shape"])


@given(
    st.lists(arrays(st.sampled_from([np.int8, np.int16, np.float32]), st.integers(0, 9), elements=st.integers(-9, 9)))
)
def test_arrays_come_back_from_a_pack(found):
    pack = Pack()
    for i, values in enumerate(found):
        pack.add(f"{i}", values)
    for i, values in enumerate(found):
        np.testing.assert_array_equal(unpacked(pack, f"{i}"), values)
        assert pack.header[f"{i}"]["start"] % 4 == 0


def test_a_pack_takes_only_what_a_browser_has_arrays_of():
    pack = Pack()
    with pytest.raises(ValueError, match="float64"):
        pack.add("a", np.zeros(3))


@given(arrays(float, 20, elements=st.floats(-1e3, 1e3) | st.just(NAN)))
def test_quantised_values_are_near_the_measured_ones(values):
    numbers, scale, offset = quantised(values)
    known = np.isfinite(values)
    assert (numbers[~known] == -32768).all()
    span = np.ptp(values[known]) if known.any() else 0.0
    np.testing.assert_allclose(numbers[known] * scale + offset, values[known], atol=max(span / 30000, 1e-5))


def test_a_raster_is_the_sum_of_its_steps():
    raster = np.array([[-1, 0, 0], [7, 40_000, -1]])
    np.testing.assert_array_equal(np.cumsum(steps_of(raster)).reshape(2, 3), raster)


@given(st.integers(2, 40))
def test_a_thinned_wall_keeps_its_ends_and_its_place(count):
    angle = 0.125 * np.arange(count)  # points 0.25 cells apart on a circle of 2 cells
    path = 2 * np.column_stack([np.sin(angle), np.cos(angle)])
    line = maps.thinned(path)
    np.testing.assert_array_equal(line[[0, -1]], path[[0, -1]])
    assert len(line) <= count / 3 + 2
    middles = (line[:-1] + line[1:]) / 2
    assert np.abs(np.hypot(*middles.T) - 2).max() < 0.05


def test_boundaries_of_trials_follow_each_other():
    path = np.column_stack([np.linspace(0, 3, 13), np.zeros(13)])
    one = {"path_points": np.vstack([path, path + 5]), "point_wall": np.repeat([0, 1], 13)}
    one |= {
        "wall_closed": np.zeros(2, bool),
        "wall_stands": np.array([True, False]),
        "wall_width": np.array([2.0, NAN]),
    }
    none = {name: values[:0] for name, values in one.items()}
    pack = Pack()
    found = maps.packed_walls(pack, "w", [none, one], 10.0)
    assert found["count"] == 2
    assert unpacked(pack, "w of").tolist() == [[1, 0, 5, 1], [1, 1, 5, 0]]
    width = unpacked(pack, "w measured")[:, found["measured"].index("width")]
    np.testing.assert_array_equal(width, [2.0, NAN])
    points = unpacked(pack, "w") * found["scale"] + found["offset"]
    np.testing.assert_allclose(points[[0, 4, 5]], [[0, 0], [30, 0], [50, 50]], atol=0.01)  # px


def test_every_unit_cell_has_the_colour_of_its_polarization():
    flat, p = np.ones(3), np.array([[1.0, 0.0], [0.0, 1.0], [NAN, 1.0]])
    cells = {name: flat for name in ("a", "b", "alpha", "b_over_a", "rotation")} | {"strain": np.zeros((3, 3))}
    pack = Pack()
    found = maps.cell_quantities(pack, cells | {"polarization": p, "polarization_sigma": 0.1 * p}, 2.0, 10.0)
    colours = unpacked(pack, found["polarization"]["colours"])
    np.testing.assert_allclose(colours / 255, direction_colours(p, 1.0), atol=1 / 255)
    (y, _), numbers = found["polarization"]["parts"], unpacked(pack, "p_y")
    np.testing.assert_allclose(numbers[:2] * y["scale"] + y["offset"], [10, 0], atol=1e-3)  # pm
    assert numbers[2] == -32768 and found["polarization"]["unit"] == "pm"


def test_the_picture_covers_the_image():
    uri, covered = maps.image_picture(np.random.default_rng(0).random((5000, 100)), np.ones((5000, 100), bool))
    picture = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
    assert max(picture.size) <= maps.LARGEST and covered == [5000, 100]


@pytest.mark.parametrize("image", ["Sm_0", "007", "on", "a b"])
def test_the_line_for_the_config_is_yaml_that_selects_the_trial(image):
    import yaml

    line = trials.select_line(image, "patch_gmm", 17)
    assert yaml.safe_load(line) == {"select": {image: {"patch_gmm": 17}}}
    if image == "Sm_0":
        assert line == "select: {Sm_0: {patch_gmm: 17}}"


def test_a_refused_trial_has_a_reason():
    row = {"status": "no_wall_stands", "test": "probability", "value": 0.4, "limit": 0.025}
    assert trials.refusal(row) == "no wall stands: probability is 0.4, the limit is 0.025"
    assert trials.refusal({"status": "failed: no patches", "test": NAN}) == "failed: no patches"
    assert trials.refusal({"status": "ok", "test": "probability", "value": 0.0, "limit": 0.1}) == ""


def test_objectives_are_the_first_axes():
    table = pd.DataFrame(
        {"trial": [0], "round": 0, "w1": 1.0, "curvature": 0.1, "length": 5.0, "n_walls": 1, "ari": 0.5}
    )
    axes = trials.axes_of(table, {"length": "maximise", "curvature": "minimise"})
    assert [axis["name"] for axis in axes] == ["length", "curvature", "ari", "w1", "n_walls"]
    assert [axis["direction"] for axis in axes][:3] == ["maximise", "minimise", None]


def test_what_a_setting_finds_where_walls_are_known_is_one_sentence():
    found = {"twin_ari": 0.934, "twin_wall_f1": 0.8, "null_walls": 1.0}
    said = "On a film like this one this setting finds {}; on a film without walls it invents {}"
    domains = "the domains with an ARI of 0.93 and the walls with an F1 of 0.80"
    assert searches.trust(found) == said.format(domains, "1 wall")
    unknown = {"twin_ari": None, "twin_wall_f1": None, "null_walls": 0.0}
    assert searches.trust(unknown) == said.format("the domains that were put in", "0 walls")
    assert searches.trust({}) == searches.trust(dict.fromkeys(found)) == ""


def test_unknown_shares_are_kept_apart_from_full_ones():
    np.testing.assert_array_equal(searches.shares([0, 0.5, 1, NAN]), [0, 125, 250, 255])


def test_every_script_of_the_page_can_be_imported_by_its_name():
    scripts = {path.name: path.read_text() for path in PAGE.glob("*.mjs")}
    imports = json.loads(render.import_map(scripts))["imports"]
    named = {part.split('"')[0] for text in scripts.values() for part in text.split('from "')[1:]}
    assert f"page/{render.SCRIPT}" in imports and named <= set(imports)
    assert [name for name, text in scripts.items() if len(text.splitlines()) > 300] == []


def test_names_cannot_end_the_script():
    page = {"image": "</script><b>", "facts": [], "searches": [], "wheel": "", "shape": [2, 3]}
    html = render.render_page(PAGE, page, Pack())
    assert "</script><b>" not in html and "&lt;/script&gt;&lt;b&gt;" in html


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (0.0712, 0.0436, "0.071 ± 0.044"),
        (-130.13, 4.6, "\N{MINUS SIGN}130.1 ± 4.6"),
        (1234.5, 120, "1234 ± 120"),
        (2.0, 0, "2"),
    ],
)
def test_a_value_has_the_digits_of_its_error(value, error, said):
    assert measured.with_error(value, error) == said


def test_targets_that_cannot_be_told_have_no_bars():
    rows = [("length", "w1", 0.2, True), ("length", "rank", 0.7, True), ("status", "w1", NAN, False)]
    table = pd.DataFrame(rows, columns=["target", "parameter", "importance", "known"]).assign(
        importance_error=0.1, r2=0.5
    )
    known, unknown = measured.importance_rows(table)
    assert [bar["parameter"] for bar in known["bars"]] == ["rank", "w1"] and known["known"]
    assert unknown["bars"] == [] and json.dumps(unknown, allow_nan=False)


def test_a_packed_centroid_is_the_mean_and_its_difference():
    rng, pack = np.random.default_rng(2), Pack()
    stored = {"mean": rng.random((1, 5, 5)), "patches": 0.01 * rng.random((2, 5, 5)), "mean_trial": np.array([7])}
    stored |= {
        "trial": np.array([7, 7]),
        "label": np.array([0, 1]),
        "count": np.array([9, 4]),
        "window": np.array([[5, 3]]),
    }
    found = centroids.packed_centroids(pack, "p", stored, {7: {0: 1, 1: 0}})
    values = unpacked(pack, found["array"]) * found["scale"] + found["offset"]
    (trial,) = found["trials"]
    assert [one["label"] for one in trial["clusters"]] == [0, 1] and [one["count"] for one in trial["clusters"]] == [
        4,
        9,
    ]
    np.testing.assert_allclose(values[trial["clusters"][0]["place"]], stored["patches"][1], atol=1e-4)
    np.testing.assert_allclose(values[trial["mean"]], stored["mean"][0], atol=1e-4)


def test_a_grid_of_spectra_has_its_own_facts_and_quantities():
    toy = simulated_loops(LoopSpecimen(shape=(9, 8), steps=16), seed=1)
    spectra = np.stack([values.reshape(72, -1) for values in toy.channels.values()])
    pack, words = Pack(), {"channels": list(toy.channels), "channel_units": ["pm", ""], "axis_name": "voltage"}
    found = spectra_quantities(pack, toy.voltage, spectra, words["channels"], words["channel_units"])
    assert found["polarization"] is None and len(found["fields"]) == 6
    assert found["fields"][0]["label"] == "piezoresponse: area of the loop"
    packed = packed_spectra(pack, toy.voltage, spectra[0], words | {"axis_unit": "V"})
    assert packed["closed"] and packed["labels"] == ["voltage (V)", "piezoresponse (pm)"] and len(packed["axis"]) == 16
    assert pack.header["spectra"]["shape"] == [72, 16]
    facts = words | {
        "pixel_size_pm": 20000.0,
        "interpolated": {"piezoresponse": 3, "resonance": 0},
        "reference": "none",
    }
    assert dict(grid_facts(facts, (9, 8), 72, 16))["points interpolated"] == "3"
