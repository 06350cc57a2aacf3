"""The first stages of the workflow in memory: an image prepared, its atomic columns, its unit cells."""

import warnings
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from ferrotune.cells import strain
from ferrotune.cells.tilt_shift import tilt_shift, without_tilt
from ferrotune.columns.analysed_image import analysed_image
from ferrotune.columns.asymmetry import column_asymmetry
from ferrotune.columns.candidates import blobs
from ferrotune.columns.contrast import AUTO
from ferrotune.columns.distortion import calibrated
from ferrotune.columns.doubts import doubts
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.row_shifts import find_straight_columns
from ferrotune.errors import InputError
from ferrotune.files.images import read_image
from ferrotune.files.masks import exclusion_mask
from ferrotune.files.stage_arrays import cells_arrays, columns_arrays, stored_lattice
from ferrotune.files.stored_images import PIXEL_LIMIT
from ferrotune.images.normalisation import prepare
from ferrotune.images.threads import filter_threads
from ferrotune.notebook.labelled import dataset_of
from ferrotune.search.column_search import search_columns


def prepare_image(
    image, mask=None, pixel_size_pm=None, contrast=AUTO, lattice=None, pixel_limit=PIXEL_LIMIT, threads=1
):
    """Read, mask and normalise an image, as the workflow imports it.

    What is not the largest crystal is masked, and an image with dark columns is inverted. If the size of the unit cell
    is known, the distortion of the scan is taken off, and the pixels are calibrated.

    Parameters
    ----------
    image : (y, x) array, or the path of an image file
    mask : (y, x) bool array, true where usable; or the areas to exclude, as the sample sheet writes them
        ("box 0 0 20 20"); optional
    pixel_size_pm : float, optional
        By default that of the file, where it has one.
    contrast : {"auto", "bright", "dark"}
        Of the columns: dark in bright field and annular bright field. By default it is recognised.
    lattice : str, float or list of float, optional
        The known unit cell in pm: 395, "399.4x403.6", "399.4x403.6x90". Give it to `locate_columns` as well.
    pixel_limit : int
        A file that unpacks to more pixels is refused.
    threads : int
        The result is the same on any number of cores.

    Returns
    -------
    xarray.Dataset
        image (y, x) float32, where the percentiles 0.5 and 99.5 are 0 and 1; mask (y, x) bool, true where the image
        is used. Attributes: pixel_size_pm; contrast, of the columns before the image was inverted. Where not all of it
        is one crystal, also crystals (y, x) int8 (1 the largest, which is used, 0 none, -1 masked before), whole
        (y, x), the image with all of them, and the attribute crystal_lattices, px. With a known cell the attribute
        distortion.

    Raises
    ------
    InputError
        If the file cannot be read, the image shows nothing inside its mask, the contrast is unknown, or the lattice is
        not that of the known cell.

    Warns
    -----
    UserWarning
        Where the image shows several crystals, or a pixel size that is not that of the known cell.

    Examples
    --------
    >>> import ferrotune
    >>> film = ferrotune.simulate(ferrotune.Specimen(shape=(300, 320)), seed=1)
    >>> image = ferrotune.prepare_image(film.image, "box 0 0 20 20", pixel_size_pm=15.6)
    >>> image.sizes["y"], image.sizes["x"], bool(image.mask[10, 10])
    (300, 320, False)
    """
    of_file = isinstance(image, str | Path)
    data, own_size = read_image(image, pixel_limit) if of_file else (np.asarray(image), None)
    if data.ndim != 2:
        raise InputError(f"image has shape {data.shape}, not (y, x); give one frame")
    usable = (
        exclusion_mask(mask, data.shape, pixel_limit)
        if mask is None or isinstance(mask, str)
        else np.asarray(mask, bool)
    )
    size = own_size if pixel_size_pm is None else pixel_size_pm
    with threadpool_limits(1), filter_threads(threads):
        calibration = calibrated(analysed_image(*prepare(data, usable), contrast), size, lattice)
    for doubt in calibration.doubts():
        warnings.warn(doubt, stacklevel=2)
    return dataset_of(calibration.found.arrays(), calibration.attributes())


def _by_rewards(image, mask, lattice, threads):
    """What finds the columns of the knee of a search, as `find_straight_columns` takes it."""
    yx = search_columns(image, mask, lattice, threads=threads).yx
    return lambda *image: yx


def locate_columns(image, finder="lattice", threads=1, lattice=None, shape="gaussian", settings=None):
    """Find, refine and sort the atomic columns of a prepared image.

    Parameters
    ----------
    image : xarray.Dataset, from `prepare_image`, or ``film.image`` of opened results
    finder : {"lattice", "blob_log", "log_rewards"}
    threads : int
        The result is the same on any number of cores.
    lattice : str, float or list of float, optional
        The unit cell: perovskite_100, perovskite_110, hexagonal, primitive, or its size in pm. By default it is found
        from the image.
    shape : {"gaussian", "tail"}
        Of the columns: "tail" is a Gaussian with a tail that is measured from the image. The dataset then has also
        gaussian_yx (column, axis) px, the positions without it, and the attribute tail, its width and height.
    settings : dict, optional
        Of the finder "blob_log", as `columns.blob_log` in the config.

    Returns
    -------
    xarray.Dataset
        yx, sigma_yx (column, axis) px; amplitude, background (column,); width (column,) px; significance (column,);
        sublattice (column,), 0 = A (brighter), 1 = B, -1 = neither; lattice (vector, axis) px; row_shift (y,) px, by
        which the scan rows were moved back. Attributes: cell_px, pixel_size_pm, finder, scan_noise_px (RMS of the
        measured shifts), scan_left_px (what is left of them in sigma_yx), unit_cell (its name, and the places of its
        columns).

    Raises
    ------
    InputError
        If there is no lattice, none as `lattice` says, or there are fewer than 8 x 8 unit cells.

    Warns
    -----
    UserWarning
        In words, what looks wrong about the columns: no B, a distorted cell, an unlikely pixel size.

    Examples
    --------
    >>> import ferrotune
    >>> film = ferrotune.simulate(ferrotune.Specimen(shape=(300, 320)), seed=1)
    >>> columns = ferrotune.locate_columns(ferrotune.prepare_image(film.image))
    >>> round(columns.cell_px), columns.yx.units
    (26, 'px')
    >>> a_columns = columns.yx[columns.sublattice.values == 0]
    >>> a_columns.dims
    ('column', 'axis')
    """
    pixels, mask = image["image"].to_numpy(), image["mask"].to_numpy()
    with threadpool_limits(1), filter_threads(threads):
        found = find_lattice(pixels, mask, lattice, image.attrs.get("pixel_size_pm"))
        share = image.attrs.get("noise_share", 1.0)
        find = _by_rewards(pixels, mask, found, threads) if finder == "log_rewards" else finder
        if finder == "blob_log":
            find = partial(blobs, **settings or {})
        columns, scan = find_straight_columns(pixels, mask, found, find, threads, share, shape)
        asymmetry = column_asymmetry(pixels, mask, columns, scan.shift, found.cell_px)
    size = image.attrs.get("pixel_size_pm")
    for doubt in doubts(columns, found, size, len(pixels), lattice):
        warnings.warn(doubt, stacklevel=2)
    arrays = columns_arrays(columns, found, size, finder, scan, asymmetry)
    return dataset_of(*arrays)


def measure_cells(columns, tilt_correction=False):
    """Measure polarization and lattice parameters of every unit cell.

    Parameters
    ----------
    columns : xarray.Dataset, from `locate_columns`, or ``film.columns`` of opened results
    tilt_correction : bool
        Whether the shift of B by mis-tilt is taken off the polarization.

    Returns
    -------
    xarray.Dataset
        yx, polarization (cell, axis) px; a, b (cell,) px; alpha (cell,) degrees; volume (cell,) px^2; b_over_a (cell,),
        rotation (cell,) degrees and strain (cell, component), from the mean cell; ab (cell, index),
        the lattice indices; lattice (vector, axis) px. Attributes: cell_px, pixel_size_pm, row_noise_px (what rows of
        cells have in common along the rows: shifts of the scan), tilt_shift_px (mean of tilt_shift), tilt_corrected.
        NAME_sigma is the standard error of NAME. tilt_shift (cell, axis) px, what mis-tilt adds to the polarization, by
        the asymmetry of A.

    Raises
    ------
    InputError
        If no four A columns close a unit cell.

    Examples
    --------
    >>> import ferrotune
    >>> specimen = ferrotune.Specimen(shape=(300, 320), geometry="none", dose=400.0)
    >>> film = ferrotune.simulate(specimen, seed=1)
    >>> columns = ferrotune.locate_columns(ferrotune.prepare_image(film.image, pixel_size_pm=15.6))
    >>> cells = ferrotune.measure_cells(columns)
    >>> round(float(cells.a.mean()) * cells.pixel_size_pm / 10) * 10  # pm
    400
    >>> cells.polarization.sel(axis="y").dims
    ('cell',)
    """
    yx, sigma_yx, sublattice, vectors = (
        columns[name].to_numpy() for name in ("yx", "sigma_yx", "sublattice", "lattice")
    )
    with threadpool_limits(1):
        lattice = stored_lattice(vectors, columns.attrs)
        left = columns.attrs.get("scan_left_px", 0.0)
        measured = strain.measure_cells(yx, sigma_yx, sublattice, lattice, left)
    if not len(measured[0].yx):
        raise InputError("no unit cell closes on four A columns: mask what is no crystal")
    if "asymmetry" not in columns:  # results of an earlier version
        return dataset_of(*cells_arrays(measured, lattice, columns.attrs.get("pixel_size_pm")))
    leaning = {name: columns[name].to_numpy() for name in ("asymmetry", "width")}
    tilt = tilt_shift(measured[0], yx, **leaning, sublattice=sublattice, cell_px=lattice.cell_px)
    measured = without_tilt(measured, tilt) if tilt_correction else measured
    arrays, attributes = cells_arrays(measured, lattice, columns.attrs.get("pixel_size_pm"), tilt)
    return dataset_of(arrays, attributes | tilt.attributes(tilt_correction))
