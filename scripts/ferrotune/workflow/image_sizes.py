"""How large an image is, before it is read: what memory and time its jobs need depends on it."""

import os
from pathlib import Path

from ferrotune.files.packed_stores import metadata_of
from ferrotune.workflow.config import specimen
from ferrotune.workflow.sample_sheet import local_files

# Ours. An image file that is not compressed has 2 to 8 bytes a pixel, a compressed one often 1 to 2.
BYTES_PER_PIXEL = 2
UNKNOWN_MEGAPIXELS = 19.4  # of a file that is yet to be downloaded: an image of the public record, 4,400 x 4,400 px


def _stored(store):
    """Shape (list of int) of the image in an image store; None where there is no store yet."""
    try:
        return metadata_of(Path(store, "image"))["shape"]
    except (OSError, ValueError, KeyError):
        return None


def megapixels(name, row, simulation, results):
    """Size of an image, in millions of pixels.

    It is that of the image's store where the image is imported; else that of the simulation, or it is estimated from
    the size of the file. A wrong estimate costs a second attempt, or memory that is not used.

    Parameters
    ----------
    name : str, the image
    row : dict, its row of the sample sheet
    simulation : dict, section `simulation` of the config
    results : path of the results of the series, in which image and downloads may be

    Returns
    -------
    float

    Examples
    --------
    >>> row = {"path": "simulated", "sm_percent": None, "pixel_size_pm": None}
    >>> megapixels("film", row, {"default": {"shape": [1000, 2000]}, "images": {}}, "results/demo")
    2.0
    """
    shape = _stored(Path(results, name, "image.zarr"))
    if shape is None and row["path"] == "simulated":
        shape = specimen(simulation, name, row).get("shape")
    if shape is not None:
        return shape[0] * shape[1] / 1e6
    files = [file for file in local_files(row["path"], results) if os.path.exists(file)]
    return os.path.getsize(files[0]) / BYTES_PER_PIXEL / 1e6 if files else UNKNOWN_MEGAPIXELS
