"""Figures of one search, made from its table of trials, its front and its selected segmentation."""

from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import pandas as pd

from ferrotune.figures.confidence import figure_confidence
from ferrotune.figures.convergence import figure_convergence
from ferrotune.figures.domain_numbers import domain_numbers
from ferrotune.figures.fronts import Panel, Scatter, figure_front
from ferrotune.figures.style import length_unit
from ferrotune.figures.wall_map import figure_walls
from ferrotune.figures.wording import (
    STATUSES,
    confidence_words,
    describe,
    number,
    reward_value,
    setting_names,
    status_kind,
)
from ferrotune.front.contrast import contrasting_trial
from ferrotune.front.selection import usable_losses
from ferrotune.reference.scores import labels_at
from ferrotune.segmentation.agreement import ari
from ferrotune.segmentation.statuses import NO_WALL_STANDS, OK

LINE = 46  # letters in a line below a panel, beside its scale bar
LONG_LINE = 74  # letters in a line below the scale bar
WITH = " with the reference"
NBSP = "\N{NO-BREAK SPACE}"  # keeps "k = 2" on one line


@dataclass(frozen=True)
class Search:
    """The results of a search.

    table, front: DataFrames of trials.tsv and front.tsv. labels (trial, site) int. selected: the arrays, and
    chosen: the attributes, of selected.zarr. objectives: reward -> direction.
    """

    table: pd.DataFrame
    front: pd.DataFrame
    labels: np.ndarray
    selected: dict
    chosen: dict
    objectives: dict

    @property
    def scale(self):
        """cell_px and pixel_size_pm."""
        return {name: self.chosen[name] for name in ("cell_px", "pixel_size_pm")}

    @property
    def kinds(self):
        """Status of each trial, without its reason, (trial,)."""
        return self.table["status"].map(status_kind).to_numpy()

    @property
    def on_front(self):
        """Whether a trial is on the front, (trial,) bool."""
        return self.table["trial"].isin(self.front["trial"]).to_numpy()

    @property
    def varied(self):
        """Parameters (list of str) that differ between trials, or all if none does; w1 and w2 only together."""
        names = setting_names(self.table.columns)
        differing = {name for name in names if len(self.table[name].drop_duplicates()) > 1} or set(names)
        differing |= {"w1", "w2"} if differing & {"w1", "w2"} else set()
        return [name for name in names if name in differing]

    @property
    def losses(self):
        """Losses (trial, objective); NaN where a trial has none."""
        return usable_losses(self.table, self.objectives)

    def row(self, trial):
        """Row of a trial in the table; None if the trial is None."""
        return None if trial is None else int(np.flatnonzero(self.table["trial"] == trial)[0])


def _rewards_line(trial, names):
    """Text on the values of rewards; a value and its unit stay on one line."""
    return ", ".join(reward_value(name, trial[name]).replace(" ", NBSP) for name in names)


def _trial_lines(search, row):
    """Lines of text on a trial: its setting, its rewards, and its agreement with the reference."""
    trial = search.table.iloc[row]
    setting = {name: trial[name] for name in search.varied}
    parts = [part.replace(" ", NBSP) for part in describe(setting, search.scale["cell_px"])]
    rewards = _rewards_line(trial, search.objectives)
    agreement = f"ARI{WITH} {number(trial['ari'])} (not used by the search)"
    if np.isnan(trial["ari"]):
        agreement = "no ARI: the reference has one variant only"
    if len(search.objectives) > 2:  # rewards and agreement share two lines, as there is no room for three
        return [*wrap(", ".join(parts), LINE), *wrap(f"{rewards}; {agreement}".replace(WITH, ""), LONG_LINE)]
    return [*wrap(", ".join(parts), LINE), rewards, agreement]


def _selected_panel(search, numbers):
    yx, row = search.selected["yx"], search.row(search.chosen["trial"])
    if row is None:
        return Panel(numbers, yx, search.chosen["answer"], ["No trial has two clusters: one domain."])
    by = {"knee": "knee", "config": "by the config"}.get(search.chosen["chosen_by"], "most evidence")
    title = f"{search.chosen['answer']}: trial {search.chosen['trial']} ({by})"
    return Panel(numbers, yx, title, _trial_lines(search, row))


def _contrasting_panel(search, numbers, row):
    kind = search.kinds[row]
    word = "most different" if kind == OK else f"most different, {STATUSES[kind]}"
    title = f"{word}: trial {search.table['trial'][row]}"
    return Panel(numbers, search.selected["yx"], title, _trial_lines(search, row))


def _wall_lines(search):
    """Lines of text on the walls of the selected trial."""
    trial, found = search.chosen["trial"], search.chosen["parameters"]
    if trial is None:
        return [search.chosen["answer"], "No trial of this search has two clusters."]
    count = len(np.unique(search.selected["point_wall"]))
    stands = search.selected.get("wall_stands", np.ones(count, bool))
    words = f"of {count} boundaries of trial {trial}, {stands.sum()} stand as walls"
    if not search.chosen.get("judged", True):
        words = f"{count} boundaries of trial {trial} traced, none judged"
    lines = [f"{search.chosen['answer']}: {words}"]
    width = search.selected.get("wall_width", np.full(count, np.nan))[stands]
    if np.isfinite(width).any():
        lines.append(f"median width {np.nanmedian(width):.1f} {length_unit(search.scale['cell_px'])}")
    if count:
        lines += wrap(_rewards_line(found, search.objectives), LONG_LINE)
    # walls of the selected trial were judged again: its status in the search may differ, and would only confuse
    kind = status_kind(found["status"])
    return lines if kind in (OK, NO_WALL_STANDS) else [*lines, f"status: {STATUSES[kind]}"]


def front_of_search(search, reference, kind, mask, peer=None):
    """Draw the trials and the front, with the selected segmentation, the most different one, and the reference.

    Parameters
    ----------
    search : Search
    reference : dict with yx (cell, 2) px and label (cell,) int, negative where unknown
    kind : str, of the reference
    mask : (y, x) bool, true where there is signal
    peer : (yx (cell, 2) px, label (cell,) int), optional
        What ten lines of k-means make of the measured polarization.

    Returns
    -------
    matplotlib.figure.Figure
    """
    selected, answer = search.selected["label"], search.row(search.chosen["trial"])
    other = contrasting_trial(search.losses, search.labels, selected)
    shown = [selected] if other is None else [selected, search.labels[other]]
    at = (search.selected["yx"], reference["yx"], search.scale["cell_px"])
    if peer is not None:
        shown.append(labels_at(at[0], *peer, at[2]))
    numbers, of_reference = domain_numbers(shown, reference["label"], *at)
    knees = search.front.loc[search.front["knee"].astype(bool), "trial"].tolist()
    scatter = Scatter(
        search.table[list(search.objectives)].to_numpy(float),
        list(search.objectives),
        list(search.objectives.values()),
        search.kinds,
        search.on_front,
        search.row(knees[0] if knees else None),
        answer,
        other,
    )
    contrasting = None if other is None else _contrasting_panel(search, numbers[1], other)
    panels = (_selected_panel(search, numbers[0]), contrasting)
    of_reference = Panel(of_reference, reference["yx"], f"reference: {kind}", [])
    of_peer = None
    if peer is not None:
        agreement = ari(shown[-1], labels_at(at[0], reference["yx"], reference["label"], at[2]))
        lines = ["median of 5 \N{MULTIPLICATION SIGN} 5 cells, k-means of 4", f"ARI{WITH} {number(agreement)}"]
        of_peer = Panel(numbers[-1], search.selected["yx"], "peer: displacement of B in ten lines", lines)
    return figure_front(scatter, *panels, of_reference, mask, **search.scale, peer=of_peer)


def walls_of_search(search, image, mask):
    """Draw the walls of the selected segmentation over image (y, x) with mask (y, x) bool."""
    names = ("path_points", "point_wall", "segments", "wall_closed", "wall_stands")
    walls = {name: search.selected[name] for name in names if name in search.selected}
    return figure_walls(image, mask, **walls, lines=_wall_lines(search), **search.scale)


def confidence_of_search(search, reference, image, mask):
    """Draw how many other trials agree with the selected segmentation.

    With the `reference` the domains have the same colours as in `front_of_search`; image, mask: (y, x).
    """
    onto = (reference["label"], search.selected["yx"], reference["yx"], search.scale["cell_px"])
    (numbers,), _ = domain_numbers([search.selected["label"]], *onto)
    chance = {name: search.chosen[name] for name in ("chance", "wall_chance")}
    sites = (search.selected["yx"], numbers, search.selected)
    lines = confidence_words(search.selected, search.chosen)
    return figure_confidence(image, mask, *sites, chance, lines, **search.scale)


def convergence_of_search(search, startup):
    """Draw the hypervolume trial by trial, with the first `startup` trials shaded (0: none)."""
    rounds = search.table["round"].to_numpy()
    return figure_convergence(search.losses, rounds, search.kinds, search.on_front, startup)
