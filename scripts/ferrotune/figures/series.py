"""Figure of a series: measurements of the images and results of the searches, over composition."""

from textwrap import wrap

import numpy as np
from matplotlib.ticker import MaxNLocator

from ferrotune.figures.palette import DOMAINS, GREY, INK
from ferrotune.figures.style import TWO_COLUMNS, empty_figure, letter, new_figure, styled
from ferrotune.figures.wording import ALPHA

# Shares of the least distance between two places on the axis: pipelines stand side by side.
BESIDE = 0.18  # between two pipelines, where there is room
WIDEST = 0.6  # that all pipelines take up
PANELS = 4.1  # inches of height
ROW = 0.465  # of it, from one row of panels to the next
AXES = 0.235  # width of a panel, as a share of the figure
IN_LINE, LINE = 7, 0.15  # names in a line of the key; inches of each further line
NOTE = 130  # letters in a line of the note on images without a result
LEAST_SWING = 0.3  # degrees; least half-height of the axis: smaller differences of alpha are noise
LETTER = 0.057  # inches; width of a letter of the names below an axis, with some room
NAME = 22  # letters of an image's name that are written; the middle of a longer one is left out
ABOVE = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.0, "handletextpad": 0.1}  # a key
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def _places(sm_percent, images):
    """Place each image on the x axis: by composition if all have one, otherwise in order.

    Returns
    -------
    x (image,), ticks (tick,), their names, title of the axis (empty for images in order)
    """
    sm_percent = np.asarray(sm_percent, float)
    if np.isfinite(sm_percent).all():
        ticks = np.unique(sm_percent)
        return sm_percent, ticks, [f"{tick:g}" for tick in ticks], "Sm (%)"
    x = np.arange(len(images), dtype=float)
    return x, x, list(images), ""


def shown_names(places, names, inches):
    """Names below an axis, of which those are left empty that would stand on the one before.

    Parameters
    ----------
    places : (tick,) rising
    names : list of str
    inches : list of float, room that each name needs along the axis, as a share of the axis' length

    Returns
    -------
    list of str

    Examples
    --------
    >>> shown_names([0, 7, 7.5, 20], ["0", "7", "7.5", "20"], [0.08] * 4)
    ['0', '7', '', '20']
    """
    span, last, shown = max(places[-1] - places[0], 1e-9), -np.inf, []
    for place, name, room in zip(places, names, inches, strict=True):
        at = (place - places[0]) / span
        free = at - room / 2 >= last
        shown.append(name if free else "")
        last = at + room / 2 if free else last
    return shown


def _short(name):
    """A name of at most NAME letters."""
    return name if len(name) <= NAME else f"{name[: NAME // 2 - 1]}…{name[-NAME // 2 :]}"


def _axes(figure, index, label):
    row, column = divmod(index, 3)
    height = figure.get_figheight()
    bottom = height - PANELS + (0.6 - ROW * row) * PANELS
    axes = figure.add_axes((0.075 + 0.328 * column, bottom / height, AXES, 0.345 * PANELS / height))
    axes.set_ylabel(label)
    letter(axes, "ABCDEF"[index], x=-0.27)
    return axes


def _mean_line(axes, x, values, **look):
    """Draw a line through the means of the images at each place."""
    at = np.unique(x)
    axes.plot(
        at,
        [np.nanmean(values[x == place]) if np.isfinite(values[x == place]).any() else np.nan for place in at],
        **look,
    )


def _draw_images(figure, x, series, unit, ordered):
    """Draw panels A to C: measurements of columns and cells; in black and grey, as colours stand for pipelines."""
    lines = {"lw": 0.8} if ordered else {"lw": 0}
    (polarization, noise), (a, b), alpha = series["p"], series["ab"], series["alpha"]
    axes = [
        _axes(figure, 0, f"mean |P| ({unit})"),
        _axes(figure, 1, f"a, b ({unit})"),
        _axes(figure, 2, f"{ALPHA} (°)"),
    ]
    _mean_line(axes[0], x, polarization, color=INK, **lines)
    axes[0].scatter(x, polarization, s=16, color=INK)
    axes[0].scatter(x, noise, s=22, color=GREY, marker="_", label="from noise alone")
    axes[0].legend(**ABOVE)
    axes[0].set_ylim(bottom=0)
    for values, colour, marker, name in ((a, INK, "o", "a"), (b, GREY, "s", "b")):
        _mean_line(axes[1], x, values, color=colour, **lines)
        axes[1].scatter(x, values, s=16, color=colour, marker=marker, label=name)
    axes[1].legend(ncols=2, **ABOVE)
    axes[1].margins(y=0.15)
    _mean_line(axes[2], x, alpha, color=INK, **lines)
    axes[2].scatter(x, alpha, s=16, color=INK)
    if np.isfinite(alpha).any():
        middle = (np.nanmin(alpha) + np.nanmax(alpha)) / 2
        swing = max(0.65 * (np.nanmax(alpha) - np.nanmin(alpha)), LEAST_SWING)
        axes[2].set_ylim(middle - swing, middle + swing)
    return axes


def _draw_answers(axes, x, values, standing, look, ordered):
    """Draw filled marks for selected segmentations, and open marks where no wall stands."""
    if ordered:
        _mean_line(axes, x, values, color=look["edgecolors"], lw=0.8)
    for which, face in ((standing, look["edgecolors"]), (~standing, "white")):
        axes.scatter(x[which], values[which], s=16, facecolors=face, clip_on=False, zorder=3, **look)


def _draw_searches(figure, x, searches, ordered, first=3):
    """Draw panels D to F (A to C with `first` 0): the results of each pipeline."""
    labels = ("wall length per area (1/cell)", "domain variants found", "ARI with the reference")
    axes = [_axes(figure, first + i, label) for i, label in enumerate(labels)]
    step = np.diff(np.unique(x)).min(initial=np.inf)
    beside = min(BESIDE, WIDEST / max(len(searches), 1)) * (step if np.isfinite(step) else 1.0)
    for i, found in enumerate(searches.values()):
        look = {"edgecolors": DOMAINS[i % len(DOMAINS)], "marker": MARKERS[i % len(MARKERS)]}
        at = x + beside * (i - (len(searches) - 1) / 2)
        for panel, name in zip(axes[:2], ("density", "variants"), strict=True):
            _draw_answers(panel, at, found[name], found["standing"], look, ordered)
        colour = look["edgecolors"]
        axes[2].vlines(at, found["ari"], found["best"], color=colour, lw=0.6)
        axes[2].scatter(at, found["best"], s=22, color=colour, marker="_", linewidths=1.2)
        axes[2].scatter(at, found["ari"], s=16, color=colour, marker=look["marker"])
    axes[0].set_ylim(bottom=0)
    axes[1].set_ylim(bottom=0)
    axes[1].yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes[2].set_ylim(min(-0.05, axes[2].get_ylim()[0]), 1.05)
    return axes


def _measured(images, measured, searches):
    """Whether an image has any number, (image,) bool: measured (list of (image,)), or found by a pipeline."""
    found = [search[name] for search in searches.values() for name in ("density", "variants", "ari", "best")]
    return np.isfinite(np.reshape([*measured, *found], (-1, len(images)))).any(axis=0)


def _missing(images, there, searches):
    """Names of the images without a result; with the name of the pipeline if only that one has no result."""
    missing = [image for image, known in zip(images, there, strict=True) if not known]
    for pipeline, found in searches.items():
        without = there & ~np.isfinite(found["variants"])
        missing += [f"{images[i]} ({pipeline})" for i in np.flatnonzero(without)]
    return missing


def _key(figure, axes, searches, note):
    """Draw the key of pipelines, open and flat marks below the panels, and the note (list of str) below the key."""
    none = np.empty(0)
    handles = [
        axes.scatter(none, none, s=16, color=DOMAINS[i % len(DOMAINS)], marker=MARKERS[i % len(MARKERS)], label=name)
        for i, name in enumerate(searches)
    ]
    handles.append(axes.scatter(none, none, s=18, fc="white", ec=INK, label="no wall stands"))
    handles.append(axes.scatter(none, none, s=22, color=INK, marker="_", label="best of all trials (ARI)"))
    above = LINE * len(note) / figure.get_figheight()
    look = {"handletextpad": 0.2, "columnspacing": 1.2, "borderaxespad": 0.3}
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, above), ncols=IN_LINE, **look)
    if note:
        figure.text(0.5, 0.03 / figure.get_figheight(), "\n".join(note), ha="center", va="bottom")


def _name_places(panels, ticks, names, label):
    """Write compositions below all panels, or names of images, upright, below the lower ones."""
    room = 0.06 * max(np.ptp(ticks), 1) + (0.3 if not label else 0.0)
    across = AXES * TWO_COLUMNS * np.ptp(ticks) / (np.ptp(ticks) + 2 * room) if len(ticks) > 1 else 1.0
    needed = [LETTER * (len(name) + 1) if label else 2 * LETTER for name in names]
    names = shown_names(ticks, names, [inches / across for inches in needed])
    for n, axes in enumerate(panels):
        here = names if label or n >= len(panels) - 3 else [""] * len(names)
        axes.set_xticks(ticks, here, **({} if label else {"rotation": 90}))
        axes.set(xlim=(ticks[0] - room, ticks[-1] + room), xlabel=label)


@styled
def figure_series(images, sm_percent, polarization, noise, a, b, alpha, searches, unit):
    """Draw a series over its composition, or image by image if the composition of an image is not known.

    Parameters
    ----------
    images : list of str
    sm_percent : (image,) float, NaN where unknown
    polarization, noise : (image,) mean |P|, and the mean |P| that noise alone would give; `unit`
    a, b : (image,) median lattice parameters, `unit`
    alpha : (image,) degrees
    searches : dict of pipeline -> dict
        density (image,) 1/cell, variants (image,), ari (image,) of the selected trial, best (image,) ARI of any
        trial; NaN without a result. standing (image,) bool: false if no wall stands.
    unit : str

    Returns
    -------
    matplotlib.figure.Figure
        An image without any number has no place on the axes; a note below the panels names it.
    """
    there = _measured(images, (polarization, noise, a, b, alpha), searches)
    missing = _missing(images, there, searches)
    note = wrap(f"no result: {', '.join(missing)}", NOTE) if missing else []
    if not there.any():
        return empty_figure("\n".join(note) or "no images")
    polarization, noise, a, b, alpha = (values[there] for values in (polarization, noise, a, b, alpha))
    searches = {
        pipeline: {name: values[there] for name, values in found.items()} for pipeline, found in searches.items()
    }
    shown = [image for image, known in zip(images, there, strict=True) if known]
    x, ticks, names, label = _places(np.asarray(sm_percent, float)[there], shown)
    lines = -(-(len(searches) + 2) // IN_LINE)
    names = names if label else [_short(name) for name in names]
    upright = 0.0 if label else max(LETTER * max(map(len, names)) - 0.3, 0.0)
    cells = bool(
        np.isfinite([polarization, a, b, alpha]).any()
    )  # a grid of spectra has none: one row of panels is left
    tall = PANELS if cells else (1 - ROW) * PANELS
    figure = new_figure(TWO_COLUMNS, tall + upright + LINE * (lines - 1 + len(note)))
    series = {"p": (polarization, noise), "ab": (a, b), "alpha": alpha}
    panels = _draw_images(figure, x, series, unit, bool(label)) if cells else []
    panels += _draw_searches(figure, x, searches, bool(label), first=3 if cells else 0)
    _name_places(panels, ticks, names, label)
    _key(figure, panels[-1], searches, note)
    return figure
