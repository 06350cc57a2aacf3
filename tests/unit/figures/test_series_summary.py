"""The figure of a summary: a mark is filled where walls stand, and open where the answer is another."""

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from ferrotune.figures.series_summary import figure_of_summary

ANSWERS = ["walls", "gradual", "uniform"]


def test_marks_are_open_where_no_wall_stands():
    numbers = dict.fromkeys(
        ("mean_p_pm", "noise_p_pm", "a_pm", "b_pm", "a_px", "b_px", "alpha_deg", "ari", "best_ari"), 1.0
    )
    of_images = {"image": ["a", "b", "c"], "pipeline": "p", "sm_percent": [0.0, 10.0, 20.0], "answer": ANSWERS}
    table = pd.DataFrame(of_images | numbers | {"wall_density_per_cell": [0.1, 0.0, 0.0], "n_variants": [2, 3, 2]})
    density = figure_of_summary(table).axes[3]
    filled, open_marks = density.collections[:2]
    assert np.asarray(filled.get_offsets())[:, 1].tolist() == [0.1]
    assert np.asarray(open_marks.get_offsets())[:, 1].tolist() == [0.0, 0.0]
    assert to_hex(open_marks.get_facecolors()[0]) == "#ffffff" != to_hex(filled.get_facecolors()[0])
