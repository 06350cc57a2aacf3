"""Figure of the density of each latent variable, the labels that its peaks gave, and the training of the model."""

from string import ascii_uppercase

import numpy as np
from matplotlib.ticker import MaxNLocator

from ferrotune.clusterings.kde_peaks import MOST
from ferrotune.figures import image_axes
from ferrotune.figures.latent_base import label_key, latent_figure, variable_name
from ferrotune.figures.palette import BLUE, FAINT, GREY, INK, ORANGE, domain_colour, domain_colours
from ferrotune.figures.site_maps import Ground
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place, scale_bar

BY_PEAKS = "kde_peaks"
LEFT = 0.5  # inches
CURVES = 0.95  # inches; height of the densities
UPPER = 1.91  # inches; height of the figure above its map
WIDE = 2.6  # inches; width of the map
SETTLED = 0.25  # share of the epochs, the first ones, whose ELBO may lie below the axes


def clustered_variable(attributes):
    """Number (from 0) of the feature whose peaks gave the labels: z, then the angle; None for another clustering."""
    return int(attributes["parameters"]["variable"]) - 1 if attributes["clustering"] == BY_PEAKS else None


def peak_colours(peaks, z, label):
    """Colour of each peak (n,): the colour of the label that most of the sites nearest to it have."""
    nearest = np.abs(z[:, None] - peaks).argmin(axis=1)
    of_peak = (label[(nearest == i) & (label >= 0)] for i in range(len(peaks)))
    return [domain_colour(np.bincount(found).argmax()) if len(found) else GREY for found in of_peak]


def words(attributes, peak):
    """Say how the labels were made; peak (latent, point) bool holds the peaks of each latent variable."""
    of = clustered_variable(attributes)
    if of is None:
        return f"The labels were made by {attributes['clustering']}, not from these peaks."
    if of >= len(peak):
        return "The labels were made from peaks of the angle, not from these peaks."
    found = int(peak[of].sum())
    fewer = f", fewer than the {MOST} asked for" if found < MOST else ""
    kept = f"{found} peak{'s'[: found != 1]}{fewer}"
    return f"Clustered: {variable_name(of + 1)}, {kept}. Each site has the label of its nearest peak."


def _draw_density(axes, z, density, peak, colours):
    """Draw the density of one variable and its peaks (bool); in colour if this variable was clustered."""
    strong = colours is not None
    axes.fill_between(z, density, color=FAINT, alpha=0.8 if strong else 0.4, lw=0)
    axes.plot(z, density, color=INK if strong else GREY, lw=1.2 if strong else 0.8)
    look = {"s": 24, "zorder": 3, "marker": "v", "linewidths": 0.6, "clip_on": False}
    face = {"c": colours, "edgecolors": INK} if strong else {"facecolors": "white", "edgecolors": GREY}
    axes.scatter(z[peak], density[peak], **look, **face)
    axes.set(ylim=(0, 1.12 * density.max()), xlim=z[[0, -1]])


def _draw_densities(figure, latents, attributes, names):
    """Draw one panel for each latent variable."""
    chosen, count = clustered_variable(attributes), latents["z"].shape[1]
    pitch = (TWO_COLUMNS - LEFT) / max(count, 2)
    for i in range(count):
        axes = place(figure, LEFT + i * pitch, 0.24, pitch - 0.35, CURVES)
        z, density, peak = (latents[name][i] for name in ("density_z", "density", "peak"))
        peak, colours = np.asarray(peak, bool), None
        if i == chosen:
            colours = peak_colours(z[peak], latents["z"][:, i], latents["label"])
        _draw_density(axes, z, density, peak, colours)
        axes.set_xlabel(variable_name(i + 1), labelpad=1)
        axes.set_title("clustered" if i == chosen else "", pad=3)
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.xaxis.set_major_locator(MaxNLocator(5 if count <= 3 else 3))
        letter(axes, next(names), x=-0.25 / (pitch - 0.35))
        if i == 0:
            axes.set_ylabel("density of sites", labelpad=2)
    at = 1 - (UPPER - 0.26) / figure.get_figheight()
    figure.text(0.02 / TWO_COLUMNS, at, words(attributes, latents["peak"]), va="bottom")


def _draw_training(axes, latents, best):
    """The ELBO of training and held-out patches, epoch by epoch."""
    epochs = np.arange(1, len(latents["heldout_elbo"]) + 1)
    axes.plot(epochs, latents["training_elbo"], color=ORANGE, label="training patches")
    axes.plot(epochs, latents["heldout_elbo"], color=BLUE, ls=(0, (4, 1.5)), label="held-out patches")
    kept = latents["heldout_elbo"][best]
    axes.scatter(epochs[best], kept, s=26, marker="o", c="white", edgecolors=BLUE, zorder=3, label="best epoch (kept)")
    curves = np.array([latents["training_elbo"], latents["heldout_elbo"]])
    settled = curves[:, int(SETTLED * len(epochs)) :]
    low, high = settled.min(), curves.max()
    span = max(high - low, 1.0)
    axes.set(
        xlabel="epoch",
        xlim=(0.5, len(epochs) + 0.5),
        ylabel="ELBO (nats per patch)",
        ylim=(low - 0.4 * span, high + 0.1 * span),
    )
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.legend(loc="lower right")


@latent_figure
def latent_density(latents, attributes, selected, mask):
    """Draw the density of each latent variable with its peaks, the labels in the image, and the training.

    Parameters
    ----------
    latents : dict of the arrays of latents.zarr
        yx (site, 2) px; label (site,), negative for no label; z (site, latent);
        density_z, density, peak (latent, point);
        training_elbo, heldout_elbo (epoch,) nats per patch.
    attributes : dict
        answer, cell_px, pixel_size_pm; clustering; parameters, with the `variable` (counted from 1) if the clustering
        is "kde_peaks"; best_epoch, counted from 0.
    selected : dict with path_points (point, 2) cells and point_wall (point,), of selected.zarr
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    matplotlib.figure.Figure
        After Fig. 6 of Barakati et al., arXiv 2411.12612.
    """
    ground, names = Ground.of(latents["yx"], mask, selected, attributes), iter(ascii_uppercase)
    tall = WIDE * ground.tall
    figure = new_figure(TWO_COLUMNS, UPPER + tall + 0.24)
    _draw_densities(figure, latents, attributes, names)
    axes = place(figure, 0.02, UPPER, WIDE, tall)
    image_axes.frame(axes, mask)
    image_axes.draw_sites(axes, *ground.drawn, domain_colours(latents["label"]))
    ground.finish(axes, next(names))
    scale_bar(axes, ground.pixel_size_pm, ground.cell_px)
    label_key(figure, latents["label"], left=0.1, top=UPPER - 0.12)
    axes = place(figure, 3.6, UPPER, TWO_COLUMNS - 3.7, tall - 0.15)
    _draw_training(axes, latents, attributes["best_epoch"])
    letter(axes, next(names), x=-0.17)
    return figure
