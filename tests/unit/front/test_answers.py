"""The answer, its reason, and the warning on few sites."""

import pandas as pd

from ferrotune.front.answers import answer_of, caution_of, reason_of, summary_words, variation_of
from ferrotune.segmentation.statuses import NO_WALL_STANDS, OK, TRACED, Verdict


def test_reasons_name_the_test_its_value_and_its_limit():
    stands = Verdict(OK, "probability of its best wall on a null map", 0.0012, 0.05)
    assert reason_of("walls", 0.3, stands, 2, 5).startswith("2 of 5 walls stand: probability of its best wall")
    none = reason_of("gradual", 0.3, Verdict(NO_WALL_STANDS, "probability", 0.4, 0.05), 0, 5)
    assert none == "no wall stands: probability 0.4, limit 0.05; variation over a few cells 0.300, limit 0.035"
    assert reason_of("uniform", 0.01, None, 0, 0).startswith("no trial has two clusters")


def test_walls_that_were_not_judged_do_not_stand():
    traced = Verdict(OK, TRACED, 3, 1)
    assert reason_of("walls", 0.3, traced, 3, 3) == "3 walls traced, none judged"
    assert "no wall was traced" in reason_of("gradual", 0.3, Verdict(NO_WALL_STANDS, TRACED, 0, 1), 0, 0)
    assert summary_words("gradual", 4, 0, judged=False) == "gradual: trial 4, no wall traced"
    assert summary_words("gradual", 4, 0) == "gradual: trial 4, no wall stands"


def test_an_analysis_of_few_sites_says_so():
    assert "4 of 132" in caution_of(4, 128)
    assert "150 sites" in caution_of(150, 10)
    assert caution_of(5000, 100) == ""


def test_the_variation_is_that_of_the_selected_trial():
    table = pd.DataFrame({"trial": [0, 1], "variation": [0.1, 0.3]})
    assert variation_of(table, 0) == 0.1 and variation_of(table, None) == 0.3
    assert answer_of(variation_of(table, 0), 0) == "gradual"
    assert summary_words("walls", 3, 1) == "walls: trial 3, 1 wall"
