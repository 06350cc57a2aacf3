"""Choice of the unit cell: from the image, or as the user has named it."""

from dataclasses import replace

import numpy as np

from ferrotune.columns.known_cell import KnownCell
from ferrotune.columns.mean_cell import distance_px, maxima, mean_cell, samples
from ferrotune.columns.motif import Motif
from ferrotune.columns.phase import Lattice, LatticePhase
from ferrotune.columns.superlattice import CENTRINGS, LEAST, superlattice_ratios
from ferrotune.errors import InputError
from ferrotune.images.fullest_window import fullest_window

CELL_PM = (300.0, 650.0)  # size of a unit cell: of perovskites, pseudocubic to doubled
PEROVSKITE_PM = 396.0  # pm; pseudocubic BiFeO3
NAMED_PM = {"perovskite_100": PEROVSKITE_PM, "perovskite_110": PEROVSKITE_PM / 2**0.25}  # root of the cell's area
SPECIAL = (0.5, 0.5), (0.5, 0.0), (0.0, 0.5)  # the middle of the cell, and of its edges
NAMES = ("perovskite_100", "perovskite_110", "hexagonal", "primitive")
# Our choices; tests/unit/columns/test_cell_choice.py holds them.
ALIKE = 0.45  # height of B in the mean cell over that of A from which phases are those of both: B of 0.7 of A
NEAR = 0.15  # cells between a column and a special place that it takes: domains displace it
CLEAR_SHARE = 0.1  # height of a column at the edge of a perovskite's cell over that of A: below, it may be a tail
OBLONG = 1.25  # longer over shorter vector; above, columns may halve the longer one
HEXAGONAL_DEG, HEXAGONAL_SHARE = 8.0, 1.15  # most deviation from 60 degrees, and longer over shorter vector
SIZE_SHARE = 0.15  # most deviation from the size that the user gives


def reduced(a, b):
    """Reduce to the shortest pair (Gauss), `a` down the rows and `b` along them, towards +y and +x."""
    while True:
        if a @ a > b @ b:
            a, b = b, a
        times = np.round(a @ b / (a @ a))
        if times == 0:
            break
        b = b - times * a
    if abs(a[0]) / np.hypot(*a) < abs(b[0]) / np.hypot(*b):
        a, b = b, a
    return a * np.sign(a[0] or 1), b * np.sign(b[1] or 1)


def _doubled(lattice, centring):
    """The lattice whose cell has two of this lattice's, and B at the place that `centring` names."""
    reflections = CENTRINGS[centring]
    vectors = reflections.T @ lattice.vectors
    a, b = reduced(*vectors)
    change = np.rint(np.stack([a, b]) @ np.linalg.inv(vectors))
    reflections = np.rint(reflections @ change.T).astype(int)
    return Lattice(a, b, Motif(reflections=tuple(map(tuple, reflections.tolist()))))


def _is_near(place, special, lattice):
    return distance_px(place, special, lattice) < NEAR * lattice.cell_px


class _Image:
    """An image (y, x) with its mask (y, x) bool, and the columns in its mean cells: of a large one, in a window."""

    def __init__(self, image, mask, cell_px):
        self.image, self.mask = image, mask
        window = fullest_window(mask)
        self._part = image[window], mask[window]
        self._samples = samples(*self._part, cell_px)
        self._seen = {}

    def seen(self, lattice):
        """Places (k, 2) of the columns in the mean cell of a lattice, and their heights (k,)."""
        key = lattice.vectors.tobytes(), lattice.motif
        if key not in self._seen:
            phase = LatticePhase(*self._part, lattice)
            self._seen[key] = maxima(*mean_cell(*self._samples, phase, lattice), lattice)
        return self._seen[key]

    def ratios(self, lattice):
        """How clearly each larger cell shows, see `ferrotune.columns.superlattice`."""
        return superlattice_ratios(self.image, self.mask, lattice)


def _alike(image, lattice):
    """The lattice with phases of A and B alike where B is nearly as bright as A; else None."""
    longer = np.hypot(*lattice.vectors.T).argmax() if _ratio(lattice) > OBLONG else None
    centrings = [(0.5, 0.5)] + ([] if longer is None else [((0.5, 0.0), (0.0, 0.5))[longer]])
    for centring in centrings:
        reflections = tuple(map(tuple, CENTRINGS[centring].tolist()))
        both = replace(lattice, motif=Motif(reflections=reflections))
        place, height = image.seen(both)
        if len(place) > 1 and height[1] > ALIKE * height[0] and _is_near(place[1] - place[0], centring, lattice):
            return both
    return None


def _ratio(lattice):
    """Longer over shorter vector."""
    lengths = np.hypot(*lattice.vectors.T)
    return lengths.max() / lengths.min()


def _is_hexagonal(lattice):
    cosine = lattice.a @ lattice.b / np.prod(np.hypot(*lattice.vectors.T))
    oblique = abs(90 - np.degrees(np.arccos(cosine)))  # 30 for 60 and 120 degrees
    return abs(oblique - 30) < HEXAGONAL_DEG and _ratio(lattice) < HEXAGONAL_SHARE


def _motif_of_alike(image, lattice):
    """Motif where A and B have the same phases: which of the two places is the brighter one's is known only now."""
    place, _ = image.seen(lattice)
    shared = (np.array(list(np.ndindex(2, 2))) @ np.linalg.inv(lattice.motif.reflections).T).round(6) % 1.0
    origin = shared[distance_px(shared, place[0], lattice).argmin()] if len(place) else shared[0]
    [b] = {tuple(of_b) for of_b in shared.tolist() if any(of_b)}
    name = "perovskite_100" if b == SPECIAL[0] else "perovskite_110"
    return replace(lattice.motif, places=((0.0, 0.0), b), name=name, origin=tuple(origin.tolist()))


def _motif(image, lattice, name):
    """Motif as named (None: from the image alone), at the places that the image shows."""
    if lattice.motif.alike:
        return _motif_of_alike(image, lattice)
    if name == "primitive":
        return Motif(((0.0, 0.0),), name)
    place, height = image.seen(lattice)
    if not len(place):
        return Motif()
    first, others = tuple(place[0].tolist()), ((place[1:] - place[0]) % 1.0).round(3).tolist()
    near = {centre: [k for k, other in enumerate(others) if _is_near(other, centre, lattice)] for centre in SPECIAL}
    if name == "hexagonal" or (name is None and _is_hexagonal(lattice)):
        return Motif(((0.0, 0.0), *map(tuple, others)), "hexagonal", first)
    if name == "perovskite_100" or (name is None and (near[SPECIAL[0]] or not others)):
        # oxygen between the A columns, where it shows
        oxygen = [c for c in SPECIAL[1:] if any(height[1 + k] > CLEAR_SHARE * height[0] for k in near[c])]
        return Motif((*Motif.places, *oxygen))
    for centre in SPECIAL[1:]:
        if near[centre]:
            rest = [tuple(other) for k, other in enumerate(others) if k not in near[centre]]
            return Motif(((0.0, 0.0), centre, *rest), "perovskite_110")
    if name == "perovskite_110":
        return Motif(((0.0, 0.0), SPECIAL[1 + int(np.hypot(*lattice.vectors.T).argmax())]), name)
    return Motif(((0.0, 0.0), *map(tuple, others)), "other", first)


def _second_at(image, lattice, centres):
    """Whether the mean cell shows a second column at one of some places of the cell."""
    place, _ = image.seen(lattice)
    return any(_is_near(other - place[0], centre, lattice) for other in place[1:] for centre in centres)


def _named(image, lattice, name, pixel_size_pm):
    """The lattice of the cell that is named, which has two columns: as found, or twice as large."""
    centred = [(0.5, 0.5)] if name == "perovskite_100" else [(0.5, 0.0), (0.0, 0.5)]
    if _second_at(image, lattice, centred):
        return lattice
    ratios = image.ratios(lattice)
    shorter = int(np.hypot(*lattice.vectors.T).argmin())
    best = max(centred, key=ratios.get)
    if ratios[best] < LEAST and len(centred) > 1:
        best = centred[shorter]
    if ratios[best] < LEAST and pixel_size_pm:
        size = lattice.cell_px * pixel_size_pm
        if abs(np.log(size / NAMED_PM[name])) < abs(np.log(np.sqrt(2) * size / NAMED_PM[name])):
            return lattice
    return _doubled(lattice, best)


def _of_size(image, lattice, known, pixel_size_pm):
    """The lattice, as found or twice as large, whose cell is as large as the user says (KnownCell)."""
    if not pixel_size_pm:
        raise InputError(f"lattice {known}: a size in pm needs the pixel size; give pixel_size_pm")
    ratios = image.ratios(lattice)
    candidates = [lattice, _doubled(lattice, max(ratios, key=ratios.get))]
    sizes = [candidate.cell_px * pixel_size_pm for candidate in candidates]
    best = int(np.abs(np.log(np.array(sizes) / known.size_pm)).argmin())
    if abs(sizes[best] / known.size_pm - 1) > SIZE_SHARE:
        found = " and ".join(f"{size:.0f}" for size in sizes)
        raise InputError(
            f"lattice {known}: the image repeats by cells of {found} pm; correct the size or pixel_size_pm"
        )
    return candidates[best]


def _automatic(image, lattice, pixel_size_pm):
    """The lattice as found, or twice as large where every second column differs and the cell is too small."""
    size = lattice.cell_px * (pixel_size_pm or np.nan)
    if CELL_PM[0] <= size <= CELL_PM[1] or len(image.seen(lattice)[0]) > 1:
        return lattice
    ratios = image.ratios(lattice)
    best = max(ratios, key=ratios.get)
    return _doubled(lattice, best) if ratios[best] >= LEAST else lattice


def choose_cell(image, mask, lattice, cell=None, pixel_size_pm=None):
    """Choose the unit cell of an image's lattice, and find where in it columns stand.

    The autocorrelation finds the smallest cell that repeats. Where A and B are equally bright, this is half of the
    perovskite's cell. What then shows the whole one is that A and B differ after all: in brightness, or in their
    displacement, both of which scatter between the spots of the smaller lattice.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool
    lattice : ferrotune.columns.phase.Lattice, its vectors
    cell : str, float or list of float, optional
        perovskite_100 (B in the middle of the cell), perovskite_110 (B in the middle of an edge), hexagonal (at the
        places that the image shows), primitive (one column in a cell), or the size of the cell in pm, as
        `ferrotune.columns.known_cell.KnownCell.of` reads it.
    pixel_size_pm : float, optional

    Returns
    -------
    ferrotune.columns.phase.Lattice

    Raises
    ------
    InputError
        If the name is unknown, or no cell has the size.
    """
    known = KnownCell.of(cell)
    name = cell if known is None else None
    if name is not None and name not in NAMES:
        raise InputError(f"lattice {cell!r} is unknown; write a size in pm or one of: {', '.join(NAMES)}")
    image = _Image(image, mask, lattice.cell_px)
    if name in ("hexagonal", "primitive"):
        return replace(lattice, motif=_motif(image, lattice, name))
    both = _alike(image, lattice)
    if cell is None:
        chosen = both or _automatic(image, lattice, pixel_size_pm)
    elif name is None:
        chosen = _of_size(image, both or lattice, known, pixel_size_pm)
    else:
        chosen = _named(image, both or lattice, name, pixel_size_pm)
    return replace(chosen, motif=_motif(image, chosen, name))
