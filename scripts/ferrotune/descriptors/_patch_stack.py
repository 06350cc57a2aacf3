"""The patches of one preprocessing at the largest window, from which every smaller window is taken."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed

from ferrotune.descriptors._patch_cutting import crop, window_px
from ferrotune.files.stores import open_array, read_store
from ferrotune.reductions._windowed_pca import Moments, decompose, principal_axes, project, provisional_means

BLOCK = 1024  # sites read or written together: the memory is bounded whatever the image


def blocks(count):
    """Slices of BLOCK sites that cover `count` sites."""
    return [slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]


@dataclass(frozen=True)
class PatchStack:
    """Patches of all sites, read block by block.

    Attributes
    ----------
    read : function of slices of sites and of pixel rows, giving those of the patches (n, rows, x) float32
    kind : (site,) int, row of `mean` that belongs to a site: its sublattice
    mean : (kind, y, x) float32
    covariance : (y * x, y * x) float32 about these means, or None where there are fewer sites than pixels
    cell_px : float, length of a unit cell in the patches' pixels
    store : path of the store that it is of; None where it is of none
    """

    read: Callable
    kind: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray | None
    cell_px: float
    store: str | None = None

    @classmethod
    def open(cls, store, flatten, denoise):
        """Of one preprocessing in a store of patches; its patches stay on disk until they are asked for."""
        small, attributes = read_store(store, "sublattice")
        i = attributes["preprocessings"].index([flatten, denoise])
        patches = open_array(store, "patches")
        return cls(
            read=lambda part, rows: patches[i, part, rows],
            kind=np.unique(small["sublattice"], return_inverse=True)[1],
            mean=open_array(store, "mean")[i],
            covariance=open_array(store, "covariance")[i] if attributes["reduced"] else None,
            cell_px=attributes["cell_px"] / attributes["binning"],
            store=store,
        )

    def __len__(self):
        return len(self.kind)

    def window(self, setting):
        """(height, width) px of a trial's window."""
        return window_px(setting["w1"], self.cell_px), window_px(setting["w2"], self.cell_px)

    def patches(self, setting, part):
        """Patches (n, height, width) of a trial's window, as they are, of some sites: a slice, or rows in order."""
        window = self.window(setting)
        if isinstance(part, slice):
            return self._cropped(part, window).reshape(-1, *window)
        ends = [(block, part[(part >= block.start) & (part < block.stop)]) for block in blocks(len(self))]
        found = [self._cropped(block, window)[rows - block.start] for block, rows in ends if len(rows)]
        return np.concatenate(found).reshape(-1, *window)

    def features(self, setting):
        """Patches (n, height * width) of a trial's window, less their sublattice's mean."""
        window = self.window(setting)
        mean = crop(self.mean, window)
        return np.concatenate([self._cropped(part, window) - mean[self.kind[part]] for part in blocks(len(self))])

    def principal_components(self, setting, rank):
        """Scores (n, rank) float64 of a trial's window, by falling variance; fewer where there are fewer."""
        if self.covariance is None:
            return decompose(self.features(setting), rank)
        window, pixels = self.window(setting), np.arange(self.mean[0].size).reshape(1, *self.mean.shape[1:])
        # the window's rows at their whole width: axes are zero beside it, which is faster than to copy its columns
        rows = self._rows(window)
        axes = principal_axes(self.covariance, crop(pixels, window)[0], rank)[pixels[0, rows].ravel()]
        read = (_flat(self.read(part, rows)) for part in blocks(len(self)))
        return project(read, self.kind, _flat(self.mean[:, rows]), axes)

    def _rows(self, window):
        """Slice of the patches' rows that a window covers."""
        top = (self.mean.shape[1] - window[0]) // 2
        return slice(top, top + window[0])

    def _cropped(self, part, window):
        """Windows (n, height * width) of a slice of sites; only their rows are read."""
        return crop(self.read(part, self._rows(window)), window)


def cut_stack(write, cutter, yx, kind, covariance, threads=1):
    """Cut the patches of all sites, block by block, and gather their statistics on the way.

    Parameters
    ----------
    write : function of a slice of sites and their patches (n, y, x) float32, which keeps these
    cutter : ferrotune.descriptors._patch_cutting.Cutter of the preprocessed image
    yx : (site, 2) px
    kind : (site,) int from 0, the sublattice of each site
    covariance : bool, whether to take it
    threads : int; the result is the same for any

    Returns
    -------
    mean : (kind, y, x) float32
    covariance : (y * x, y * x) float32 about these means, or None
    """
    provisional = provisional_means(_flat(cutter(yx[:BLOCK])), kind[:BLOCK], kind.max() + 1)

    def cut(part):
        patches = cutter(yx[part])
        write(part, patches)
        return Moments.of(_flat(patches), kind[part], provisional, covariance)

    # threads suffice: copies and linear algebra run free of the interpreter; the sums keep the blocks' order
    sums = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(delayed(cut)(p) for p in blocks(len(yx)))
    total = next(sums)
    for part in sums:
        total.add(part)
    mean, covariance = total.statistics(provisional)
    return mean.reshape(-1, *cutter.window), covariance


def _flat(patches):
    return patches.reshape(len(patches), -1)
