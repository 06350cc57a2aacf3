"""The store of windows on a grid: preprocessed images, from which each trial computes its spectra."""

import math
from dataclasses import dataclass

import numpy as np

from ferrotune.descriptors import _spectra
from ferrotune.descriptors._window_grid import WindowGrid, check_window, multiple
from ferrotune.errors import InputError
from ferrotune.files.stores import add_array, open_array, read_store, write_store
from ferrotune.images.preprocessing import preprocess
from ferrotune.images.smoothing import block_mean
from ferrotune.images.straightening import straightened
from ferrotune.sites.sites import Sites


@dataclass(frozen=True)
class WindowSpectra:
    """Spectra of windows on a grid of one preprocessed image.

    Attributes
    ----------
    image : (y, x) float32, binned
    grid : WindowGrid of the smallest stride
    stride : float, unit cells
    cell_px : float, length of a unit cell in pixels of the binned image
    """

    image: np.ndarray
    grid: WindowGrid
    stride: float
    cell_px: float

    @classmethod
    def open(cls, store, flatten, denoise):
        """Open one preprocessing in a store."""
        arrays, attributes = read_store(store, "rows", "columns", "place")
        i = attributes["preprocessings"].index([flatten, denoise])
        cell_px = attributes["cell_px"] / attributes["binning"]
        return cls(open_array(store, "images")[i], WindowGrid(**arrays), attributes["stride_cells"], cell_px)

    def features(self, setting):
        """Magnitudes (site, p) float32 for the window, stride, taper and scale of a setting."""
        times = multiple(setting["stride"], self.stride)
        grid = self.grid.coarser(times)
        of_place = np.full((len(grid.rows), len(grid.columns)), -1)
        of_place[tuple(grid.place.T)] = np.arange(len(grid.place))
        found = np.empty((len(grid.place), len(_spectra.frequencies(setting["window"]))), np.float32)
        centres = grid.rows, grid.columns, setting["window"], self.cell_px, setting["taper"]
        for part, values in _spectra.magnitudes(self.image, *centres):
            site = of_place[:, part]
            found[site[site >= 0]] = values[site >= 0]
        found = _spectra.scaled(found, setting["scale"])
        return found if grid is self.grid else self.grid.interpolation_from(grid, times) @ found


def _needs(uses):
    """Preprocessings (list of pairs), strides and windows (sorted lists, cells) of all spaces."""
    spaces = [use["space"] for use in uses]
    pairs = {(flatten, denoise) for s in spaces for flatten in s["flatten"] for denoise in s["denoise"]}
    return sorted(pairs), *(sorted({value for s in spaces for value in s[name]}) for name in ("stride", "window"))


def independence(strides, windows):
    """Distance (int), in smallest strides, of the sites that the guards compare as neighbours.

    Windows that overlap show the same noise, which would look like domains. Half a window is the overlap of patches
    of two cells around every column, for which the guards were made. Values interpolated from a coarser grid are not
    independent within its stride.

    Parameters
    ----------
    strides, windows : sorted lists of float, unit cells
    """
    apart = max(1.0, strides[-1], windows[-1] / 2)
    return math.ceil(apart / strides[0] - 1e-6)


def write_spectra(output, stores, uses, options, threads, log):
    """Write the store of preprocessed images and grid; the arguments are those of a descriptor's `write`."""
    preprocessings, strides, windows = _needs(uses)
    try:
        for stride in strides:
            multiple(stride, strides[0])
    except InputError as error:
        raise InputError(f"fft: {error}") from None
    pixels, _ = read_store(stores["image"], "image", "mask")
    columns, attributes = read_store(stores["columns"], "row_shift")
    image = straightened(pixels["image"], columns["row_shift"])
    cell_px = attributes["cell_px"]
    factor = _spectra.binning(cell_px)
    window = _spectra.extent(windows[-1], cell_px / factor)
    check_window(window, pixels["mask"].shape, factor, cell_px)
    grid = WindowGrid.of(block_mean(pixels["mask"], factor) == 1, window, strides[0] * cell_px / factor)
    yx = grid.yx * factor + (factor - 1) / 2
    times = independence(strides, windows)
    line = "%d windows, %g cells apart, the largest of %g cells; dropped: %d that touch the mask"
    log.info(line, len(yx), strides[0], windows[-1], grid.dropped)
    log.info("image binned by %d; windows compared as neighbours: %g cells apart", factor, times * strides[0])
    # A wall is crossed within half a window and its own width: three cells for a window of four.
    across = max(1.0, windows[-1] / 4, strides[0])
    grids = grid.interleaved(times)
    sites = Sites.of(yx, pixels["mask"], cell_px, times * strides[0], grids, across, strides[0])
    places = {"rows": (("row_of_grid",), grid.rows), "columns": (("column_of_grid",), grid.columns)}
    store = write_store(
        output,
        {
            "yx": (("site", "axis"), yx),
            "place": (("site", "axis"), grid.place.astype(np.int32)),
            **places,
            **sites.arrays(),
        },
        {
            "preprocessings": [list(pair) for pair in preprocessings],
            "stride_cells": strides[0],
            "dropped_sites": grid.dropped,
            "sites_per_cell": strides[0] ** -2,
            "binning": factor,
            "cell_px": cell_px,
            "pixel_size_pm": attributes["pixel_size_pm"],
        },
    )
    shape = tuple(-(-size // factor) for size in pixels["image"].shape)
    images = add_array(store, "images", ("preprocessing", "y", "x"), (len(preprocessings), *shape))
    for i, (flatten, denoise) in enumerate(preprocessings):
        ready = preprocess(image, pixels["mask"], cell_px, flatten, denoise)
        images[i] = block_mean(ready, factor)
