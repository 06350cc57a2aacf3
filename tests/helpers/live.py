"""Small films at the instrument: files of them, and a series that takes them."""

from functools import cache

import numpy as np

from ferrotune.live.measuring import measure_image
from ferrotune.live.series import LiveSeries, live_config
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

PIXEL_SIZE = 15.6  # pm
ONLY = "pipelines: {patch_gmm: null, cell_gmm: {search: {trials: 4, batch: 4, startup: 4}}}\n"


@cache
def film(seed=1, shape=(300, 320), geometry="walls_109"):
    """Counts (y, x) of a simulated film."""
    return simulate(Specimen(shape=shape, geometry=geometry, dose=400.0), seed).image


def write_film(path, **settings):
    """Write a simulated film to a .npy file, and give its path."""
    np.save(path, film(**settings))
    return path


def live_series(folder, given=None):
    """A series in a folder, with a search of four trials by `cell_gmm`."""
    (folder / "small.yaml").write_text(ONLY)
    config = live_config("today", [folder / "small.yaml"])
    return LiveSeries.of(config, folder / "results" / "today", given or {"pixel_size_pm": PIXEL_SIZE})


def measured_film(folder, threads=1, **settings):
    """A measured film: MeasuredImage, and its series."""
    series, path = live_series(folder), write_film(folder / "film.npy", **settings)
    return measure_image(path, series.row_of(path), series.config, folder / "stores", threads), series
