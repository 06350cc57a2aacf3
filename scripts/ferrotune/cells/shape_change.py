"""How much the shape that is fitted to columns changes the polarization."""

from dataclasses import dataclass

import numpy as np

from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.sublattices import A, B


@dataclass(frozen=True)
class ShapeChange:
    """Polarization beside that of columns fitted as Gaussians.

    Attributes
    ----------
    mean, mean_gaussian : float
        Mean length of the polarization of the cells that are in both, px.
    factor : float
        Polarization over that of Gaussians, by least squares.
    turn : float
        Degrees from +y towards +x, by which its direction differs.
    """

    mean: float
    mean_gaussian: float
    factor: float
    turn: float

    def said(self, pixel_size_pm):
        """The change in a sentence, for the log."""
        unit, name = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
        mean, gaussian = (f"{of * unit:.3g} {name}" for of in (self.mean, self.mean_gaussian))
        return (
            f"mean |P| {mean} with tails, {gaussian} with Gaussians; "
            f"P is {self.factor:.3f} times that of Gaussians, its direction differs by {self.turn:.1f} degrees"
        )

    def attributes(self):
        """Attributes (dict) of the store of unit cells."""
        return {
            "mean_p_gaussian_px": self.mean_gaussian,
            "p_over_gaussian": self.factor,
            "p_turn_deg": self.turn,
        }


def shape_change(cells, gaussian_yx, sublattice, lattice):
    """Compare the polarization with that of the same columns, fitted as Gaussians.

    Parameters
    ----------
    cells : ferrotune.cells.unit_cells.Cells
    gaussian_yx : (column, 2) px
    sublattice : (column,) int
    lattice : ferrotune.columns.phase.Lattice

    Returns
    -------
    ShapeChange, or None where no cell has a polarization

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.columns.lattice import Lattice
    >>> lattice = Lattice(np.array([20.0, 0.0]), np.array([0.0, 20.0]))
    >>> a_yx = 20.0 * np.argwhere(np.ones((3, 3)))
    >>> b_yx = 20.0 * np.argwhere(np.ones((2, 2))) + [11.0, 10.0]
    >>> gaussian = np.vstack([a_yx, b_yx + [0.25, 0.0]])
    >>> shape_change(build_cells(a_yx, b_yx, lattice), gaussian, np.repeat([0, 1], [9, 4]), lattice).factor
    0.8
    """
    plain = build_cells(gaussian_yx[sublattice == A], gaussian_yx[sublattice == B], lattice)
    rows = {tuple(ab): n for n, ab in enumerate(plain.ab.tolist())}
    pairs = [(n, rows[tuple(ab)]) for n, ab in enumerate(cells.ab.tolist()) if tuple(ab) in rows]
    if not pairs:
        return None
    new, old = (of.polarization[index] for of, index in zip((cells, plain), np.array(pairs).T, strict=True))
    known = np.isfinite(new).all(axis=1) & np.isfinite(old).all(axis=1)
    new, old = new[known], old[known]
    if not (old**2).sum() > 0:
        return None
    # as complex numbers y + i x: how much longer, and turned from y towards x
    ratio = ((new * [1, 1j]).sum(axis=1) * (old * [1, -1j]).sum(axis=1)).sum() / (old**2).sum()
    lengths = (float(np.hypot(*of.T).mean()) for of in (new, old))
    return ShapeChange(*lengths, float(np.abs(ratio)), float(np.degrees(np.angle(ratio))))
