"""Read a microscope's image and its pixel size, whatever the format."""

import importlib
from pathlib import Path

import numpy as np
import rsciio
import tifffile
from skimage.io import imread

from ferrotune.errors import InputError
from ferrotune.files.sm_bfo_record import is_packed, read_main_image

SMALLEST = 32  # px: fewer hold no unit cells to speak of
_PM = {"pm": 1.0, "å": 100.0, "a": 100.0, "angstrom": 100.0, "ångström": 100.0, "nm": 1e3, "nanometer": 1e3}
_PM |= {"um": 1e6, "micron": 1e6, "micrometer": 1e6, "m": 1e12}


def _unit_in_pm(unit, path):
    """pm a unit, None where it is no length that we know; files hold both Unicode micro signs."""
    text = str(unit or "").strip().lower().replace("µ", "u").replace("μ", "u")
    if text.startswith("1/") or text.endswith(("^-1", "⁻¹", "**-1")):
        raise InputError(f"image {path} is in reciprocal units ({unit}); give an image, not its diffraction")
    return _PM.get(text)


def _pixel_size(axes, path):
    """Pixel size in pm from the calibration of the two image axes."""
    sizes = []
    for axis in axes:
        unit = _unit_in_pm(axis.get("units"), path)
        scale = abs(float(axis.get("scale") or 0.0))
        if unit is None or not np.isfinite(scale) or scale == 0.0:
            return None
        sizes.append(scale * unit)
    if len(sizes) != 2:
        return None
    if max(sizes) > 1.01 * min(sizes):
        pixel = f"{sizes[0]:.4g} x {sizes[1]:.4g} pm"
        raise InputError(f"image {path} has pixels of {pixel}; resample it to square pixels")
    return float(np.mean(sizes))


def _read_signals(path):
    """Image of a microscope format, by the RosettaSciIO plugin of its extension."""
    plugin = next(p for p in rsciio.IO_PLUGINS if path.suffix[1:].lower() in p["file_extensions"])
    signals = importlib.import_module(plugin["api"]).file_reader(str(path))
    images = signals if len(signals) == 1 else [s for s in signals if np.squeeze(s["data"]).ndim == 2]
    if len(images) != 1:
        count = f"{len(signals)} signals, {len(images)} of them images"
        raise InputError(f"image {path} holds {count}; export the one image to tif")
    axes = [axis for axis in images[0]["axes"] if axis.get("size", 0) != 1]
    return np.asarray(images[0]["data"]), _pixel_size(axes[-2:], path)


def _imagej_pixel_size(file, path):
    """Pixel size in pm of a file of ImageJ's (Fiji's), of which RosettaSciIO knows the micron only."""
    written = str((file.imagej_metadata or {}).get("unit", "")).encode("ascii", "backslashreplace")
    unit = _unit_in_pm(written.decode("unicode_escape", "ignore"), path)  # ImageJ escapes what is beyond ASCII
    tags = [file.pages[0].tags.get(name) for name in ("YResolution", "XResolution")]
    if unit is None or None in tags:
        return None
    pixels, units = np.transpose([tag.value for tag in tags])  # of a fraction: so many pixels are so many units
    axes = [{"units": "pm", "scale": unit * n / m if m else 0} for m, n in zip(pixels, units, strict=True)]
    return _pixel_size(axes, path)


def _tiff_pixel_size(path):
    plugin = importlib.import_module("rsciio.tiff")
    try:
        axes = plugin.file_reader(str(path))[0]["axes"]
    except Exception:  # metadata that cannot be read are no calibration; tifffile has read the pixels
        return None
    return _pixel_size(axes[-2:], path)


def _read_tiff(path):
    length = path.stat().st_size
    with tifffile.TiffFile(path) as file:
        if len(file.series) != 1:
            raise InputError(f"image {path} holds {len(file.series)} images; export the one to its own file")
        for page in file.series[0].pages:
            ends = [o + n for o, n in zip(page.dataoffsets, page.databytecounts, strict=True)]
            if max(ends, default=0) > length:  # tifffile would fill what is missing with zeros
                raise EOFError(f"pixels end at byte {max(ends)}, the file at {length}")
        data = file.series[0].asarray()
        size = _imagej_pixel_size(file, path)
    return data, size or _tiff_pixel_size(path)


def _uncalibrated(load):
    return lambda path: (load(path), None)


_IMAGES = {
    **dict.fromkeys((".h5", ".hdf5"), _uncalibrated(read_main_image)),
    **dict.fromkeys((".hspy", ".dm3", ".dm4", ".emd"), _read_signals),
    **dict.fromkeys((".tif", ".tiff"), _read_tiff),
    ".npy": _uncalibrated(np.load),  # which refuses pickles unless told otherwise
}
MASKS = _IMAGES | {".png": _uncalibrated(imread)}


def read_two_dimensional(path, readers, what):
    """Two-dimensional data of a file, whatever the format; every failure becomes one line."""
    file = Path(path)
    if is_packed(path):
        return _two_dimensional(read_main_image(path), path, what), None
    reader = readers.get(file.suffix.lower())
    if reader is None:
        known = ", ".join(suffix[1:] for suffix in readers)
        raise InputError(f"{what} {path} is of an unknown format; give one of: {known}")
    if not file.is_file():
        raise InputError(f"{what} {path} does not exist; correct the path")
    try:
        data, pixel_size_pm = reader(file)
    except InputError:
        raise
    except Exception as error:  # readers of foreign formats raise whatever they meet
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise InputError(f"{what} {path} cannot be read ({reason}); if damaged, export it again") from error
    return _two_dimensional(data, path, what), pixel_size_pm


def _two_dimensional(data, path, what):
    """Real (y, x) numbers; frames of a stack of one are taken out of it."""
    shape = data.shape + ((len(data.dtype.names),) if data.dtype.names else ())
    squeezed = np.squeeze(data) if data.ndim > 2 else data
    if squeezed.ndim != 2 or data.dtype.names:
        raise InputError(f"{what} {path} has shape {shape}, not (y, x); export one frame of it, in grey")
    if data.dtype.kind == "c":
        raise InputError(f"{what} {path} is complex; export its magnitude or the image that it came from")
    if data.dtype.kind not in "buif":
        raise InputError(f"{what} {path} holds {data.dtype}, not numbers; export it as an image")
    return squeezed


def read_image(path):
    """Read one image of any supported format.

    Parameters
    ----------
    path : str or Path
        `h5` of the Sm-BFO record, `hspy`, `dm3`, `dm4`, `emd`, `tif`, `npy`, or `FILE.npy#KEY` of the
        record's older packing (a pickle: see `ferrotune.files.sm_bfo_record.read_packed`).

    Returns
    -------
    data : (y, x) float64 array
        As stored; NaN where there is no signal.
    pixel_size_pm : float or None
        From the file's calibration; None where it has none in units of length.

    Raises
    ------
    InputError
        For a file that is missing, unreadable, cut short, not one two-dimensional real image, smaller than
        32 x 32 px, without a finite pixel, constant, calibrated in 1/length, or with oblong pixels.
    """
    data, pixel_size_pm = read_two_dimensional(path, _IMAGES, "image")
    if min(data.shape) < SMALLEST:
        size = " x ".join(map(str, data.shape))
        raise InputError(f"image {path} is {size} px; give at least {SMALLEST} x {SMALLEST} px")
    data = np.asarray(data, np.float64)
    finite = np.isfinite(data)
    if not finite.any():
        raise InputError(f"image {path} has no finite pixel; export it again")
    least = data.min(where=finite, initial=np.inf)
    if least == data.max(where=finite, initial=-np.inf):
        raise InputError(f"image {path} is {least:g} everywhere; export it again")
    return data, pixel_size_pm
