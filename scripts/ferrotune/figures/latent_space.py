"""Figure of the latent space: decoded images, the sites in latent space, and maps of the latent variables."""

from string import ascii_uppercase

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from ferrotune.figures.latent_base import label_key, latent_figure, variable_name
from ferrotune.figures.palette import INK, domain_colour, domain_colours
from ferrotune.figures.site_maps import Ground, SiteMap, draw_rows, rows_height
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place
from ferrotune.figures.wording import TIMES

DIVERGING, NARROW, CYCLIC = (
    "RdBu_r",
    "PuOr_r",
    "twilight",
)  # for z; for angles nearly the same; for others
NEARLY = 45  # degrees; angles within it from their mean are nearly the same, and need no cyclic colours
SUBLATTICES = "AB"
GAP = 0.06  # between decoded images, as a share of their size
SHOWN = 98  # percentile at the end of a colour scale
LEFT, SIDE, APART = 0.46, 2.0, 0.2  # inches; left edge, side and distance of the manifolds
PLANE = 5.25, 1.85  # inches; left edge and width of the latent plane
UPPER = 2.72  # inches; height of the figure above its maps
KEY = UPPER - 0.16  # inches; upper edge of the key of the labels
BINS = 60  # of the histogram along one latent variable


def _mosaic(images):
    """Put images (row, column, y, x) side by side, with NaN between them."""
    gap = max(1, round(GAP * max(images.shape[2:])))
    framed = np.pad(images, ((0, 0), (0, 0), (0, gap), (0, gap)), constant_values=np.nan)
    rows, columns, tall, wide = framed.shape
    return framed.swapaxes(1, 2).reshape(rows * tall, columns * wide)[:-gap, :-gap]


def _set_z_ticks(axis, values, size):
    """Mark at most five of the decoded values, each in the middle of its image; images are `size` px apart."""
    every = np.arange(0, len(values), -(-len(values) // 5))
    axis.set_ticks((every + 0.46) * size, [f"{values[i]:.2g}" for i in every])


def _draw_manifold(axes, images, latents, limits):
    """Draw the decoded images (row, column, y, x) of one sublattice."""
    mosaic = _mosaic(images)
    axes.imshow(mosaic, cmap="gray", vmin=limits[0], vmax=limits[1], extent=(0, mosaic.shape[1], mosaic.shape[0], 0))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=2)
    rows, columns = images.shape[:2]
    _set_z_ticks(axes.xaxis, latents["manifold_z1"], mosaic.shape[1] / columns)
    _set_z_ticks(axes.yaxis, latents["manifold_z2"][:rows], mosaic.shape[0] / rows)
    axes.set_xlabel(variable_name(1), labelpad=1)


def _draw_manifolds(figure, latents, names):
    """Draw the manifold of each sublattice, in the same greys."""
    present, images = np.unique(latents["sublattice"]), np.asarray(latents["manifold"], float)
    if len(images) > len(present):  # the model has seen no site of the other sublattice
        images = images[present]
    limits = np.percentile(images, [1, 99])
    line = latents["z"].shape[1] == 1  # then all rows are the same
    for i, (sublattice, decoded) in enumerate(zip(present, images, strict=True)):
        if line:
            axes = place(figure, LEFT, 0.24 + 1.1 * i, 2 * SIDE + APART, 0.75)
        else:
            axes = place(figure, LEFT + i * (SIDE + APART), 0.24, SIDE, SIDE)
        _draw_manifold(axes, decoded[:1] if line else decoded, latents, limits)
        axes.set_title(f"decoded for {SUBLATTICES[sublattice]}", pad=3)
        if line or i:
            axes.set_yticks([])
        else:
            axes.set_ylabel(variable_name(2))
            axes.yaxis.set_label_coords(-0.165, 0.5)
        letter(axes, next(names))


def _draw_plane(axes, z, label, reach):
    """Draw sites in the plane of z1 and z2, and a frame around the part that the manifold shows."""
    mixed = np.random.default_rng(0).permutation(len(z))  # so that no domain is drawn over another one
    look = {"s": 2.0 if len(z) < 5000 else 0.7, "linewidths": 0, "alpha": 0.6, "rasterized": True}
    axes.scatter(*z[mixed, :2].T, c=domain_colours(label[mixed]), **look)
    (left, right), (bottom, top) = reach
    frame = Rectangle((left, bottom), right - left, top - bottom, fill=False, ec=INK, lw=0.6, ls=(0, (3, 2)))
    axes.add_patch(frame)
    axes.set_ylabel(variable_name(2), labelpad=1)


def _draw_line(axes, z, label, edges):
    """Draw how many sites of each label there are along z1, as a stacked histogram."""
    names = np.unique(label[label >= 0])
    colours = [domain_colour(name) for name in names.tolist()]
    axes.hist([z[label == name, 0] for name in names], edges, stacked=True, color=colours)
    axes.set_ylabel("sites", labelpad=1)


def _span(values, reach):
    """Limits of an axis that holds the values (n,) of all sites, and the ends (`reach`) of the manifold."""
    low, high = min(values.min(), reach[0]), max(values.max(), reach[1])
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def _draw_sites(figure, latents, names):
    """Draw the sites of each sublattice in latent space, coloured by their label."""
    z, reach = latents["z"], [np.array(latents[f"manifold_z{n}"])[[0, -1]] for n in (1, 2)]
    reach = [sorted(ends.tolist()) for ends in reach]
    present = np.unique(latents["sublattice"])
    tall = (SIDE - 0.24 * (len(present) - 1)) / len(present)
    for i, sublattice in enumerate(present.tolist()):
        of = latents["sublattice"] == sublattice
        axes = place(figure, PLANE[0], 0.24 + i * (tall + 0.24), PLANE[1], tall)
        if z.shape[1] == 1:
            _draw_line(axes, z[of], latents["label"][of], np.linspace(z.min(), z.max(), BINS + 1))
        else:
            _draw_plane(axes, z[of], latents["label"][of], reach)
            axes.set_ylim(*_span(z[:, 1], reach[1]))
        axes.set_xlim(*_span(z[:, 0], reach[0]))
        axes.set_title(f"{of.sum()} {SUBLATTICES[sublattice]} columns", pad=3)
        axes.tick_params(labelbottom=sublattice == present[-1])
        letter(axes, next(names), x=-0.18)
    axes.set_xlabel(variable_name(1), labelpad=1)
    label_key(figure, latents["label"], right=0.08, top=KEY)


def _z_map(n, values):
    """Map of a latent variable, in standard deviations of its prior; the scale reaches at least from -1 to 1."""
    far = max(1.0, np.percentile(np.abs(values), SHOWN))
    return SiteMap(variable_name(n), values, (-far, far), DIVERGING)


def from_mean(angle):
    """Measure angles (site,), degrees, from their circular mean, as the zero of a model's angles is arbitrary.

    Returns
    -------
    (site,) float, from -180 up to 180
    """
    mean = np.angle(np.exp(1j * np.radians(angle)).mean(), deg=True)
    return (np.asarray(angle, float) - mean + 180) % 360 - 180


def _angle_map(angle):
    """Map of angles from their mean, in cyclic colours unless the angles are nearly the same."""
    title, far = "angle (°)", np.percentile(np.abs(angle), SHOWN)
    if far <= NEARLY:
        return SiteMap(title, angle, (-far, far), NARROW)
    return SiteMap(title, angle, (-180, 180), CYCLIC, "neither", (-180, -90, 0, 90, 180))


def _shift_maps(shift):
    """Maps of the two components of shifts (site, 0 or 2), px, on one colour scale."""
    far = np.percentile(np.abs(shift), SHOWN) if shift.size else 0.0
    titles = ("shift down (px)", "shift across (px)")
    return [SiteMap(title, along, (-far, far), NARROW) for title, along in zip(titles, shift.T, strict=False)]


def _class_maps(state):
    """Map of the most probable discrete class, from the probability (site, class) of each; none without classes."""
    count = state.shape[1]
    if not count:
        return []
    colours = ListedColormap([domain_colour(n) for n in range(count)])
    of_sites = state.argmax(axis=1).astype(float)
    return [SiteMap("most probable class", of_sites, (-0.5, count - 0.5), colours, "neither", tuple(range(count)))]


def _words(latents, attributes):
    """Say how large a decoded image is, and what is fixed in it."""
    sides = np.array(latents["manifold"].shape[3:]) / attributes["cell_px"]
    further = ", further latent variables at their median" if latents["z"].shape[1] > 2 else ""
    angles = "angles from their mean" if latents["angle"].shape[1] else "no angle: the model does not rotate patches"
    return f"Decoded images: {sides[0]:.2g} {TIMES} {sides[1]:.2g} cells{further}; {angles}."


@latent_figure
def latent_space(latents, attributes, selected, mask):
    """Draw the latent space: decoded images and sites of each sublattice, and a map of every latent variable.

    Parameters
    ----------
    latents : dict of the arrays of latents.zarr
        yx (site, 2) px; sublattice (site,) 0 = A, 1 = B; label (site,), negative for no label; z (site, latent);
        angle (site, 0 or 1) degrees (z and angle of B columns are transformed to the axes of A); shift
        (site, 0 or 2) px; state (site, 0 or classes), the probability of each discrete class;
        manifold (sublattice, row, column, y, x) with manifold_z1 (column,), manifold_z2 (row,).
        If no trial was selected there are 0 latent variables.
    attributes : dict with answer, cell_px and pixel_size_pm
    selected : dict with path_points (point, 2) cells and point_wall (point,), of selected.zarr
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    matplotlib.figure.Figure
        After Fig. 5 of Barakati et al., arXiv 2411.12612.
    """
    count = latents["z"].shape[1]
    shown = [_z_map(n + 1, latents["z"][:, n]) for n in range(count)]
    shown += [_angle_map(from_mean(angle)) for angle in latents["angle"].T]
    shown += [*_shift_maps(latents["shift"]), *_class_maps(latents["state"])]
    ground = Ground.of(latents["yx"], mask, selected, attributes)
    figure = new_figure(TWO_COLUMNS, UPPER + rows_height(len(shown), ground) + 0.02)
    names = iter(ascii_uppercase)
    _draw_manifolds(figure, latents, names)
    _draw_sites(figure, latents, names)
    down = figure.get_figheight()
    figure.text(0.02 / TWO_COLUMNS, 1 - (UPPER - 0.06) / down, _words(latents, attributes), va="bottom", fontsize=6.5)
    draw_rows(figure, shown, ground, UPPER, names)
    return figure
