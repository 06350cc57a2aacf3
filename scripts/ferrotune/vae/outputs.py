"""What a trained model shows of an image beside its segmentation: latent variables, how sure they are, pictures."""

from dataclasses import replace

import numpy as np

from ferrotune.clusterings.kde_peaks import POINTS, density_peaks
from ferrotune.vae.checkpoints import CURVES, restored
from ferrotune.vae.encoding import axes_of, reader
from ferrotune.vae.latents import dropout_spread, encode, manifold

OF_SITES = ("z", "z_sigma", "z_dropout", "angle", "angle_sigma", "angle_dropout", "shift", "shift_sigma", "state")
STEPS = 7  # pictures along each of z1 and z2
SHOWN = (2, 98)  # percentiles of z between which they are


def _densities(z):
    """Density of each latent variable over all sites, and which points are its peaks."""
    places, density = np.zeros((2, z.shape[1], POINTS), np.float32)
    peak = np.zeros((z.shape[1], POINTS), bool)
    for i, values in enumerate(z.T.astype(float)):
        places[i], density[i], peaks = density_peaks(values)
        peak[i, peaks] = True
    axes = ("latent", "point")
    return {"density_z": (axes, places), "density": (axes, density), "peak": (axes, peak)}


def _manifolds(net, z, axes):
    """Pictures over z1 (to the right) and z2 (downwards from the largest), the same z for A and for B."""
    first, second = (
        np.linspace(*np.percentile(values, SHOWN), STEPS) for values in (z.T[0], z.T[min(1, z.shape[1] - 1)])
    )
    second = second[::-1] if z.shape[1] > 1 else np.zeros(1)
    across = np.tile(np.median(z, axis=0), (len(second), STEPS, 1)).astype(float)
    across[..., 0] = first
    if z.shape[1] > 1:
        across[..., 1] = second[:, None]
    flat = across.reshape(-1, z.shape[1])
    of_kinds = [flat, axes.back(flat)][: net.of.kinds]
    pictures = np.stack([manifold(net, of_kind, kind) for kind, of_kind in enumerate(of_kinds)])
    shape = (*pictures.shape[:1], len(second), STEPS, *pictures.shape[2:])
    return {
        "manifold": (("kind", "row", "column", "y", "x"), pictures.reshape(shape)),
        "manifold_z1": (("column",), first),
        "manifold_z2": (("row",), second),
    }


def latent_products(made, described, setting, seed):
    """Arrays (dict for `write_store`) of a trained model's latent variables; angles in degrees.

    Parameters
    ----------
    made : (arrays, attributes) of a checkpoint
    described : ferrotune.descriptors._patch_stack.PatchStack
    setting : dict
    seed : int, of the neurons that are left out
    """
    trained, read, kind = restored(*made), reader(described, setting, made[1]["pixels"]), described.kind
    net, found = trained.net, encode(trained.net, read, described.kind)
    axes = axes_of(found, described)
    latents, none = axes.aligned(found, kind), np.zeros((len(kind), 0), np.float32)
    spreads, turns = dropout_spread(net, read, kind, seed) if net.of.dropout else (none, none)
    if net.of.dropout:
        spreads = axes.aligned(replace(found, z_sigma=spreads), kind).z_sigma
    window = np.array(net.of.window)[: latents.shift.shape[1]]
    of_angle = map(np.degrees, (latents.angle, latents.angle_sigma, turns))
    of_shift = (latents.shift * window, latents.shift_sigma * window)
    of_sites = (latents.z, latents.z_sigma, spreads, *of_angle, *of_shift, latents.state)
    arrays = {n: (("site", n), values.astype(np.float32)) for n, values in zip(OF_SITES, of_sites, strict=True)}
    curves = np.array(trained.curve, np.float32).reshape(-1, 2).T
    arrays |= {name: (("epoch",), curve) for name, curve in zip(CURVES, curves, strict=True)}
    return arrays | _manifolds(net, latents.z, axes) | _densities(latents.z)


def no_products(count):
    """The arrays of `latent_products` where no model was chosen: of so many sites, without any latent variable."""
    arrays = {name: (("site", name), np.zeros((count, 0), np.float32)) for name in OF_SITES}
    arrays |= {name: (("epoch",), np.zeros(0, np.float32)) for name in CURVES}
    arrays["manifold"] = (("kind", "row", "column", "y", "x"), np.zeros((0, 0, 0, 0, 0), np.float32))
    arrays |= {f"manifold_{z}": ((axis,), np.zeros(0)) for z, axis in (("z1", "column"), ("z2", "row"))}
    arrays["sublattice"] = (("site",), np.full(count, -1, np.int8))
    return arrays | _densities(np.zeros((count, 0)))
