"""Units of length, as microscopes' files write them, and the size of a pixel."""

import re
import unicodedata

import numpy as np

from ferrotune.errors import InputError

SQUARE = 1.01  # sides of a pixel that differ by less are equal: so far do calibrations of one axis differ
_PM = {"pm": 1.0, "å": 100.0, "a": 100.0, "nm": 1e3, "um": 1e6, "mm": 1e9, "cm": 1e10, "m": 1e12}
_PREFIXES = {"pico": "p", "nano": "n", "micro": "u", "milli": "m", "centi": "c", "": ""}
_METRES = re.compile(r"(pico|nano|micro|milli|centi|)(?:metre|meter)s?")
_ANGSTROMS = re.compile(r"(?:[åa]ngstr[öo]ms?|ang)")
_RECIPROCAL = re.compile(r"1/|per|.*(?:\^|\*\*)?\(?-1\)?$|m?rad(ian)?s?$|deg(ree)?s?$|°$")


def _plain(unit):
    """Unit in lower case ASCII but for å, without signs that only separate: files hold both micro signs and both Å."""
    text = unicodedata.normalize("NFKC", str(unit or "")).lower()
    text = re.sub(r"[\s_.]+", "", text).replace("μ", "u").replace("\N{MINUS SIGN}", "-")  # of ⁻
    if metres := _METRES.fullmatch(text):
        return _PREFIXES[metres[1]] + "m"
    if _ANGSTROMS.fullmatch(text):
        return "å"
    return "um" if text in ("micron", "microns") else text


def in_pm(unit, path):
    """Length of a unit.

    Parameters
    ----------
    unit : str or None
        As a file writes it: "nm", "Angstroms", "µm", "nanometre", ...
    path : str or Path, for the error

    Returns
    -------
    float or None
        pm; None where it is no length that we know.

    Raises
    ------
    InputError
        For units of reciprocal space: the file is a diffraction pattern or a Fourier transform.

    Examples
    --------
    >>> in_pm("nanometres", "film.dm4"), in_pm("Å", "film.dm4"), in_pm("px", "film.dm4")
    (1000.0, 100.0, None)
    """
    text = _plain(unit)
    if _RECIPROCAL.match(text):
        raise InputError(f"image {path} is in reciprocal units ({unit}); give an image, not its diffraction")
    return _PM.get(text)


def _scale(written):
    """Length of a pixel (float) in the unit of an axis; 0 where the file holds no number there."""
    try:
        return abs(float(written or 0.0))
    except (TypeError, ValueError, OverflowError):
        return 0.0


def pixel_sides(axes, path):
    """Sides of a pixel from the calibration of the two image axes.

    Parameters
    ----------
    axes : list of two mappings, of y and x
        `scale`, in `units`.
    path : str or Path, for the error

    Returns
    -------
    (float, float) or None
        Height and width, pm; both the mean where they differ by less than 1 %. None where there is no calibration in
        units of length.

    Raises
    ------
    InputError
        For units of reciprocal space.
    """
    sides = []
    for axis in axes:
        unit, scale = in_pm(axis.get("units"), path), _scale(axis.get("scale"))
        if unit is None or not 0.0 < scale * unit < np.inf:
            return None
        sides.append(scale * unit)
    if len(sides) != 2:
        return None
    return tuple(sides) if max(sides) > SQUARE * min(sides) else (float(np.mean(sides)),) * 2
