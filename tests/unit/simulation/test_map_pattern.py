"""Films from a polarization map have it as their truth; parts, mirrors and quarter turns keep the vectors right."""

import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.simulation.film import simulate
from ferrotune.simulation.map_pattern import part_of_map
from ferrotune.simulation.specimen import Specimen

MAP = np.stack(np.meshgrid(np.linspace(-1, 1, 20), np.linspace(0, 2, 24), indexing="ij"), axis=-1)
PLAIN = {
    "geometry": "map",
    "map": "a map",
    "shape": None,
    "cell_px": (16.0, 16.0),
    "probe_sigma_px": 3.0,
    "lattice_rotation_deg": 0.0,
    "mistilt_shift_pm": 0.0,
    "drift_px": 0.0,
}


def test_a_film_has_the_map_as_its_displacement():
    film = simulate(Specimen(**PLAIN), 1, MAP)
    assert film.image.shape == (320, 384)
    index = film.cells["ab"] - film.cells["ab"].min(axis=0)
    first = np.argwhere((np.abs(MAP - film.cells["displacement"][0]).sum(axis=2)) < 1e-9)[0] - index[0]
    assert np.allclose(film.cells["displacement"], MAP[*(index + first).T])
    assert np.allclose(film.cells["polarization"], film.cells["displacement"], atol=1e-6)


def test_outside_the_map_nothing_is_scanned_and_there_are_no_cells():
    holed = MAP.copy()
    holed[5:10, 5:10] = np.nan
    film = simulate(Specimen(**PLAIN), 1, holed)
    assert 0.03 < np.isnan(film.image).mean() < 0.08
    assert len(film.cells["yx"]) < len(simulate(Specimen(**PLAIN), 1, MAP).cells["yx"]) - 20


def test_mirrors_and_turns_move_places_and_vectors_together():
    assert np.array_equal(part_of_map(MAP, quarter_turns=4), MAP)
    assert np.allclose(part_of_map(part_of_map(MAP, quarter_turns=1), quarter_turns=-1), MAP)
    mirrored = part_of_map(MAP, flip=True)
    assert np.array_equal(mirrored[:, 0, 1], -MAP[:, -1, 1]) and np.array_equal(mirrored[:, 0, 0], MAP[:, -1, 0])
    with pytest.raises(InputError, match="map_part"):
        part_of_map(MAP, (10, 0, 20, 10))


def test_a_map_needs_its_geometry_and_the_geometry_a_map():
    with pytest.raises(InputError, match="geometry map"):
        Specimen(geometry="map")
    with pytest.raises(InputError, match="geometry map"):
        Specimen(geometry="closure", map="a map")
    with pytest.raises(InputError, match="array"):
        simulate(Specimen(**PLAIN), 1)
