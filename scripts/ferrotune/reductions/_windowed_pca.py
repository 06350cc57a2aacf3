"""Principal components of windows, from the covariance at the largest one.

The covariance of the pixels of any window is a block of that of a window around it, so that one pass over the
patches serves the reduction of every trial; a projection needs no cut, since axes padded with zeros see the window
alone.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import eigsh
from sklearn.decomposition import PCA

DENSE = 24  # Lanczos iterations pay where the window has this many times more pixels than axes are asked for
TOLERANCE = 1e-6  # of an axis; float32 sums hold no more


@dataclass(frozen=True)
class Moments:
    """Sums over some patches, taken from provisional means: count (k,), first (k, p) and second (p, p) moments.

    k are the kinds of site (sublattices): each has a mean of its own, else the difference between them would be
    all that a mixture sees. The second moments are left out (None) where no covariance is asked for.
    """

    count: np.ndarray
    first: np.ndarray
    second: np.ndarray | None

    @classmethod
    def of(cls, patches, kind, provisional, second):
        """Of patches (n, p) float32 of kinds (n,) int, about provisional means (k, p); `second` or not."""
        off = patches - provisional[kind]
        first = np.stack([off[kind == k].sum(axis=0, dtype=float) for k in range(len(provisional))])
        return cls(np.bincount(kind, minlength=len(provisional)), first, off.T @ off if second else None)

    def add(self, other):
        """Add the sums over further patches to these, in place."""
        for name in ("count", "first", "second"):
            if getattr(self, name) is not None:
                np.add(getattr(self, name), getattr(other, name), out=getattr(self, name))

    def statistics(self, provisional):
        """Mean (k, p) of each kind and covariance (p, p) about it (or None), float32."""
        shift = self.first / np.maximum(self.count, 1)[:, None]
        mean = (provisional + shift).astype(np.float32)
        if self.second is None:
            return mean, None
        about = self.second - ((shift * self.count[:, None]).T @ shift).astype(np.float32)
        return mean, about / np.float32(self.count.sum())


def provisional_means(patches, kind, kinds):
    """Means (kinds, p) float32 of the first patches (n, p): near enough that sums about them lose no digits."""
    overall = patches.mean(axis=0)
    return np.stack([patches[kind == k].mean(axis=0) if (kind == k).any() else overall for k in range(kinds)])


def principal_axes(covariance, pixels, rank):
    """Leading eigenvectors of a window's covariance.

    Parameters
    ----------
    covariance : (p, p) float, of the pixels of the largest window
    pixels : (q,) int, those of this window
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
        # the start is fixed, since signs and last digits hang on it
        start = np.random.default_rng(0).standard_normal(len(pixels)).astype(block.dtype)
        values, vectors = eigsh(block, rank, v0=start, tol=TOLERANCE)
        vectors = vectors[:, np.argsort(values)]
    axes = np.zeros((len(covariance), rank), np.float32)
    axes[pixels] = vectors[:, ::-1]
    return axes


def project(blocks, kinds, mean, axes):
    """Scores (n, r) float64 of patches on axes (p, r).

    Parameters
    ----------
    blocks : iterable of (m, p) float32, n patches in all
    kinds : (n,) int, row of `mean` that each patch is measured from
    mean : (k, p)
    axes : (p, r)
    """
    return np.concatenate([block @ axes for block in blocks]).astype(float) - (mean @ axes).astype(float)[kinds]


def decompose(descriptors, rank):
    """Scores (n, min(rank, n - 1, p)) float64 of descriptors (n, p) without their covariance: for few sites."""
    rank = min(rank, len(descriptors) - 1, descriptors.shape[1])
    solver = "arpack" if DENSE * rank < min(descriptors.shape) else "full"
    return PCA(rank, svd_solver=solver, tol=0.0, random_state=0).fit_transform(descriptors).astype(float)
