"""Figure of the latent space: what it decodes to, where the sites lie in it, and where in the image."""

from string import ascii_uppercase

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from ferrotune.figures.latent_base import label_key, latent_figure, variable_name
from ferrotune.figures.palette import INK, domain_colour, domain_colours
from ferrotune.figures.site_maps import Ground, SiteMap, draw_rows, rows_height
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place
from ferrotune.figures.wording import TIMES

DIVERGING, NARROW, CYCLIC = "RdBu_r", "PuOr_r", "twilight"  # of z; of angles that are nearly the same; of all others
TURNED = 45  # degrees from the mean; angles within it need no colours that go around
KINDS = "AB"
GAP = 0.06  # between decoded pictures, of their size
SHOWN = 98  # percentile at the end of a colour scale
LEFT, SIDE, APART = 0.46, 2.0, 0.2  # inches; of the manifolds
PLANE = 5.25, 1.85  # inches; where the latent plane begins, and how wide it is
UPPER = 2.72  # inches; of the figure above its maps
KEY = UPPER - 0.16  # inches; where the key of the labels is
BINS = 60


def _mosaic(pictures):
    """Pictures (row, column, y, x) side by side, NaN between them."""
    gap = max(1, round(GAP * max(pictures.shape[2:])))
    framed = np.pad(pictures, ((0, 0), (0, 0), (0, gap), (0, gap)), constant_values=np.nan)
    rows, columns, tall, wide = framed.shape
    return framed.swapaxes(1, 2).reshape(rows * tall, columns * wide)[:-gap, :-gap]


def _set_z_ticks(axis, values, size):
    """Mark at most five decoded values in the middle of their pictures, which are `size` px apart."""
    every = np.arange(0, len(values), -(-len(values) // 5))
    axis.set_ticks((every + 0.46) * size, [f"{values[i]:.2g}" for i in every])


def _draw_manifold(axes, pictures, latents, limits):
    """One sublattice's pictures (row, column, y, x)."""
    mosaic = _mosaic(pictures)
    axes.imshow(mosaic, cmap="gray", vmin=limits[0], vmax=limits[1], extent=(0, mosaic.shape[1], mosaic.shape[0], 0))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=2)
    rows, columns = pictures.shape[:2]
    _set_z_ticks(axes.xaxis, latents["manifold_z1"], mosaic.shape[1] / columns)
    _set_z_ticks(axes.yaxis, latents["manifold_z2"][:rows], mosaic.shape[0] / rows)
    axes.set_xlabel(variable_name(1), labelpad=1)


def _draw_manifolds(figure, latents, names):
    """The manifold of each sublattice, in the same greys."""
    kinds, pictures = np.unique(latents["sublattice"]), np.asarray(latents["manifold"], float)
    if len(pictures) > len(kinds):  # of a sublattice without a site the model has seen nothing
        pictures = pictures[kinds]
    limits = np.percentile(pictures, [1, 99])
    line = latents["z"].shape[1] == 1  # then every row is the same
    for i, (kind, of_kind) in enumerate(zip(kinds, pictures, strict=True)):
        if line:
            axes = place(figure, LEFT, 0.24 + 1.1 * i, 2 * SIDE + APART, 0.75)
        else:
            axes = place(figure, LEFT + i * (SIDE + APART), 0.24, SIDE, SIDE)
        _draw_manifold(axes, of_kind[:1] if line else of_kind, latents, limits)
        axes.set_title(f"decoded for {KINDS[kind]}", pad=3)
        if line or i:
            axes.set_yticks([])
        else:
            axes.set_ylabel(variable_name(2))
            axes.yaxis.set_label_coords(-0.165, 0.5)
        letter(axes, next(names))


def _draw_plane(axes, z, label, reach):
    """Sites in the plane of z1 and z2, and a frame around what the manifold shows of it."""
    mixed = np.random.default_rng(0).permutation(len(z))  # no region is drawn over another
    look = {"s": 2.0 if len(z) < 5000 else 0.7, "linewidths": 0, "alpha": 0.6, "rasterized": True}
    axes.scatter(*z[mixed, :2].T, c=domain_colours(label[mixed]), **look)
    (left, right), (bottom, top) = reach
    frame = Rectangle((left, bottom), right - left, top - bottom, fill=False, ec=INK, lw=0.6, ls=(0, (3, 2)))
    axes.add_patch(frame)
    axes.set_ylabel(variable_name(2), labelpad=1)


def _draw_line(axes, z, label, edges):
    """How many sites of each region there are along z1, one on top of the other."""
    regions = np.unique(label[label >= 0])
    colours = [domain_colour(region) for region in regions.tolist()]
    axes.hist([z[label == region, 0] for region in regions], edges, stacked=True, color=colours)
    axes.set_ylabel("sites", labelpad=1)


def _span(values, reach):
    """Limits of an axis that holds values (n,) of all sites, and what the manifold shows of them."""
    low, high = min(values.min(), reach[0]), max(values.max(), reach[1])
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def _draw_sites(figure, latents, names):
    """Sites of each sublattice in latent space, coloured by region."""
    z, reach = latents["z"], [np.array(latents[f"manifold_z{n}"])[[0, -1]] for n in (1, 2)]
    reach = [sorted(ends.tolist()) for ends in reach]
    kinds = np.unique(latents["sublattice"])
    tall = (SIDE - 0.24 * (len(kinds) - 1)) / len(kinds)
    for i, kind in enumerate(kinds.tolist()):
        of = latents["sublattice"] == kind
        axes = place(figure, PLANE[0], 0.24 + i * (tall + 0.24), PLANE[1], tall)
        if z.shape[1] == 1:
            _draw_line(axes, z[of], latents["label"][of], np.linspace(z.min(), z.max(), BINS + 1))
        else:
            _draw_plane(axes, z[of], latents["label"][of], reach)
            axes.set_ylim(*_span(z[:, 1], reach[1]))
        axes.set_xlim(*_span(z[:, 0], reach[0]))
        axes.set_title(f"{of.sum()} {KINDS[kind]} columns", pad=3)
        axes.tick_params(labelbottom=kind == kinds[-1])
        letter(axes, next(names), x=-0.18)
    axes.set_xlabel(variable_name(1), labelpad=1)
    label_key(figure, latents["label"], right=0.08, top=KEY)


def _z_map(n, values):
    """Map of a latent variable, in standard deviations of its prior; noise about 0 does not fill the scale."""
    far = max(1.0, np.percentile(np.abs(values), SHOWN))
    return SiteMap(variable_name(n), values, (-far, far), DIVERGING)


def from_mean(angle):
    """Angles (site,), degrees, from their circular mean: what a model counts them from means nothing.

    Returns
    -------
    (site,) float, from -180 up to 180
    """
    mean = np.angle(np.exp(1j * np.radians(angle)).mean(), deg=True)
    return (np.asarray(angle, float) - mean + 180) % 360 - 180


def _angle_map(angle):
    """Map of angles from their mean, in colours that go around unless they are all nearly the same."""
    title, far = "angle (°)", np.percentile(np.abs(angle), SHOWN)
    if far <= TURNED:
        return SiteMap(title, angle, (-far, far), NARROW)
    return SiteMap(title, angle, (-180, 180), CYCLIC, "neither", (-180, -90, 0, 90, 180))


def _shift_maps(shift):
    """Maps of shifts (site, 0 or 2), px, in the same colours."""
    far = np.percentile(np.abs(shift), SHOWN) if shift.size else 0.0
    titles = ("shift down (px)", "shift across (px)")
    return [SiteMap(title, along, (-far, far), NARROW) for title, along in zip(titles, shift.T, strict=False)]


def _state_maps(state):
    """Map of the likeliest state, given the probability (site, state) of each; none where there are no states."""
    count = state.shape[1]
    if not count:
        return []
    colours = ListedColormap([domain_colour(n) for n in range(count)])
    of_sites = state.argmax(axis=1).astype(float)
    return [SiteMap("likeliest state", of_sites, (-0.5, count - 0.5), colours, "neither", tuple(range(count)))]


def _words(latents, attributes):
    """What the figure does not show, and how large a picture is."""
    sides = np.array(latents["manifold"].shape[3:]) / attributes["cell_px"]
    further = ", further latent variables at their median" if latents["z"].shape[1] > 2 else ""
    angles = "angles from their mean" if latents["angle"].shape[1] else "no angle: the model turns no patch"
    return f"Pictures: {sides[0]:.2g} {TIMES} {sides[1]:.2g} cells{further}; {angles}."


@latent_figure
def latent_space(latents, attributes, selected, mask):
    """Draw the latent space: decoded for each sublattice, its sites by region, and maps of all that a site was given.

    Parameters
    ----------
    latents : dict of the arrays of latents.zarr
        yx (site, 2) px; sublattice (site,) 0 = A, 1 = B; label (site,), negative for none; z (site, latent) and
        angle (site, 0 or 1) degrees, those of B on the axes of A's; shift (site, 0 or 2) px; state (site, 0 or
        states), the probability of each;
        manifold (kind, row, column, y, x) with manifold_z1 (column,), manifold_z2 (row,).
        Of no latent variable where no trial was selected.
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
    shown += [*_shift_maps(latents["shift"]), *_state_maps(latents["state"])]
    ground = Ground.of(latents["yx"], mask, selected, attributes)
    figure = new_figure(TWO_COLUMNS, UPPER + rows_height(len(shown), ground) + 0.02)
    names = iter(ascii_uppercase)
    _draw_manifolds(figure, latents, names)
    _draw_sites(figure, latents, names)
    down = figure.get_figheight()
    figure.text(0.02 / TWO_COLUMNS, 1 - (UPPER - 0.06) / down, _words(latents, attributes), va="bottom", fontsize=6.5)
    draw_rows(figure, shown, ground, UPPER, names)
    return figure
