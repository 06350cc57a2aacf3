"""The lines on the counterparts of the paper's figures: a template, filled in with what each search found."""

import numpy as np
from jinja2 import Environment, StrictUndefined

from ferrotune.figures.wording import number, status_kind
from ferrotune.front.trial_table import best_agreement
from ferrotune.segmentation.statuses import OK


def search_facts(table, selected, chosen):
    """What the lines say of one search.

    Parameters
    ----------
    table : DataFrame of trials.tsv
    selected, chosen : arrays and attributes of selected.zarr

    Returns
    -------
    dict
        trials, usable, walls (those of the selected trial that stand): int; answer: str; ari, best_ari: float,
        agreement of the selected and of the best trial with the reference, NaN where there is none.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"trial": [0, 1], "status": ["ok", "one_cluster"], "ari": [0.8, 0.0]})
    >>> facts = search_facts(table, {"wall_stands": np.array([True, False])}, {"trial": 0, "answer": "walls"})
    >>> facts["usable"], facts["walls"], facts["ari"]
    (1, 1, 0.8)
    """
    own = table.loc[table["trial"] == chosen["trial"], "ari"] if "ari" in table else []
    return {
        "trials": len(table),
        "usable": int((table["status"].map(status_kind) == OK).sum()),
        "answer": chosen["answer"],
        "walls": int(np.sum(selected.get("wall_stands", []))),
        "ari": float(own.iloc[0]) if len(own) else float("nan"),
        "best_ari": best_agreement(table),
    }


def render_lines(template, facts):
    """Fill the template of the lines.

    Parameters
    ----------
    template : str, a jinja2 template of Markdown
    facts : dict of "image/pipeline" to a dict of `search_facts`

    Returns
    -------
    str

    Raises
    ------
    jinja2.UndefinedError
        If the template names a search that is not among the facts.
    """
    page = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    page.filters["number"] = number
    return page.from_string(template).render(facts=facts)
