"""Figure of the uncertainty of latent variables: maps of their standard deviations."""

from dataclasses import replace
from string import ascii_uppercase

import numpy as np

from ferrotune.figures.latent_base import latent_figure, variable_name
from ferrotune.figures.site_maps import Ground, SiteMap, draw_rows, rows_height
from ferrotune.figures.style import TWO_COLUMNS, new_figure

SEQUENTIAL = "cividis"  # bright is uncertain
SHOWN = 2, 98  # percentiles at the ends of a colour scale
LEAST = 1e-6  # least span of a colour scale: a constant map has one colour
HEADING = 0.17  # inches


def _map(title, values):
    low, high = np.percentile(values, SHOWN)
    return SiteMap(title, np.asarray(values, float), (low, max(high, low + LEAST)), SEQUENTIAL)


def _maps(of_z, of_angle):
    """Maps of the standard deviations of z (site, latent), on one scale, and of the angle (site, 0 or 1)."""
    scale = _map("", of_z)
    shown = [replace(scale, title=variable_name(n + 1), values=values) for n, values in enumerate(of_z.T)]
    return shown + [_map("angle (°)", values) for values in of_angle.T]


def _groups(latents):
    """The two standard deviations: a heading for each, and its maps."""
    no_angle = "" if latents["angle"].shape[1] else "; no angle: the model does not rotate patches"
    posterior = _maps(latents["z_sigma"], latents["angle_sigma"])
    dropout = _maps(latents["z_dropout"], latents["angle_dropout"]) if latents["z_dropout"].shape[1] else []
    heading = "Standard deviation over Monte Carlo dropout samples of the encoder"
    if not dropout:
        heading = "No Monte Carlo dropout: the model was trained without dropout"
    return [(f"Standard deviation of the posterior{no_angle}", posterior), (heading, dropout)]


@latent_figure
def latent_uncertainty(latents, attributes, selected, mask):
    """Draw the standard deviations of z and of the angle at each site: of the posterior, and over dropout samples.

    Parameters
    ----------
    latents : dict of the arrays of latents.zarr
        yx (site, 2) px; z_sigma, z_dropout (site, latent); angle_sigma, angle_dropout (site, 0 or 1) degrees.
        z_dropout has no columns if the model was trained without dropout.
    attributes : dict with answer, cell_px and pixel_size_pm
    selected : dict with path_points (point, 2) cells and point_wall (point,), of selected.zarr
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    matplotlib.figure.Figure
        After Fig. 5 I to L of Barakati et al., arXiv 2411.12612.
    """
    ground, groups = Ground.of(latents["yx"], mask, selected, attributes), _groups(latents)
    heights = [HEADING + rows_height(len(shown), ground) for _, shown in groups]
    figure = new_figure(TWO_COLUMNS, sum(heights) + 0.02)
    names, top = iter(ascii_uppercase), 0.02
    for (heading, shown), height in zip(groups, heights, strict=True):
        figure.text(0.02 / TWO_COLUMNS, 1 - top / figure.get_figheight(), heading, va="top")
        draw_rows(figure, shown, ground, top + HEADING - 0.04, names)
        top += height
    return figure
