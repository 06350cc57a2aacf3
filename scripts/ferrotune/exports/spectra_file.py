"""Spectra on a grid with maps of what was found, as HyperSpy 2 keeps signals in a file (hspy)."""

import tempfile
from pathlib import Path

import h5py
import numpy as np

from ferrotune.exports.hyperspy_signals import axis, signal
from ferrotune.exports.scale import Scale


def on_grid(values, yx, shape):
    """Values (site, ...) on the grid (row, column, ...) float32, NaN where there is no site; yx (site, 2) points."""
    found = np.full((*shape, *values.shape[1:]), np.nan, np.float32)
    found[*np.rint(yx).astype(int).T] = values
    return found


def signals(spectra, yx, shape, along, words, maps, step_pm):
    """Signals for `write_signals`.

    Parameters
    ----------
    spectra : (channel, site, step) float
    yx : (site, 2) float, points of the grid
    shape : (rows, columns)
    along : (step,) float, values of the axis
        HyperSpy has no axis that goes down and up: the spectra are over the number of the step, and the values of the
        axis are a signal of their own.
    words : dict with channels, channel_units (lists of str), axis_name, axis_unit
    maps : dict of title to (site,) float
    step_pm : float or None, distance of neighbouring points

    Returns
    -------
    list of dict
        A signal of each channel, one of the axis, and one of each map.
    """
    scale = Scale.of(step_pm)
    grid = [("y", shape[0], scale.px_far, scale.far), ("x", shape[1], scale.px_far, scale.far)]
    step = axis(f"step of {words['axis_name']}", len(along))
    found = []
    for name, unit, of in zip(words["channels"], words["channel_units"], spectra, strict=True):
        axes = [*(axis(*one, navigate=True) for one in grid), step]
        found.append(signal(name, on_grid(of, yx, shape), axes, {"quantity": unit}))
    found.append(signal(words["axis_name"], np.asarray(along, float), [step], {"quantity": words["axis_unit"]}))
    of_maps = [axis(*one) for one in grid]
    return found + [signal(title, on_grid(values, yx, shape), of_maps) for title, values in maps.items()]


def write_signals(path, found):
    """Write signals (list of dict) into one file (hspy), as experiments: HyperSpy opens it as a list of signals."""
    from rsciio.hspy import file_writer

    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(found):
            part = path if number == 0 else str(Path(folder, f"{number}.hspy"))
            file_writer(part, one, show_progressbar=False)
            if number:
                with h5py.File(part) as extra, h5py.File(path, "a") as every:
                    (title,) = extra["Experiments"]
                    extra.copy(f"Experiments/{title}", every["Experiments"])
