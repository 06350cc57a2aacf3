"""The first image must not wait for libraries that are imported, and functions that are compiled, when first used."""

import tempfile
from pathlib import Path

import numpy as np

from ferrotune.live.choosing import first_outcome
from ferrotune.live.measuring import measure_image
from ferrotune.live.series import LiveSeries, live_config
from ferrotune.live.showing import draw_map, keep_map
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

FILM = {"shape": (300, 320), "geometry": "walls_109", "dose": 400.0}  # as small as has walls


def warm_up(threads=1):
    """Measure a small simulated film once, and forget it.

    Parameters
    ----------
    threads : int
    """
    film = simulate(Specimen(**FILM), seed=1)
    with tempfile.TemporaryDirectory(prefix="ferrotune-") as scratch:
        path, folder = Path(scratch, "film.npy"), Path(scratch, "results")
        np.save(path, film.image)
        config = live_config("warm-up")
        series = LiveSeries.of(config, folder, {"pixel_size_pm": film.pixel_size_pm})
        measured = measure_image(path, series.row_of(path), series.config, folder / "film", threads)
        _, on_image, outcome = first_outcome(measured, "film", series, threads=threads)
        next(on_image.null_maps(), None)
        draw_map(folder, "film", measured.image, keep_map(folder, "film", measured, on_image, outcome), measured.scale)
