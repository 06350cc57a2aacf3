"""Sizes that the header of a file promises, beside the size of the file: readers take memory for what is promised."""

import contextlib
import struct

_SERIES = struct.Struct("<HHHIIII")  # of TIA: byte order, kind, version, kind of data and tags, elements in all, valid
_SPECTRA = 0x4120  # kind of data: spectra; RosettaSciIO takes all others for images
_LONG_OFFSETS = 0x0211  # version from which on offsets have 8 bytes
_BIG = 43  # version of TIFF files of more than 4 GB
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


def check_pages(path):
    """Check that the pages of a TIFF file end: tifffile follows a chain of them that goes round in a circle for ever.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ValueError
        Where a page leads back to an earlier one.
    """
    seen = set()
    with path.open("rb") as stream, contextlib.suppress(EOFError):  # what is cut short, tifffile says
        order = "<" if stream.read(2) == b"II" else ">"
        long = _unpacked(stream, 2, f"{order}H")[0] == _BIG
        count_form, entry, offset = ("Q", 20, "Q") if long else ("H", 12, "I")
        (place,) = _unpacked(stream, 8 if long else 4, order + offset)
        while place:
            if place in seen:
                raise ValueError(f"its pages go round in a circle after the first {len(seen)}")
            seen.add(place)
            (entries,) = _unpacked(stream, place, order + count_form)
            after = place + struct.calcsize(order + count_form) + entries * entry
            (place,) = _unpacked(stream, after, order + offset) if after < 2**63 else (0,)


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
        sides = _unpacked(stream, start + 22, "<I") if kind == _SPECTRA else _unpacked(stream, start + 42, "<II")
        pixels = valid
        for side in sides:
            pixels *= side
        if pixels > length:
            raise ValueError(f"its header promises {pixels} pixels, and the file has {length} bytes")
