"""Images that a file holds, known from its headers: which of them is asked for, and whether it is not too large."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ferrotune.errors import InputError

PIXEL_LIMIT = 400_000_000  # the default of the config's import.pixel_limit: 20,000 x 20,000 px
_FRAME = re.compile(r"(?:(?P<title>.*),)?\s*frame\s*=\s*(?P<frame>\d+)", re.DOTALL)


@dataclass(frozen=True)
class StoredImage:
    """An image, or a stack of frames, whose pixels are not read yet.

    Attributes
    ----------
    title : str, how the file names it
    shape : tuple of int
        (y, x), or (frame, y, x) of a stack; whatever else is no image.
    dtype : numpy.dtype
    load : function of the number of a frame, or of None for all that is stored; gives the array
    axes : list of mappings with `scale` and `units`, of y and x; empty without calibration
    stack : bool, whether the first of three axes counts frames of the same area
    """

    title: str
    shape: tuple
    dtype: np.dtype
    load: Callable
    axes: list = field(default_factory=list)
    stack: bool = False

    @property
    def frames(self):
        """Number of frames of a stack; 1 of an image."""
        return self.shape[0] if self.stack else 1

    @property
    def is_image(self):
        """Whether it can be an image: two axes, or three of a stack, of real numbers."""
        return (len(self.shape) == 2 or self.stack) and self.dtype.kind in "buif"


def _distinct(titles):
    """Titles (list of str), with a number behind those that occur again."""
    seen, found = {}, []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        found.append(title if seen[title] == 1 else f"{title} {seen[title]}")
    return found


def _chosen(images, title, path, what):
    """The image of a title; without one the only image."""
    names = _distinct([image.title or "image" for image in images])
    candidates = [i for i, image in enumerate(images) if image.is_image] or list(range(len(images)))
    listed = ", ".join(names[i] for i in candidates)
    if title is not None:
        same = [i for i in range(len(images)) if names[i].lower() == title.strip().lower()]
        if not same:
            raise InputError(f"{what} {path} has no image {title!r}; it holds: {listed}")
        return images[same[0]]
    if len(candidates) == 1:
        return images[candidates[0]]
    if not any(image.is_image for image in images):
        raise InputError(f"{what} {path} holds {len(images)} signals, none of them an image; export the image to tif")
    signals = f"{len(images)} signals, {len(candidates)} of them" if len(candidates) < len(images) else len(images)
    raise InputError(f"{what} {path} holds {signals} images: {listed}; name one: {path}#{names[candidates[0]]}")


def pick(images, entry, path, what, pixel_limit):
    """Pick the image that is asked for.

    Parameters
    ----------
    images : list of StoredImage
    entry : str or None
        `TITLE`, `frame=NUMBER` (from 0), or `TITLE,frame=NUMBER`; None for the only image, with all its frames.
    path : str or Path, for errors
    what : str, for errors
    pixel_limit : int
        Most pixels to read, of all frames together.

    Returns
    -------
    image : StoredImage
    frame : int or None

    Raises
    ------
    InputError
        Where there is no such image or frame, where several images are there and none is named, and for more pixels
        than `pixel_limit`: none of them has been read.
    """
    asked = _FRAME.fullmatch(entry or "")
    title, frame = (asked["title"], int(asked["frame"])) if asked else (entry, None)
    image = _chosen(images, title or None, path, what)
    if frame is not None:
        if frame >= image.frames:
            there = f"frames 0 to {image.frames - 1}" if image.frames > 1 else "one frame"
            raise InputError(f"{what} {path}: there is no frame {frame}; it has {there}")
        frame = frame if image.stack else None
    shape = image.shape[1:] if frame is not None else image.shape
    if 0 in shape:
        raise InputError(f"{what} {path} has shape {shape}, so no pixel; export it again")
    if math.prod(shape) > pixel_limit:
        size = " x ".join(map(str, shape))
        hint = ", or pick one frame with #frame=0" if image.stack and frame is None else ""
        raise InputError(
            f"{what} {path} unpacks to {size} px, more than the {pixel_limit:g} of import.pixel_limit; if this is "
            f"right, crop it, raise the limit{hint}"
        )
    return image, frame
