"""Formats of image files: known by what a file begins with, where that says it, and else by the ending of its name."""

from functools import partial

import h5py

from ferrotune.files.hdf5_links import check_own
from ferrotune.files.plain_arrays import npy_images, npz_images, png_images, record_images
from ferrotune.files.signals import signal_images
from ferrotune.files.tiff_images import tiff_images

_READERS = {
    "TIFF": tiff_images,
    "NPY": npy_images,
    "NPZ": npz_images,
    "PNG": png_images,
    "Sm-BFO record": record_images,
}
_PLUGINS = {
    "HyperSpy": "hspy",
    "EMD": "emd",
    "DigitalMicrograph": "digitalmicrograph",
    "TIA": "tia",
    "MRC": "mrc",
}
_READERS |= {name: partial(signal_images, plugin=plugin) for name, plugin in _PLUGINS.items()}
_BY_ENDING = {
    **dict.fromkeys((".h5", ".hdf5"), "Sm-BFO record"),
    ".hspy": "HyperSpy",
    ".emd": "EMD",
    **dict.fromkeys((".dm3", ".dm4"), "DigitalMicrograph"),
    **dict.fromkeys((".ser", ".emi"), "TIA"),
    ".mrc": "MRC",
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    ".npy": "NPY",
    ".npz": "NPZ",
    ".png": "PNG",
}
KNOWN = ", ".join(ending[1:] for ending in _BY_ENDING)
_STARTS = {
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",  # of more than 4 GB
    b"MM\0+": "TIFF",
    b"\x93NUM": "NPY",
    b"PK\3\4": "NPZ",
    b"\x89PNG": "PNG",
    b"\0\0\0\3": "DigitalMicrograph",
    b"\0\0\0\4": "DigitalMicrograph",
}
_MRC_MARK = slice(208, 212)
_HDF5 = b"\x89HDF"


def _of_hdf5(path):
    """Format of an HDF5 file by its groups; None where they do not say."""
    with h5py.File(path) as file:
        if "MainImage" in file:
            return "Sm-BFO record"
        if "Experiments" in file or str(file.attrs.get("file_format", "")).startswith("HyperSpy"):
            return "HyperSpy"
        groups = [file, *(item for item in file.values() if isinstance(item, h5py.Group))]
        groups += [item for group in groups[1:] for item in group.values() if isinstance(item, h5py.Group)]
        marked = any("emd_group_type" in group.attrs or "version_major" in group.attrs for group in groups)
        return "EMD" if marked or "Version" in file else None


def _of_content(path):
    """Format that the content of a file shows; None where it shows none."""
    with path.open("rb") as file:
        start = file.read(256)
    if start.startswith(_HDF5):
        return _of_hdf5(path)
    return _STARTS.get(start[:4]) or ("MRC" if start[_MRC_MARK] == b"MAP " else None)


def of_ending(path):
    """Format (str) that the ending of a name (Path) says; None where it is unknown."""
    return _BY_ENDING.get(path.suffix.lower())


def format_of(path):
    """Format of a file.

    Parameters
    ----------
    path : Path of an existing file

    Returns
    -------
    str or None
        By its content; where this does not say, by the ending of its name; None where neither does.

    Raises
    ------
    OSError
        For an HDF5 file that is cut short or damaged.
    """
    return _of_content(path) or of_ending(path)


def open_images(path):
    """Context with the images (list of StoredImage) of an existing file (Path) of a known format.

    An HDF5 file that leads to other files is refused (ValueError).
    """
    if h5py.is_hdf5(path):
        with h5py.File(path) as file:
            check_own(file)
    return _READERS[format_of(path)](path)
