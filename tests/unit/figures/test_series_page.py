"""The page of a series holds the answers, the settings and what they are worth elsewhere, and needs no other file."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from ferrotune.figures.series_page import invented, render_series, settings_table

TEMPLATE = (Path(__file__).parents[3] / "scripts" / "templates" / "series.html.j2").read_text(encoding="utf-8")
SUMMARY = pd.DataFrame(
    {
        "image": ["film <1>", "film 2"],
        "pipeline": ["cell_gmm"] * 2,
        "sm_percent": [0.0, 13.0],
        "answer": ["walls", "gradual"],
        "reason": ["2 of 2 walls stand", "no wall stands"],
        "caution": [np.nan, "few sites"],
        "n_walls": [2, 0],
        "n_variants": [2, 3],
        "null_walls": [0.0, 3.0],
    }
)
PARAMETERS = {"round": 0, "components": 2, "covariance": "tied", "label_evidence": 0.5}
TRANSFER = pd.DataFrame(
    [("film <1>", "film <1>", 0.8), ("film 2", "film <1>", 0.4), ("film <1>", "film 2", np.nan)],
    columns=["from_image", "to_image", "ari"],
)


def _page(transfers):
    runs = {"cell_gmm": {"film <1>": (7, PARAMETERS), "film 2": (None, {})}}
    figures = {"series": "data:image/svg+xml;base64,AAAA", "transfer": "data:image/svg+xml;base64,BBBB"}
    return render_series(TEMPLATE, "s", SUMMARY, runs, ["label_evidence"], figures, transfers)


def test_answers_with_their_reasons_and_cautions_are_there():
    html = _page({"cell_gmm": TRANSFER})
    assert "walls: 1, gradual: 1" in html and "2 of 2 walls stand" in html and "few sites" in html
    assert "film &lt;1&gt;" in html and "<1>" not in html and 'href="film%20%3C1%3E/explorer.html"' in html
    assert "0.50 of the agreement" in html
    assert not re.search(r'(src|href)="(?!data:|[^"]*explorer\.html)', html)


def test_settings_have_a_row_for_each_image_also_where_nothing_was_selected():
    table = settings_table({"a": (7, PARAMETERS), "b": (None, {})}, ["label_evidence"])
    assert table["head"][:4] == ["image", "trial", "components", "covariance"]
    dash = "\N{EN DASH}"
    assert table["rows"] == [["a", "7", "2", "tied", "0.5"], ["b", dash, dash, dash, dash]]


def test_walls_on_films_without_walls_are_counted():
    assert invented(SUMMARY) == "Of 2 films without walls, 1 have a wall with the selected setting (3 walls together)."
    assert invented(SUMMARY.drop(columns="null_walls")) == ""


def test_without_transfers_the_page_says_why():
    assert "Nothing to compare" in _page({})
