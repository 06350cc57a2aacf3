"""Distortion of a scan, measured against a unit cell that is known, and taken off the image."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import rq
from scipy.spatial import cKDTree

from ferrotune.columns.analysed_image import AnalysedImage
from ferrotune.columns.crystals import Crystals
from ferrotune.columns.finding import find_columns
from ferrotune.columns.known_cell import KnownCell, angle_deg, log_ratio
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.motif import SITE_RADIUS
from ferrotune.columns.sublattices import A
from ferrotune.errors import InputError
from ferrotune.images.moved_rows import RowMap

# Our choices.
LEAST = 0.002  # stretch (share) or shear (radians): below, an image is not worth resampling
CLEAR = 2.0  # the same in standard errors
MOST = 0.15  # no scan is so distorted: the cell is another one, or the wrong one was named
PIXEL_SHARE = 0.03  # pixel sizes that differ by more are worth a warning: microscopes are calibrated to 1 or 2 %


def row_matrix(vectors, known):
    """Matrix ((1, shear), (0, stretch)) that makes measured vectors those of a known cell, but for size and rotation.

    Parameters
    ----------
    vectors : (2, 2) px, rows a and b
    known : KnownCell, whose edges are in this order

    Returns
    -------
    (2, 2)
        Of all maps that differ by a rotation and a factor, it is the one that leaves scan rows as they are.
    """
    upper, _ = rq(np.linalg.solve(vectors, known.vectors(vectors)))
    upper = upper * np.sign(np.diag(upper))
    return upper / upper[0, 0]


def mean_vectors(yx, lattice):
    """Mean lattice vectors of columns: the mean step from each to the next one.

    The lattice that the autocorrelation finds is that of the middle of the image more than that of its border; where
    the scan drifts they differ.

    Parameters
    ----------
    yx : (n, 2) px, columns of one sublattice
    lattice : ferrotune.columns.phase.Lattice, about

    Returns
    -------
    vectors : (2, 2) px
    of_quarters : (k, 2, 2) px, of the quarters of the image in which there are columns, one to four
    """
    tree, middle, steps, quarters = cKDTree(yx), np.median(yx, axis=0), [], []
    for vector in lattice.vectors:
        distance, index = tree.query(yx + vector, distance_upper_bound=SITE_RADIUS * lattice.cell_px)
        found = np.isfinite(distance)
        steps.append(yx[index[found]] - yx[found])
        quarters.append(((yx[found] + vector / 2 > middle) * [2, 1]).sum(axis=1))
    if not all(len(of) for of in steps):
        raise InputError("no two neighbouring columns found: check that the image shows a crystal")
    both = set(quarters[0].tolist()) & set(quarters[1].tolist())
    parts = [[of[at == part].mean(axis=0) for of, at in zip(steps, quarters, strict=True)] for part in sorted(both)]
    return np.array([of.mean(axis=0) for of in steps]), np.array(parts).reshape(-1, 2, 2)


def _edges(vectors):
    """Edges a and b, and the angle between them, of vectors (2, 2)."""
    return np.append(np.hypot(*vectors.T), angle_deg(vectors))


@dataclass(frozen=True)
class Distortion:
    """Difference of the mean lattice of an image from a known cell.

    Attributes
    ----------
    known : KnownCell, its edges in the order of the measured vectors
    vectors : (2, 2) px, as measured
    errors : (3,), standard errors of a, b (px) and of the angle (degrees), from the quarters of the image
    matrix : (2, 2), of `row_matrix`
    matrix_errors : (2,), standard errors of shear and stretch
    rows : RowMap that takes it off, or None where it is too small
    """

    known: KnownCell
    vectors: np.ndarray
    errors: np.ndarray
    matrix: np.ndarray
    matrix_errors: np.ndarray
    rows: RowMap | None

    @classmethod
    def of(cls, yx, lattice, cell, shape):
        """Measure the distortion of an image from its A columns.

        Parameters
        ----------
        yx : (n, 2) px, its A columns
        lattice : ferrotune.columns.phase.Lattice, of the image, about
        cell : KnownCell
        shape : (rows, columns) of the image

        Raises
        ------
        InputError
            Where the lattice is another one than the known cell's.
        """
        vectors, parts = mean_vectors(yx, lattice)
        known = cell.along(vectors)
        matrix = row_matrix(vectors, known)
        error = np.full(5, np.nan)
        if len(parts) > 1:
            each = [np.append(_edges(part), row_matrix(part, known)[:, 1]) for part in parts]
            error = np.std(each, axis=0, ddof=1) / np.sqrt(min(len(parts), 2))  # drift is alike along a row
        size = np.abs(matrix[:, 1] - [0.0, 1.0])
        if size.max() > MOST:
            measured = _edges(vectors * known.size_pm / lattice.cell_px)
            raise InputError(
                f"lattice {cell}: that of the image would be {measured[0]:.0f} x {measured[1]:.0f} pm with an angle of "
                f"{measured[2]:.0f} degrees, which no scan distorts so much; write both edges and the angle "
                "(399.4x403.6x90), or a name"
            )
        is_clear = (size > np.maximum(LEAST, CLEAR * np.nan_to_num(error[3:]))).any()
        rows = RowMap.of(matrix, shape) if is_clear else None
        return cls(known, vectors, error[:3], matrix, error[3:], rows)

    @property
    def pixel_size_pm(self):
        """Pixel size (pm) by the known cell, of the image after the distortion is taken off, if it is."""
        vectors = self.vectors if self.rows is None else self.vectors @ self.matrix
        return self.known.size_pm / float(np.sqrt(abs(np.linalg.det(vectors))))

    @property
    def mean_pixel_size_pm(self):
        """The same (pm) of the image before, where it is the mean of both axes."""
        return self.known.size_pm / float(np.sqrt(abs(np.linalg.det(self.vectors))))

    def remarks(self):
        """What was measured and done, as sentences (list of str) for the log."""
        scale = self.mean_pixel_size_pm
        (a, b, angle), (a_error, b_error, angle_error) = _edges(self.vectors), self.errors
        shear, stretch = self.matrix[:, 1]
        first = (
            f"known cell {self.known}: a, {self.known.a:g} pm, down the rows, b, {self.known.b:g} pm, along them; "
            f"with pixels of {scale:.5g} pm the image has a = {a * scale:.2f} +- {a_error * scale:.2f} pm, "
            f"b = {b * scale:.2f} +- {b_error * scale:.2f} pm, angle {angle:.2f} +- {angle_error:.2f} degrees"
        )
        size = (
            f"rows are too long by {100 * (1 / stretch - 1):.2f} +- {100 * self.matrix_errors[1]:.2f} %, and sheared "
            f"by {np.degrees(np.arctan(-shear)):.2f} +- {np.degrees(self.matrix_errors[0]):.2f} degrees"
        )
        if self.rows is None:
            return [first, f"scan distortion: {size}; too little to be taken off"]
        return [first, f"scan distortion: {size}; taken off: results are in the pixels of the resampled image"]

    def doubts(self):
        """What the user should look at, as sentences (list of str)."""
        if not self.known.is_unclear(self.vectors):
            return []
        unlike = abs(np.log(self.known.a / self.known.b))
        return [
            f"which edge of the known cell is which is not clear: they differ by {100 * unlike:.1f} %, and the edges "
            f"of the image by {100 * abs(log_ratio(self.vectors)):.1f} %. The one down the rows is taken as the first, "
            f"{self.known.a:g} pm: if this is wrong, write them the other way round"
        ]

    def attributes(self):
        """What the store of the image says of it (dict)."""
        scale = np.array([self.mean_pixel_size_pm] * 2 + [1.0])
        known = [self.known.a, self.known.b, self.known.angle]
        errors = [None if np.isnan(error) else float(error) for error in self.errors * scale]
        return {
            "known_a_b_angle": known,
            "measured_a_b_angle": (_edges(self.vectors) * scale).tolist(),
            "measured_a_b_angle_error": errors,
            "units": "pm, degrees; measured: before, with the mean pixel size",
            "taken_off": None if self.rows is None else self.rows.attributes(),
        }


@dataclass(frozen=True)
class CalibratedImage:
    """An image as it is analysed, its pixel size in pm (None: unknown), and its distortion.

    found : AnalysedImage, without the distortion
    distortion : Distortion, or None without a known cell
    given_pm : float or None, pixel size as the sample sheet or the file gives it
    """

    found: AnalysedImage
    pixel_size_pm: float | None
    distortion: Distortion | None = None
    given_pm: float | None = None

    def remarks(self):
        """As those of `AnalysedImage`, and of the distortion."""
        return self.found.remarks() + (self.distortion.remarks() if self.distortion else [])

    def doubts(self):
        """As those of `AnalysedImage`, and of the pixel size."""
        found = self.found.doubts()
        if self.distortion is None:
            return found
        found += self.distortion.doubts()
        measured = self.distortion.mean_pixel_size_pm
        if self.given_pm and abs(self.given_pm / measured - 1) > PIXEL_SHARE:
            found.append(
                f"pixels of {self.given_pm:.4g} pm are given, but by the known cell of {self.distortion.known} pm they "
                f"have {measured:.4g}, which is taken: if this is wrong, correct lattice"
            )
        return found

    def attributes(self):
        """Of the store of the image: its pixel size, and those of `AnalysedImage` and `Distortion`."""
        found = {"pixel_size_pm": self.pixel_size_pm} | self.found.attributes()
        if self.distortion is None:
            return found
        share = 1.0 if self.distortion.rows is None else self.distortion.rows.noise_left()
        return found | {"distortion": self.distortion.attributes(), "noise_share": share}


def _moved(found, rows):
    """An AnalysedImage moved by a RowMap."""
    level = float(np.median(found.image[found.mask]))
    mask, crystals = rows.usable(found.mask), found.crystals
    image = np.where(mask, rows.values(found.image, level), np.float32(level))
    whole = image if found.whole is found.image else rows.values(found.whole, level)
    if crystals is not None:
        lattices = [replace(one, a=one.a @ rows.matrix, b=one.b @ rows.matrix) for one in crystals.lattices]
        crystals = Crystals(lattices, rows.labels(crystals.region, -1))
    return AnalysedImage(image, whole, mask, found.contrast, crystals)


def calibrated(found, pixel_size_pm, cell=None, threads=1):
    """Take the distortion of the scan off an image whose unit cell is known, and calibrate its pixels.

    The mean lattice of the image becomes the known one by a stretch along the scan rows and a shear of them against
    each other. The rows stay rows: each is resampled along itself, once, so that what the scan did to single rows can
    still be measured (`ferrotune.columns.row_shifts`).

    Parameters
    ----------
    found : ferrotune.columns.analysed_image.AnalysedImage
    pixel_size_pm : float or None, as the sample sheet or the file gives it
    cell : as `ferrotune.columns.cell_choice.choose_cell` takes it; what is no size changes nothing
    threads : int, cores to work on

    Returns
    -------
    CalibratedImage
        With the same AnalysedImage where no size is given, or the distortion is small.

    Raises
    ------
    InputError
        If the lattice is not found, or is another one than the known cell's.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.columns.analysed_image import analysed_image
    >>> from ferrotune.images.normalisation import prepare
    >>> from ferrotune.simulation.film import simulate
    >>> from ferrotune.simulation.specimen import Specimen
    >>> counts = simulate(Specimen(shape=(300, 320), cell_px=(25.0, 26.0)), seed=1).image
    >>> found = analysed_image(*prepare(counts, np.ones(counts.shape, bool)))
    >>> film = calibrated(found, None, 395)
    >>> print(round(film.pixel_size_pm, 1), film.found.image.shape)
    15.8 (300, 311)
    """
    known = KnownCell.of(cell)
    if known is None:
        return CalibratedImage(found, pixel_size_pm)
    lattice = find_lattice(found.image, found.mask, cell if pixel_size_pm else None, pixel_size_pm)
    columns = find_columns(found.image, found.mask, lattice, threads=threads)
    distortion = Distortion.of(columns.of(A), lattice, known, found.image.shape)
    if distortion.rows is not None:
        found = _moved(found, distortion.rows)
    return CalibratedImage(found, distortion.pixel_size_pm, distortion, pixel_size_pm)
