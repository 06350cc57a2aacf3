"""Images that are one array: NumPy's files, pictures in png, and the image of the public record."""

import contextlib
import io
import zipfile

import h5py
import numpy as np
from PIL import Image

from ferrotune.files.sm_bfo_record import read_main_image
from ferrotune.files.stored_images import StoredImage

MOST_HEADER = 65536  # bytes: of arrays of numbers it has some hundred; a packed file may unpack to one of any size
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def _header(stream):
    """Shape and dtype of NumPy's format."""
    stream = io.BytesIO(stream.read(MOST_HEADER))
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"NumPy format {version} is unknown")
    shape, _, dtype = _HEADERS[version](stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, not an array of numbers")
    return shape, dtype


def _taken(data, frame):
    return data if frame is None else data[frame]


@contextlib.contextmanager
def npy_images(path):
    """The array (list of one StoredImage) of a .npy file, which is no pickle."""
    with path.open("rb") as stream:
        shape, dtype = _header(stream)
    yield [StoredImage("", shape, dtype, lambda frame: np.load(path))]  # refuses pickles unless told otherwise


@contextlib.contextmanager
def npz_images(path):
    """The arrays (list of StoredImage) of a .npz file."""
    with zipfile.ZipFile(path) as folder:
        names = [name for name in folder.namelist() if name.endswith(".npy")]
        headers = []
        for name in names:
            with folder.open(name) as stream:
                headers.append(_header(stream))
    with np.load(path) as file:
        titles = [name.removesuffix(".npy") for name in names]
        yield [
            StoredImage(title, shape, dtype, lambda frame, title=title: file[title])
            for title, (shape, dtype) in zip(titles, headers, strict=True)
        ]


@contextlib.contextmanager
def png_images(path):
    """The picture (list of one StoredImage) of a png file; of a colour picture that is grey, its grey."""
    # In memory: of an open file Pillow asks for as many bytes as a chunk promises, up to 4 GB
    with Image.open(io.BytesIO(path.read_bytes())) as picture:

        def load(frame):
            if picture.mode in ("P", "PA", "RGB", "RGBA", "LA"):
                colours = np.asarray(picture.convert("RGB"))
                same = (colours == colours[..., :1]).all()
                return colours[..., 0] if same else colours
            return np.asarray(picture)

        dtype = np.dtype(np.uint8 if picture.mode != "I;16" else np.uint16)
        yield [StoredImage("", picture.size[::-1], dtype, load)]


@contextlib.contextmanager
def record_images(path):
    """The image (list of one StoredImage) of the public record, `MainImage` in an HDF5 file."""
    with h5py.File(path) as file:
        main = file.get("MainImage")
        shape, dtype = (main.shape, main.dtype) if isinstance(main, h5py.Dataset) else ((1, 1), np.dtype(float))
    yield [StoredImage("", shape, dtype, lambda frame: read_main_image(path))]
