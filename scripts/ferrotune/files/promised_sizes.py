"""Sizes that the header of a file promises, beside the size of the file: readers take memory for what is promised."""

import struct

_SERIES = struct.Struct("<HHHIIII")  # of TIA: byte order, kind, version, kind of data and tags, elements in all, valid
_PICTURES = 0x4122  # kind of data: images; else spectra
_LONG_OFFSETS = 0x0211  # version from which on offsets have 8 bytes
_PER_BYTE = 2  # pixels in a byte of MRC at most, with four bits each
_MOST_DIMENSIONS = 8  # along which elements are counted; TIA writes one or two


def _unpacked(stream, start, form):
    """Numbers of a struct's form at a place of a file; EOFError where the file ends before."""
    stream.seek(start)
    wanted = struct.calcsize(form)
    data = stream.read(wanted)
    if len(data) < wanted:
        raise EOFError("it is cut short")
    return struct.unpack(form, data)


def check_mrc(path):
    """Check an MRC file: RosettaSciIO plans pieces of what the header promises, which may take hours.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ValueError, EOFError
        Where the file is too short for the pixels that its header promises, or it promises none.
    """
    length = path.stat().st_size
    with path.open("rb") as stream:
        columns, rows, sections = _unpacked(stream, 0, "<3i")
    if min(columns, rows, sections) < 1 or columns * rows * sections > _PER_BYTE * length:
        raise ValueError(f"its header promises {sections} x {rows} x {columns} pixels, and the file has {length} bytes")


def check_series(path):
    """Check a file of TIA (.ser): RosettaSciIO takes memory for all elements before it reads one.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ValueError, EOFError
        Where the file is too short for the elements that its header promises.
    """
    length = path.stat().st_size
    with path.open("rb") as stream:
        _, _, version, kind, _, count, valid = _unpacked(stream, 0, _SERIES.format)
        offset = "<Q" if version >= _LONG_OFFSETS else "<I"
        place, dimensions = _unpacked(stream, _SERIES.size, f"{offset}I")
        if max(count, valid) * 8 > length or not 0 < dimensions <= _MOST_DIMENSIONS:
            raise ValueError(f"its header promises {max(count, valid)} images, and the file has {length} bytes")
        (start,) = _unpacked(stream, place, offset)
        if start >= length:
            raise EOFError("it is cut short")
        sides = _unpacked(stream, start + 42, "<II") if kind == _PICTURES else _unpacked(stream, start + 22, "<I")
        pixels = valid
        for side in sides:
            pixels *= side
        if pixels > length:
            raise ValueError(f"its header promises {pixels} pixels, and the file has {length} bytes")
