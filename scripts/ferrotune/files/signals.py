"""Images of microscopes' own formats, as RosettaSciIO reads them."""

import contextlib
import importlib
from functools import partial

import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.promised_sizes import check_mrc, check_series
from ferrotune.files.stored_images import StoredImage

_CHECKS = {"tia": check_series, "mrc": check_mrc}
_ENERGY = ("ev", "kev", "mev")
_OPTIONS = {"emd": {"select_type": "images", "load_SI_image_stack": True}}  # of Velox: spectra need another library


def _is_spectrum(signal, axes):
    kind = signal.get("metadata", {}).get("Signal", {}).get("signal_type")
    return bool(kind) or any(str(axis.get("units") or "").strip().lower() in _ENERGY for axis in axes)


def _stored(signal):
    """The signal (dict of RosettaSciIO) without its axes of length 1."""
    data = signal["data"]
    keep = [i for i, size in enumerate(data.shape) if size != 1]
    axes = [signal["axes"][i] for i in keep] if len(signal["axes"]) == len(data.shape) else []
    shape = tuple(data.shape[i] for i in keep)

    def load(frame):
        values = data.reshape(shape)
        return np.asarray(values if frame is None else values[frame])

    general = signal.get("metadata", {}).get("General", {})
    stack = len(shape) == 3 and not _is_spectrum(signal, axes)
    # A colour is the last axis of a picture, and no axis of the specimen.
    stack = stack and data.dtype.names is None and shape[-1] > 4
    return StoredImage(str(general.get("title") or ""), shape, data.dtype, load, axes[-2:], stack)


def _headers(path, plugin):
    """Signals (list of dict) of a file, with arrays that are read only when they are used."""
    if plugin in _CHECKS and path.suffix.lower() != ".emi":
        _CHECKS[plugin](path)
    read = partial(importlib.import_module(f"rsciio.{plugin}").file_reader, str(path), **_OPTIONS.get(plugin, {}))
    try:
        return read(lazy=True)
    except ValueError:  # of HDF5 files with an array in one piece, which is not packed, and so no larger than the file
        return read(lazy=False)


@contextlib.contextmanager
def signal_images(path, plugin):
    """Images (list of StoredImage) of a file, by a plugin (str) of RosettaSciIO; their pixels are not read yet."""
    signals = _headers(path, plugin)
    if not signals:
        raise InputError(f"image {path} holds no image; export the image to tif")
    yield [_stored(signal) for signal in signals]
