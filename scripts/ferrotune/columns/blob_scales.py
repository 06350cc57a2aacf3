"""Blobs of an image at several scales: maxima of its Laplacian of Gaussian, found once for all ranges of scales."""

from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy import ndimage
from scipy.spatial import cKDTree

RADIUS = np.sqrt(2)  # of a blob, in sigma of the scale at which it is found
_DISTANCES = 513  # at which the overlap of two discs is tabulated


def _response(image, sigma):
    """Scale-normalised Laplacian of Gaussian (y, x), and its largest value in the 3 x 3 px around each pixel."""
    response = -ndimage.gaussian_laplace(image, sigma) * sigma**2
    return response, ndimage.maximum_filter(response, 3, mode="nearest")


def _maxima(here, before, after, least):
    """Pixels (n, 2) of a scale that are maxima among their neighbours, with three numbers (n, 3).

    These are their response, and the largest responses around them at the next smaller and at the next larger scale.
    Both larger than the pixel's own: it is no maximum in any range of scales.
    """
    response, around = here
    at = np.nonzero((response == around) & (response > least))
    own = response[at]
    beside = [np.full(len(own), -np.inf, own.dtype) if scale is None else scale[1][at] for scale in (before, after)]
    kept = (own >= beside[0]) | (own >= beside[1])
    return np.column_stack(at)[kept], np.column_stack([own, *beside])[kept]


def _nearest_allowed(one, other, overlap):
    """Least distance of two discs of these radii that share at most `overlap` of the area of the smaller one."""
    if overlap >= 1:
        return 0.0
    small, large = min(one, other), max(one, other)
    distance = np.linspace(large - small, large + small, _DISTANCES)[1:-1]
    to_chord = (distance**2 + small**2 - large**2) / (2 * distance)
    angles = np.arccos(np.clip([to_chord / small, (distance - to_chord) / large], -1, 1))
    segments = np.array([[small**2], [large**2]]) * (angles - np.sin(2 * angles) / 2)
    share = np.concatenate([[1.0], segments.sum(axis=0) / (np.pi * small**2), [0.0]])
    distance = np.concatenate([[large - small], distance, [large + small]])
    return float(np.interp(-overlap, -share, distance))


def _alone(yx, scale, strength, sigma, overlap):
    """Which blobs (n,) bool no larger one, and no stronger one of the same size, overlaps by more than `overlap`."""
    alone = np.ones(len(yx), bool)
    rows = {level: np.flatnonzero(scale == level) for level in np.unique(scale)}
    trees = {level: cKDTree(yx[of]) for level, of in rows.items()}
    for level, of in rows.items():
        least = _nearest_allowed(RADIUS * sigma[level], RADIUS * sigma[level], overlap)
        pairs = of[trees[level].query_pairs(least, output_type="ndarray")]
        if len(pairs):
            second = strength[pairs[:, 0]] >= strength[pairs[:, 1]]  # the later one of a tie
            alone[np.where(second, pairs[:, 1], pairs[:, 0])] = False
        for larger in (other for other in rows if other > level):
            least = _nearest_allowed(RADIUS * sigma[level], RADIUS * sigma[larger], overlap)
            distance, _ = trees[larger].query(yx[of], distance_upper_bound=max(least, 1e-9))
            alone[of[distance < least]] = False
    return alone


@dataclass(frozen=True)
class BlobScales:
    """Maxima of the Laplacian of Gaussian of an image at each of some scales.

    Attributes
    ----------
    sigma : (scale,) float, px, in increasing order
    yx : (n, 2) int, px
    scale : (n,) int, row of `sigma`
    response : (n, 3) float
        Of the blob itself; the largest around it at the next smaller scale, and at the next larger one.
    """

    sigma: np.ndarray
    yx: np.ndarray
    scale: np.ndarray
    response: np.ndarray

    @classmethod
    def of(cls, image, sigma, least, threads=1):
        """Find the maxima of an image.

        Parameters
        ----------
        image : (y, x) float
        sigma : (scale,) float, px, in increasing order
        least : float, the smallest threshold that will be asked for
        threads : int
        """
        image, found = np.asarray(image, np.float32), []
        with Parallel(n_jobs=threads, prefer="threads", return_as="generator", pre_dispatch=threads) as parallel:
            before, here = None, None
            for after in parallel(delayed(_response)(image, float(one)) for one in sigma):
                if here is not None:
                    found.append(_maxima(here, before, after, least))
                before, here = here, after
            found.append(_maxima(here, before, None, least))
        yx, response = (np.vstack(of) for of in zip(*found, strict=True))
        scale = np.repeat(np.arange(len(sigma)), [len(at) for at, _ in found])
        return cls(np.asarray(sigma, float), yx, scale, response)

    def chosen(self, low, high, threshold, overlap):
        """Blobs of a range of scales.

        Without overlaps they are those of scikit-image's `blob_log`. Of two that overlap by more than is allowed, the
        smaller one is left out, as there; of two of one size the weaker one (there, it depends on their order).

        Parameters
        ----------
        low, high : int, first and last row of `sigma`
        threshold : float, least response
        overlap : float, 0 to 1, share of the area of the smaller of two blobs

        Returns
        -------
        (m, 2) int, px

        Examples
        --------
        >>> import numpy as np
        >>> y, x = np.mgrid[:40, :40]
        >>> columns = [(10, 10), (10, 30), (30, 20)]
        >>> image = sum(np.exp(-((y - row) ** 2 + (x - column) ** 2) / 18) for row, column in columns)
        >>> scales = BlobScales.of(image, np.arange(1.0, 6.0), least=0.1)
        >>> sorted(map(tuple, scales.chosen(0, 4, threshold=0.2, overlap=0.5).tolist()))
        [(10, 10), (10, 30), (30, 20)]
        """
        own, smaller, larger = self.response.T
        among = (self.scale >= low) & (self.scale <= high) & (own > threshold)
        among &= (self.scale == low) | (own >= smaller)
        among &= (self.scale == high) | (own >= larger)
        yx = self.yx[among]
        return yx[_alone(yx, self.scale[among], own[among], self.sigma, overlap)]
