"""The latent variables of A and of B columns on common axes."""

import numpy as np
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import cKDTree

from ferrotune.vae.latents import Latents

AROUND = 0.9  # cells; a B column has four A columns at 0.71


def _neighbours(yx, kind, cell_px):
    """Rows (n,) of the B columns that have A columns around them, and the rows of these, (list of n lists)."""
    a, b = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)
    near = cKDTree(yx[a]).query_ball_point(yx[b], AROUND * cell_px) if len(a) and len(b) else []
    with_some = [(row, a[found]) for row, found in zip(b, near, strict=True) if found]
    return np.array([row for row, _ in with_some], int), [found for _, found in with_some]


def _square_root(covariance, power):
    """Symmetric root of a covariance, or its inverse: of a flat direction none."""
    values, vectors = np.linalg.eigh(covariance)
    values = np.maximum(values, 1e-12 * values.max())
    return (vectors * values**power) @ vectors.T


def aligned(latents, kind, yx, cell_px):
    """Latents with those of B columns brought onto the axes of A's.

    The decoder knows the class, so the same z may mean one polarization around A and another around B. One linear map
    for the whole image gives z of B the mean and covariance of z of A, turned so that neighbouring columns agree best
    (orthogonal Procrustes), and one angle is taken off B's. It cannot make walls, as it is the same everywhere. Ours.

    Parameters
    ----------
    latents : ferrotune.vae.latents.Latents of n sites
    kind : (n,) int, 0 = A, 1 = B
    yx : (n, 2) px
    cell_px : float

    Returns
    -------
    Latents; its z_sigma is that along the new axes
    """
    b, around = _neighbours(yx, kind, cell_px)
    if len(b) <= latents.z.shape[1]:
        return latents
    z, is_b = latents.z.astype(float), kind == 1
    of_a, of_b = (np.atleast_2d(np.cov(z[kind == k].T)) for k in (0, 1))
    mean_a, mean_b = (z[kind == k].mean(axis=0) for k in (0, 1))
    seen_from_b = np.stack([z[rows].mean(axis=0) for rows in around]) - mean_a
    whitened_b, whitened_a = (z[b] - mean_b) @ _square_root(of_b, -0.5), seen_from_b @ _square_root(of_a, -0.5)
    turn, _ = orthogonal_procrustes(whitened_b, whitened_a)
    onto = _square_root(of_b, -0.5) @ turn @ _square_root(of_a, 0.5)
    z[is_b] = (z[is_b] - mean_b) @ onto + mean_a
    sigma, angle = latents.z_sigma.astype(float), latents.angle.astype(float)
    sigma[is_b] = np.sqrt(sigma[is_b] ** 2 @ onto**2)
    if angle.shape[1]:
        turns = np.exp(1j * angle[:, 0])
        away = np.angle(np.sum(turns[b] * np.conj([turns[rows].mean() for rows in around])))
        angle[is_b] = np.angle(np.exp(1j * (angle[is_b] - away)))
    changed = {"z": z, "z_sigma": sigma, "angle": angle}
    return Latents(**vars(latents) | {name: values.astype(np.float32) for name, values in changed.items()})
