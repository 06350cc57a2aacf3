"""Patches of one preprocessing with the largest window, from which every smaller window is taken."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed

from ferrotune.descriptors._patch_cutting import crop, window_px
from ferrotune.files.mapped_chunks import MappedChunks
from ferrotune.files.stores import open_array, read_store
from ferrotune.reductions._windowed_pca import Moments, decompose, principal_axes, project, provisional_means

BLOCK = 1024  # sites read or written together: limits the memory for images of any size


def blocks(count):
    """Slices of BLOCK sites that cover `count` sites."""
    return [slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]


@dataclass(frozen=True)
class PatchStack:
    """Patches of all sites, read block by block.

    Attributes
    ----------
    read : function of a slice of sites and a slice of pixel rows that gives these parts of patches (n, rows, x),
        float32, perhaps read-only
    site_class : (site,) int, class of each site: its sublattice, counted from 0 among those in the store
    mean : (class, y, x) float32, mean patch of each class
    covariance : (y * x, y * x) float32 about these means, or None where there are fewer sites than pixels
    cell_px : float, length of a unit cell in pixels of the patches
    store : path of the store; None for patches that are only in memory
    """

    read: Callable
    site_class: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray | None
    cell_px: float
    store: str | None = None

    @classmethod
    def open(cls, store, flatten, denoise):
        """Open one preprocessing in a store of patches; the patches are read from disk when they are needed."""
        small, attributes = read_store(store, "sublattice")
        i = attributes["preprocessings"].index([flatten, denoise])
        patches = MappedChunks(open_array(store, "patches"))
        return cls(
            read=lambda part, rows: patches[i, part, rows],
            site_class=np.unique(small["sublattice"], return_inverse=True)[1],
            mean=open_array(store, "mean")[i],
            covariance=open_array(store, "covariance")[i] if attributes["reduced"] else None,
            cell_px=attributes["cell_px"] / attributes["binning"],
            store=store,
        )

    def __len__(self):
        return len(self.site_class)

    def positions(self):
        """Positions (site, 2) of the sites and the length of a unit cell, both in px of the image."""
        arrays, attributes = read_store(self.store, "yx")
        return arrays["yx"], attributes["cell_px"]

    def neighbours(self):
        """Pairs (m, 2) int of neighbouring sites."""
        return read_store(self.store, "edges")[0]["edges"]

    def window(self, setting):
        """(height, width) px of the window of a trial."""
        return window_px(setting["w1"], self.cell_px), window_px(setting["w2"], self.cell_px)

    def patches(self, setting, part):
        """Patches (n, height, width) of some sites: a slice, or ascending rows; the mean is not subtracted."""
        window = self.window(setting)
        if isinstance(part, slice):
            return np.require(self._cropped(part, window), requirements="W").reshape(-1, *window)
        ends = [(block, part[(part >= block.start) & (part < block.stop)]) for block in blocks(len(self))]
        found = [self._cropped(block, window)[rows - block.start] for block, rows in ends if len(rows)]
        return np.concatenate(found).reshape(-1, *window)

    def features(self, setting):
        """Patches (n, height * width) of the window of a trial, minus the mean of their sublattice."""
        window = self.window(setting)
        mean = crop(self.mean, window)
        found = np.empty((len(self), mean.shape[1]), np.float32)
        for part in blocks(len(self)):
            np.subtract(self._cropped(part, window), mean[self.site_class[part]], out=found[part])
        return found

    def principal_components(self, setting, rank):
        """Scores (n, rank) float64 of the window of a trial, by falling variance; at most one per pixel or site."""
        if self.covariance is None:
            return decompose(self.features(setting), rank)
        window, pixels = self.window(setting), np.arange(self.mean[0].size).reshape(1, *self.mean.shape[1:])
        # Whole rows of the window: axes are zero outside it, and this is faster than copying some of the columns.
        rows = self._rows(window)
        axes = principal_axes(self.covariance, crop(pixels, window)[0], rank)[pixels[0, rows].ravel()]
        read = (_flat(self.read(part, rows)) for part in blocks(len(self)))
        return project(read, self.site_class, _flat(self.mean[:, rows]), axes)

    def _rows(self, window):
        """Slice of the rows of the patches that a window covers."""
        top = (self.mean.shape[1] - window[0]) // 2
        return slice(top, top + window[0])

    def _cropped(self, part, window):
        """Windows (n, height * width) of a slice of sites; only their rows are read."""
        return crop(self.read(part, self._rows(window)), window)


def cut_stack(write, cutter, yx, site_class, covariance, threads=1):
    """Cut the patches of all sites block by block, and compute their mean and covariance.

    Parameters
    ----------
    write : function of a slice of sites and their patches (n, y, x) float32 that stores them
    cutter : ferrotune.descriptors._patch_cutting.Cutter of the preprocessed image
    yx : (site, 2) px
    site_class : (site,) int from 0, the sublattice of each site
    covariance : bool, whether to compute it
    threads : int; the result does not depend on it

    Returns
    -------
    mean : (class, y, x) float32
    covariance : (y * x, y * x) float32 about these means, or None
    """
    provisional = provisional_means(_flat(cutter(yx[:BLOCK])), site_class[:BLOCK], site_class.max() + 1)

    def cut(part):
        patches = cutter(yx[part])
        write(part, patches)
        return Moments.of(_flat(patches), site_class[part], provisional, covariance)

    # Threads suffice: copies and linear algebra release the interpreter's lock. The sums keep the order of the blocks.
    sums = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(delayed(cut)(p) for p in blocks(len(yx)))
    total = next(sums)
    for part in sums:
        total.add(part)
    mean, covariance = total.statistics(provisional)
    return mean.reshape(-1, *cutter.window), covariance


def _flat(patches):
    return patches.reshape(len(patches), -1)
