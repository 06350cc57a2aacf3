"""Lengths of an export: in nm and pm where the pixel size is known, else in px."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Units of an export.

    Attributes
    ----------
    far, near : str
        Unit of positions and lengths of walls; unit of displacements, errors and lattice parameters.
    px_far, px_near : float
        A pixel in these units.
    """

    far: str
    near: str
    px_far: float
    px_near: float

    @classmethod
    def of(cls, pixel_size_pm):
        """Units for a pixel size in pm, or None where it is unknown.

        Examples
        --------
        >>> Scale.of(15.6), Scale.of(None).far
        (Scale(far='nm', near='pm', px_far=0.0156, px_near=15.6), 'px')
        """
        if pixel_size_pm is None:
            return cls("px", "px", 1.0, 1.0)
        return cls("nm", "pm", pixel_size_pm / 1000, float(pixel_size_pm))
