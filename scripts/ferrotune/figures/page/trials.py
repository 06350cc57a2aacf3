"""The trials of a search as plain values for the page: settings, rewards, agreement, and why one was refused."""

import math
import re

import yaml

from ferrotune.figures.wording import describe, number, reward_label, setting_names, status_kind
from ferrotune.rewards import REWARDS

AGREEMENT = {
    "ari": "ARI",
    "nmi": "NMI",
    "correlation": "correlation of labels",
    "wall_f1": "wall F1",
    "wall_precision": "wall precision",
    "wall_recall": "wall recall",
    "polarization_r2": "variance of P explained",
}
OTHERS = {
    "n_walls": "number of walls",
    "decided_share": "share of sites with a label",
    "variation": "variation",
    "seconds": "time (s)",
}
KEPT = 6  # significant digits of a number in the page


def plain(value):
    """Turn a value of a table into a value of JSON; None if there is no value."""
    if isinstance(value, str) or value is None:
        return value
    value = float(value)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else float(f"{value:.{KEPT}g}")


def select_line(image, pipeline, trial):
    """Write the line of the config that selects a trial."""
    flow = yaml.safe_dump(
        {"select": {image: {pipeline: trial}}}, default_flow_style=True, width=math.inf, allow_unicode=True
    )
    return re.sub(r"^\{select: (.*)\}$", r"select: \1", flow.strip())


def axes_of(table, objectives):
    """List what can be an axis or a colour: rewards (objectives first), agreement, parameters, and others.

    Parameters
    ----------
    table : DataFrame of trials.tsv
    objectives : dict of reward -> direction

    Returns
    -------
    list of dict with name, label, kind, and the direction of an objective
    """
    rewards = [*objectives, *(name for name in table.columns if name in REWARDS and name not in objectives)]
    found = [
        {"name": name, "label": reward_label(name), "kind": "reward", "direction": objectives.get(name)}
        for name in rewards
        if name in table
    ]
    groups = (("agreement with the reference", AGREEMENT), ("other", OTHERS))
    parameters = {name: name for name in setting_names(table.columns)}
    for kind, names in (groups[0], ("parameter", parameters), groups[1]):
        found += [
            {"name": name, "label": label, "kind": kind, "direction": None}
            for name, label in names.items()
            if name in table
        ]
    return found


def refusal(row):
    """Say why no wall of a trial counts, in one sentence; empty where walls stand.

    Parameters
    ----------
    row : dict, a row of trials.tsv

    Examples
    --------
    >>> refusal({"status": "no_wall_stands", "test": "probability of its best wall", "value": 0.3, "limit": 0.05})
    'no wall stands: probability of its best wall is 0.3, the limit is 0.05'
    >>> refusal({"status": "ok"})
    ''
    """
    kind, _, reason = str(row["status"]).partition(":")
    if kind == "ok":
        return ""
    said = kind.replace("_", " ")
    test = row.get("test")
    if isinstance(test, str) and test:
        return f"{said}: {test} is {number(row['value'])}, the limit is {number(row['limit'])}"
    return f"{said}:{reason}" if reason else said


def page_trials(table, front, near, selected, names, cell_px):
    """Turn the trials of a search into plain values.

    Parameters
    ----------
    table, front : DataFrames of trials.tsv and front.tsv
    near : iterable of int, trials near the front
    selected : int or None
    names : (image, pipeline)
    cell_px : float

    Returns
    -------
    list of dict, in the table's order
    """
    axes, settings = axes_of(table, {}), setting_names(table.columns)
    on_front, near = set(front["trial"]), set(near)
    knee = set(front.loc[front["knee"].astype(bool), "trial"])
    trials = []
    for row in table.to_dict("records"):
        trial = int(row["trial"])
        trials.append(
            {
                "pipeline": names[1],
                "trial": trial,
                "round": int(row["round"]),
                "status": status_kind(row["status"]),
                "why": refusal(row),
                "words": describe({name: row[name] for name in settings}, cell_px),
                "values": {axis["name"]: plain(row[axis["name"]]) for axis in axes},
                "front": trial in on_front,
                "near": trial in near,
                "knee": trial in knee,
                "selected": trial == selected,
                "line": select_line(*names, trial),
            }
        )
    return trials
