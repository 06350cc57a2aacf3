"""The page of an image: its small images, its lines for the config, and that it is whole and safe."""

import base64
import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ferrotune.figures import explorer, palette
from helpers.figure_data import CELL, lattice

NAN = np.nan


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
    yx, cells = lattice(), {"yx": lattice(), "label": np.zeros(168, int)}
    chosen = {"cell_px": CELL, "pixel_size_pm": None, "trial": 0, "answer": "walls", "chosen_by": "knee"}
    words = {"answer_words": "walls: trial 0, 1 wall", "reason": "p < 0.05", "caution": "rests on 168 sites only"}
    chosen |= {"near_trials": 0, **words}
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
    assert (part["answer"], part["reason"], part["caution"], part["trust"]) == (*words.values(), "")
    assert html.startswith("&lt;b&gt;")
    assert html.count("</script>") == 1
    assert html.index('"length": "maximise"') < html.index('"curvature": "minimise"')


def test_what_a_setting_finds_where_walls_are_known_is_one_sentence():
    found = {"twin_ari": 0.934, "twin_wall_f1": 0.8, "null_walls": 1.0}
    said = "On a film like this one this setting finds {}; on a film without walls it invents {}"
    domains = "the domains with an ARI of 0.93 and the walls with an F1 of 0.80"
    assert explorer._trust(found) == said.format(domains, "1 wall")
    unknown = {"twin_ari": None, "twin_wall_f1": None, "null_walls": 0.0}
    assert explorer._trust(unknown) == said.format("the domains that were put in", "0 walls")
    assert explorer._trust({}) == explorer._trust(dict.fromkeys(found)) == ""
