"""A film like a measured one: its columns, background and noise, with the polarization that it is given."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import ferrotune
from ferrotune.images.noise import image_noise
from ferrotune.simulation.specimen import Specimen
from ferrotune.simulation.twin import MeasuredFilm

SMOOTH = 25.0  # px, about a unit cell


@pytest.fixture(scope="module")
def measured():
    """Image (thicker towards the bottom), its mask, the film that is measured from it, and its pixel size."""
    made = ferrotune.simulate(Specimen(shape=(400, 400), thickness_gradient=0.3, dose=300), 1)
    image = ferrotune.prepare_image(made.image, pixel_size_pm=made.pixel_size_pm)
    found = ferrotune.locate_columns(image)
    cells = ferrotune.measure_cells(found)
    columns = {name: found[name].to_numpy() for name in ("yx", "amplitude", "width", "sublattice")}
    of_cells = {name: cells[name].to_numpy() for name in ("yx", "polarization")}
    pixels, mask = image["image"].to_numpy(), image["mask"].to_numpy()
    film = MeasuredFilm.of(pixels, mask, columns | {"cell_px": float(found.cell_px)}, of_cells)
    return pixels, mask, film, image.attrs["pixel_size_pm"]


def test_polarization_is_found_where_it_was_put(measured):
    *_, film, scale = measured
    put = np.tile([0.8, -1.5], (len(film.cells["yx"]), 1))
    again = ferrotune.prepare_image(film.like(put, 7), pixel_size_pm=scale)
    found = ferrotune.measure_cells(ferrotune.locate_columns(again))["polarization"].to_numpy()
    assert np.nanmedian(found, axis=0) == pytest.approx([0.8, -1.5], abs=0.05)


def test_brightness_follows_the_image(measured):
    pixels, _, film, _ = measured
    drawn = film.like(film.cells["polarization"], 7)
    one, other = (gaussian_filter(values.astype(float), SMOOTH) for values in (pixels, drawn))
    inside = (slice(50, -50),) * 2  # columns that the frame cuts are not all known
    assert np.abs(one - other)[inside].max() < 0.05 * np.ptp(one)


def test_noise_is_that_of_the_image(measured):
    pixels, mask, film, _ = measured
    drawn = film.like(film.cells["polarization"], 7)
    levels = np.quantile(pixels, [0.1, 0.5, 0.9])
    one, other = (image_noise(values, mask).variance(levels.copy()) for values in (pixels, drawn))
    assert other == pytest.approx(one, rel=0.1)


def test_noise_depends_on_the_seed_alone(measured):
    film = measured[2]
    one, same, other = (film.like(film.cells["polarization"], seed) for seed in (1, 1, 2))
    assert (one == same).all() and (one != other).any()
