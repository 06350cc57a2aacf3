"""What looks wrong about the columns of an image, in words for the user."""

import numpy as np

from ferrotune.columns.cell_choice import CELL_PM
from ferrotune.columns.flyback import measure_flyback
from ferrotune.columns.known_cell import KnownCell
from ferrotune.columns.motif import PEROVSKITE_100
from ferrotune.columns.sublattices import A, B

SPARSE = 0.8  # B columns for each A, below which something is likely to be wrong
TYPICAL_PM = 400.0  # of a pseudocubic cell
# Difference of a and b, share: two images of BaTiO3, whose own is 0.011, have 0.047; the Sm-BFO record has 0.043. Ours.
OBLONG = 0.045
UNLIKE = 0.08  # difference of the brightness of A and B, share: less may come from tilt or thickness. Ours


def doubts(columns, lattice, pixel_size_pm, rows, cell=None):
    """List what looks wrong about the columns of an image of `rows` rows, as sentences (list of str) for the user.

    cell : as `ferrotune.columns.lattice.find_lattice` takes it
    """
    n_a, n_b = len(columns.of(A)), len(columns.of(B))
    flyback = measure_flyback(columns.of(A), lattice)
    found = [flyback.doubt(rows, pixel_size_pm)] if flyback else []
    if columns.motif.of_b is None:
        found.append(f"one column in a unit cell ({columns.motif.name}): there is no B, and no polarization without B")
    elif n_b < SPARSE * n_a:
        found.append(
            f"{n_b} B columns to {n_a} A: B too faint, or this is not the unit cell (A and B alike repeat by half "
            "of it); see figures/columns.png, and name the cell in the sample sheet's column lattice"
        )
    elif n_a:
        a, b = (np.median(columns.fit.amplitude[columns.sublattice == one]) for one in (A, B))
        if abs(b / a - 1) < UNLIKE:
            found.append(
                f"A and B are equally bright ({b / a:.3f}): which of them is called A is arbitrary, "
                "and so is the sign of the polarization"
            )
    lengths = np.hypot(*lattice.vectors.T)
    is_known = KnownCell.of(cell) is not None
    if columns.motif.name == PEROVSKITE_100.name and np.ptp(lengths) > OBLONG * lengths.min() and not is_known:
        share = 100 * np.ptp(lengths) / lengths.min()
        found.append(
            f"a and b differ by {share:.1f} %: a tetragonal crystal, or a distorted scan; lengths, angles and the "
            "direction of P are then distorted, too. Write the cell, if you know it, in the sheet's column lattice "
            "(395, or 399.4x403.6), and the distortion is taken off"
        )
    size = lattice.cell_px * (pixel_size_pm or np.nan)
    if size < CELL_PM[0] or size > CELL_PM[1]:
        found.append(
            f"the unit cell would be {size:.4g} pm long ({lattice.cell_px:.1f} px of {pixel_size_pm:.4g} pm), "
            f"those of perovskites have {CELL_PM[0]:.0f} to {CELL_PM[1]:.0f}: is pixel_size_pm in pm, and right? With "
            f"{TYPICAL_PM / lattice.cell_px:.3g} in the sheet the cell has {TYPICAL_PM:.0f}"
        )
    return found
