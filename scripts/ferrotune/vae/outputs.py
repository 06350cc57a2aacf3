"""Arrays that describe a trained model on an image: latent variables, their uncertainty, density, decoded images."""

from dataclasses import replace

import numpy as np

from ferrotune.clusterings.kde_peaks import POINTS, density_peaks
from ferrotune.vae.checkpoints import CURVES, from_checkpoint
from ferrotune.vae.encoding import patch_reader, site_alignment
from ferrotune.vae.latents import dropout_uncertainty, encode, manifold

SITE_ARRAYS = ("z", "z_sigma", "z_dropout", "angle", "angle_sigma", "angle_dropout", "shift", "shift_sigma", "state")
STEPS = 7  # decoded images along each of z1 and z2
PERCENTILES = (2, 98)  # of z, between which the decoded images are


def _densities(z):
    """Density of each latent variable over all sites, and the points that are its peaks."""
    places, density = np.zeros((2, z.shape[1], POINTS), np.float32)
    peak = np.zeros((z.shape[1], POINTS), bool)
    for i, values in enumerate(z.T.astype(float)):
        places[i], density[i], peaks = density_peaks(values)
        peak[i, peaks] = True
    axes = ("latent", "point")
    return {"density_z": (axes, places), "density": (axes, density), "peak": (axes, peak)}


def principal_axes(z):
    """Mean and principal axes of latent positions.

    Parameters
    ----------
    z : (site, latent)

    Returns
    -------
    mean : (latent,)
    axes : (axis, latent) float
        Orthonormal, that of the largest variance first; the largest component of each is positive.

    Examples
    --------
    >>> mean, axes = principal_axes(np.array([[0.0, 0.0], [3.0, -3.0], [1.0, 1.0], [2.0, -4.0]]))
    >>> axes.round(2).tolist()
    [[-0.42, 0.91], [0.91, 0.42]]
    """
    z = np.asarray(z, float)
    mean = z.mean(axis=0)
    axes = np.linalg.svd(np.cov(z - mean, rowvar=False).reshape(z.shape[1], -1), hermitian=True)[2]
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
    return mean, axes * np.sign(largest)[:, None]


def _manifolds(net, z, alignment):
    """Images decoded along the first (to the right) and second (upwards) principal axis of z; A and B at the same z.

    Along z1 and z2 themselves most images would be of places without a site wherever these two are correlated.
    """
    mean, axes = principal_axes(z)
    along = (z - mean) @ axes[:2].T
    first = np.linspace(*np.percentile(along[:, 0], PERCENTILES), STEPS)
    second = np.zeros(1)
    if z.shape[1] > 1:
        second = np.linspace(*np.percentile(along[:, 1], PERCENTILES), STEPS)[::-1]
    grid = mean + first[None, :, None] * axes[0] + second[:, None, None] * axes[min(1, len(axes) - 1)]
    flat = grid.reshape(-1, z.shape[1])
    z_of_classes = [flat, alignment.invert(flat)][: net.architecture.kinds]
    images = np.stack([manifold(net, of_class, k) for k, of_class in enumerate(z_of_classes)])
    shape = (*images.shape[:1], len(second), STEPS, *images.shape[2:])
    return {
        "manifold": (("kind", "row", "column", "y", "x"), images.reshape(shape)),
        "manifold_first": (("column",), first),
        "manifold_second": (("row",), second),
        "manifold_z": (("row", "column", "z"), grid),
    }


def latent_arrays(checkpoint, described, setting, seed):
    """Arrays that describe the latent variables of a trained model.

    Parameters
    ----------
    checkpoint : (arrays, attributes)
    described : ferrotune.descriptors._patch_stack.PatchStack
    setting : dict
    seed : int, of the neurons that are left out

    Returns
    -------
    dict of name to (dimension names, array), as `ferrotune.files.stores.write_store` takes it; angles in degrees,
    shifts in px
    """
    trained, site_class = from_checkpoint(*checkpoint), described.site_class
    net, read = trained.net, patch_reader(described, setting, checkpoint[1]["pixels"])
    encoded = encode(net, read, site_class)
    alignment = site_alignment(encoded, described)
    latents, none = alignment.apply(encoded, site_class), np.zeros((len(site_class), 0), np.float32)
    z_dropout, angle_dropout = none, none
    if net.architecture.dropout:
        z_dropout, angle_dropout = dropout_uncertainty(net, read, site_class, seed)
        z_dropout = alignment.apply(replace(encoded, z_sigma=z_dropout), site_class).z_sigma
    window = np.array(net.architecture.window)[: latents.shift.shape[1]]
    of_angle = map(np.degrees, (latents.angle, latents.angle_sigma, angle_dropout))
    of_shift = (latents.shift * window, latents.shift_sigma * window)
    of_sites = (latents.z, latents.z_sigma, z_dropout, *of_angle, *of_shift, latents.state)
    arrays = {n: (("site", n), values.astype(np.float32)) for n, values in zip(SITE_ARRAYS, of_sites, strict=True)}
    curves = np.array(trained.curve, np.float32).reshape(-1, 2).T
    arrays |= {name: (("epoch",), curve) for name, curve in zip(CURVES, curves, strict=True)}
    return arrays | _manifolds(net, latents.z, alignment) | _densities(latents.z)


def empty_latent_arrays(count):
    """Arrays with the names of `latent_arrays` for `count` sites without a model: there is no latent variable."""
    arrays = {name: (("site", name), np.zeros((count, 0), np.float32)) for name in SITE_ARRAYS}
    arrays |= {name: (("epoch",), np.zeros(0, np.float32)) for name in CURVES}
    arrays["manifold"] = (("kind", "row", "column", "y", "x"), np.zeros((0, 0, 0, 0, 0), np.float32))
    arrays |= {f"manifold_{n}": ((axis,), np.zeros(0)) for n, axis in (("first", "column"), ("second", "row"))}
    arrays["manifold_z"] = (("row", "column", "z"), np.zeros((0, 0, 0)))
    arrays["sublattice"] = (("site",), np.full(count, -1, np.int8))
    return arrays | _densities(np.zeros((count, 0)))
