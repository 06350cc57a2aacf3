"""The page of a series: answers, figures over composition, the selected settings and what they are worth elsewhere."""

import base64

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined

from ferrotune.figures.style import render
from ferrotune.figures.wording import NONE, number, reward_label, setting_names

# Columns of the summary in the tables of the page, with their headings.
ANSWERS = {
    "sm_percent": "Sm (%)",
    "answer": "answer",
    "n_variants": "variants",
    "n_walls": "walls that stand",
    "n_boundaries": "boundaries",
    "wall_width_cells": "wall width (cells)",
    "wall_density_per_cell": "wall length per area (1/cell)",
    "decided_share": "share of decided sites",
    "reason": "why",
    "caution": "caution",
}
TRUST = {
    "twin_ari": "twin: ARI with its domains",
    "twin_wall_f1": "twin: F1 of its walls",
    "null_walls": "film without walls: walls found",
    "mean_confidence": "confidence of sites",
    "mean_wall_confidence": "confidence of walls",
}
WORDS = ("answer", "reason", "caution")


def data_uri(figure):
    """Turn a matplotlib figure into a data URI (SVG)."""
    return f"data:image/svg+xml;base64,{base64.b64encode(render(figure, 'svg')).decode()}"


def _shown(name, value):
    """Write a value of a table; nothing for words that are missing."""
    if name in WORDS:
        return "" if value is None or value != value else str(value)
    return number(value)


def _rows(table, columns):
    """Rows (list of list of str) of a table with image and pipeline first."""
    names = ["image", "pipeline", *columns]
    return [[_shown(name, row[name]) for name in names] for row in table[names].to_dict("records")]


def summary_table(summary, columns):
    """Part of the summary for the page; columns without any value are left out.

    Parameters
    ----------
    summary : DataFrame of summary.tsv
    columns : dict of column to heading

    Returns
    -------
    dict with head, rows (lists of str)
    """
    known = {name: head for name, head in columns.items() if name in summary and summary[name].notna().any()}
    return {"head": ["image", "pipeline", *known.values()], "rows": _rows(summary, known)}


def settings_table(runs, objectives):
    """The setting and the rewards of every selected trial of one pipeline.

    Parameters
    ----------
    runs : dict of image to (trial, parameters (dict)) of the selected trial; None and empty if there is none
    objectives : list of str

    Returns
    -------
    dict with head, rows (lists of str)

    Examples
    --------
    >>> of_trial = {"round": 0, "components": 2, "length": 9.0, "curvature": 0.1}
    >>> settings_table({"film": (3, of_trial)}, ["length"])["rows"]
    [['film', '3', '2', '9']]
    """
    first = next((parameters for _, parameters in runs.values() if parameters), {})
    names = setting_names(first) if first else []
    rewards = [name for name in objectives if name in first]
    head = ["image", "trial", *names, *map(reward_label, rewards)]
    rows = [
        [image, number(trial), *(number(of.get(name)) for name in (*names, *rewards))]
        for image, (trial, of) in runs.items()
    ]
    return {"head": head, "rows": rows}


def _share_elsewhere(table):
    """Sentence on the share of the agreement that settings of other images keep."""
    own = table[table["from_image"] == table["to_image"]].set_index("to_image")["ari"]
    others = table[table["from_image"] != table["to_image"]]
    kept = others["ari"] / others["to_image"].map(own)
    kept = kept[np.isfinite(kept) & (others["to_image"].map(own) > 0)]
    if not len(kept):
        return ""
    text = "a setting of another image has {:.2f} of the agreement of an image's own setting"
    text += " (median of {} pairs; {:.2f} to {:.2f})."
    return text.format(kept.median(), len(kept), kept.min(), kept.max())


def invented(summary):
    """Sentence on the walls that the selected settings find on films without walls; empty where none was tried."""
    if "null_walls" not in summary or not summary["null_walls"].notna().any():
        return ""
    tried = summary["null_walls"].dropna()
    text = "Of {} films without walls, {} have a wall with the selected setting ({} walls together)."
    return text.format(len(tried), int((tried > 0).sum()), int(tried.sum()))


def render_series(template, series, summary, runs, objectives, figures, transfers):
    """Fill the template of the page of the series, one file that needs no other.

    Parameters
    ----------
    template : str, a jinja2 template
    series : str, name
    summary : DataFrame of summary.tsv
    runs : dict of pipeline to dict of image to (trial, parameters) of the selected trial
    objectives : list of str
    figures : dict of name to data URI: series, transfer
    transfers : dict of pipeline to DataFrame, from `ferrotune.search.transfer`

    Returns
    -------
    str, HTML
    """
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    answers = summary.drop_duplicates(["image", "pipeline"])
    return page.from_string(template).render(
        series=series,
        counts=pd.Series(answers["answer"]).value_counts().to_dict(),
        images=list(dict.fromkeys(answers["image"])),
        answers=summary_table(answers, ANSWERS),
        trust=summary_table(answers, TRUST),
        invented=invented(answers),
        settings={pipeline: settings_table(of_images, objectives) for pipeline, of_images in runs.items()},
        kept={pipeline: _share_elsewhere(table) for pipeline, table in transfers.items()},
        figures=figures,
        none=NONE,
    )
