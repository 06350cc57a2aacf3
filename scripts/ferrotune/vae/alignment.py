"""Alignment of the latent variables of B columns with those of A columns."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import cKDTree

NEIGHBOUR_CELLS = 0.9  # unit cells; a B column has four A columns at 0.71


@dataclass(frozen=True)
class Alignment:
    """Linear map from the latent variables of B columns to those of A: z_a = (z_b - mean_b) @ matrix + mean_a.

    The decoder knows the class of a site, so the same z may mean one polarization at A and another at B. One map for
    the whole image gives z of B the mean and the covariance of z of A. Its rotation is the one with which neighbouring
    columns agree best (orthogonal Procrustes). One angle is subtracted from the angles of B. The map is the same
    everywhere in the image, so it cannot make walls. Ours.

    Attributes
    ----------
    mean_a, mean_b : (latent,)
    matrix : (latent, latent)
    angle : float, rad
    """

    mean_a: np.ndarray
    mean_b: np.ndarray
    matrix: np.ndarray
    angle: float

    def apply(self, latents, site_class):
        """Align the B columns (site_class (n,) is 1) of ferrotune.vae.latents.Latents with the A columns."""
        b = site_class == 1
        z, sigma, angle = (values.copy() for values in (latents.z, latents.z_sigma, latents.angle))
        z[b] = (z[b] - self.mean_b) @ self.matrix + self.mean_a
        sigma[b] = np.sqrt(sigma[b] ** 2 @ self.matrix**2)
        angle[b] = np.angle(np.exp(1j * (angle[b] - self.angle)))
        return replace(latents, z=z, z_sigma=sigma, angle=angle)

    def invert(self, z):
        """Map aligned z (..., latent) back to the z that the decoder takes for B columns."""
        return (z - self.mean_a) @ np.linalg.inv(self.matrix) + self.mean_b


def _with_neighbours(yx, site_class, cell_px):
    """Rows (m,) of the B columns that have neighbouring A columns, and the rows of these A columns (list of m)."""
    a, b = np.flatnonzero(site_class == 0), np.flatnonzero(site_class == 1)
    near = cKDTree(yx[a]).query_ball_point(yx[b], NEIGHBOUR_CELLS * cell_px) if len(a) and len(b) else []
    found = [(row, a[rows]) for row, rows in zip(b, near, strict=True) if rows] if len(near) else []
    return np.array([row for row, _ in found], int), [rows for _, rows in found]


def _matrix_power(covariance, power):
    """Symmetric power of a covariance; eigenvalues below 1e-12 of the largest are set to that."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, 1e-12 * values.max()) ** power) @ vectors.T


def align_sublattices(latents, site_class, yx, cell_px):
    """Find the Alignment of the A and B columns of an image.

    Parameters
    ----------
    latents : ferrotune.vae.latents.Latents of n sites
    site_class : (n,) int, 0 = A, 1 = B
    yx : (n, 2) px
    cell_px : float, length of a unit cell

    Returns
    -------
    Alignment
        One that changes nothing where there is one class, or too few B columns with neighbours.
    """
    count = latents.z.shape[1]
    b, neighbours = _with_neighbours(yx, site_class, cell_px)
    if len(b) <= count:
        return Alignment(np.zeros(count), np.zeros(count), np.eye(count), 0.0)
    z = latents.z.astype(float)
    mean_a, mean_b = (z[site_class == k].mean(axis=0) for k in (0, 1))
    of_a, of_b = (np.cov(z[site_class == k].T).reshape(count, count) for k in (0, 1))
    z_around = np.stack([z[rows].mean(axis=0) for rows in neighbours])
    whitened = (z[b] - mean_b) @ _matrix_power(of_b, -0.5), (z_around - mean_a) @ _matrix_power(of_a, -0.5)
    matrix = _matrix_power(of_b, -0.5) @ orthogonal_procrustes(*whitened)[0] @ _matrix_power(of_a, 0.5)
    angle = 0.0
    if latents.angle.shape[1]:
        phases = np.exp(1j * latents.angle[:, 0].astype(float))
        angle = float(np.angle(np.sum(phases[b] * np.conj([phases[rows].mean() for rows in neighbours]))))
    return Alignment(mean_a, mean_b, matrix, angle)
