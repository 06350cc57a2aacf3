"""Images of TIFF files, whatever their compression, and their calibrations."""

import contextlib
import importlib
import math
from functools import partial

import numpy as np
import tifffile

from ferrotune.errors import InputError
from ferrotune.files.lengths import in_pm
from ferrotune.files.promised_sizes import check_pages
from ferrotune.files.stored_images import StoredImage

# Compressions whose data end by themselves: a segment that reaches beyond the file can be checked by unpacking it.
_SELF_ENDING = ("LZW", "ADOBE_DEFLATE", "DEFLATE", "PACKBITS", "ZSTD")


_LARGEST_TILE = 1_000_000  # bytes that a tile or strip may have beyond eight times its image


def _segment_bytes(page):
    """Unpacked bytes (list of int) of each strip or tile of a page."""
    form = page.keyframe
    samples = form.samplesperpixel if form.planarconfig == 1 else 1
    n = len(page.dataoffsets)
    if form.is_tiled:
        return [math.ceil(form.tilewidth * samples * form.bitspersample / 8) * form.tilelength] * n
    height = min(form.rowsperstrip or form.imagelength, form.imagelength)
    strips = math.ceil(form.imagelength / height)
    rows = [min(height, form.imagelength - (i % strips) * height) for i in range(n)]
    return [math.ceil(form.imagewidth * samples * form.bitspersample / 8) * r for r in rows]


def _unpacks(file, page, segment, length, wanted):
    """Whether a packed segment that is said to end beyond the file is complete all the same."""
    if page.keyframe.compression.name not in _SELF_ENDING:
        return False
    file.filehandle.seek(page.dataoffsets[segment])
    packed = file.filehandle.read(length - page.dataoffsets[segment])
    return len(tifffile.TIFF.DECOMPRESSORS[page.keyframe.compression](packed, out=wanted)) >= wanted


def _check_complete(file, page, length):
    """Raise an EOFError where pixels of a page are missing: tifffile would fill them with zeros.

    Lengths of strips that are written wrong are corrected, as far as the pixels are there.
    """
    whole = _segment_bytes(page)
    form = page.keyframe
    image = form.imagewidth * form.imagelength * form.samplesperpixel * form.bitspersample // 8
    if max(whole, default=0) > 8 * image + _LARGEST_TILE:
        raise ValueError("its tiles are larger than its image")
    if page.keyframe.compression == 1:
        page.databytecounts = tuple(whole)
    for i, (start, count) in enumerate(zip(page.dataoffsets, page.databytecounts, strict=True)):
        if start == 0 or count == 0:
            raise EOFError(f"part {i} of its pixels is not in the file")
        if start + count <= length:
            continue
        if page.keyframe.compression == 1 or not _unpacks(file, page, i, length, whole[i]):
            raise EOFError(f"pixels end at byte {start + count}, the file at {length}")
    # tifffile takes memory for as many bytes as are said to follow, whether the file has them or not
    pairs = zip(page.dataoffsets, page.databytecounts, strict=True)
    page.databytecounts = tuple(min(count, max(length - start, 0)) for start, count in pairs)


def _checked(file, series, length):
    if series.dataoffset is not None and series.dataoffset + series.nbytes > length:
        raise EOFError(f"pixels end at byte {series.dataoffset + series.nbytes}, the file at {length}")
    for page in series.pages:
        if page is not None:
            _check_complete(file, page, length)


def _stretch(series, length):
    """Let each packed segment reach to the next one, or to the end of the file; false where it may not."""
    pages = [page for page in series.pages if page is not None]
    starts = np.unique([start for page in pages for start in page.dataoffsets])
    for page in pages:
        if page.keyframe.compression.name not in _SELF_ENDING:
            return False
        after = np.append(starts, length)[np.searchsorted(starts, page.dataoffsets) + 1]
        page.databytecounts = tuple((after - np.array(page.dataoffsets)).tolist())
    return True


def _pixels(file, series, length):
    """All pixels of a series; where lengths of packed segments are too small, as far as the segments reach."""
    _checked(file, series, length)
    try:
        return series.asarray()
    except Exception:  # each codec raises its own
        if not _stretch(series, length):
            raise
        return series.asarray()


def _imagej_axes(file, path):
    """Axes of a file of ImageJ's (Fiji's), of which RosettaSciIO knows the micron only."""
    written = str((file.imagej_metadata or {}).get("unit", "")).encode("ascii", "backslashreplace")
    unit = in_pm(written.decode("unicode_escape", "ignore"), path)  # ImageJ escapes what is beyond ASCII
    tags = [file.pages[0].tags.get(name) for name in ("YResolution", "XResolution")]
    if unit is None or None in tags:
        return []
    pixels, units = np.transpose([tag.value for tag in tags])  # of a fraction: so many pixels are so many units
    return [{"units": "pm", "scale": unit * n / m if m else 0} for m, n in zip(pixels, units, strict=True)]


def _ome_axes(file, number):
    """Axes of an OME-TIFF: PhysicalSizeX in its unit, by the standard µm where none is written."""
    if not file.is_ome:
        return []
    images = tifffile.xml2dict(file.ome_metadata)["OME"].get("Image", [])
    pixels = (images if isinstance(images, list) else [images])[number]["Pixels"]
    sides = [(f"PhysicalSize{axis}", f"PhysicalSize{axis}Unit") for axis in "YX"]
    return [{"scale": pixels.get(size), "units": pixels.get(unit, "µm")} for size, unit in sides]


def _vendor_axes(path):
    """Axes that instruments and DigitalMicrograph write in tags of their own."""
    return importlib.import_module("rsciio.tiff").file_reader(str(path), lazy=True)[0]["axes"][-2:]


def _axes(file, number, path):
    try:
        return _imagej_axes(file, path) or _ome_axes(file, number) or _vendor_axes(path)
    except InputError:
        raise
    except Exception:  # metadata that cannot be read are no calibration; tifffile reads the pixels
        return []


def _grey(colours, axis):
    """The one channel of a picture whose colours are all the same grey; else the picture."""
    colours = np.moveaxis(colours, axis, -1)
    same = all(np.array_equal(colours[..., 0], colours[..., i]) for i in range(1, min(3, colours.shape[-1])))
    return colours[..., 0] if same else colours


def _frames_of(shape):
    """Shape (y, x) of an image, or (frame, y, x) of a stack, whose frames may be counted along several axes."""
    frames = math.prod(shape[:-2])
    return tuple(shape[-2:]) if frames == 1 else (frames, *shape[-2:])


def _of_series(file, number, name, path, length):
    """Images (list of StoredImage) of one series of pages: one, or one for each channel."""
    series = file.series[number]
    axes = series.axes
    channels = series.shape[axes.index("C")] if "C" in axes and "S" not in axes else 0
    shape = _frames_of([n for n, letter in zip(series.shape, axes, strict=True) if letter not in "SC"])

    def load(frame, channel=None):
        if frame is not None and channel is None and len(series.pages) == shape[0]:
            _checked(file, series, length)
            data = series.pages[frame].asarray()
            return _grey(data, -1) if data.ndim == 3 else data
        data = _pixels(file, series, length)
        data = data if channel is None else np.take(data, channel, axes.index("C"))
        data = _grey(data, axes.index("S")) if "S" in axes else data.reshape(shape)
        return data if frame is None else data[frame]

    calibration, stack = _axes(file, number, path), len(shape) == 3
    if not channels:
        return [StoredImage(name, shape, series.dtype, load, calibration, stack)]
    titles = [(f"{name}, " if name else "") + f"channel {c}" for c in range(channels)]
    return [
        StoredImage(title, shape, series.dtype, partial(load, channel=c), calibration, stack)
        for c, title in enumerate(titles)
    ]


@contextlib.contextmanager
def tiff_images(path):
    """Images (list of StoredImage) of a TIFF file; their pixels are read while it is open."""
    length = path.stat().st_size
    check_pages(path)
    with tifffile.TiffFile(path) as file:
        full = [i for i, one in enumerate(file.series) if not one.keyframe.is_reduced] or range(len(file.series))
        names = [f"image {i}" for i in full] if len(full) > 1 else [""]
        found = [_of_series(file, i, name, path, length) for i, name in zip(full, names, strict=True)]
        yield [image for images in found for image in images]
