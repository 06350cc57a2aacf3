"""Spectra on a grid with maps of what was found, as HyperSpy 2 keeps signals in a file (hspy)."""

import tempfile
from pathlib import Path

import h5py
import numpy as np

from ferrotune.exports.scale import Scale


def _axis(name, size, scale=1.0, unit="", navigate=False):
    """An axis as HyperSpy keeps it."""
    found = {"_type": "UniformDataAxis", "name": name, "size": size, "offset": 0.0, "scale": scale}
    return found | {"units": unit, "navigate": navigate, "is_binned": False}


def _signal(title, data, axes, quantity=""):
    """A signal as HyperSpy keeps it."""
    return {
        "data": data,
        "axes": axes,
        "metadata": {"General": {"title": title}, "Signal": {"signal_type": "", "quantity": quantity}},
        "original_metadata": {},
        "attributes": {"_lazy": False, "ragged": False},
        "learning_results": {},
        "models": {},
        "package_info": {"package": "hyperspy", "package_version": "2.0"},
        "tmp_parameters": {},
    }


def on_grid(values, yx, shape):
    """Values (site, ...) on the grid (row, column, ...) float32, NaN where there is no site; yx (site, 2) points."""
    found = np.full((*shape, *values.shape[1:]), np.nan, np.float32)
    found[*np.rint(yx).astype(int).T] = values
    return found


def signals(spectra, yx, shape, axis, words, maps, step_pm):
    """Signals for `write_signals`.

    Parameters
    ----------
    spectra : (channel, site, step) float
    yx : (site, 2) float, points of the grid
    shape : (rows, columns)
    axis : (step,) float
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
    step = _axis(f"step of {words['axis_name']}", len(axis))
    found = []
    for name, unit, of in zip(words["channels"], words["channel_units"], spectra, strict=True):
        axes = [*(_axis(*one, navigate=True) for one in grid), step]
        found.append(_signal(name, on_grid(of, yx, shape), axes, unit))
    found.append(_signal(words["axis_name"], np.asarray(axis, float), [step], words["axis_unit"]))
    of_maps = [_axis(*one) for one in grid]
    return found + [_signal(title, on_grid(values, yx, shape), of_maps) for title, values in maps.items()]


def write_signals(path, found):
    """Write signals (list of dict) into one file (hspy), as experiments: HyperSpy opens it as a list of signals."""
    from rsciio.hspy import file_writer

    with tempfile.TemporaryDirectory() as folder:
        for number, signal in enumerate(found):
            part = path if number == 0 else str(Path(folder, f"{number}.hspy"))
            file_writer(part, signal, show_progressbar=False)
            if number:
                with h5py.File(part) as one, h5py.File(path, "a") as every:
                    (title,) = one["Experiments"]
                    one.copy(f"Experiments/{title}", every["Experiments"])
