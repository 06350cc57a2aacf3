"""Read a microscope's image and its pixel size, whatever the format."""

import logging
import os
from pathlib import Path

import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.entries import split_entry
from ferrotune.files.formats import KNOWN, format_of, of_ending, open_images
from ferrotune.files.lengths import pixel_sides
from ferrotune.files.packed_record import is_packed
from ferrotune.files.sm_bfo_record import read_main_image
from ferrotune.files.stored_images import PIXEL_LIMIT, pick
from ferrotune.images.frames import aligned_mean
from ferrotune.images.square_pixels import squared

SMALLEST = 32  # px: fewer hold no unit cells to speak of
REASON = 200  # letters of what a reader says of a file: some quote all of it
OBLONG = 8.0  # a pixel whose sides differ by more is a wrong calibration: resampling would make an image of any size
_log = logging.getLogger(__name__)


def _loaded(file, entry, path, what, pixel_limit):
    """Stored numbers of the image that is asked for, the calibration of its axes, and whether they are a stack."""
    with open_images(file) as images:
        if not images:
            raise ValueError("there is no image in it")
        image, frame = pick(images, entry, path, what, pixel_limit)
        data = image.load(frame)
    if len(images) > 1 or frame is not None:
        _log.info(
            "read %s%s", image.title or "the image", "" if frame is None else f", frame {frame} of {image.frames}"
        )
    return data, image.axes, image.stack and frame is None


def _stored(path, what, pixel_limit):
    """As `_loaded`; every failure becomes one line."""
    if is_packed(path):
        return read_main_image(path), [], False
    name, entry = split_entry(path)
    file = Path(name)
    if not os.path.isfile(file):
        if of_ending(file) is None and of_ending(Path(path)) is None:
            raise InputError(f"{what} {path} is of an unknown format; give one of: {KNOWN}")
        raise InputError(f"{what} {path} does not exist; correct the path")
    try:
        if format_of(file) is None:
            raise InputError(f"{what} {path} is of an unknown format; give one of: {KNOWN}")
        if of_ending(file) not in (None, format_of(file)):
            _log.info("%s is a file of %s, in spite of its name", name, format_of(file))
        return _loaded(file, entry, path, what, pixel_limit)
    except InputError:
        raise
    except Exception as error:  # readers of foreign formats raise whatever they meet
        reason = str(error).strip().partition("\n")[0][:REASON] or type(error).__name__
        raise InputError(f"{what} {path} cannot be read ({reason}); if damaged, export it again") from error


def _checked(data, path, what, axes=2):
    """Real numbers (y, x), or (frame, y, x); an image that is a stack of one frame is taken out of it."""
    shape = data.shape + ((len(data.dtype.names),) if data.dtype.names else ())
    squeezed = np.squeeze(data) if data.ndim > 2 else data
    if squeezed.ndim != axes or data.dtype.names:
        raise InputError(f"{what} {path} has shape {shape}, not (y, x); export one frame of it, in grey")
    if data.dtype.kind == "c":
        raise InputError(f"{what} {path} is complex; export its magnitude or the image that it came from")
    if data.dtype.kind not in "buif":
        raise InputError(f"{what} {path} holds {data.dtype}, not numbers; export it as an image")
    return squeezed


def read_numbers(path, what, pixel_limit=PIXEL_LIMIT):
    """Two-dimensional numbers (y, x) of a file, as stored: of a mask, for example.

    Parameters
    ----------
    path : str or Path, as of `read_image`
    what : str, for errors
    pixel_limit : int

    Raises
    ------
    InputError
        As `read_image`, of files that cannot be read, and for stacks.
    """
    data, _, _ = _stored(path, what, pixel_limit)
    return _checked(data, path, what)


def _summed(frames, path):
    """Mean (y, x) of the frames of a stack, of which the drift is undone and logged."""
    image, drift = aligned_mean(_checked(frames, path, "image", axes=3))
    furthest = np.abs(drift).max(axis=0)
    _log.info(
        "stack of %d frames: aligned and averaged; drift up to %.2f px in y, %.2f px in x (y x of each: %s)",
        len(frames),
        *furthest,
        "; ".join(f"{y:.2f} {x:.2f}" for y, x in drift),
    )
    if np.isfinite(image).sum() < SMALLEST**2:
        raise InputError(f"image {path}: its {len(frames)} frames show no common area; pick one with #frame=0")
    return image


def _square(data, sides, path, pixel_limit):
    """Image of square pixels, and their side in pm."""
    if sides is None or sides[0] == sides[1]:
        return data, sides and sides[0]
    ratio = max(sides) / min(sides)
    if ratio > OBLONG or data.size * ratio > pixel_limit:
        found = "{:.4g} x {:.4g} pm".format(*sides)
        raise InputError(f"image {path}: its pixels are {found}, too oblong to resample; correct its calibration")
    resampled, side = squared(data, sides)
    size = " x ".join(map(str, data.shape))
    _log.info(
        "pixels are %.4g x %.4g pm: the image of %s px is resampled to %d x %d square pixels of %.4g pm, in which "
        "masks and results are given",
        *sides,
        size,
        *resampled.shape,
        side,
    )
    return resampled, side


def read_image(path, pixel_limit=PIXEL_LIMIT):
    """Read one image of any supported format.

    The content of the file decides; the ending of its name counts only where the content does not say. The
    frames of a stack are aligned and averaged; pixels that are not square are resampled. Both are logged.

    Parameters
    ----------
    path : str or Path
        `h5` of the Sm-BFO record, `hspy`, `dm3`, `dm4`, `emd`, `ser`, `mrc`, `tif`, `npy`, `npz`, `png`. Of a file
        that holds several images `FILE#TITLE` is one, of a stack `FILE#frame=3` is one frame (from 0), of several
        stacks `FILE#TITLE,frame=3`. `FILE.npy#KEY` is of the record's older packing
        (`ferrotune.files.packed_record`).
    pixel_limit : int
        Most pixels, of all frames: a file that unpacks to more is refused before memory is taken.

    Returns
    -------
    data : (y, x) float64 array
        As stored; NaN where there is no signal.
    pixel_size_pm : float or None
        From the file's calibration; None where it has none in units of length.

    Raises
    ------
    InputError
        For a file that is missing, unreadable, cut short, too large, not one real image, smaller than 32 x 32 px,
        without a finite pixel, constant, calibrated in 1/length, or with pixels that are more than 8 times as long as
        wide; and for an image or frame that it does not hold.
    """
    data, axes, stack = _stored(path, "image", pixel_limit)
    sides = pixel_sides(axes, path)
    data = _summed(data, path) if stack else _checked(data, path, "image")
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
    return _square(data, sides, path, pixel_limit)
