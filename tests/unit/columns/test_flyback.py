"""Flyback is measured where there is some; drift, shifted rows, domains and walls are none."""

import numpy as np
import pytest

from ferrotune.columns.finding import find_columns
from ferrotune.columns.flyback import measure_flyback
from ferrotune.columns.lattice import Lattice, find_lattice
from ferrotune.columns.sublattices import A
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SMALL = {"shape": (400, 440), "dose": 260.0, "column_noise_px": 0.12}


def measured(**settings):
    film = simulate(Specimen(**SMALL | settings), seed=4)
    image, mask = prepare(film.image, np.ones(film.image.shape, bool))
    lattice = find_lattice(image, mask)
    columns = find_columns(image, mask, lattice)
    return film, columns, measure_flyback(columns.of(A), lattice)


@pytest.mark.parametrize("geometry", ["none", "closure"])
def test_a_flyback_is_measured_and_its_mask_leaves_none(geometry):
    film, columns, found = measured(geometry=geometry, flyback_px=3.0, flyback_length_px=40.0)
    assert found.amplitude == pytest.approx(3.0, rel=0.1) and found.length == pytest.approx(40.0, rel=0.25)
    off = columns.of(A)[:, None] - film.columns_yx[film.sublattice == 0]
    nearest = np.abs(off).sum(axis=2).argmin(axis=1)
    along, x = off[np.arange(len(off)), nearest, 1], columns.of(A)[:, 1]
    assert np.median(along[x < 30]) < -1.0  # columns are seen too far left
    assert np.abs(np.median(along[x > found.reach()])) < 0.1
    assert found.doubt(400, 15.6).endswith(f"mask box 0 0 400 {int(np.ceil(found.reach()))}")


@pytest.mark.parametrize("film", [{"drift_px": 8.0, "row_shift_px": 1.0}, {"mistilt": 0.4}, {"scan_rotation_deg": 8.0}])
def test_other_films_have_none(film):
    assert measured(geometry="closure", **film)[2] is None


def test_a_longer_lattice_beside_the_edge_is_a_domain():
    lattice = Lattice(np.array([20.0, 0.0]), np.array([0.0, 20.0]))
    yx = 20.0 * np.argwhere(np.ones((30, 30))) + 5.0
    longer = yx + np.column_stack([np.zeros(900), 0.03 * np.minimum(yx[:, 1] - 65, 0)])
    longer += np.random.default_rng(0).normal(0, 0.05, longer.shape)
    assert measure_flyback(longer, lattice) is None
