"""Simulated images for the tests, the columns found in them, and their comparison with the truth."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import yaml
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from ferrotune.columns.finding import Columns, find_columns
from ferrotune.columns.lattice import Lattice, find_lattice
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import Simulation, simulate
from ferrotune.simulation.specimen import Specimen
from ferrotune.workflow.config import specimen

ROOT = Path(__file__).parents[2]
SMALL = (420, 440)  # px: 16 x 16 unit cells of the demo's size
# No imperfection but shot noise: the only error left is the one that the Cramer-Rao bound is about.
IDEAL = {
    "mistilt": 0.0,
    "mistilt_shift_pm": 0.0,
    "jitter_px": 0.0,
    "drift_px": 0.0,
    "thickness_gradient": 0.0,
}
TEN_PX = {"cell_px": (10.0, 10.4), "probe_sigma_px": 1.9, "pixel_size_pm": 39.0}  # few pixels a cell
MATCH = 0.25  # cells; a column further from every true one is false


@dataclass(frozen=True)
class Seen:
    """A simulated image, its normalised form and its lattice; columns on request."""

    simulation: Simulation
    image: np.ndarray
    mask: np.ndarray
    lattice: Lattice
    finder: str = "lattice"

    @cached_property
    def columns(self) -> Columns:
        """Its columns, found when they are first asked for."""
        return find_columns(self.image, self.mask, self.lattice, self.finder)


def demo_specimens():
    """Settings (dict) of the demo's specimens by name, as the workflow simulates them."""
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["simulation"]
    samples = [line.split("\t") for line in (ROOT / "config" / "images.tsv").read_text().splitlines()[1:]]
    rows = {cells[0]: {"sm_percent": float(cells[1]), "pixel_size_pm": None} for cells in samples}
    return {image: specimen(config, image, row) for image, row in rows.items()}


@cache
def _see(settings, seed, finder):
    simulation = simulate(Specimen(**dict(settings)), seed)
    image, mask = prepare(simulation.image, np.ones(simulation.image.shape, bool))
    return Seen(simulation, image, mask, find_lattice(image, mask), finder)


def see(seed=1, finder="lattice", **settings):
    """Simulate a specimen with the default values except `settings`, small by default, and find its lattice."""
    settings = {"shape": SMALL, **settings}
    frozen = tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in settings.items()))
    return _see(frozen, seed, finder)


def depth(seen, yx):
    """Distance (n,) from the frame or mask, unit cells."""
    distance = distance_transform_edt(np.pad(seen.mask, 1))[1:-1, 1:-1]
    at = np.clip(np.rint(yx).astype(int), 0, np.array(seen.mask.shape) - 1)
    return distance[tuple(at.T)] / seen.lattice.cell_px


@dataclass(frozen=True)
class Comparison:
    """Found columns against the true ones that lie more than half a cell inside."""

    found: float  # share of the true columns
    false: float  # share of the found columns
    sorted_right: float  # share of the matched columns with the true sublattice
    error: np.ndarray  # (n,) px, of the matched columns
    sublattice: np.ndarray  # (n,), their true one
    pull: np.ndarray  # (n, 2), errors along y and x over their error bars


def compare(seen, margin=0.5):
    """Compare the columns found with the truth."""
    truth, sublattice = seen.simulation.columns_yx, seen.simulation.sublattice
    inner = depth(seen, truth) > margin
    truth, sublattice = truth[inner], sublattice[inner]
    yx = seen.columns.fit.yx
    reach = MATCH * seen.lattice.cell_px
    distance, index = cKDTree(yx).query(truth)
    matched = distance < reach
    nearest, _ = cKDTree(seen.simulation.columns_yx).query(yx)
    return Comparison(
        found=matched.mean(),
        false=(nearest > reach)[depth(seen, yx) > margin].mean(),
        sorted_right=(seen.columns.sublattice[index] == sublattice)[matched].mean(),
        error=distance[matched],
        sublattice=sublattice[matched],
        pull=((yx[index] - truth) / seen.columns.fit.sigma_yx[index])[matched],
    )


def cramer_rao(specimen, sublattice):
    """Least standard deviation (px, one axis) of a column's position in shot noise, its neighbours known.

    Fisher information of position, amplitude, width and background of a Gaussian column, all five free, amid its
    neighbours' intensity in an image of independent Poisson counts; mean of the two axes' variances.
    """
    counts = specimen.dose / (1 + specimen.background)
    peak = counts * (1.0 if sublattice == 0 else specimen.b_intensity)
    reach = int(4 * specimen.probe_sigma_px)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    width = specimen.probe_sigma_px
    level = np.full(y.shape, counts * specimen.background)
    a, b = specimen.cell_px
    for i in np.arange(-2, 2.5, 0.5):
        for j in np.arange(-2, 2.5, 0.5):
            if (i % 1 == 0) != (j % 1 == 0):
                continue  # columns stand at corners and centres of the cells only
            same = i % 1 == 0
            height = counts * (1.0 if same == (sublattice == 0) else specimen.b_intensity)
            level += height * np.exp(-((y - i * a) ** 2 + (x - j * b) ** 2) / (2 * width**2))
    square = y**2 + x**2
    shape = np.exp(-square / (2 * width**2))
    slopes = [peak * y / width**2 * shape, peak * x / width**2 * shape, shape, peak * square / width**3 * shape]
    derivatives = np.array([*slopes, np.ones(shape.shape)]).reshape(5, -1)
    information = derivatives / level.ravel() @ derivatives.T
    return float(np.sqrt(np.diag(np.linalg.inv(information))[:2].mean()))
