"""live_seconds_full_size: from an image file that is whole to its first map with walls, on two cores.

The process is running, so that libraries are imported, and no search runs in the background, which would be paused
anyhow. Films are simulated beforehand. `first` is the first image of a series, where no setting has served yet: a few
are tried. `next` is the one after it, by the setting of the first. A hundred small images in a row show what memory the
process keeps.
"""

import os
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from benchmarks.full_size import SPECIMEN
from benchmarks.rows import Row, peak_memory_gb
from ferrotune.live.folder import WatchedFolder
from ferrotune.live.series import LiveSeries, live_config
from ferrotune.live.session import Session
from ferrotune.live.warming import warm_up
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from ferrotune.workflow.image_files import plain_name

CORES = 2
FULL, SMALL = dict(SPECIMEN), {"shape": (1024, 1024), "geometry": "walls_109", "dose": 400.0}
MOST_SECONDS = {"full size": 15.0, "1,024 px": 2.0}
IMAGES, TINY = 100, {"shape": (300, 320), "geometry": "walls_109", "dose": 400.0}
MOST_GROWTH = 20.0  # MB from the twentieth image to the last: less than a single image of 1,024 px takes


class _Watched:
    """A session that watches a folder, and the seconds of each first map."""

    def __init__(self, folder, name, pixel_size_pm):
        self.folder, self.now = Path(folder, name), 0.0
        self.folder.mkdir()
        series = LiveSeries.begin(live_config(name), {"pixel_size_pm": pixel_size_pm})
        watched = WatchedFolder(self.folder, clock=lambda: self.now)
        self.session = Session(series, watched, threads=CORES, say=lambda line: None)

    def seconds(self, number, image):
        """Wall and CPU time (s) of the first map of an image, and wall time of the null maps that follow."""
        np.save(self.folder / f"film_{number}.npy", image)
        self.session.step()
        self.now += 10.0
        (path,) = self.session.folder.look()
        start, cpu = time.perf_counter(), time.process_time()
        self.session.take(path)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        start = time.perf_counter()
        while self.session.step():
            pass
        return wall, cpu, time.perf_counter() - start


def _film(settings, seed):
    made = simulate(Specimen(**settings), seed)
    return made.image.astype(np.float32), made.pixel_size_pm


def _of_size(folder, size, settings):
    """Rows of a size: the first image of a series, and the next."""
    films = [_film(settings, seed) for seed in (1, 2)]
    watched, limit = _Watched(folder, plain_name(size), films[0][1]), MOST_SECONDS[size]
    rows = []
    for number, (which, (image, _)) in enumerate(zip(("first", "next"), films, strict=True)):
        wall, cpu, after = watched.seconds(number, image)
        name = f"live_seconds[{size}, {which}]"
        rows += [Row(name, wall, "s", "at most", limit, wall / limit), Row(f"{name}[CPU]", cpu, "s")]
        rows.append(Row(f"{name}[many null maps, afterwards]", after, "s"))
    return rows


def _growth(folder):
    """Growth (MB) of the memory from the twentieth of a hundred images to the last."""
    films = [_film(TINY, seed) for seed in (1, 2, 3)]
    watched, used = _Watched(folder, "hundred", films[0][1]), []
    for number in range(IMAGES):
        watched.seconds(number, films[number % len(films)][0])
        used.append(psutil.Process().memory_info().rss / 1e6)
    return float(np.mean(used[-5:]) - np.mean(used[15:20]))


def measure():
    """Rows: seconds of first maps of both sizes, and the growth of memory over a hundred images."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as scratch, threadpool_limits(1):
        os.chdir(scratch)
        try:
            warm_up(CORES)
            sized = partial(_of_size, scratch)
            rows = [*sized("1,024 px", SMALL), *sized("full size", FULL)]
            growth = _growth(scratch)
        finally:
            os.chdir(before)
    name = "live_memory_growth"
    return [
        *rows,
        Row(name, growth, "MB over 80 images", "at most", MOST_GROWTH, growth / MOST_GROWTH),
        Row(f"{name}[peak of the process]", peak_memory_gb(), "GB"),
    ]
