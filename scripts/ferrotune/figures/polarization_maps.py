"""Figure of how well segmentations distinguish clusters of the polarization, over two parameters (Fig. 2)."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK
from ferrotune.figures.setting_grid import NO_VALUE, draw_grid, grid_key
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, scale_bar, styled

# Red, green and blue that add up to white; less pure than those of a screen, so that none is much darker.
PRIMARIES = np.array([[0.88, 0.18, 0.10], [0.08, 0.54, 0.10], [0.04, 0.28, 0.80]])
NAMES = ("red", "green", "blue")
UNKNOWN = (0.8, 0.8, 0.8)
HIGH = 5.4  # inches


def composite(correlations):
    """Colour of each setting: the sum of the colours of the clusters, each times its correlation.

    Parameters
    ----------
    correlations : (setting, k) in 0 ... 1, k at most 3; NaN counts as 0

    Returns
    -------
    (setting, 3) float, sRGB in 0 ... 1
        Black if no cluster is distinguished, white if all three are; light grey if all are NaN.
    """
    correlations = np.asarray(correlations, float)
    colours = np.clip(np.nan_to_num(correlations) @ PRIMARIES[: correlations.shape[1]], 0, 1)
    colours[np.isnan(correlations).all(axis=1)] = NO_VALUE
    return colours


def cluster_colours(labels):
    """Colour (site, 3) of each cell by its cluster; grey if it has none (-1)."""
    return np.vstack([PRIMARIES, UNKNOWN])[np.where(np.asarray(labels) < 0, len(PRIMARIES), labels)]


def _title(axes, text):
    axes.set_title(text, loc="left", fontsize=6.5, pad=4)


def _draw_clusters(axes, yx, labels, mask, cell_px, pixel_size_pm):
    """Draw panel A: the clusters in the image."""
    image_axes.draw_sites(axes, *image_axes.site_map(yx, mask, cell_px), cluster_colours(labels))
    image_axes.frame(axes, mask)
    scale_bar(axes, pixel_size_pm, cell_px)
    _title(axes, "clusters of the polarization")


def _draw_plane(axes, polarization, labels, means, pixel_size_pm):
    """Draw panel B: the clusters in the plane of the polarization, y down as in the image."""
    scale, unit = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
    known = labels >= 0
    y, x = scale * polarization[known].T
    axes.scatter(x, y, s=2, c=cluster_colours(labels[known]), linewidths=0, alpha=0.5, rasterized=True)
    cross = {"marker": "P", "s": 40, "edgecolors": "white", "linewidths": 0.8}
    axes.scatter(*scale * means.T[::-1], c=PRIMARIES[: len(means)], **cross)
    axes.axhline(0, color=INK, lw=0.4, zorder=0)
    axes.axvline(0, color=INK, lw=0.4, zorder=0)
    far = 1.05 * np.percentile(np.abs([x, y]), 99.5) if known.any() else 1.0
    axes.set(xlim=(-far, far), ylim=(far, -far), aspect="equal")
    axes.set(xlabel=f"P$_x$ ({unit})", ylabel=f"P$_y$ ({unit}), down")


def _draw_correlation(figure, axes, grid, values, k, named):
    """Draw one of the panels D to F: the correlation of one cluster, in its own colour."""
    cmap = LinearSegmentedColormap.from_list(NAMES[k], ["black", PRIMARIES[k]])
    image = draw_grid(axes, grid, values, named, cmap=cmap, vmin=0, vmax=1)
    box = axes.get_position()
    bar = figure.add_axes((box.x1 + 0.008, box.y0, 0.01, box.height))
    figure.colorbar(image, cax=bar).outline.set_linewidth(0.4)
    best = f", best {np.nanmax(values):.2f}" if np.isfinite(values).any() else ""
    _title(axes, f"phi with the {NAMES[k]} cluster{best}")


@styled
def figure_polarization_maps(yx, polarization, labels, means, correlations, grid, mask, pixel_size_pm):
    """Draw clusters of the polarization (A, B), and how well the labels of each setting distinguish them (C to F).

    Parameters
    ----------
    yx, polarization : (cell, 2) px, (y, x)
    labels : (cell,) int, -1 where the polarization is unknown
    means : (k, 2) px, k = 2 or 3
    correlations : (trial, k), from `ferrotune.segmentation.agreement.best_correlations`
    grid : ferrotune.figures.setting_grid.Grid
    mask : (y, x) bool, true where there is signal
    pixel_size_pm : float or None

    Returns
    -------
    matplotlib.figure.Figure
        After Barakati et al., arXiv 2411.12612, Fig. 2.
    """
    figure = new_figure(TWO_COLUMNS, HIGH)
    places = {"A": 0.03, "B": 0.4, "C": 0.75}
    axes = {name: figure.add_axes((left, 0.645, 0.21, 0.29)) for name, left in places.items()}
    _draw_clusters(axes["A"], yx, labels, mask, grid.cell_px, pixel_size_pm)
    _draw_plane(axes["B"], polarization, labels, means, pixel_size_pm)
    draw_grid(axes["C"], grid, composite(correlations))
    count = len(means)
    white = ", white: all" if count == 3 else ""
    _title(axes["C"], f"the {count} correlations as one colour;\nblack: none distinguished{white}")
    for k, values in enumerate(np.asarray(correlations).T):
        name = "DEF"[k]
        axes[name] = figure.add_axes((0.1 + 0.315 * k, 0.165, 0.21, 0.29))
        _draw_correlation(figure, axes[name], grid, values, k, "xy" if k == 0 else "x")
    for name, panel in axes.items():
        letter(panel, name, x=-0.08 if name in "AEF" else -0.2)
    grid_key(figure, axes["C"], grid)
    return figure
