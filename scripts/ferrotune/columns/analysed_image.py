"""What of an image is analysed: its largest crystal, with bright columns."""

from dataclasses import dataclass

import numpy as np

from ferrotune.columns.contrast import AUTO, CONTRASTS, DARK, with_bright_columns
from ferrotune.columns.crystals import Crystals, find_crystals
from ferrotune.errors import InputError
from ferrotune.images.normalisation import prepare


@dataclass(frozen=True)
class AnalysedImage:
    """An image as it is analysed.

    image (y, x) float32, normalised; whole (y, x) float32, the same where nothing but pixels without signal is masked;
    mask (y, x) bool, true on the crystal; contrast "bright" or "dark", of the columns before the image was inverted;
    crystals, or None where no lattice is found.
    """

    image: np.ndarray
    whole: np.ndarray
    mask: np.ndarray
    contrast: str
    crystals: Crystals | None

    def is_cut(self):
        """Whether a part is masked because it is another crystal or none."""
        return self.crystals is not None and not self.crystals.is_one()

    def arrays(self):
        """What the store of the image holds: image, mask and, where not all is one crystal, crystals and whole."""
        arrays = {"image": self.image, "mask": self.mask}
        if self.is_cut():
            arrays |= {"crystals": self.crystals.region, "whole": self.whole}
        return {name: (("y", "x"), values) for name, values in arrays.items()}

    def attributes(self):
        """Its attributes: the contrast and, of several crystals, their lattice vectors (px)."""
        found = {"contrast": self.contrast}
        if self.is_cut():
            found["crystal_lattices"] = [lattice.vectors.tolist() for lattice in self.crystals.lattices]
        return found

    def remarks(self):
        """What was found, as sentences (list of str) for the log."""
        found = ["columns are dark: the inverse image is analysed"] if self.contrast == DARK else []
        if self.is_cut() and (share := self.crystals.share(0)):
            found.append(f"{100 * share:.3g} % of the image shows no crystal and is masked")
        return found

    def doubts(self):
        """What the user should look at, as sentences (list of str)."""
        several = self.is_cut() and len(self.crystals.lattices) > 1
        return [_of_several(self.crystals)] if several else []


def _size(lattice):
    return " x ".join(f"{np.hypot(*vector):.1f}" for vector in lattice.vectors)


def rotation_deg(lattice, other):
    """Smallest rotation (degrees) of a vector of the other lattice against vector a of this one."""
    angle = [np.degrees(np.arctan2(vector[1], vector[0])) for vector in (lattice.a, *other.vectors)]
    difference = (np.array(angle[1:]) - angle[0] + 90) % 180 - 90
    return float(difference[np.argmin(np.abs(difference))])


def _of_several(crystals):
    largest, *others = crystals.lattices
    text = f"{len(crystals.lattices)} crystals: {100 * crystals.share(1):.0f} % of the image has a lattice of "
    text += f"{_size(largest)} px"
    for number, lattice in enumerate(others, start=2):
        text += f", {100 * crystals.share(number):.0f} % one of {_size(lattice)} px"
        text += f", rotated by {abs(rotation_deg(largest, lattice)):.0f} degrees"
    return f"{text}; the largest is analysed, the rest is masked: see figures/grains.png"


def analysed_image(image, mask, contrast=AUTO):
    """Choose the part of an image that is analysed, and invert it where its columns are dark.

    Parameters
    ----------
    image : (y, x) float, normalised
    mask : (y, x) bool, true where there is signal
    contrast : {"auto", "bright", "dark"}
        Of the columns; "auto" recognises it.

    Returns
    -------
    AnalysedImage
        With the same arrays where all of the image is one crystal with bright columns.

    Raises
    ------
    InputError
        For an unknown contrast.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.images.normalisation import prepare
    >>> from ferrotune.simulation.film import simulate
    >>> from ferrotune.simulation.specimen import Specimen
    >>> counts = simulate(Specimen(shape=(256, 256)), seed=1).image
    >>> image, mask = prepare(-counts, np.ones(counts.shape, bool))
    >>> found = analysed_image(image, mask)
    >>> print(found.contrast, np.allclose(found.image, prepare(counts, mask)[0], atol=1e-5))
    dark True
    >>> found.remarks()
    ['columns are dark: the inverse image is analysed']
    """
    if contrast not in CONTRASTS:
        raise InputError(f"contrast {contrast!r} is unknown; give one of: {', '.join(CONTRASTS)}")
    crystals = find_crystals(image, mask)
    is_cut = crystals is not None and not crystals.is_one()
    if is_cut:
        mask = mask & (crystals.region == 1)
    cell_px = None if crystals is None else crystals.lattices[0].cell_px
    pixels, contrast = with_bright_columns(image, mask, cell_px, contrast)
    # The brightest pixels may be masked now.
    image = prepare(pixels, mask)[0] if is_cut or contrast == DARK else pixels
    return AnalysedImage(image, pixels, mask, contrast, crystals)
