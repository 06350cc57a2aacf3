"""Parts of the interactive page of an image: small images, and the trials as plain values."""

import base64
import io
import math
import re

import numpy as np
import yaml
from jinja2 import Environment, StrictUndefined
from matplotlib.colors import to_hex
from PIL import Image

from ferrotune.figures.confidence import wall_looks
from ferrotune.figures.domain_numbers import domain_numbers
from ferrotune.figures.image_axes import grey_levels, site_map
from ferrotune.figures.palette import NOWHERE, domain_colour, domain_colours, faded
from ferrotune.figures.wall_map import standing, wall_paths
from ferrotune.figures.wording import (
    TIMES,
    confidence_words,
    describe,
    number,
    reward_label,
    setting_names,
    status_kind,
)
from ferrotune.rewards import REWARDS

LARGEST = 480  # px along the longer side of the STEM image in the page
FINEST = 420  # samples along the longer side of a segmentation
PICTURES = 40  # trials of a pipeline with their segmentation in the page; those of the front are among them
SCORES = {"ari": "ARI", "nmi": "NMI", "wall_f1": "wall F1"}


def _data_uri(picture, file_format, **options):
    file = io.BytesIO()
    picture.save(file, format=file_format, **options)
    return f"data:image/{file_format.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def _plain(value):
    """Turn a value of a table into a value of JSON; None if there is no value."""
    if isinstance(value, str) or value is None:
        return value
    value = float(value)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else float(f"{value:.6g}")


def image_picture(image, mask):
    """Turn the image into greys and a data URI (JPEG) of at most 480 px.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    str
    """
    grey, share, _ = grey_levels(image, mask, LARGEST)
    picture = Image.fromarray((255 * (1 - share * (1 - grey))).astype(np.uint8))
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    return _data_uri(picture, "JPEG", quality=80)


def label_picture(sites, numbers):
    """Turn a segmentation into a data URI: a PNG with one colour for each domain, transparent without a label.

    Parameters
    ----------
    sites : (rows, cols) int, index of the site drawn at each sample, -1 for none
    numbers : (site,) int, numbers of the domains, -1 for no label

    Returns
    -------
    str
    """
    numbers = np.append(numbers, -1)
    clear = int(numbers.max()) + 1  # the palette's last entry
    picture = Image.fromarray(np.where(numbers < 0, clear, numbers).astype(np.uint8)[sites])
    colours = np.array([domain_colour(number) for number in range(clear)] + [NOWHERE])
    picture.putpalette((255 * colours).round().astype(np.uint8).tobytes())
    return _data_uri(picture, "PNG", transparency=clear, optimize=True)


def confidence_picture(sites, numbers, confidence):
    """Turn a segmentation into a data URI (PNG) with colours that fade as confidence (site,) falls."""
    colours = np.column_stack([faded(domain_colours(numbers), confidence), numbers >= 0])
    colours = np.concatenate([colours, np.zeros((1, 4))])  # transparent where there is no site
    return _data_uri(Image.fromarray((255 * colours[sites]).round().astype(np.uint8)), "PNG", optimize=True)


def wall_lines(selected, cell_px):
    """Turn the walls that stand into lines of an SVG in px: for each a dict of path, colour, width (points), title."""
    colours, widths = wall_looks(selected["wall_confidence"])
    lines = []
    paths = wall_paths(selected, cell_px)
    for i in standing(selected):
        path = paths[i]
        places = "L".join(f"{x:.1f} {y:.1f}" for y, x in path.tolist())
        share = f"found in a share of {selected['wall_confidence'][i]:.2f} of the other trials"
        look = {"colour": to_hex(colours[i]), "width": round(float(widths[i]), 2)}
        lines.append({"path": f"M{places}", **look, "title": f"wall {i + 1}, {share}"})
    return lines


def frame_of(extent, shape):
    """Place of a map over its image, in % of the image: left, top, width, height.

    Parameters
    ----------
    extent : (left, right, bottom, top) px
    shape : (rows, columns) of the image
    """
    left, right, bottom, top = extent
    of_x, of_y = 100 / shape[1], 100 / shape[0]
    parts = ((left + 0.5) * of_x, (top + 0.5) * of_y, (right - left) * of_x, (bottom - top) * of_y)
    return dict(zip(("left", "top", "width", "height"), (round(part, 3) for part in parts), strict=True))


def select_line(image, pipeline, trial):
    """Write the line of the config that selects a trial."""
    flow = yaml.safe_dump(
        {"select": {image: {pipeline: trial}}}, default_flow_style=True, width=math.inf, allow_unicode=True
    )
    return re.sub(r"^\{select: (.*)\}$", r"select: \1", flow.strip())


def pictured_trials(trials, first, limit):
    """Choose the trials whose segmentation is in the page: those in `first`, then others in order, up to a limit.

    Parameters
    ----------
    trials : list of int
    first : iterable of int, which are always chosen
    limit : int

    Returns
    -------
    list of int
    """
    first = [trial for trial in trials if trial in set(first)]
    others = [trial for trial in trials if trial not in set(first)]
    return sorted([*first, *others[: max(limit - len(first), 0)]])


def _rewards_in(table):
    """Names of the rewards in a table, in its order, in which the objectives come first."""
    return [name for name in table.columns if name in REWARDS]


def _page_confidence(selected, chosen, sites, numbers):
    """Confidence in the selected trial for the page; None if there was no trial to compare with."""
    if not chosen["near_trials"]:
        return None
    return {
        "words": [" ".join(lines) for lines in confidence_words(selected, chosen)],
        "picture": confidence_picture(sites, numbers, selected["confidence"]),
        "walls": wall_lines(selected, chosen["cell_px"]),
    }


def _page_trials(table, front, near, selected, image, pipeline, cell_px):
    """Turn the trials of a search into plain values: a dict for each trial."""
    names = [*_rewards_in(table), *(name for name in SCORES if name in table)]
    on_front, near = set(front["trial"]), set(near)
    knee = set(front.loc[front["knee"].astype(bool), "trial"])
    trials = []
    for row in table.to_dict("records"):
        setting, trial = {name: row[name] for name in setting_names(table.columns)}, int(row["trial"])
        trials.append(
            {
                "trial": trial,
                "round": int(row["round"]),
                "status": row["status"],
                "kind": status_kind(row["status"]),
                "words": describe(setting, cell_px),
                "settings": {name: number(value) for name, value in setting.items()},
                "values": {name: _plain(row[name]) for name in names},
                "texts": {name: number(row[name]) for name in names},
                "front": trial in on_front,
                "near": trial in near,
                "knee": trial in knee,
                "selected": trial == selected,
                "yaml": select_line(image, pipeline, trial),
            }
        )
    return trials


def _trust(twins):
    """Sentence on what the selected setting finds on films of known walls; empty where it was not tried."""
    if twins.get("null_walls") is None:
        return ""
    if twins.get("twin_ari") is None:
        of_twin = "the domains that were put in"
    else:
        found = twins["twin_ari"], twins["twin_wall_f1"]
        of_twin = "the domains with an ARI of {:.2f} and the walls with an F1 of {:.2f}".format(*found)
    walls = f"{twins['null_walls']:.0f} wall{'s'[: twins['null_walls'] != 1]}"
    return f"On a film like this one this setting finds {of_twin}; on a film without walls it invents {walls}"


def page_search(table, front, labels, selected, chosen, objectives, reference, mask, names, twins=None):
    """Make the part of the page on one search.

    Parameters
    ----------
    table, front : DataFrames of trials.tsv and front.tsv
    labels : (trial, site) int
    selected, chosen : arrays (without wall_map) and attributes of selected.zarr
    objectives : dict of reward -> direction
    reference : dict with yx (cell, 2) px and label (cell,) int
    mask : (y, x) bool, true where there is signal
    names : (image, pipeline)
    twins : dict, optional
        What the selected setting finds on films of known walls, see `ferrotune.search.twins`.

    Returns
    -------
    dict of JSON values
        Among them `trials`, a dict for each trial, and `pictures`: trial -> data URI of its segmentation, for
        the front, the selected trial, and others up to 40.
    """
    cell_px, trial = chosen["cell_px"], chosen["trial"]
    sites, extent = site_map(selected["yx"], mask, cell_px, FINEST)
    shown = pictured_trials(table["trial"].tolist(), [*front["trial"], trial], PICTURES)
    rows = np.flatnonzero(table["trial"].isin(shown))
    numbers, of_reference = domain_numbers(
        [selected["label"], *labels[rows]], reference["label"], selected["yx"], reference["yx"], cell_px
    )
    of_cells, reference_extent = site_map(reference["yx"], mask, cell_px, FINEST)
    axes = {name: reward_label(name) for name in _rewards_in(table)}
    axes |= {name: f"{word} (not used by the search)" for name, word in SCORES.items() if name in table}
    return {
        "name": names[1],
        "answer": chosen["answer_words"],
        "reason": chosen["reason"],
        "caution": chosen["caution"],
        "trust": _trust(twins or {}),
        "chosen_by": chosen["chosen_by"],
        "selected": trial,
        "objectives": dict(objectives),
        "axes": axes,
        "trials": _page_trials(table, front, selected["near_trial"].tolist(), trial, *names, cell_px),
        "pictures": {t: label_picture(sites, n) for t, n in zip(shown, numbers[1:], strict=True)},
        "confidence": _page_confidence(selected, chosen, sites, numbers[0]),
        "frame": frame_of(extent, mask.shape),
        "reference": label_picture(of_cells, of_reference),
        "reference_frame": frame_of(reference_extent, mask.shape),
    }


def image_facts(attributes, shape, columns, cells):
    """List the facts on the image at the top of the page.

    Parameters
    ----------
    attributes : dict with sm_percent and pixel_size_pm (None if not known), cell_px, reference (where it comes from)
    shape : (rows, columns) px
    columns, cells : int, how many there are

    Returns
    -------
    list of (name, value), str
    """
    pm, cell_px = attributes["pixel_size_pm"], attributes["cell_px"]
    size, cell = f"{shape[0]} {TIMES} {shape[1]} px", f"{cell_px:.1f} px"
    if pm:
        size += f" ({shape[0] * pm / 1000:.1f} {TIMES} {shape[1] * pm / 1000:.1f} nm)"
        cell += f" ({cell_px * pm / 1000:.3f} nm)"
    facts = [("size", size), ("pixel", f"{number(pm)} pm" if pm else "size unknown"), ("unit cell", cell)]
    facts += [("columns", str(columns)), ("unit cells", str(cells)), ("reference", attributes["reference"])]
    known = attributes["sm_percent"] is not None
    return [("Sm", f"{number(attributes['sm_percent'])} %"), *facts] if known else facts


def render_page(template, image, facts, picture, shape, searches):
    """Fill the template: the page is one file that needs no other.

    Parameters
    ----------
    template : str, a jinja2 template
    image : str, the image's name
    facts, picture : from `image_facts`, `image_picture`
    shape : (rows, columns) px
    searches : list of `page_search`

    Returns
    -------
    str, HTML
    """
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.policies["json.dumps_kwargs"] = {"sort_keys": False}  # parameters keep the table's order
    return page.from_string(template).render(image=image, facts=facts, picture=picture, shape=shape, pipelines=searches)
