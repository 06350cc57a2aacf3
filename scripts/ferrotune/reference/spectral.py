"""Reading of references of spectral images: the truth of a toy set, or a table of labels; else there is none."""

import numpy as np

from ferrotune.files.simulated_spectra import is_spectra_truth, read_spectra_truth
from ferrotune.reference.reading import Reference, align, read_label_table


def read_reference_sites(path, yx, cell_px):
    """Read the reference of a grid of spectra.

    Parameters
    ----------
    path : path, or None
        The truth of a toy set, or a table y_px, x_px, label in points of the grid.
    yx : (site, 2) float, points of the grid
    cell_px : float, distance of neighbouring sites

    Returns
    -------
    Reference
        Without a path all labels are unknown: nothing that is measured says which mechanism a site has.

    Raises
    ------
    InputError
        If the file cannot be read or does not match the grid.
    """
    if path is None:
        return Reference(yx, np.full(len(yx), -1), np.full((len(yx), 2), np.nan), "none was given", np.zeros(2))
    if is_spectra_truth(path):
        mechanism, _, _ = read_spectra_truth(path)
        places, label = np.argwhere(np.ones(mechanism.shape)).astype(float), mechanism.ravel()
        kind = "truth of the simulation"
    else:
        places, label = read_label_table(path)
        kind = "table of labels"
    offset = align(places, yx, cell_px, f"reference {path}")
    return Reference(places - offset, label, np.full(places.shape, np.nan), kind, offset)
