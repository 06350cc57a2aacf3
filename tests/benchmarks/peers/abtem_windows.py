"""HAADF windows of BiFeO3 along [100], 3 x 3 pseudocubic cells, by multislice (abTEM), in the peers' own environment.

usage: abtem_windows.py FOLDER; writes a file for each window that is not there yet: image (y, x), the share of the beam
on the detector, 16 samples a cell; its name says displacement, mis-tilt and their directions, and thickness.
"""

import sys
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")
import abtem  # noqa: E402  its imports warn
from ase import Atoms  # noqa: E402

CELL = 3.96  # angstrom, pseudocubic
CELLS = 3  # along a side of the window
DEPTHS = {4: 10, 8: 20}  # nm: cells
SAMPLES = 16  # a cell, 0.25 angstrom: the probe holds nothing finer
GPTS = 192  # of the window; scattering up to 135 mrad
ENERGY, SEMIANGLE, DETECTOR = 200e3, 21.0, (60.0, 130.0)  # eV, mrad, mrad
OXYGEN = 1.5  # displacement of O over that of Fe, from Bi
VIBRATION = {"Bi": 0.08, "Fe": 0.06, "O": 0.08}  # angstrom, RMS along an axis
PHONONS = 1  # pairs of frozen displacements, u and -u: their mean displacement is none
# Displacement of Fe (pm) and mis-tilt (mrad), each with its direction in degrees from +y towards +x
WINDOWS = (
    (0, 45, 0, 45),
    (40, 45, 0, 45),
    (0, 45, 6, 45),
    (40, 45, 6, 45),
    (0, 45, 3, 45),
    (0, 45, 6, 0),
    (20, 45, 0, 45),
    (40, 45, 6, -45),
)


def along(degrees):
    """Unit vector (3,) in the plane of the image."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0.0])


def crystal(depth, displacement, direction, tilt, tilt_direction, vibration):
    """Atoms of the window, `depth` cells thick; `vibration` (atom, 3), in standard deviations, of each atom."""
    cells = np.argwhere(np.ones((CELLS, CELLS, depth)))
    moved = 1e-2 * displacement * along(direction)
    motif = [("Bi", (0, 0, 0), 0.0), ("Fe", (0.5, 0.5, 0.5), 1.0)]
    motif += [("O", place, OXYGEN) for place in ((0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5))]
    symbols = np.repeat([name for name, _, _ in motif], len(cells))
    positions = np.vstack([CELL * (cells + place) + share * moved for _, place, share in motif])
    positions = positions + vibration * np.array([VIBRATION[name] for name in symbols])[:, None]
    positions[:, 2] += CELL / 4  # layers in the middle of slices
    below = positions[:, 2] - CELL * depth / 2
    positions += 1e-3 * tilt * below[:, None] * along(tilt_direction)  # a tilt of the crystal, as a shear
    size = CELL * np.array([CELLS, CELLS, depth])
    return Atoms(symbols.tolist(), positions=positions, cell=size, pbc=True)


def window(depth, case):
    """Image (y, x) of a window: the share of the beam on the detector."""
    atoms = 5 * CELLS**2 * depth
    total, rng = 0.0, np.random.default_rng(0)  # the same vibration in all windows: they differ by what is asked for
    for _ in range(PHONONS):
        vibration = rng.normal(size=(atoms, 3))
        for sign in (1, -1):
            potential = abtem.Potential(crystal(depth, *case, sign * vibration), gpts=GPTS, slice_thickness=CELL / 2)
            matrix = abtem.SMatrix(potential=potential, energy=ENERGY, semiangle_cutoff=SEMIANGLE)
            scan = abtem.GridScan(gpts=CELLS * SAMPLES, endpoint=False)
            total = total + np.squeeze(matrix.scan(scan, abtem.AnnularDetector(*DETECTOR), lazy=False).array)
    return total / (2 * PHONONS)


def main(folder):
    """Write the windows that are not there yet."""
    abtem.config.set({"local_diagnostics.progress_bar": False})
    Path(folder).mkdir(parents=True, exist_ok=True)
    for nm, depth in DEPTHS.items():
        for case in WINDOWS:
            path = Path(folder, "d{}_{}_tilt{}_{}_{}nm.npz".format(*case, nm))
            if not path.is_file():
                np.savez(path, image=window(depth, case).astype(np.float32))


if __name__ == "__main__":
    main(sys.argv[1])
