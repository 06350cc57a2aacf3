"""The latent variables of A and of B columns on common axes."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import cKDTree

AROUND = 0.9  # cells; a B column has four A columns at 0.71


@dataclass(frozen=True)
class Alignment:
    """How latent variables of B columns are brought onto the axes of A's: z_a = (z_b - mean_b) @ onto + mean_a.

    The decoder knows the class, so the same z may mean one polarization around A and another around B. One linear map
    for the whole image gives z of B the mean and covariance of z of A, turned so that neighbouring columns agree best
    (orthogonal Procrustes), and one angle is taken off B's. It cannot make walls, as it is the same everywhere. Ours.

    mean_a, mean_b : (latent,); onto : (latent, latent); turn : float, rad
    """

    mean_a: np.ndarray
    mean_b: np.ndarray
    onto: np.ndarray
    turn: float

    def aligned(self, latents, kind):
        """ferrotune.vae.latents.Latents with those of B columns (kind (n,) is 1) on the axes of A's."""
        b = kind == 1
        z, sigma, angle = (values.copy() for values in (latents.z, latents.z_sigma, latents.angle))
        z[b] = (z[b] - self.mean_b) @ self.onto + self.mean_a
        sigma[b] = np.sqrt(sigma[b] ** 2 @ self.onto**2)
        angle[b] = np.angle(np.exp(1j * (angle[b] - self.turn)))
        return replace(latents, z=z, z_sigma=sigma, angle=angle)

    def back(self, z):
        """What z (..., latent) on the axes of A is to the decoder of B."""
        return (z - self.mean_a) @ np.linalg.inv(self.onto) + self.mean_b


def _surrounded(yx, kind, cell_px):
    """Rows (m,) of the B columns that have A columns around them, and the rows of these, (list of m arrays)."""
    a, b = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)
    near = cKDTree(yx[a]).query_ball_point(yx[b], AROUND * cell_px) if len(a) and len(b) else []
    found = [(row, a[rows]) for row, rows in zip(b, near, strict=True) if rows] if len(near) else []
    return np.array([row for row, _ in found], int), [rows for _, rows in found]


def _root(covariance, power):
    """Symmetric power of a covariance; flat directions are held at a millionth of the widest's spread."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, 1e-12 * values.max()) ** power) @ vectors.T


def alignment(latents, kind, yx, cell_px):
    """The Alignment of an image's sites; of one class, or too few sites that touch, one that changes nothing.

    Parameters
    ----------
    latents : ferrotune.vae.latents.Latents of n sites
    kind : (n,) int, 0 = A, 1 = B
    yx : (n, 2) px
    cell_px : float
    """
    count = latents.z.shape[1]
    b, around = _surrounded(yx, kind, cell_px)
    if len(b) <= count:
        return Alignment(np.zeros(count), np.zeros(count), np.eye(count), 0.0)
    z = latents.z.astype(float)
    mean_a, mean_b = (z[kind == k].mean(axis=0) for k in (0, 1))
    of_a, of_b = (np.cov(z[kind == k].T).reshape(count, count) for k in (0, 1))
    neighbours = np.stack([z[rows].mean(axis=0) for rows in around])
    whitened = (z[b] - mean_b) @ _root(of_b, -0.5), (neighbours - mean_a) @ _root(of_a, -0.5)
    onto = _root(of_b, -0.5) @ orthogonal_procrustes(*whitened)[0] @ _root(of_a, 0.5)
    turn = 0.0
    if latents.angle.shape[1]:
        turns = np.exp(1j * latents.angle[:, 0].astype(float))
        turn = float(np.angle(np.sum(turns[b] * np.conj([turns[rows].mean() for rows in around]))))
    return Alignment(mean_a, mean_b, onto, turn)
