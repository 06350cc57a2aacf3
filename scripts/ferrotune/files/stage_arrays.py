"""Arrays and attributes of the stores of columns and unit cells, as `write_store` takes them."""

import numpy as np

from ferrotune.columns.motif import PEROVSKITE_100, Motif
from ferrotune.columns.phase import Lattice
from ferrotune.files.stores import read_store


def _of_motif(motif):
    """Attributes of a store (dict) that `stored_lattice` reads back."""
    plain = {
        "name": motif.name,
        "places": np.array(motif.places, float).tolist(),
        "origin": np.array(motif.origin, float).tolist(),
        "reflections": np.array(motif.reflections).tolist() if motif.alike else None,
    }
    return {"unit_cell": plain}


def stored_lattice(vectors, attributes):
    """The lattice of a store of columns or of unit cells.

    Parameters
    ----------
    vectors : (2, 2) float px, its array `lattice`
    attributes : dict

    Returns
    -------
    ferrotune.columns.phase.Lattice
    """
    plain = attributes.get("unit_cell")
    if plain is None:
        return Lattice(*vectors, PEROVSKITE_100)
    places, reflections = plain["places"], plain["reflections"]
    pairs = None if reflections is None else tuple(map(tuple, reflections))
    return Lattice(*vectors, Motif(tuple(map(tuple, places)), plain["name"], tuple(plain["origin"]), pairs))


def read_cells(path, *names):
    """Arrays (all, or the named ones) and attributes of a store of unit cells.

    Parameters
    ----------
    path : path, or empty where there are no unit cells: of a grid of spectra
        Then the arrays have no cell, and the lattice is None.
    names : str

    Returns
    -------
    arrays : dict of str to array
    attributes : dict

    Examples
    --------
    >>> arrays, _ = read_cells([], "yx", "lattice")
    >>> arrays["yx"].shape, arrays["lattice"]
    ((0, 2), None)
    """
    if path:
        return read_store(path, *names)
    vectors = ("yx", "polarization", "polarization_sigma", "ab")
    held = {name: np.empty((0, 2)) for name in vectors} | {name: np.empty(0) for name in ("a", "b", "alpha")}
    held["lattice"] = None
    return {name: held[name] for name in names or held}, {"cell_px": 1.0}


def _number(value):
    """A float as an attribute; None for NaN, which JSON has not."""
    return None if np.isnan(value) else float(value)


def columns_arrays(columns, lattice, pixel_size_pm, finder, scan, asymmetry=None):
    """What the store of columns holds.

    Parameters
    ----------
    columns : ferrotune.columns.finding.Columns
    lattice : ferrotune.columns.lattice.Lattice
    pixel_size_pm : float or None
    finder : str
    scan : ferrotune.columns.row_shifts.ScanNoise
    asymmetry : (column, 2), of the columns, or None

    Returns
    -------
    arrays : dict of name -> (dimension names, array)
    attributes : dict
    """
    fit = columns.fit
    arrays = {
        "yx": (("column", "axis"), fit.yx),
        "sigma_yx": (("column", "axis"), fit.sigma_yx),
        "amplitude": (("column",), fit.amplitude),
        "width": (("column",), fit.width),
        "background": (("column",), fit.background),
        "significance": (("column",), fit.significance),
        "sublattice": (("column",), columns.sublattice),
        "lattice": (("vector", "axis"), np.asarray(lattice.vectors)),
        "row_shift": (("y",), scan.shift.astype(np.float32)),
    }
    if fit.tail is not None:
        arrays["gaussian_yx"] = (("column", "axis"), fit.gaussian_yx)
    if asymmetry is not None:
        arrays["asymmetry"] = (("column", "axis"), asymmetry)
    attributes = {
        "cell_px": lattice.cell_px,
        "pixel_size_pm": pixel_size_pm,
        "finder": finder,
        "column_shape": "gaussian" if fit.tail is None else "tail",
        "tail": None if fit.tail is None else {"width": fit.tail.ratio, "height": fit.tail.share},
        "scan_noise_px": _number(scan.rms),
        "scan_left_px": scan.left,
        "scan_slow_px": scan.slow,
        "sublattices": "0 = A (brighter), 1 = B, -1 = neither",
        **_of_motif(lattice.motif),
    }
    return arrays, attributes


def cells_arrays(measured, lattice, pixel_size_pm, tilt=None):
    """What the store of unit cells holds.

    Parameters
    ----------
    measured : Cells, Strain and CellErrors, from `ferrotune.cells.strain.measure_cells`
    lattice : ferrotune.columns.phase.Lattice
    pixel_size_pm : float or None
    tilt : ferrotune.cells.tilt_shift.TiltShift, or None

    Returns
    -------
    arrays : dict of name -> (dimension names, array)
    attributes : dict
    """
    cells, strain, errors = measured
    arrays = {
        "yx": (("cell", "axis"), cells.yx),
        "polarization": (("cell", "axis"), cells.polarization),
        "a": (("cell",), cells.a),
        "b": (("cell",), cells.b),
        "alpha": (("cell",), cells.alpha),
        "volume": (("cell",), cells.volume),
        "ab": (("cell", "index"), cells.ab.astype(np.int32)),
        "lattice": (("vector", "axis"), np.asarray(lattice.vectors)),
        "b_over_a": (("cell",), strain.b_over_a),
        "rotation": (("cell",), strain.rotation),
        "strain": (("cell", "component"), strain.strain),
    }
    for name, values in vars(errors).items():
        arrays[f"{name}_sigma"] = (("cell", "axis")[: values.ndim], values)
    if tilt is not None:
        arrays |= {"tilt_shift": (("cell", "axis"), tilt.shift), "tilt_shift_sigma": (("cell", "axis"), tilt.sigma)}
    attributes = {
        "cell_px": lattice.cell_px,
        "pixel_size_pm": pixel_size_pm,
        "row_noise_px": cells.row_noise,
        "units": "yx, polarization, a, b: px; alpha, rotation: degrees; volume: px^2; standard errors: _sigma",
        **_of_motif(lattice.motif),
    }
    return arrays, attributes
