"""Rows of an image stretched along themselves, and shifted against each other in proportion to their height."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from ferrotune.images.straightening import noise_left


@dataclass(frozen=True)
class RowMap:
    """A linear map of an image that leaves its rows rows, so that what the scan did to single rows stays in one row.

    Attributes
    ----------
    matrix : (2, 2)
        ((1, shear), (0, stretch)): a position (y, x) goes to (y, x) @ matrix + (0, offset).
    offset : float, px
    width : int, px, of the image that it gives
    """

    matrix: np.ndarray
    offset: float
    width: int

    @classmethod
    def of(cls, matrix, shape):
        """The map of an image of a shape (rows, columns) that leaves all of it in the frame."""
        corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) * (np.array(shape) - 1)
        along = (corners @ matrix)[:, 1]
        return cls(np.asarray(matrix), -float(along.min()), int(np.ceil(np.ptp(along))) + 1)

    @classmethod
    def from_attributes(cls, plain):
        """The map that `attributes` gave."""
        return cls(np.array(plain["matrix"]), plain["offset_px"], plain["width_px"])

    def attributes(self):
        """What `from_attributes` reads back (dict)."""
        return {"matrix": self.matrix.tolist(), "offset_px": self.offset, "width_px": self.width}

    def positions(self, yx):
        """Where positions (n, 2) px of the image go."""
        return np.asarray(yx, float) @ self.matrix + [0.0, self.offset]

    def _before(self, row):
        """Columns (width,) of the image before, px, of the pixels of a row."""
        return (np.arange(self.width) - self.offset - self.matrix[0, 1] * row) / self.matrix[1, 1]

    def values(self, image, outside):
        """The moved image (y, width) float32, by cubic splines along the rows.

        Parameters
        ----------
        image : (y, x) float
        outside : float, value of pixels that the image does not show
        """
        found = np.empty((len(image), self.width), np.float32)
        for row, line in enumerate(image):
            at = self._before(row)
            found[row] = map_coordinates(line, at[None], order=3, mode="nearest")
            found[row, (at < 0) | (at > len(line) - 1)] = outside
        return found

    def usable(self, mask):
        """The moved mask (y, width) bool: true where both pixels beside the place before are usable."""
        found = np.zeros((len(mask), self.width), bool)
        for row, line in enumerate(mask):
            at = self._before(row)
            inside = (at >= 0) & (at <= len(line) - 1)
            low = np.floor(at[inside]).astype(int)
            found[row, inside] = line[low] & line[np.ceil(at[inside]).astype(int)]
        return found

    def noise_left(self):
        """Share of the variance of white noise that is left in an area of the moved image."""
        return noise_left(self._before(0)) / float(self.matrix[1, 1])  # as many pixels more or fewer show the area

    def labels(self, numbers, outside):
        """Moved whole numbers (y, width), each that of the nearest pixel; `outside` where there is none."""
        found = np.full((len(numbers), self.width), outside, numbers.dtype)
        for row, line in enumerate(numbers):
            at = self._before(row)
            inside = (at >= 0) & (at <= len(line) - 1)
            found[row, inside] = line[np.rint(at[inside]).astype(int)]
        return found
