"""An image file measured: its columns and unit cells, with the stores that the workflow would write."""

import hashlib
import shutil
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import xarray

from ferrotune.files.stores import write_store
from ferrotune.notebook.labelled import plain_arrays
from ferrotune.notebook.stages import locate_columns, measure_cells, prepare_image
from ferrotune.workflow.progress import ENDED

STAGES = ("image", "columns", "cells")
NO_SIZE = "pixel size unknown, so lengths are in px and unit cells: give it in pm per px, --pixel-size 15.6"


@dataclass(frozen=True)
class MeasuredImage:
    """What was measured of an image.

    image, columns, cells : xarray.Dataset, as `ferrotune.notebook.stages` gives them
    folder : Path that holds the stores of the three
    doubts : list of str, what looks wrong
    """

    image: xarray.Dataset
    columns: xarray.Dataset
    cells: xarray.Dataset
    folder: Path
    doubts: list

    @property
    def stores(self):
        """Paths (dict by name) of the stores."""
        return {name: self.folder / f"{name}.zarr" for name in STAGES}

    @property
    def scale(self):
        """cell_px, and pixel_size_pm (or None)."""
        return {"cell_px": self.cells.attrs["cell_px"], "pixel_size_pm": self.image.attrs.get("pixel_size_pm")}


def _file_digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_image(store, dataset, path, sm_percent):
    """Write image.zarr, with the attributes that the rule `import_image` gives it."""
    arrays, attributes = plain_arrays(dataset)
    source = {"sm_percent": sm_percent, "source": str(path), "sha256": _file_digest(path)}
    write_store(store, arrays, source | attributes)


def _image_of(path, row, config, threads):
    """The prepared image (Dataset), with one crystal and bright columns."""
    given = {"mask": row["mask"], "pixel_size_pm": row["pixel_size_pm"], "lattice": row["lattice"]}
    contrast = {"contrast": row["contrast"]} if row["contrast"] else {}
    image = prepare_image(Path(path), **given, **contrast, pixel_limit=config["import"]["pixel_limit"], threads=threads)
    if image.attrs.get("pixel_size_pm") is None:
        warnings.warn(NO_SIZE, stacklevel=2)
    return image


def measure_image(path, row, config, folder, threads=1):
    """Measure an image file, and write the stores image, columns and cells.

    Parameters
    ----------
    path : path of a whole image file
    row : dict, its row of the sample sheet: mask, pixel_size_pm, contrast, lattice, sm_percent; None where empty
    config : dict, of the series
    folder : path, of the stores; what is there is replaced
    threads : int

    Returns
    -------
    MeasuredImage

    Raises
    ------
    ferrotune.errors.InputError
        For a file that cannot be read, and an image without a lattice or unit cells.

    Notes
    -----
    The stores hold what the rules `import_image`, `columns` and `cells` write of the same file, byte for byte. The
    store of the image is written while the columns are found.
    """
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    columns_config, cell = config["columns"], row["lattice"]
    with warnings.catch_warnings(record=True) as said, ThreadPoolExecutor(1) as writer:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        image = _image_of(path, row, config, threads)
        written = writer.submit(_write_image, folder / "image.zarr", image, path, row["sm_percent"])
        columns = locate_columns(image, columns_config["finder"], threads, cell, columns_config["shape"])
        cells = measure_cells(columns, config["cells"]["tilt_correction"])
        written.result()
    for name, dataset in (("columns", columns), ("cells", cells)):
        write_store(folder / f"{name}.zarr", *plain_arrays(dataset))
    doubts = [str(one.message) for one in said if one.category is UserWarning]
    return MeasuredImage(image, columns, cells, folder, doubts)


def keep_stores(measured, target):
    """Move the stores of a measured image to where the workflow has them, marked as complete.

    Parameters
    ----------
    measured : MeasuredImage
    target : path of the folder of the image's results

    Returns
    -------
    MeasuredImage, with the new place
    """
    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    for store in measured.stores.values():
        shutil.rmtree(target / store.name, ignore_errors=True)
        store.rename(target / store.name)  # all of it at once: half a store would be taken for a whole one
        (target / store.name / ENDED).touch()
    shutil.rmtree(measured.folder, ignore_errors=True)
    return MeasuredImage(measured.image, measured.columns, measured.cells, target, measured.doubts)
