"""Arrays and attributes of the stores of columns and unit cells, as `write_store` takes them."""

import numpy as np


def _number(value):
    """A float as an attribute; None for NaN, which JSON has not."""
    return None if np.isnan(value) else float(value)


def columns_arrays(columns, lattice, pixel_size_pm, finder, scan):
    """What the store of columns holds.

    Parameters
    ----------
    columns : ferrotune.columns.finding.Columns
    lattice : ferrotune.columns.lattice.Lattice
    pixel_size_pm : float or None
    finder : str
    scan : ferrotune.columns.row_shifts.ScanNoise

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
    attributes = {
        "cell_px": lattice.cell_px,
        "pixel_size_pm": pixel_size_pm,
        "finder": finder,
        "scan_noise_px": _number(scan.rms),
        "scan_left_px": scan.left,
        "sublattices": "0 = A (brighter), 1 = B, -1 = neither",
    }
    return arrays, attributes


def cells_arrays(measured, vectors, cell_px, pixel_size_pm):
    """What the store of unit cells holds.

    Parameters
    ----------
    measured : Cells, Strain and CellErrors, from `ferrotune.cells.strain.measure_cells`
    vectors : (2, 2) float px, the lattice vectors a and b
    cell_px : float
    pixel_size_pm : float or None

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
        "lattice": (("vector", "axis"), vectors),
        "b_over_a": (("cell",), strain.b_over_a),
        "rotation": (("cell",), strain.rotation),
        "strain": (("cell", "component"), strain.strain),
    }
    for name, values in vars(errors).items():
        arrays[f"{name}_sigma"] = (("cell", "axis")[: values.ndim], values)
    attributes = {
        "cell_px": cell_px,
        "pixel_size_pm": pixel_size_pm,
        "row_noise_px": cells.row_noise,
        "units": "yx, polarization, a, b: px; alpha, rotation: degrees; volume: px^2; standard errors: _sigma",
    }
    return arrays, attributes
