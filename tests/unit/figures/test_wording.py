"""Words of figures and pages: settings, numbers, confidence."""

import numpy as np

from ferrotune.figures import wording
from helpers.figure_data import selected_of

NAN = np.nan


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
    chosen = {
        "trial": 3,
        "near_trials": 1,
        "near_distance": 0.05,
        "chance": 0.5,
        "wall_chance": None,
        "answer_words": "",
    }
    selected = selected_of([1.0, 0.5])[1]
    of_sites, of_walls = wording.confidence_words(selected, chosen)
    assert of_sites[0] == "trial 3, compared with 1 other trial within 0.05 of the front:"
    assert of_sites[1] == "mean agreement of sites 0.71 (chance 0.50)"  # 8 of 14 columns by half of the trials
    assert of_walls == [f"2 walls; share of trials with each (chance {wording.NONE}):", "1.00, 0.50"]
    many = selected | {"wall_confidence": np.linspace(0, 1, 9)}
    assert wording.confidence_words(many, chosen)[1][1] == "0.00 to 1.00, mean 0.75"
    alone = wording.confidence_words(selected, chosen | {"near_trials": 0})
    assert " ".join(alone[0]) == "trial 3: not compared, as no other trial lies within 0.05 of the front"
    none = chosen | {"trial": None, "answer_words": "uniform"}
    assert wording.confidence_words(selected, none)[0] == ["uniform"]
