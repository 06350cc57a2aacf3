"""Bring a microscope's image into the workflow: read it, exclude what is no specimen, normalise it."""

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rsciio
import tifffile
from scipy import ndimage
from skimage.draw import polygon2mask
from skimage.io import imread

from ferrotune.errors import InputError
from ferrotune.record import is_packed, read_main_image

SMALLEST = 32  # px: fewer hold no unit cells to speak of
FILL_SHARE = 0.005  # a constant border region larger than this share of the image is fill, not signal
_SOLID = 7  # px: fill is solid over such squares; dark pixels of a low-dose image are not

_PM = {"pm": 1.0, "å": 100.0, "a": 100.0, "angstrom": 100.0, "ångström": 100.0, "nm": 1e3, "nanometer": 1e3}
_PM |= {"um": 1e6, "micron": 1e6, "micrometer": 1e6, "m": 1e12}

# Data of any dimensions, and a pixel size in pm or None.
Read = tuple[np.ndarray, float | None]
Reader = Callable[[Path], Read]


def _unit_in_pm(unit: object, path: Path) -> float | None:
    """pm a unit, None where it is no length that we know; files hold both Unicode micro signs."""
    text = str(unit or "").strip().lower().replace("µ", "u").replace("μ", "u")
    if text.startswith("1/") or text.endswith(("^-1", "⁻¹", "**-1")):
        raise InputError(f"image {path} is in reciprocal units ({unit}); give an image, not its diffraction")
    return _PM.get(text)


def _pixel_size(axes: list[dict], path: Path) -> float | None:
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


def _read_signals(path: Path) -> Read:
    """Image of a microscope format, by the RosettaSciIO plugin of its extension."""
    plugin = next(p for p in rsciio.IO_PLUGINS if path.suffix[1:].lower() in p["file_extensions"])
    signals = importlib.import_module(plugin["api"]).file_reader(str(path))
    images = signals if len(signals) == 1 else [s for s in signals if np.squeeze(s["data"]).ndim == 2]
    if len(images) != 1:
        count = f"{len(signals)} signals, {len(images)} of them images"
        raise InputError(f"image {path} holds {count}; export the one image to tif")
    axes = [axis for axis in images[0]["axes"] if axis.get("size", 0) != 1]
    return np.asarray(images[0]["data"]), _pixel_size(axes[-2:], path)


def _imagej_pixel_size(file: tifffile.TiffFile, path: Path) -> float | None:
    """Pixel size in pm of a file of ImageJ's (Fiji's), of which RosettaSciIO knows the micron only."""
    written = str((file.imagej_metadata or {}).get("unit", "")).encode("ascii", "backslashreplace")
    unit = _unit_in_pm(written.decode("unicode_escape", "ignore"), path)  # ImageJ escapes what is beyond ASCII
    tags = [file.pages[0].tags.get(name) for name in ("YResolution", "XResolution")]
    if unit is None or None in tags:
        return None
    pixels, units = np.transpose([tag.value for tag in tags])  # of a fraction: so many pixels are so many units
    axes = [{"units": "pm", "scale": unit * n / m if m else 0} for m, n in zip(pixels, units, strict=True)]
    return _pixel_size(axes, path)


def _tiff_pixel_size(path: Path) -> float | None:
    plugin = importlib.import_module("rsciio.tiff")
    try:
        axes = plugin.file_reader(str(path))[0]["axes"]
    except Exception:  # metadata that cannot be read are no calibration; tifffile has read the pixels
        return None
    return _pixel_size(axes[-2:], path)


def _read_tiff(path: Path) -> Read:
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


def _uncalibrated(load: Callable[[Path], np.ndarray]) -> Reader:
    return lambda path: (load(path), None)


_IMAGES: dict[str, Reader] = {
    **dict.fromkeys((".h5", ".hdf5"), _uncalibrated(read_main_image)),
    **dict.fromkeys((".hspy", ".dm3", ".dm4", ".emd"), _read_signals),
    **dict.fromkeys((".tif", ".tiff"), _read_tiff),
    ".npy": _uncalibrated(np.load),  # which refuses pickles unless told otherwise
}
_MASKS = _IMAGES | {".png": _uncalibrated(imread)}


def _read(path: str | Path, readers: dict[str, Reader], what: str) -> Read:
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


def _two_dimensional(data: np.ndarray, path: str | Path, what: str) -> np.ndarray:
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


def _box(numbers: list[float], shape: tuple[int, int]) -> np.ndarray:
    top, left, bottom, right = numbers
    y, x = np.arange(shape[0])[:, None], np.arange(shape[1])
    return (y >= top) & (y < bottom) & (x >= left) & (x < right)


def _polygon(numbers: list[float], shape: tuple[int, int]) -> np.ndarray:
    return polygon2mask(shape, np.reshape(numbers, (-1, 2)))


def _excluded(item: str, shape: tuple[int, int]) -> np.ndarray:
    """(y, x) bool, True inside one box or polygon of the sheet."""
    kind, *words = item.split()
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise InputError(f"mask {item!r}: only numbers, in px, follow {kind!r}; correct the sheet") from None
    if kind == "box":
        fits, wanted = len(numbers) == 4, "box TOP LEFT BOTTOM RIGHT"
    elif kind == "polygon":
        fits, wanted = len(numbers) >= 6 and len(numbers) % 2 == 0, "polygon Y X Y X Y X ..."
    else:
        raise InputError(f"mask {item!r} is neither a box nor a polygon; correct the sheet")
    if not fits or not np.all(np.isfinite(numbers)):
        raise InputError(f"mask {item!r} must read {wanted!r}, in px; correct the sheet")
    inside = (_box if kind == "box" else _polygon)(numbers, shape)
    if not inside.any():
        raise InputError(f"mask {item!r} lies outside the image of {tuple(shape)} px; correct the sheet")
    return inside


def _runs(line: np.ndarray) -> set[float]:
    """Values that stand at least `_SOLID` times in a row."""
    changes = np.flatnonzero(np.diff(line) != 0) + 1
    starts, ends = np.r_[0, changes], np.r_[changes, len(line)]
    return set(line[starts[ends - starts >= _SOLID]].tolist())


def _constant_border(data: np.ndarray) -> np.ndarray:
    """(y, x) bool: solid fill around a rotated or padded scan, one exact value from the border inwards."""
    fill = np.zeros(data.shape, bool)
    lines = (data[0], data[-1], data[:, 0], data[:, -1])
    for value in sorted(set.union(*(_runs(line) for line in lines))):
        same = data == value
        if np.count_nonzero(same) <= FILL_SHARE * data.size:
            continue
        # Opening with a square keeps solid areas only; outside the image counts as more of the same.
        solid = ndimage.minimum_filter(same, _SOLID, mode="constant", cval=1)
        solid = ndimage.maximum_filter(solid, 2 * _SOLID, mode="constant", cval=0) & same
        region, _ = ndimage.label(solid)
        touching = np.unique(np.concatenate([region[0], region[-1], region[:, 0], region[:, -1]]))
        border = np.isin(region, touching[touching > 0])
        if np.count_nonzero(border) > FILL_SHARE * data.size:
            fill |= border
    return fill


def read_image(path: str | Path) -> tuple[np.ndarray, float | None]:
    """Read one image of any supported format.

    Parameters
    ----------
    path : str or Path
        `h5` of the Sm-BFO record, `hspy`, `dm3`, `dm4`, `emd`, `tif`, `npy`, or `FILE.npy#KEY` of the
        record's older packing (a pickle: see `ferrotune.record.read_packed`).

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
    data, pixel_size_pm = _read(path, _IMAGES, "image")
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


def exclusion_mask(text: str | None, shape: tuple[int, int]) -> np.ndarray:
    """Usable pixels after the sheet's mask column.

    Parameters
    ----------
    text : str or None
        Excluded areas, px, separated by `;`: `box TOP LEFT BOTTOM RIGHT` (bottom and right no longer
        belong to it) or `polygon Y X Y X Y X ...`; else the path of an image, npy or png of the same shape,
        zero or NaN where excluded. Empty or None excludes nothing.
    shape : (rows, columns)
        Of the image.

    Returns
    -------
    (y, x) bool array
        True where usable.

    Raises
    ------
    InputError
        For an item that cannot be understood or covers nothing, a mask file that cannot be read or has
        another shape, and for a mask that leaves nothing.
    """
    items = [item.strip() for item in (text or "").split(";") if item.strip()]
    if items and items[0].split()[0] in ("box", "polygon"):
        usable = ~np.any([_excluded(item, shape) for item in items], axis=0)
    elif items:
        if not Path(text.strip()).is_file():
            raise InputError(f"mask {text!r} is neither `box ...` nor `polygon ...` nor an image file that exists")
        values, _ = _read(text.strip(), _MASKS, "mask")
        if values.shape != tuple(shape):
            raise InputError(f"mask {text} is {values.shape} px but the image is {tuple(shape)}; match them")
        usable = np.nan_to_num(values) != 0
    else:
        usable = np.ones(shape, bool)
    if not usable.any():
        raise InputError(f"mask {text!r} excludes the whole image; leave some of it")
    return usable


def prepare(data: np.ndarray, usable: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mask and normalise an image.

    A constant region that reaches in from the border, as left by rotating a scan, is masked too. The
    percentiles 0.5 and 99.5 of what remains become 0 and 1, without clipping; masked pixels are filled with
    the median, so that filters meet no step there. Offset and positive scale of the input do not matter.

    Parameters
    ----------
    data : (y, x) array
        Any real dtype; pixels that are not finite carry no signal.
    usable : (y, x) bool array
        True where usable, as `exclusion_mask` gives it.

    Returns
    -------
    image : (y, x) float32 array
    mask : (y, x) bool array, True where there is signal

    Raises
    ------
    InputError
        For shapes that differ, and for an image with nothing to see in what the mask leaves.
    """
    data = np.asarray(data, np.float64)
    if data.shape != usable.shape:
        raise InputError(f"mask is {usable.shape} px but the image is {data.shape}; match them")
    mask = np.isfinite(data) & usable & ~_constant_border(data)
    if not mask.any():
        raise InputError("image has no finite pixel inside its mask; widen the mask")
    low, middle, high = np.percentile(data[mask], [0.5, 50, 99.5], overwrite_input=True)
    if not low < high:
        raise InputError(f"image is {middle:g} almost everywhere inside its mask; check it and the mask")
    image = np.empty(data.shape, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # of what is masked
        np.divide(data - low, high - low, out=image, casting="same_kind")
    image[~mask] = (middle - low) / (high - low)
    return image, mask
