"""Read spectral images: spectra on a grid, with the axis along which they were measured."""

import logging
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.entries import split_entry
from ferrotune.files.lengths import pixel_sides
from ferrotune.files.usid import read_usid

SMALLEST, FEWEST = 8, 8  # sites along a side of the grid, and steps of the axis: fewer make no map, and no loop
AXES = ("voltage", "bias", "axis", "energy", "field", "steps")  # names of an axis in a npz, the first that is there
GRID = ("grid", "shape")  # names of the two sides of the grid in a npz
UNITS = {"voltage": "V", "bias": "V"}
KNOWN = "npz, npy, hspy, h5 (pyUSID)"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SpectralImage:
    """Spectra on a grid.

    Attributes
    ----------
    channels : dict of str to (row, column, step) float
    axis : (step,) float
    axis_name, axis_unit : str
    units : dict of str to str, of the channels; empty where unknown
    step_pm : float or None, distance of neighbouring sites
    """

    channels: dict
    axis: np.ndarray
    axis_name: str = "step"
    axis_unit: str = ""
    units: dict | None = None
    step_pm: float | None = None


def _grid_of(sites, stored, path):
    """Rows and columns of a list of sites: those that are stored, or a square."""
    for name in GRID:
        if name in stored and np.size(stored[name]) == 2:
            rows, columns = map(int, np.ravel(stored[name]))
            if rows * columns == sites:
                return rows, columns
            raise InputError(f"spectra {path}: {name} is {rows} x {columns}, but there are {sites} sites; correct it")
    side = round(sites**0.5)
    if side * side != sites:
        raise InputError(
            f"spectra {path}: {sites} sites are no square; save the arrays as (row, column, step), or beside them "
            "an array grid with the numbers of rows and of columns"
        )
    _log.info("%d sites in a list are taken for a grid of %d x %d", sites, side, side)
    return side, side


def _axis_of(stored, steps, path):
    """Name and values of the axis of a npz that has so many steps."""
    fitting = [name for name, values in stored.items() if values.ndim == 1 and len(values) == steps]
    named = [name for known in AXES for name in fitting if name.lower() == known]
    if not named and len(fitting) != 1:
        raise InputError(
            f"spectra {path}: no array says which {steps} values the spectra were measured at; add one named voltage"
            if not fitting
            else f"spectra {path}: {', '.join(fitting)} may all be the axis; name the right one voltage"
        )
    name = (named or fitting)[0]
    return name, stored[name].astype(float)


def _of_npz(file, path):
    with np.load(file, allow_pickle=False) as held:
        stored = {name: held[name] for name in held.files}
    spectra = {name: v for name, v in stored.items() if v.ndim in (2, 3) and v.dtype.kind in "iuf" and name not in GRID}
    if not spectra:
        raise InputError(f"spectra {path}: there is no array (row, column, step) or (site, step) in it")
    sizes = {values.shape[-1] for values in spectra.values()}
    if len(sizes) > 1:
        raise InputError(f"spectra {path}: its arrays have different numbers of steps: {sorted(sizes)}; save one kind")
    name, axis = _axis_of(stored, sizes.pop(), path)
    channels = {}
    for channel, values in spectra.items():
        shape = values.shape[:2] if values.ndim == 3 else _grid_of(len(values), stored, path)
        channels[channel] = values.reshape(*shape, -1)
    return SpectralImage(channels, axis, name, UNITS.get(name.lower(), ""))


def _of_npy(file, path):
    values = np.load(file, allow_pickle=False)
    if values.ndim != 3:
        raise InputError(f"spectra {path} has shape {values.shape}, not (row, column, step); save it so, or as npz")
    return SpectralImage({"response": values}, np.arange(values.shape[-1], dtype=float))


def _words_of(signal):
    """Title and unit (str) of a signal; empty where it has none."""
    held = signal.get("metadata", {})
    return str(held.get("General", {}).get("title") or ""), str(held.get("Signal", {}).get("quantity") or "")


def _of_hspy(file, path):
    from rsciio.hspy import file_reader

    held = file_reader(str(file))
    found = [signal for signal in held if np.ndim(signal["data"]) == 3]
    if not found:
        raise InputError(f"spectra {path} holds no signal with two axes of a grid and one of spectra")
    channels, units = {}, {}
    for number, signal in enumerate(found):
        title, unit = _words_of(signal)
        name = title or f"response_{number}"
        channels[name], units[name] = np.asarray(signal["data"]), unit
    shapes = {values.shape for values in channels.values()}
    if len(shapes) > 1:
        raise InputError(f"spectra {path}: its signals have different shapes: {sorted(shapes)}; save those of one grid")
    *grid, last = found[0]["axes"]
    scale, offset = float(last.get("scale", 1.0)), float(last.get("offset", 0.0))
    axis = np.asarray(last["axis"], float) if "axis" in last else offset + scale * np.arange(int(last["size"]))
    sides = pixel_sides(grid, path)
    words = (str(last.get("name") or "step"), str(last.get("units") or ""))
    # an axis that goes down and up is a signal of its own: HyperSpy has no such axes
    for signal in held:
        if np.shape(signal["data"]) == (len(axis),):
            axis, words = np.asarray(signal["data"], float), _words_of(signal)
    return SpectralImage(channels, axis, *words, units, None if sides is None else float(np.sqrt(np.prod(sides))))


def _of_h5(file, path):
    with h5py.File(file) as held:
        channels, axis, words, units, step_pm = read_usid(held, split_entry(path)[1], path)
    return SpectralImage(channels, axis, *words, units, step_pm)


_READERS = {".npz": _of_npz, ".npy": _of_npy, ".hspy": _of_hspy, ".h5": _of_h5, ".hdf5": _of_h5}


def _checked(found, path):
    """The same; InputError where it is no grid of spectra."""
    rows, columns, steps = next(iter(found.channels.values())).shape
    if any(values.shape != (rows, columns, steps) for values in found.channels.values()):
        raise InputError(f"spectra {path}: its channels lie on different grids; save those of one grid")
    if min(rows, columns) < SMALLEST or steps < FEWEST:
        raise InputError(
            f"spectra {path}: {rows} x {columns} sites with {steps} steps; "
            f"give at least {SMALLEST} x {SMALLEST} sites and {FEWEST} steps"
        )
    if not np.isfinite(found.axis).all() or len(found.axis) != steps:
        raise InputError(f"spectra {path}: its axis has {len(found.axis)} values, for {steps} steps; correct it")
    for name, values in found.channels.items():
        if not np.isfinite(values).any():
            raise InputError(f"spectra {path}: channel {name} has no finite value; export it again")
    return found


def read_spectra(path):
    """Read a spectral image.

    Parameters
    ----------
    path : str or Path
        `npz` with arrays (row, column, step) or (site, step) and one for the axis, `npy` (row, column, step), a `hspy`
        signal, or `h5` in the layout of pyUSID, where `FILE.h5#DATASET` names one of several main datasets.

    Returns
    -------
    SpectralImage

    Raises
    ------
    InputError
        For a file that is missing, of an unknown format, unreadable, or no grid of spectra.
    """
    file = Path(split_entry(path)[0])
    if not file.is_file():
        raise InputError(f"spectra {path} does not exist; correct the path")
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise InputError(f"spectra {path} is of an unknown format; give one of: {KNOWN}")
    try:
        return _checked(reader(file, path), path)
    except InputError:
        raise
    except Exception as error:  # readers of foreign formats raise whatever they meet
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise InputError(f"spectra {path} cannot be read ({reason}); if damaged, export it again") from error
