"""Files of a simulated spectral image: its spectra as npz, its truth as HDF5."""

import h5py
import numpy as np

from ferrotune.files.entries import split_entry

MECHANISM = "sites/mechanism"


def write_spectra(path, channels, voltage):
    """Write channels (dict of (row, column, step)) and the voltage (step,) as `read_spectra` reads them."""
    with open(path, "wb") as file:
        np.savez(file, **channels, voltage=voltage)


def write_spectra_truth(path, mechanism, names, parameters):
    """Write the truth of a toy set.

    Parameters
    ----------
    path : path
    mechanism : (row, column) int, number of the mechanism in `names`
    names : tuple of str
    parameters : dict of str to (row, column) float
    """
    with h5py.File(path, "w") as file:
        file.create_dataset(MECHANISM, data=mechanism).attrs["names"] = list(names)
        for name, values in parameters.items():
            file.create_dataset(f"parameters/{name}", data=values)


def is_spectra_truth(path):
    """Whether a file is the truth of a toy set."""
    try:
        with h5py.File(split_entry(path)[0]) as file:
            return MECHANISM in file
    except OSError:
        return False


def read_spectra_truth(path):
    """Truth of a toy set: mechanism (row, column) int, its names (list of str), parameters (dict of (row, column))."""
    with h5py.File(path) as file:
        held = file[MECHANISM]
        names = [str(name) for name in held.attrs["names"]]
        return held[...], names, {name: values[...] for name, values in file["parameters"].items()}
