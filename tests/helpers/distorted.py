"""Simulated films seen by a scan that stretches and shears, with their truth in the pixels of the distorted image."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from ferrotune.simulation.film import Simulation, simulate
from ferrotune.simulation.specimen import Specimen

DOSE = 260.0
CELL_PX, PIXEL_PM = (25.6, 25.6 * 403.6 / 399.4), 399.4 / 25.6  # of 399.4 x 403.6 pm
LATTICE = {"cell_px": CELL_PX, "pixel_size_pm": PIXEL_PM, "lattice_rotation_deg": 2.0, "lattice_shear_deg": 0.0}
STILL = {"jitter_px": 0.0, "drift_px": 0.0, "mistilt": 0.0, "mistilt_shift_pm": 0.0}


@dataclass(frozen=True)
class Distorted:
    """A film as it is (`plain`, counts) and as a distorting scan sees it (`seen`, counts).

    film : Simulation, its truth in the pixels of `plain`
    matrix (2, 2), origin (2,): a position yx of `plain` is at (yx - origin) @ matrix in `seen`
    """

    film: Simulation
    plain: np.ndarray
    seen: np.ndarray
    matrix: np.ndarray
    origin: np.ndarray

    def positions(self, yx):
        """Where positions of `plain` are seen."""
        return (yx - self.origin) @ self.matrix


def distorted(matrix, shape=(440, 460), margin=40, dose=DOSE, seed=1, **settings):
    """A film and its distorted image; both show the same area, and each has shot noise of its own."""
    large = tuple(side + 2 * margin for side in shape)
    film = simulate(Specimen(shape=large, dose=np.inf, **STILL | LATTICE | settings), seed)
    matrix = np.asarray(matrix, float)
    origin = np.array(large) / 2 - np.array(shape) / 2 @ np.linalg.inv(matrix)
    at = np.argwhere(np.ones(shape)) @ np.linalg.inv(matrix) + origin
    clean = map_coordinates(film.image, at.T, order=5).reshape(shape)
    rng = np.random.default_rng(seed)
    plain, seen = (rng.poisson(dose * np.maximum(image, 0)).astype(float) for image in (film.image, clean))
    return Distorted(film, plain, seen, matrix, origin)
