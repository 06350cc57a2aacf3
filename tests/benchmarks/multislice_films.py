"""Films of multislice windows: uniform BiFeO3 whose displacements and mis-tilt are known."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.atomap_peer import PYTHON, ROOT

SCRIPT = Path(__file__).parent / "peers" / "abtem_windows.py"
# The windows are kept here: they take ten to twenty minutes of one core.
FOLDER = Path(os.environ.get("FERROTUNE_MULTISLICE", ROOT / "results" / "bench" / "multislice"))
CELL_PM, PIXEL_PM = 396.0, 15.2
CELLS = 16  # of a film, along a side
DOSE = 2000.0  # counts on top of a Bi column: little noise, to see what is systematic
SOURCE_PM = 50.0  # standard deviation of the source: columns are then 0.16 cells wide, as in real images


@dataclass(frozen=True)
class Case:
    """Displacement of Fe (pm), mis-tilt (mrad), their directions (degrees from +y towards +x), thickness (nm)."""

    d: int
    tilt: int = 0
    tilt_direction: int = 45
    nm: int = 4
    direction: int = 45

    @property
    def path(self):
        """File of the window."""
        return FOLDER / f"d{self.d}_{self.direction}_tilt{self.tilt}_{self.tilt_direction}_{self.nm}nm.npz"

    def vectors(self):
        """Displacement (2,) pm and mis-tilt (2,) mrad, as (y, x)."""
        angles = np.radians([self.direction, self.tilt_direction])
        return [size * np.array([np.cos(a), np.sin(a)]) for size, a in zip((self.d, self.tilt), angles, strict=True)]


def make_windows():
    """Calculate the windows that are not there yet."""
    if not PYTHON.is_file():
        raise RuntimeError("no .venv-bench: make bench installs it")
    subprocess.run([PYTHON, "-I", SCRIPT, FOLDER], check=True)


def unit_cell(case):
    """Image (k, k) of a unit cell, samples over its edge: the mean of those of the window."""
    image = np.load(case.path)["image"].astype(float)
    size = len(image) // 3
    return image.reshape(3, size, 3, size).mean(axis=(0, 2))


def _waves(cell):
    """Fourier coefficients (k, k) of a unit cell, of the finite source, and their numbers (k,)."""
    number = np.fft.fftfreq(len(cell), 1 / len(cell))
    blur = np.exp(-2 * (np.pi * number * SOURCE_PM / CELL_PM) ** 2)
    return np.fft.fft2(cell) / cell.size * np.outer(blur, blur), number


def film(cell, seed, cells=CELLS, dose=DOSE):
    """Film (y, x), counts, of unit cells (k, k) side by side."""
    waves, number = _waves(cell)
    at = np.arange(int(cells * CELL_PM / PIXEL_PM)) * PIXEL_PM / CELL_PM + 0.37
    wave = np.exp(2j * np.pi * np.outer(at, number))
    image = (wave @ waves @ wave.T).real
    return np.random.default_rng(seed).poisson(dose * image / image.max()).astype(float)
