"""Figure of the latent space: decoded images, the sites in latent space, and maps of the latent variables."""

from string import ascii_uppercase

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Polygon, Rectangle

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
PRINCIPAL = "{} principal axis of z"
LEFT, SIDE, APART = 0.46, 2.0, 0.12  # inches; left edge, side and distance of the manifolds
PLANE = 5.45, 1.65  # inches; left edge and width of the latent plane
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


def differences(images):
    """Differences of decoded images (row, column, y, x) from their mean, and this mean (y, x).

    Neighbouring images look alike; what changes between them is far weaker than what they share.
    """
    mean = images.mean(axis=(0, 1))
    return images - mean, mean


def _draw_mean(axes, mean, shape, size):
    """Draw the mean over the image in the middle of a manifold, in greys and in a frame."""
    row, column = (n // 2 for n in shape)
    (down, across), (tall, wide) = size, mean.shape
    left, top = column * across, row * down
    look = {"cmap": "gray", "vmin": np.percentile(mean, 1), "vmax": np.percentile(mean, 99), "zorder": 2}
    axes.imshow(mean, extent=(left, left + wide, top + tall, top), **look)
    axes.add_patch(Rectangle((left, top), wide, tall, fill=False, ec=INK, lw=1.0, zorder=3))


def _draw_manifold(axes, images, latents, far):
    """Draw the decoded images (row, column, y, x) of one sublattice as differences from their mean."""
    changes, mean = differences(images)
    mosaic = _mosaic(changes)
    shown = axes.imshow(mosaic, cmap=DIVERGING, vmin=-far, vmax=far, extent=(0, mosaic.shape[1], mosaic.shape[0], 0))
    rows, columns = images.shape[:2]
    gap = max(1, round(GAP * max(images.shape[2:])))
    size = tuple(n + gap for n in images.shape[2:])
    _draw_mean(axes, mean, (rows, columns), size)
    axes.set(xlim=(0, mosaic.shape[1]), ylim=(mosaic.shape[0], 0))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=2)
    _set_z_ticks(axes.xaxis, latents["manifold_first"], size[1])
    _set_z_ticks(axes.yaxis, latents["manifold_second"][:rows], size[0])
    axes.set_xlabel(PRINCIPAL.format("first"), labelpad=1)
    return shown


def _draw_manifolds(figure, latents, names):
    """Draw the manifold of each sublattice, in the same colours."""
    present, images = np.unique(latents["sublattice"]), np.asarray(latents["manifold"], float)
    if len(images) > len(present):  # the model has seen no site of the other sublattice
        images = images[present]
    far = max(np.percentile(np.abs(differences(of)[0]), SHOWN) for of in images)
    line = latents["z"].shape[1] == 1  # then there is one row
    for i, (sublattice, decoded) in enumerate(zip(present, images, strict=True)):
        if line:
            axes = place(figure, LEFT, 0.24 + 1.1 * i, 2 * SIDE + APART, 0.75)
        else:
            axes = place(figure, LEFT + i * (SIDE + APART), 0.24, SIDE, SIDE)
        shown = _draw_manifold(axes, decoded[:1] if line else decoded, latents, far)
        axes.set_title(f"decoded for {SUBLATTICES[sublattice]}, minus the mean", pad=3)
        if line or i:
            axes.set_yticks([])
        else:
            axes.set_ylabel(PRINCIPAL.format("second"))
            axes.yaxis.set_label_coords(-0.19, 0.5)
        letter(axes, next(names))
    bar = place(figure, LEFT + 2 * SIDE + APART + 0.07, 0.5, 0.07, SIDE - 0.52)
    figure.colorbar(shown, cax=bar, extend="both").outline.set_linewidth(0.4)


def _draw_plane(axes, z, label, corners):
    """Draw sites in the plane of z1 and z2, and a frame around the part that the manifold shows."""
    mixed = np.random.default_rng(0).permutation(len(z))  # so that no domain is drawn over another one
    look = {"s": 2.0 if len(z) < 5000 else 0.7, "linewidths": 0, "alpha": 0.6, "rasterized": True}
    axes.scatter(*z[mixed, :2].T, c=domain_colours(label[mixed]), **look)
    axes.add_patch(Polygon(corners, fill=False, ec=INK, lw=0.6, ls=(0, (3, 2))))
    axes.set_ylabel(variable_name(2), labelpad=1)


def _draw_line(axes, z, label, edges):
    """Draw how many sites of each label there are along z1, as a stacked histogram."""
    names = np.unique(label[label >= 0])
    colours = [domain_colour(name) for name in names.tolist()]
    axes.hist([z[label == name, 0] for name in names], edges, stacked=True, color=colours)
    axes.set_ylabel("sites", labelpad=1)


def _span(values, ends):
    """Limits of an axis that holds the values (n,) of all sites, and the ends (m,) of the manifold."""
    both = np.concatenate([values, ends])
    room = 0.05 * np.ptp(both)
    return both.min() - room, both.max() + room


def _draw_sites(figure, latents, names):
    """Draw the sites of each sublattice in latent space, coloured by their label."""
    z, decoded = latents["z"], np.asarray(latents["manifold_z"], float)
    corners = decoded[[0, 0, -1, -1], [0, -1, -1, 0]]
    present = np.unique(latents["sublattice"])
    tall = (SIDE - 0.24 * (len(present) - 1)) / len(present)
    for i, sublattice in enumerate(present.tolist()):
        of = latents["sublattice"] == sublattice
        axes = place(figure, PLANE[0], 0.24 + i * (tall + 0.24), PLANE[1], tall)
        if z.shape[1] == 1:
            _draw_line(axes, z[of], latents["label"][of], np.linspace(z.min(), z.max(), BINS + 1))
        else:
            _draw_plane(axes, z[of], latents["label"][of], corners[:, :2])
            axes.set_ylim(*_span(z[:, 1], corners[:, 1]))
        axes.set_xlim(*_span(z[:, 0], corners[:, 0]))
        axes.set_title(f"{of.sum()} {SUBLATTICES[sublattice]} columns", pad=3)
        axes.tick_params(labelbottom=sublattice == present[-1])
        letter(axes, next(names), x=-0.18)
    axes.set_xlabel(variable_name(1), labelpad=1)
    label_key(figure, latents["label"], right=0.08, top=KEY)


def _z_maps(z):
    """Maps of the latent variables, in standard deviations of the prior; one scale for all, at least from -1 to 1."""
    far = max(1.0, np.percentile(np.abs(z), SHOWN))
    return [SiteMap(variable_name(n + 1), values, (-far, far), DIVERGING) for n, values in enumerate(z.T)]


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
    further = ", other principal axes at their mean" if latents["z"].shape[1] > 2 else ""
    angles = "Angles from their mean" if latents["angle"].shape[1] else "No angle: the model does not rotate patches"
    return f"Decoded images: {sides[0]:.2g} {TIMES} {sides[1]:.2g} cells{further}; in the middle their mean. {angles}."


@latent_figure
def latent_space(latents, attributes, selected, mask):
    """Draw the latent space: decoded images and sites of each sublattice, and a map of every latent variable.

    Parameters
    ----------
    latents : dict of the arrays of latents.zarr
        yx (site, 2) px; sublattice (site,) 0 = A, 1 = B; label (site,), negative for no label; z (site, latent);
        angle (site, 0 or 1) degrees (z and angle of B columns are transformed to the axes of A); shift
        (site, 0 or 2) px; state (site, 0 or classes), the probability of each discrete class;
        manifold (sublattice, row, column, y, x) with manifold_z (row, column, latent), its places along the first two
        principal axes manifold_first (column,) and manifold_second (row,).
        If no trial was selected there are 0 latent variables.
    attributes : dict with answer, cell_px and pixel_size_pm
    selected : dict with path_points (point, 2) cells and point_wall (point,), of selected.zarr
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    matplotlib.figure.Figure
        After Fig. 5 of Barakati et al., arXiv 2411.12612.
    """
    shown = _z_maps(latents["z"])
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
