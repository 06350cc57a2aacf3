"""Atomap's refinement by two-dimensional Gaussians, run in the peers' own environment: reads and writes npz.

usage: atomap_refine.py INPUT.npz OUTPUT.npz; INPUT holds image (y, x) and a_yx, b_yx (n, 2), first guesses in px;
OUTPUT gets a_yx, b_yx, refined, and seconds, of the refinement alone.
"""

import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
import atomap.api as am  # noqa: E402  its imports warn


def refined(image, yx):
    """Refined positions (n, 2) of one sublattice: centre of mass, then elliptical Gaussians."""
    sublattice = am.Sublattice(yx[:, ::-1], image)
    sublattice.find_nearest_neighbors()
    sublattice.refine_atom_positions_using_center_of_mass(show_progressbar=False)
    sublattice.refine_atom_positions_using_2d_gaussian(show_progressbar=False)
    return np.column_stack([sublattice.y_position, sublattice.x_position])


def main(source, target):
    """Refine both sublattices, each with the neighbour distance of its own."""
    given = np.load(source)
    image = given["image"] - given["image"].min()  # which Atomap needs
    start = time.perf_counter()
    a_yx = refined(image, given["a_yx"])
    b_yx = refined(image, given["b_yx"])
    np.savez(target, a_yx=a_yx, b_yx=b_yx, seconds=time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
