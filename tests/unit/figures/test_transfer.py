"""The figure of transfers has the numbers of the table, at the place of their pair of images."""

import numpy as np
import pandas as pd

from ferrotune.figures.transfer import figure_transfer, transfer_matrices

IMAGES = ["a", "b"]
TABLE = pd.DataFrame(
    [("a", "a", 0.9, 2), ("b", "a", 0.4, 0), ("a", "b", np.nan, 1), ("b", "b", 0.7, 3)],
    columns=["from_image", "to_image", "ari", "walls"],
)


def test_rows_are_where_a_setting_was_selected():
    ari, walls = transfer_matrices(TABLE, IMAGES)
    assert np.array_equal(ari, [[0.9, np.nan], [0.4, 0.7]], equal_nan=True)
    assert walls.tolist() == [[2, 1], [0, 3]]


def test_each_number_stands_in_its_cell_and_the_best_trials_below():
    figure = figure_transfer({"p": TABLE}, {"p": np.array([0.95, 0.8])}, IMAGES)
    numbers = (text for text in figure.axes[0].texts if text.get_text() not in ("", "A"))
    texts = {tuple(map(round, text.get_position())): text.get_text() for text in numbers}
    of_pairs = {(0, 0): "0.90\n(2)", (1, 0): "\N{EN DASH}\n(1)", (0, 1): "0.40\n(0)", (1, 1): "0.70\n(3)"}
    assert texts == of_pairs | {(0, 2): "0.95", (1, 2): "0.80"}


def test_without_a_pipeline_the_figure_says_why():
    assert "nothing to compare" in figure_transfer({}, {}, IMAGES).texts[0].get_text()
