"""The methods paragraph: the numbers of the results, and citations of what was used, no others."""

import re

import pytest

from ferrotune.exports.citations import CITATIONS, bibtex, cited
from ferrotune.exports.methods import methods_text

IMAGE = {
    "name": "film",
    "source": "data/film.dm4",
    "shape": (1024, 2048),
    "used": 0.95,
    "pixel_size_pm": 15.6,
    "sm_percent": 7.0,
    "dose": None,
    "columns": [1000, 990, 3],
    "sigma_px": 0.1,
    "cell_px": 25.5,
    "mean_p_px": 2.0,
    "noise_p_px": 0.2,
    "scan_noise_px": 0.25,
}
ENTRY = {
    "descriptor": "patches",
    "reduction": "pca",
    "clustering": "gmm_field",
    "space": {"flatten": [1], "denoise": ["none"], "w1": [1.0], "w2": [1.5], "rank": [4], "components": [2, 3]}
    | {"covariance": ["full"], "field": [1]},
}
SETTING = {"flatten": 1, "denoise": "none", "w1": 1.0, "w2": 1.5, "rank": 4, "components": 3, "covariance": "full"}
FOUND = {
    "answer": "walls",
    "chosen_by": "knee",
    "parameters": SETTING | {"field": 1, "length": 40.0, "status": "ok"},
    "cell_px": 25.5,
    "trials": 40,
    "ok_trials": 31,
    "n_walls": 2,
    "wall_width_cells": 2.44,
}
SEARCH = {"mode": "tpe", "startup": 20, "batch": 10, "seed": 1}
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}


def text_of(image=IMAGE, found=FOUND, search=SEARCH, rate=0.05):
    text, keys = methods_text([image], [("patch_gmm", ENTRY, search, {"film": found})], OBJECTIVES, rate)
    return re.sub(r"\s+", " ", text), keys


def test_numbers_of_the_image_are_filled_in():
    text, _ = text_of()
    for said in ("1024 x 2048 px of 15.6 pm (16 x 31.9 nm)", "95 % were analysed", "7 % Sm", "data/film.dm4"):
        assert said in text
    for said in ("1000 columns A and 990 columns B", "position of 1.56 pm", "an edge of 398 pm", "is 31.2 pm"):
        assert said in text
    assert "noise alone would give 3.12 pm" in text and "3.9 pm RMS" in text and "dose" not in text


def test_numbers_of_the_search_are_filled_in():
    text, _ = text_of()
    assert "of 40 trials 31 had walls that stand; answer: walls" in text
    assert "2 walls with a median width of 2.4 cells" in text
    assert "k = 3" in text and "rank 4" in text and "Gaussian mixture with a Potts prior" in text
    assert "false discovery rate of 0.05" in text and "curvature (minimised" in text and "length (maximised" in text


def test_what_was_not_done_is_not_said():
    nothing = FOUND | {"answer": "uniform", "parameters": {}, "chosen_by": None, "n_walls": 0}
    text, keys = text_of(IMAGE | {"pixel_size_pm": None}, nothing, SEARCH | {"mode": "exhaustive"}, None)
    assert "answer: uniform." in text and "setting" not in text.partition("answer: uniform")[2]
    assert "px of unknown size" in text and "nm" not in text.partition("Segmentation")[0]
    assert "Walls were not judged" in text and "torch" not in text and "Parzen" not in text
    assert not {"bergstra2011", "benjamini1995"} & set(keys)


def test_the_dose_of_a_simulated_image_is_said():
    assert "dose 400 counts" in text_of(IMAGE | {"dose": 400.0})[0]


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("patches", "pca", "gmm_field"), "boykov2001"),
        (("fft", "nmf", "gmm"), "cichocki2009"),
        (("patches_ab", "rvae", "kde_peaks"), "kingma2013"),
    ],
)
def test_parts_that_are_used_are_cited(parts, key):
    entry = ENTRY | dict(zip(("descriptor", "reduction", "clustering"), parts, strict=True))
    assert key in cited([entry], [SEARCH], 0.05)


def test_bibtex_is_balanced_and_complete():
    text = bibtex(CITATIONS)
    assert text.count("{") == text.count("}") and text.count("@") == len(CITATIONS)
    assert all(f"{{{key}," in text for key in CITATIONS)
    assert text.isascii()


def test_columns_in_whole_pixels_are_not_said_to_be_refined():
    text, _ = text_of(IMAGE | {"finder": "log_rewards", "sigma_px": None})
    assert "found in whole pixels" in text and "searched on each image" in text
    assert "refined" not in text and "standard error of the position" not in text


GRID = {"name": "film", "source": "loops.h5", "shape": (60, 60), "used": 1.0, "pixel_size_pm": 50000.0, "steps": 96}
GRID |= {"axis_name": "voltage", "axis_unit": "V", "axis": (-16.0, 16.0), "channels": ["response"], "interpolated": 12}


def test_a_grid_of_spectra_has_no_columns_and_its_walls_are_traced_in_mode_paper():
    searches = [("loops", ENTRY, SEARCH, {"film": FOUND | {"judged": False, "cell_px": 1.0}})]
    text = re.sub(r"\s+", " ", methods_text([GRID], searches, OBJECTIVES, None, of_spectra=True)[0])
    assert "60 x 60 sites that are 50 nm apart" in text and "96 steps of voltage from -16 to 16 V, of response" in text
    assert "12 bad points" in text and "columns" not in text and "stand" not in text
    assert "boundaries of clusters were traced." in text and "2.4 points" in text
