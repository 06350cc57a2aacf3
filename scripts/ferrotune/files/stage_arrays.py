"""Arrays and attributes of the stores of columns and unit cells, as `write_store` takes them."""

import numpy as np

from ferrotune.columns.motif import PEROVSKITE_100, Motif
from ferrotune.columns.phase import Lattice


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


def columns_arrays(columns, lattice, pixel_size_pm, finder):
    """What the store of columns holds.

    Parameters
    ----------
    columns : ferrotune.columns.finding.Columns
    lattice : ferrotune.columns.lattice.Lattice
    pixel_size_pm : float or None
    finder : str

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
    }
    attributes = {
        "cell_px": lattice.cell_px,
        "pixel_size_pm": pixel_size_pm,
        "finder": finder,
        "sublattices": "0 = A (brighter), 1 = B, -1 = neither",
        **_of_motif(lattice.motif),
    }
    return arrays, attributes


def cells_arrays(cells, lattice, pixel_size_pm):
    """What the store of unit cells holds.

    Parameters
    ----------
    cells : ferrotune.cells.unit_cells.Cells
    lattice : ferrotune.columns.phase.Lattice
    pixel_size_pm : float or None

    Returns
    -------
    arrays : dict of name -> (dimension names, array)
    attributes : dict
    """
    arrays = {
        "yx": (("cell", "axis"), cells.yx),
        "polarization": (("cell", "axis"), cells.polarization),
        "a": (("cell",), cells.a),
        "b": (("cell",), cells.b),
        "alpha": (("cell",), cells.alpha),
        "volume": (("cell",), cells.volume),
        "ab": (("cell", "index"), cells.ab.astype(np.int32)),
        "lattice": (("vector", "axis"), np.asarray(lattice.vectors)),
    }
    attributes = {
        "cell_px": lattice.cell_px,
        "pixel_size_pm": pixel_size_pm,
        "units": "yx, polarization, a, b: px; alpha: degrees; volume: px^2",
        **_of_motif(lattice.motif),
    }
    return arrays, attributes
