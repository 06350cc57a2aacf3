"""Gaussian components of many numbers a site: the steps of expectation maximisation for each form of covariance.

Values are multiplied in their own precision; sums over blocks of sites, and all factorisations, are in double
precision. A covariance whose smallest variance single precision cannot resolve raises `Unresolved`.
"""

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.blas import get_blas_funcs
from scipy.linalg.lapack import dpotrf, dtrtri

THIN, THICK = 256, 2048  # sites of a block: of products with k means, and of products with a whole covariance
# Single precision is left where a pivot of a covariance is a smaller share of the mean variance than RESOLVED, and
# where less than LEFT of a sum of squares is left after the means are subtracted. With the first, the bound of a full
# covariance is within 2.5e-3 nat of that in double precision. Ours; docs/methods.md says on what they were chosen.
RESOLVED, LEFT = 1e-2, 1e-4
# Change of a site's share of a component that its covariance need not follow, in single and in double precision.
NEGLIGIBLE = {np.dtype(np.float32): 1e-7, np.dtype(float): 1e-14}
ILL_DEFINED = "the covariance of a component is not positive definite: try fewer components, or tied or diag"


class Unresolved(Exception):
    """A covariance has variances that single precision does not resolve."""


def blocks(count, size):
    """Slices of `size` sites that cover `count` sites."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _second_moments(values, weight=None, double=False):
    """Lower triangle (d, d) float64, column-major, of the sum of products of values (n, d), with weights (n,)."""
    dtype, d = np.float64 if double else values.dtype, values.shape[1]
    syrk, total = get_blas_funcs("syrk", dtype=dtype), np.zeros((d, d), order="F")
    for part in blocks(len(values), THICK):
        own = values[part].astype(dtype, copy=False)
        if weight is not None:
            own = own * np.sqrt(weight[part])[:, None].astype(dtype)
        total += syrk(1.0, own.T, lower=1)
    return total


class _Components:
    """Components of a mixture, about values (n, d) whose mean is near zero.

    An expectation step calls `begin`, then `log_joint` and `add` block by block, and a maximisation step `finish`.

    Parameters
    ----------
    values : (n, d) float32 or float64
    count : int, components
    regularisation : float, added to each variance
    """

    block = THIN
    single_from = 0  # numbers a site from which single precision serves
    offset = 0.0  # mean over the sites of what `log_joint` lacks

    def __init__(self, values, count, regularisation):
        self.values, self.count, self.regularisation = values, count, regularisation
        self.weight = self.first = self.mean = self.share = None

    @property
    def single(self):
        """Whether values are in single precision."""
        return self.values.dtype == np.float32

    def begin(self):
        """Forget the sums."""
        self.weight = np.full(self.count, 10 * np.finfo(float).eps)  # as in scikit-learn
        self.first = np.zeros((self.count, self.values.shape[1]))

    def add(self, rows, shares):
        """Add the shares (m, k) float64 of a slice of sites to the sums."""
        self.weight += shares.sum(axis=0)
        self.first += shares.T.astype(self.values.dtype) @ self.values[rows]

    def finish(self):
        """Means and shares of the components from the sums."""
        self.mean = self.first / self.weight[:, None]
        self.share = self.weight / self.weight.sum()

    def _require(self, smallest, least):
        """Raise where the smallest share of variance is not positive or, in single precision, below the least."""
        if self.single and not smallest >= least:
            raise Unresolved
        if not smallest > 0:
            raise ValueError(ILL_DEFINED)


class Spherical(_Components):
    """One variance a component."""

    def __init__(self, *given):
        super().__init__(*given)
        parts = [self.values[rows].astype(float) for rows in blocks(len(self.values), THIN)]
        self._square = np.concatenate([np.einsum("ij,ij->i", part, part) for part in parts])

    def begin(self):
        """Forget the sums."""
        super().begin()
        self._squares = np.zeros(self.count)

    def add(self, rows, shares):
        """Add shares to the sums."""
        super().add(rows, shares)
        self._squares += self._square[rows] @ shares

    def finish(self):
        """Variance of each component, the mean over the numbers of a site."""
        super().finish()
        d = self.values.shape[1]
        square = self._squares / self.weight / d
        variance = square - (self.mean**2).mean(axis=1) + self.regularisation
        self._require((variance / square.max()).min(), LEFT)
        self._linear = (self.mean / variance[:, None]).T.astype(self.values.dtype)
        self._half = 0.5 / variance
        constant = (self.mean**2).sum(axis=1) * self._half + d / 2 * np.log(2 * np.pi * variance)
        self._constant = np.log(self.share) - constant

    def log_joint(self, rows):
        """Logarithm of share times density of each component, (m, k) float64."""
        return self.values[rows] @ self._linear - self._square[rows, None] * self._half + self._constant


class Diagonal(_Components):
    """A variance for each number of a site and each component."""

    def begin(self):
        """Forget the sums."""
        super().begin()
        self._squares = np.zeros_like(self.first)

    def add(self, rows, shares):
        """Add shares to the sums."""
        super().add(rows, shares)
        self._squares += shares.T.astype(self.values.dtype) @ np.square(self.values[rows])

    def finish(self):
        """Variances of each component."""
        super().finish()
        square = self._squares / self.weight[:, None]
        variance = square - self.mean**2 + self.regularisation
        self._require((variance / np.maximum(square.mean(axis=0), self.regularisation)).min(), LEFT)
        self._linear = (self.mean / variance).T.astype(self.values.dtype)
        self._half = (-0.5 / variance).T.astype(self.values.dtype)
        constant = 0.5 * (self.mean**2 / variance + np.log(2 * np.pi * variance)).sum(axis=1)
        self._constant = np.log(self.share) - constant

    def log_joint(self, rows):
        """Logarithm of share times density of each component, (m, k) float64."""
        own = self.values[rows]
        return own @ self._linear + np.square(own) @ self._half + self._constant


class Tied(_Components):
    """One covariance inside all components: the total second moments minus those of the means.

    The total is summed and factorised once, T = L L'. With U = L^-1 M, M (d, k) the means times the roots of their
    shares, the covariance is L (1 - U U') L', whose inverse and determinant need a k x k matrix only. What is quadratic
    in the values is the same for all components, and its mean over the sites follows from T.
    """

    def __init__(self, *given):
        super().__init__(*given)
        total = _second_moments(self.values, double=True) / len(self.values)
        self._lower, smallest = _factor(total, self.regularisation)
        self._require(smallest, RESOLVED)
        inverse = dtrtri(self._lower, lower=1)[0]
        self._trace = np.einsum("ij,ij->", inverse, inverse)  # of the inverse of T
        self._log_determinant = 2 * np.log(np.diagonal(self._lower)).sum()

    def finish(self):
        """Linear form of each component, and the mean of what all have in common."""
        super().finish()
        white = solve_triangular(self._lower, self.mean.T, lower=True, check_finite=False)
        own = white * np.sqrt(self.share)
        left = np.eye(self.count) - own.T @ own
        self._require(np.linalg.eigvalsh(left)[0], LEFT)
        along = white + own @ np.linalg.solve(left, own.T @ white)
        back = solve_triangular(
            self._lower, np.hstack([along, own]), lower=True, trans=1, check_finite=False, overwrite_b=True
        )
        linear, of_own = back[:, : self.count], back[:, self.count :]
        of_means = (self.mean.T * linear).sum(axis=0)
        self._linear = linear.astype(self.values.dtype)
        self._constant = np.log(self.share) - 0.5 * of_means
        trace = self._trace + np.trace(np.linalg.solve(left, of_own.T @ of_own))
        d = len(self._lower)
        quadratic = d - self.regularisation * trace + self.share @ of_means
        log_determinant = self._log_determinant + np.linalg.slogdet(left)[1]
        self.offset = -0.5 * (quadratic + log_determinant + d * np.log(2 * np.pi))

    def log_joint(self, rows):
        """Logarithm of share times density of each component, without what all have in common, (m, k) float64."""
        return self.values[rows] @ self._linear + self._constant


class Full(_Components):
    """A covariance for each component.

    Of the second moments only what changes is summed again: a step changes the component of few sites.
    """

    block = THICK
    # With fewer numbers, components overlap: rounding adds up over many steps, each of which costs little. Ours.
    single_from = 256

    def __init__(self, *given):
        super().__init__(*given)
        n, d = self.values.shape
        self._shares, self._summed = np.zeros((n, self.count)), np.zeros((n, self.count))
        self._second = [np.zeros((d, d), order="F") for _ in range(self.count)]

    def add(self, rows, shares):
        """Add shares to the sums."""
        super().add(rows, shares)
        self._shares[rows] = shares

    def finish(self):
        """Factor of the inverse covariance of each component."""
        super().finish()
        self._inverse, self._constant = [], np.empty(self.count)
        for k in range(self.count):
            self._follow(k)
            covariance = self._second[k] / self.weight[k]
            covariance -= np.outer(self.mean[k], self.mean[k])
            lower, smallest = _factor(covariance, self.regularisation)
            self._require(smallest, RESOLVED)
            d, half = len(lower), np.log(np.diagonal(lower)).sum()
            self._constant[k] = np.log(self.share[k]) - half - d / 2 * np.log(2 * np.pi)
            self._inverse.append(dtrtri(lower, lower=1)[0].astype(self.values.dtype, order="F"))

    def _follow(self, k):
        """Bring the second moments of a component up to date with its shares."""
        shares, summed = self._shares[:, k], self._summed[:, k]
        least = NEGLIGIBLE[self.values.dtype]
        changed = np.abs(shares - summed) > least
        if changed.sum() > (shares > least).sum():  # summed anew
            self._second[k][...], summed[...] = 0.0, 0.0
            changed = shares > least
        for sign in (1, -1):
            rows = np.flatnonzero(changed & (sign * (shares - summed) > 0))
            for part in blocks(len(rows), THICK):
                some = rows[part]
                self._second[k] += sign * _second_moments(self.values[some], np.abs(shares - summed)[some])
        summed[changed] = shares[changed]

    def log_joint(self, rows):
        """Logarithm of share times density of each component, (m, k) float64."""
        trmm, own = get_blas_funcs("trmm", dtype=self.values.dtype), self.values[rows]
        found = np.empty((len(own), self.count))
        for k in range(self.count):
            off = own - self.mean[k].astype(own.dtype)
            white = trmm(1.0, self._inverse[k], off.T, lower=1, overwrite_b=1).T
            found[:, k] = -0.5 * np.einsum("ij,ij->i", white, white)
        return found + self._constant


def _factor(covariance, regularisation):
    """Lower Cholesky factor (d, d) of a covariance, overwritten, of which only the lower triangle is read.

    Also the smallest pivot over the mean variance; 0 where there is no factor.
    """
    scale = np.trace(covariance) / len(covariance) + regularisation
    covariance[np.diag_indices(len(covariance))] += regularisation
    lower, failed = dpotrf(covariance, lower=1, clean=1, overwrite_a=1)
    return lower, 0.0 if failed else np.diagonal(lower).min() ** 2 / scale


FORMS = {"spherical": Spherical, "diag": Diagonal, "tied": Tied, "full": Full}
