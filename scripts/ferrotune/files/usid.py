"""Spectra of HDF5 files in the layout of pyUSID: a main dataset (position, spectroscopic value) with four others.

Each main dataset has, by reference or beside it, Position_Indices, Position_Values, Spectroscopic_Indices and
Spectroscopic_Values, whose attributes `labels` and `units` name their dimensions:
https://pycroscopy.github.io/USID/h5_usid
"""

import h5py
import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.lengths import in_pm

RAW = "Raw_Data"
OTHERS = ("Position_Indices", "Position_Values", "Spectroscopic_Indices", "Spectroscopic_Values")
AMPLITUDE, PHASE = "amplitude", "phase"  # beginnings of the names of two fields of a fit, of which the response is made


def _texts(value):
    """Texts (list of str) of an attribute, which may hold bytes."""
    return [v.decode() if isinstance(v, bytes) else str(v) for v in np.ravel(value)]


def _text(held, name):
    """One attribute as text; empty where there is none."""
    return (_texts(held.attrs[name]) or [""])[0] if name in held.attrs else ""


def _companion(main, name):
    """One of the four other datasets of a main dataset: by its reference, or by its name beside it; None."""
    reference = main.attrs.get(name)
    if isinstance(reference, h5py.Reference) and reference:
        return main.file[reference]
    for group in (main.parent, main.parent.parent):
        if group is not None and name in group:
            return group[name]
    return None


def _main_datasets(file):
    """Paths (list of str) of the main datasets of a file."""
    found = []

    def look(path, held):
        main = isinstance(held, h5py.Dataset) and held.ndim == 2 and path.rpartition("/")[2] not in OTHERS
        if main and all(_companion(held, name) is not None for name in OTHERS):
            found.append(path)

    file.visititems(look)
    return found


def _chosen(file, entry, path):
    """The main dataset that is named, or the one there is, or the raw data."""
    known = _main_datasets(file)
    if entry is not None:
        if entry.strip("/") not in known:
            raise InputError(
                f"spectra {path}: there is no main dataset {entry}; there are {', '.join(known) or 'none'}"
            )
        return file[entry]
    raw = [name for name in known if name.rpartition("/")[2] == RAW]
    if len(known) != 1 and len(raw) != 1:
        which = f"pick one with FILE#DATASET: {', '.join(known)}" if known else "give a file of pyUSID"
        raise InputError(f"spectra {path}: it holds {len(known)} main datasets; {which}")
    return file[(known if len(known) == 1 else raw)[0]]


def _dimension(main, path):
    """Name, unit and values of the one spectroscopic dimension along which there are several values."""
    indices, values = (_companion(main, f"Spectroscopic_{name}") for name in ("Indices", "Values"))
    count = [len(np.unique(row)) for row in indices[...]]
    several = [k for k, n in enumerate(count) if n > 1] or [0]
    labels = _texts(values.attrs.get("labels", [])) or [f"dimension {k}" for k in range(len(count))]
    if len(several) > 1:
        names = ", ".join(f"{labels[k]} ({count[k]})" for k in several)
        raise InputError(f"spectra {path}: {main.name} has several spectroscopic dimensions: {names}; export one cycle")
    units = _texts(values.attrs.get("units", [])) or [""] * len(count)
    return labels[several[0]], units[several[0]], values[several[0]].astype(float)


def _grid(main, path):
    """Place (site, 2) of each position in the grid (row, column), and the distance of neighbours in pm, or None."""
    indices, values = (_companion(main, f"Position_{name}") for name in ("Indices", "Values"))
    at, labels = indices[...].astype(int), [label.lower() for label in _texts(indices.attrs.get("labels", []))]
    if at.shape[1] > 2 or len(at) != len(main):
        raise InputError(
            f"spectra {path}: {main.name} has positions of shape {at.shape}; give a grid of two dimensions"
        )
    at = at if at.shape[1] == 2 else np.column_stack([at, np.zeros(len(at), int)])
    # pyUSID lists the fastest dimension first: x
    columns = labels.index("x") if "x" in labels else 0
    order = [1 - columns, columns]
    unit = (_texts(values.attrs.get("units", [])) or [""])[0]
    steps = [np.diff(np.unique(row)) for row in values[...].T]
    known = [np.median(step) for step in steps if len(step)]
    pm = in_pm(unit, path)
    step = float(np.mean(known)) * pm if pm and known else None
    return at[:, order] - at[:, order].min(axis=0), step


def _channels(values, name):
    """Channels (dict of str to (site, step) float) of what a main dataset holds: numbers, or fields of a fit."""
    if values.dtype.names:
        fields = {
            field: values[field].astype(float) for field in values.dtype.names if values[field].dtype.kind in "iuf"
        }
        of = {kind: next((f for f in fields if f.lower().startswith(kind)), None) for kind in (AMPLITUDE, PHASE)}
        if all(of.values()):
            fields = {"piezoresponse": fields[of[AMPLITUDE]] * np.cos(fields[of[PHASE]])} | fields
        return fields
    if values.dtype.kind == "c":
        return {"in_phase": values.real, "quadrature": values.imag}
    return {name: values.astype(float)}


def read_usid(file, entry, path):
    """Read a main dataset of an open file.

    Parameters
    ----------
    file : h5py.File
    entry : str or None, path of the main dataset in the file
    path : str, for errors

    Returns
    -------
    channels : dict of str to (row, column, step) float
        Of a fit with amplitude and phase also the piezoresponse, amplitude times the cosine of the phase.
    axis : (step,) float
    words : (name, unit) of the axis
    units : dict of str to str, of the channels
    step : float or None, distance of neighbouring sites, pm

    Raises
    ------
    InputError
        Where there is no such dataset, or it has more than one spectroscopic dimension.
    """
    main = _chosen(file, entry, path)
    name, unit, axis = _dimension(main, path)
    at, step = _grid(main, path)
    shape = tuple(at.max(axis=0) + 1)
    channels = {}
    for channel, values in _channels(main[...], _text(main, "quantity") or "response").items():
        grid = np.full((*shape, values.shape[1]), np.nan)
        grid[tuple(at.T)] = values
        channels[channel] = grid
    return channels, axis, (name, unit), {channel: _text(main, "units") for channel in channels}, step
