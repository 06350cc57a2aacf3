"""Principal components of windows, from the covariance of the largest window.

The covariance of the pixels of a window is a block of the covariance of a larger window. So one pass over the patches
serves the reduction of every trial. A projection needs no cropping: the axes are zero outside the window.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import eigsh

DENSE = 24  # Lanczos iterations are faster where there are this many times more pixels than axes
TOLERANCE = 1e-6  # of an axis; sums in float32 are not more accurate


@dataclass(frozen=True)
class Moments:
    """Moments of some patches about provisional means: count (k,), first (k, p) and second (p, p) sums.

    k counts the classes of sites (sublattices). Each class has its own mean; else a mixture would only find the
    difference between the sublattices. The second moments are None where no covariance is needed.
    """

    count: np.ndarray
    first: np.ndarray
    second: np.ndarray | None

    @classmethod
    def of(cls, patches, site_class, provisional, second):
        """Sum patches (n, p) float32 of classes (n,) int about provisional means (k, p); `second`: moments or None."""
        alone = len(provisional) == 1  # then no copies are needed
        off = patches - (provisional if alone else provisional[site_class])
        of_class = [off] if alone else [off[site_class == k] for k in range(len(provisional))]
        first = np.stack([own.sum(axis=0, dtype=float) for own in of_class])
        return cls(np.bincount(site_class, minlength=len(provisional)), first, off.T @ off if second else None)

    def add(self, other):
        """Add the moments of further patches, in place."""
        for name in ("count", "first", "second"):
            if getattr(self, name) is not None:
                np.add(getattr(self, name), getattr(other, name), out=getattr(self, name))

    def statistics(self, provisional):
        """Mean (k, p) of each class and covariance (p, p) about it (or None), float32."""
        shift = self.first / np.maximum(self.count, 1)[:, None]
        mean = (provisional + shift).astype(np.float32)
        if self.second is None:
            return mean, None
        about = self.second - ((shift * self.count[:, None]).T @ shift).astype(np.float32)
        return mean, about / np.float32(self.count.sum())


def provisional_means(patches, site_class, count):
    """Means (count, p) float32 of the classes of the first patches (n, p), so that sums about them lose no digits."""
    overall, of_class = patches.mean(axis=0), [site_class == k for k in range(count)]
    return np.stack([patches[rows].mean(axis=0) if rows.any() else overall for rows in of_class])


def principal_axes(covariance, pixels, rank):
    """Leading eigenvectors of the covariance of a window.

    Parameters
    ----------
    covariance : (p, p) float, of the pixels of the largest window
    pixels : (q,) int, pixels of this window
    rank : int

    Returns
    -------
    (p, min(rank, q)) float32, by falling variance; zero outside the window
    """
    block = covariance[np.ix_(pixels, pixels)]
    rank = min(rank, len(pixels))
    if len(pixels) < DENSE * rank:
        vectors = eigh(block, subset_by_index=[len(pixels) - rank, len(pixels) - 1])[1]
    else:
        # the start is fixed: signs and last digits depend on it
        start = np.random.default_rng(0).standard_normal(len(pixels)).astype(block.dtype)
        values, vectors = eigsh(block, rank, v0=start, tol=TOLERANCE)
        vectors = vectors[:, np.argsort(values)]
    axes = np.zeros((len(covariance), rank), np.float32)
    axes[pixels] = vectors[:, ::-1]
    return axes


def project(blocks, site_class, mean, axes):
    """Scores (n, r) float64 of patches on axes (p, r).

    Parameters
    ----------
    blocks : iterable of (m, p) float32, n patches in all
    site_class : (n,) int, row of `mean` that is subtracted from each patch
    mean : (k, p)
    axes : (p, r)
    """
    return np.concatenate([block @ axes for block in blocks]).astype(float) - (mean @ axes).astype(float)[site_class]


def decompose(descriptors, rank):
    """Scores (n, min(rank, n - 1, p)) float64 of descriptors (n, p), without their covariance: for few sites."""
    from sklearn.decomposition import PCA  # here, as most jobs that load this module do not need it

    rank = min(rank, len(descriptors) - 1, descriptors.shape[1])
    solver = "arpack" if DENSE * rank < min(descriptors.shape) else "full"
    return PCA(rank, svd_solver=solver, tol=0.0, random_state=0).fit_transform(descriptors).astype(float)
